"""Which file serves which kernel, and what a transcript's text is."""

import re
from pathlib import Path

import pytest

from tests.transcripts import transcript
from tests.transcripts.compare import Names
from tests.transcripts.session import shown
from tests.transcripts.transcript import (
    Transcript,
    file_for,
    file_to_record,
    page_sessions,
    read_transcript,
    unprintable,
)


@pytest.mark.parametrize(
    "series, name",
    [
        ("5.4", "a@5.10"),
        ("5.10", "a@5.10"),
        ("5.15", "a@6.1"),
        ("6.1", "a@6.1"),
        ("6.12", "a"),
        ("6.18", "a"),
    ],
)
def test_file_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, series: str, name: str
) -> None:
    """An alternative serves its kernel and older ones; numbers are not text."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    folder = tmp_path / "transcripts/page"
    folder.mkdir(parents=True)
    for stem in ("a", "a@5.10", "a@6.1", "ab@6.12", "b@6.18"):
        (folder / f"{stem}.console").touch()
    assert file_for("page/a", series).stem == name


def test_file_for_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alternative for what is no kernel is an error, not ignored."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    folder = tmp_path / "transcripts/page"
    folder.mkdir(parents=True)
    (folder / "a@old.console").touch()
    with pytest.raises(transcript.SessionError, match=r"a@old.console: .*NAME@6.1"):
        file_for("page/a", "6.12")


@pytest.mark.parametrize(
    "read, series, written, kept",
    [
        ("a", "6.12", "a", None),
        ("a", "5.10", "a@5.10", None),
        ("a", "6.1", "a@6.1", None),
        ("a@6.1", "5.10", "a@6.1", None),
        ("a", "7.3", "a", "a@6.12"),
    ],
)
def test_file_to_record(
    tmp_path: Path, read: str, series: str, written: str, kept: str | None
) -> None:
    """A kernel that differs gets a file of its own; what others have stays theirs."""
    (tmp_path / f"{read}.console").write_text("sh1# old\n")
    target = file_to_record(tmp_path / f"{read}.console", series, "6.12")
    assert target == tmp_path / f"{written}.console"
    others = {path.stem: path.read_text() for path in tmp_path.iterdir()}
    assert others == dict.fromkeys({read, *([kept] if kept else [])}, "sh1# old\n")


def test_page_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's transcripts run in its order, those after a fresh lab apart."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    page = ".. transcript:: p/a\n\n.. fresh-lab::\n\n.. transcript:: p/b\n   :name: b\n"
    (tmp_path / "p.rst").write_text(page + "\n.. trap::\n\n   .. transcript:: p/c\n")
    assert page_sessions("p") == [["p/a"], ["p/b", "p/c"]]


def test_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not there is named."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    with pytest.raises(transcript.TranscriptError, match="no page docs/gone.rst"):
        page_sessions("gone")


def needless(plain: Transcript, other: Transcript) -> str:
    """Return why a page does not need an alternative, "" if it does."""
    if [step.where() for step in plain.steps] != [step.where() for step in other.steps]:
        return "the commands differ: a reader types the same on every kernel"
    names = Names(lambda _, values: values)
    pairs = zip(plain.steps, other.steps)
    if not any([names.compare(a.output, b.output) for a, b in pairs]):
        return "prints what the plain file prints: remove it"
    return ""


@pytest.mark.parametrize(
    "other, reason",
    [
        ("sh1# a\n4026532201 x\nsh1# b\n", "prints what the plain file prints"),
        ("sh1# a\n4026532209 x\n", "the commands differ"),
        ("sh1# a\n4026532209 y\nsh1# b\n", ""),
    ],
)
def test_needless(tmp_path: Path, other: str, reason: str) -> None:
    """An alternative differs in what is printed, beyond renaming, and nowhere else."""
    texts = {"a": "sh1# a\n4026532209 x\nsh1# b\n", "a@6.1": other}
    for name, text in texts.items():
        (tmp_path / f"{name}.console").write_text(text)
    plain, read = [read_transcript(tmp_path / f"{name}.console") for name in texts]
    found = needless(plain, read)
    assert found.startswith(reason) and bool(found) == bool(reason)


def test_no_needless_alternative() -> None:
    """The book's own alternatives are needed."""
    folder = transcript.DOCS / "transcripts"
    for path in folder.glob("*/*@*.console"):
        plain = path.with_name(re.sub("@.*", ".console", path.name))
        assert needless(read_transcript(plain), read_transcript(path)) == "", path


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("corpus/*.console")))
def test_round_trip(path: Path) -> None:
    """What was read is written again to the byte."""
    try:
        read = read_transcript(path)
    except (transcript.SessionError, transcript.TranscriptError):
        return
    assert read.text().encode() == path.read_bytes()


@pytest.mark.parametrize(
    "text, screen",
    [
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\rb", "b"),
        ("100%\rok\r\n", "ok0%\n"),
        ("a\r\r\nb", "a\nb"),
        ("a\x0bb\u2028c", "a\x0bb\u2028c"),
    ],
)
def test_shown(text: str, screen: str) -> None:
    """A carriage return goes back to the start of the line."""
    assert shown(text) == screen


@pytest.mark.parametrize(
    "lines, good",
    [
        (["a\tb", "é ☃", " sh1# ls", "sh5# ls", "sh1#", "# ls"], True),
        (["a", "> b"], True),
        (["> b"], False),
        (["a", "sh4$ b"], False),
        (["a", "sh1++# b"], False),
        *(
            (["a" + mark], False)
            for mark in "\x00\a\b\x0b\x0c\x1b\x1c\x7f\x85\u2028\ufffd"
        ),
    ],
)
def test_unprintable(lines: list[str], good: bool) -> None:
    """Nothing is recorded that would be read as something else."""
    assert (unprintable(lines) == "") == good
