"""Blocks of wrong versions: how they are read, and what they make of a source."""

import pytest

from tests import wrong
from tests.wrong import WrongError

SOURCE = """\
int main(void)
{
    if (unshare(NEW) == -1)
        err(1, "unshare");

    if (mount(PLACE) == -1)
        err(1, "mount");
    run();
}
"""


def change(lines: str, source: str = SOURCE) -> str:
    """Return what the one block with these lines makes of a source."""
    (block,) = wrong.parse(f"== some-name\n{lines}", "file", ["fact"])
    return wrong.apply(source, block)


def test_lines_go_come_and_stay() -> None:
    """As in a diff, with blanks written as the source has them."""
    lines = '-    if (mount(PLACE) == -1)\n+    if (0)\n         err(1, "mount");\n'
    want = SOURCE.replace("mount(PLACE) == -1", "0")
    assert change(lines) == want


def test_blanks_may_be_left_out() -> None:
    """What comes is put as deep as what it replaces; deeper lines stay deeper."""
    lines = "-run();\n+if (fork() == 0)\n+    pause();\n+\n+run();\n"
    want = "    if (fork() == 0)\n        pause();\n\n    run();\n"
    assert change(lines) == SOURCE.replace("    run();\n", want)


def test_written_blanks_hold() -> None:
    """Whoever writes the old line's blanks means those of the new one."""
    lines = "-    run();\n+label:\n+    run();\n"
    assert change(lines) == SOURCE.replace("    run();\n", "label:\n    run();\n")


def test_several_places_in_any_order() -> None:
    """Each change is found in the source as it is, not as another one leaves it."""
    lines = " run();\n+}\n@@\n-{\n+{\n+    first();\n+    run();\n"
    want = "{\n    first();\n    run();\n"
    got = change(lines)
    assert got == SOURCE.replace("{\n", want).replace("run();\n}", "run();\n    }\n}")


def test_line_that_is_twice_in_the_source() -> None:
    """A line beside it says which one is meant."""
    source = "one();\nlast();\ntwo();\nlast();\n"
    assert change(" two();\n-last();\n", source) == "one();\nlast();\ntwo();\n"
    with pytest.raises(WrongError, match=r"file:2: 2 times in the source: last\(\);"):
        change("-last();\n", source)


def test_sed() -> None:
    """A change of one word."""
    assert change("sed: s/(NEW)/\\1 | ALL/\n") == SOURCE.replace("NEW", "NEW | ALL")


def test_header_comments_and_empty_lines() -> None:
    """A header has the keys that its reader knows."""
    text = "# wrong\n\n== one\nfact: uts: [*\n-a\n\n# and\n== two-2\nsed: s/a/b/\n"
    one, two = wrong.parse(text, "file", ["fact"])
    assert (one.name, one.header, one.place) == ("one", {"fact": "uts: [*"}, "file:3")
    assert (two.name, two.header, two.sed) == ("two-2", {}, "s/a/b/")


def test_header_that_is_missing() -> None:
    """Whoever needs a line of the header learns where it is missing."""
    (block,) = wrong.parse("\n== one\nsed: s/a/b/\n", "file", ["fact"])
    with pytest.raises(WrongError, match="^file:2: one: it has no line 'fact: '"):
        block.value("fact")


def test_name_twice_for_two_samples() -> None:
    """A name stands for one thing in each sample."""
    block = "== one\nsample: {}\nsed: s/a/b/\n"
    text = block.format("x") + block.format("y")
    assert len(wrong.parse(text, "file", ["sample"])) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-a\n", "file:1: expected '== NAME': -a"),
        ("== one\n", "file:1: one: expected sed: or - and"),
        ("== one\nfact: new\n", "file:1: one: expected sed: or - and"),
        ("== one\nsed: s/a/b/\n-a\n", "file:1: one: expected sed: or - and"),
        ("== one\n+a\n", r"file:2: \+ lines alone"),
        ("== one\n-a\n@@\n+a\n", r"file:4: \+ lines alone"),
        ("== one\nfakt: new\n", "file:2: not a line of a wrong version: fakt: new"),
        ("== one\nfact:\n", "file:2: not a line of a wrong version: fact:"),
        ("== one\nfact: a\nfact: b\n", "file:3: not a line of a wrong version"),
        ("== one\n-a\nfact: new\n", "file:3: not a line of a wrong version"),
        ("== one\na\n", "file:2: not a line of a wrong version: a"),
        ("== One Name\n-a\n", "file:1: a name is words with hyphens between: One Name"),
        ("== one\n-a\n== one\n-b\n", "file:3: there are two of the name one"),
        (f"== one\nsed: s/a/{'b' * 80}/\n", "file:2: 85 characters of sed, at most 80"),
    ],
)
def test_block_that_is_none(text: str, message: str) -> None:
    """The message names file and line."""
    with pytest.raises(WrongError, match=f"^{message}"):
        wrong.parse(text, "file", ["fact"])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("-nothing();\n+a\n", r"file:2: not in the source: nothing\(\);"),
        ("-run();\n-{\n", "file:2: not in the source: run"),
        ("-run();\n@@\n-run();\n", "file:.: this change overlaps another one"),
        (' err(1, "mount");\n-run();\n@@\n-run();\n-}\n', "overlaps another one"),
        ("-run();\n+run();\n", "file:1: some-name: it changes nothing"),
        ("sed: s/walk/run/\n", "file:1: some-name: it changes nothing"),
        ("sed: s/run\n", "file:1: some-name: sed: -e expression"),
    ],
)
def test_change_that_cannot_be_made(lines: str, message: str) -> None:
    """Whatever a block no longer says of its source is an error, with the place."""
    with pytest.raises(WrongError, match=message):
        change(lines)
