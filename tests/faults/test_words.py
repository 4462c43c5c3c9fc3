"""What a chapter says of its programs in lines of text is read, and held to them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import cases, lines, table, usage, words
from tests.faults.lines import LineError
from tests.faults.subject import subjects

HERE = Path(__file__).resolve().parent

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a file of lines into an empty checkout."""
    monkeypatch.setattr(lines, "CHECKOUT", tmp_path)

    def write(name: str, text: str) -> None:
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return write


def test_lines_of_a_program(write: Write) -> None:
    """Its chapter's file has them, or its own folder."""
    text = "word: SIZE = 1\n\n# a/b\na/b ended: read\na/b says: none: at all\n"
    text += "a/b tools: c d\na/b guest: one\na/c skip: two\na/c alone: three\n"
    text += "a/b also: SIZE=2\n"
    write("samples/a.faults", text)
    write("exercises/a-e/faults", "word: OWN = x*3\nvaries: .*\n")
    first, second = cases.cases("a/b", "b SIZE")
    assert first.ended == second.ended == {"read"} and first.says == "none: at all"
    assert first.tools == {"c", "d"}
    assert first.usage.right() == ["1"] and second.usage.right() == ["2"]
    assert [cases.reason(name, "guest") for name in ("a/b", "a/c")] == ["one", ""]
    assert [cases.reason(name, "skip") for name in ("a/b", "a/c")] == ["", "two"]
    assert [cases.reason(name, "alone") for name in ("a/b", "a/c")] == ["", "three"]
    (only,) = cases.cases("exercises/a-e", "a-e SIZE OWN")
    assert only.varies == ".*" and only.usage.right() == ["1", "xxx"]


def test_tools_of_the_top_level(write: Write) -> None:
    """The four samples without a folder belong to the first chapter."""
    write("samples/introduction.faults", "word: OWN = 1\ntool varies: x\n")
    (only,) = cases.cases("tool", "tool OWN")
    assert only.varies == "x" and only.usage.right() == ["1"]


def test_wrong_values(write: Write) -> None:
    """A word has its own, and those of the words that it names."""
    text = "word: SIZE = big\nwrong: as TYPE\nwrong: empty | | EINVAL EPERM | 0 1 2\n"
    write("samples/a.faults", text)
    other, empty = words.known("a/b")["SIZE"].wrong
    assert other == words.known("")["TYPE"].wrong[0] and not other.fine
    assert empty == words.Wrong(
        "empty", "", frozenset({"EINVAL", "EPERM"}), (1, 2), True
    )


def test_unknown_word(write: Write) -> None:
    """The error is the line to add, and where."""
    write("samples/a.faults", "")
    with pytest.raises(LineError) as error:
        cases.cases("a/b", "b ONE [-t TWO] ONE PID")
    said = "usage: b ONE [-t TWO] ONE PID: add a right value to tests/samples/a.faults:"
    assert str(error.value) == f"{said}\nword: ONE = VALUE\nword: TWO = VALUE"


def test_unknown_call(write: Write) -> None:
    """The error is the line to add, with the manual's errors."""
    write("samples/a.faults", "call: timer_create=timer EAGAIN\n")
    assert table.known("a/b")["timer_create"].said == {"timer_create", "timer"}
    assert "timer_create" not in table.known("b/b")
    said = str(table.missing({"epoll_create1"}, "b/b"))
    assert "tests/samples/b.faults\ncall: epoll_create1 EMFILE ENFILE ENOMEM\n" in said


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("word = 1\n", "a.faults:1: expected 'KEY: VALUE'"),
        ("word: one = 1\n", "a.faults:1: expected 'word: NAME = VALUE'"),
        ("word: PID = 1\n", "a.faults:1: PID is known already"),
        ("wrong: x | y | EPERM | 1\n", "a.faults:1: it has to follow a 'word:'"),
        ("word: A = 1\nwrong: as B\n", "a.faults:2: it has to follow a 'word:'"),
        ("word: A = 1\nwrong: x | y | EPERM\n", "a.faults:2: expected 'wrong: WHAT |"),
        ("word: A = 1\nwrong: x | y | ENO | 1\n", "a.faults:2: no errno: ENO"),
        ("a/b also: PID\n", "a.faults:1: expected 'also: WORD=VALUE...'"),
        ("a/b also: TYPE=x\n", "a.faults:1: expected 'also: WORD=VALUE...'"),
        ("a/b varied: x\n", "a.faults:1: not understood: varied"),
        ("a/b varies: x\na/b varies: y\n", "a.faults:2: varies is there twice"),
        ("varies: x\n", "a.faults:1: expected 'PROGRAM KEY: VALUE'"),
        ("a/b word: ONE = 1\n", "a.faults:1: expected 'KEY: VALUE'"),
        ("call: clone EPERM\n", "a.faults:1: clone is known already"),
        ("call: f-g EPERM\n", "a.faults:1: expected 'CALL[=NAME"),
    ],
)
def test_line_that_is_none(write: Write, text: str, error: str) -> None:
    """The message names file and line."""
    write("samples/a.faults", text)
    with pytest.raises(LineError, match=re.escape(error)):
        cases.cases("a/b", "b PID")
        table.known("a/b")


def test_numbers_are_wrong_alike(write: Write) -> None:
    """A word whose right value is a number is wrong in all ways that a number is."""
    write("samples/a.faults", "word: SIZE = 1\nword: NAME = one\n")
    known = words.known("a/b")
    assert known["SIZE"].wrong == known["NUMBER"].wrong and known["NUMBER"].wrong
    assert set(known["NUMBER"].wrong) < set(known["PID"].wrong)
    assert not known["NAME"].wrong


def test_no_line_is_about_nothing() -> None:
    """Each stands where its program looks for it, and each word is in a usage line."""
    known = {subject.name: subject.header.usage for subject in subjects()}
    files = {path for name in known for path in (lines.shared(name), lines.own(name))}
    tests = lines.CHECKOUT / "tests"
    found = {*tests.glob("samples/*.faults"), *tests.glob("exercises/*/faults")}
    assert found <= files
    for name, line in known.items():
        assert cases.cases(name, line)
    for path in [words.FILE, *sorted(found)]:
        mine = [name for name in known if path in (lines.shared(name), lines.own(name))]
        used = {
            part.word
            for name in (mine if path != words.FILE else known)
            for part in usage.parse(known[name], words.known(name), "").parts
        } | {
            "NUMBER"
        }  # of which every word has a part that stands for one
        for text in lines.read(path):
            if text.key == "word":
                assert text.value.partition(" = ")[0] in used, text
            elif text.program:
                assert lines.own(text.program) == path and text.program in known, text
