"""Comparison by consistent renaming, without a guest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.transcripts.compare import Names

A, B, C = "4026532201", "4026532202", "4026532203"
X, Y, Z = "4026532301", "4026532302", "4026532303"

CASES = json.loads(Path(__file__).with_name("compare.json").read_text())


def names(*dead: str) -> Names:
    """Return a page's names; the values of the run in dead are nobody's."""
    return Names(lambda _, values: values.difference(dead))


def reasons(wrong: list[str]) -> list[str]:
    """Return the reasons that messages give, without the lines they are about."""
    lacks = r"^(the run (has a line more|lacks a line)): .*"
    return [re.sub(lacks, r"\1", message.partition("\n")[0]) for message in wrong]


@pytest.mark.parametrize("book, run", CASES["agree"])
def test_agree(book: str, run: str) -> None:
    """Values of one class stand for each other."""
    assert names().compare([book], [run]) == []


@pytest.mark.parametrize("book, run, reason", CASES["differ"])
def test_differ(book: str, run: str, reason: str) -> None:
    """What differs is given with its reason, the book's line and the run's."""
    wrong = names().compare([book], [run], "sh1# a")
    assert wrong == [f"{reason}\n    book {book!r}\n    run  {run!r}"]


@pytest.mark.parametrize("steps", CASES["pages"].values(), ids=CASES["pages"])
def test_page(steps: list[dict[str, Any]]) -> None:
    """A value keeps its name over the steps of a page, as long as it lives."""
    dead: set[str] = set()
    page = Names(lambda _, values: values - dead)
    for step in steps:
        wrong = page.compare(step["book"], step["run"], step.get("where", ""))
        assert reasons(wrong) == step["wrong"]
        if "dead" in step:
            dead.update(step["dead"])
            page.bury()


def test_census() -> None:
    """The guest is asked once for each class, for what was matched."""
    asked = []

    def alive(kind: str, values: set[str]) -> set[str]:
        asked.append((kind, values))
        return set()

    page = Names(alive)
    page.bury()
    assert asked == []
    page.compare([f"{A} {B} pid 7"], [f"{X} {Y} pid 8"])
    page.bury()
    assert asked == [("namespace", {X, Y}), ("process", {"8"})]
    page.bury()
    assert len(asked) == 2


def test_translate_reused() -> None:
    """A number that comes again is recorded as another, in the next step or later."""
    page = names(X)
    assert page.compare([X], [X]) == []
    assert page.translate([X]) == [X]
    page.bury()
    assert page.translate([X, X]) == ["4026532302"] * 2
    page.bury()
    assert page.translate([X]) == ["4026532303"]


def test_translate() -> None:
    """What is recorded has the book's values, and none for two of the run."""
    page = names()
    assert page.compare([A], [X]) == []
    assert page.translate([f"{X} {Y} Jan  3 10:00"]) == [f"{A} {Y} Jan  3 10:00"]
    assert page.translate([A]) == [X]  # the book has A for X already
    assert page.translate([f"{X} {Y} {A}"]) == [f"{A} {Y} {X}"]
