"""Comparison by consistent renaming, without a guest."""

import pytest

from compare import Names

A, B, C = "4026532201", "4026532202", "4026532203"
X, Y, Z = "4026532301", "4026532302", "4026532303"


def names(*dead: str) -> Names:
    """Return a page's names; the values of the run in dead are nobody's."""
    return Names(lambda _, values: values.difference(dead))


@pytest.mark.parametrize(
    "book, run",
    [
        ("", ""),
        (f"net:[{A}]", f"net:[{X}]"),
        (f"{A} {B} {A}", f"{X} {Y} {X}"),
        (f"{A} {B}", f"{B} {A}"),
        (f"{A}   x", f"{X} x"),
        (f"x    {A}", f"x {X}"),
        ("1e:ae:f9:c3:a9:23", "1e:ae:f9:c3:a9:24"),
        ("(pid 7)", "(pid 12345)"),
        ("Jan  3 10:00 x", "Nov 24 03:00 x"),
        ("Jan  3 10:00 Jan  3 10:00", "Nov 24 03:00 Nov 24 03:01"),
    ],
)
def test_agree(book: str, run: str) -> None:
    """Values of one class stand for each other."""
    assert names().compare([book], [run]) == []


@pytest.mark.parametrize(
    "book, run, reason",
    [
        ("a", "b", "the text differs"),
        ("a  b", "a b", "the text differs"),
        (f"a  b {A}", f"a b {X}", "the text differs"),
        (f"x{A}", f"x {X}", "the text differs"),
        (f"x {A}", f"x{X}", "the text differs"),
        (f"x:{A}", f"x: {X}", "the text differs"),
        ("4026531838", X, "the text differs"),
        (A, "4026531838", "the text differs"),
        ("pid 1", "pid 2", "the text differs"),
        (f"{A}", "1e:ae:f9:c3:a9:23", "the text differs"),
        ("00:00:00:00:00:00", "1e:ae:f9:c3:a9:23", "the text differs"),
        ("40265322011", "40265322012", "the text differs"),
        (
            f"{A} {A}",
            f"{X} {Y}",
            "the book shows the same namespace twice, the kernel gave two: "
            f"{A} was {X} (sh1# a), now {Y}",
        ),
        (
            f"{A} {B}",
            f"{X} {X}",
            "the book shows another namespace here, the kernel gave the same: "
            f"{X} was {A} (sh1# a), now {B}",
        ),
    ],
)
def test_differ(book: str, run: str, reason: str) -> None:
    """What differs is given with its reason, the book's line and the run's."""
    wrong = names().compare([book], [run], "sh1# a")
    assert wrong == [f"{reason}\n    book {book!r}\n    run  {run!r}"]


def test_lines() -> None:
    """A line that lacks is one message; those after it find their partners."""
    book, run = ["a", f"x {A}", "b"], ["a", "new", f"x {X}", "b"]
    assert names().compare(book, run) == ["the run has a line more: 'new'"]
    assert names().compare(run, book) == ["the run lacks a line: 'new'"]
    assert names().compare([], [""]) == ["the run has a line more: ''"]


def test_steps() -> None:
    """A value keeps its name over the steps of a page."""
    page = names()
    assert page.compare([A], [X], "sh1# one") == []
    assert page.compare([B], [Y], "sh2# two") == []
    (same,) = page.compare([B], [X], "sh1# three")
    assert f"{X} was {A} (sh1# one), now {B}" in same
    (two,) = page.compare([A], [Z], "sh1# four")
    assert f"{A} was {X} (sh1# one), now {Z}" in two
    assert page.compare([A, B], [X, Y]) == []


def test_wrong_line_proves_nothing() -> None:
    """The values of a line that is wrong are not matched."""
    page = names()
    assert page.compare([A], [X]) == []
    assert page.compare([f"{B} {A}"], [f"{Y} {Z}"]) != []
    assert page.compare([B], [Z]) == []


def test_dead() -> None:
    """A number may come again when its owner is gone, and only then."""
    page = names(X)
    assert page.compare([A, B], [X, Y]) == []
    page.bury()
    assert page.compare([C], [X]) == []
    assert page.compare([C], [Y]) != []
    alive = names()
    assert alive.compare([A], [X]) == []
    alive.bury()
    assert alive.compare([C], [X]) != []


def test_same_after_death() -> None:
    """The same value in the book is the same in the run, also when it died between."""
    page = names(X)
    assert page.compare([A], [X], "sh1# one") == []
    page.bury()
    (two,) = page.compare([A], [Y], "sh1# two")
    assert f"{A} was {X} (sh1# one), now {Y}" in two
    assert page.compare([A], [X]) == []
    assert page.compare([B], [X]) != []  # it lives again


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
