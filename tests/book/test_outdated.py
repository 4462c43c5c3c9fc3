"""Which pages are made again although their own text stands."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from book.pages.outdated import find_outdated, mark

NOTHING: tuple[set[str], set[str], set[str]] = (set(), set(), set())


@pytest.fixture
def env() -> Any:
    """An environment of two pages, the second of which is marked."""
    made = SimpleNamespace(metadata={"a": {}, "b": {}}, found_docs={"a", "b"})
    made.docname = "b"
    mark(cast(Any, made), "list")
    return made


def app(builder: str = "html") -> Any:
    """Return as much of Sphinx as is asked."""
    return SimpleNamespace(builder=SimpleNamespace(name=builder))


def test_marked_pages_follow_all_pages(env: Any) -> None:
    """A list of what pages show is made again when any page has changed."""
    assert find_outdated("list", None, app(), env, *NOTHING) == []
    for number in range(3):
        changes: list[set[str]] = [set(), set(), set()]
        changes[number] = {"a"}
        assert find_outdated("list", None, app(), env, *changes) == ["b"]


def test_what_is_shown_is_remembered_for_each_builder(env: Any) -> None:
    """Another form of the book does not hide a change from this one."""
    style = "old"

    def find(builder: str, name: str = "list") -> list[str]:
        return find_outdated(name, lambda _: style, app(builder), env, *NOTHING)

    assert find("html") == ["b"]
    assert find("html") == []
    style = "new"
    assert find("epub") == ["b"]
    assert find("html") == ["b"]
    assert find("html") == []


def test_without_a_mark_all_pages_are_meant(env: Any) -> None:
    """A style sheet is on every page."""
    found = find_outdated("", lambda _: "style", app(), env, *NOTHING)
    assert sorted(found) == ["a", "b"]
    assert find_outdated("", lambda _: "style", app(), env, *NOTHING) == []
