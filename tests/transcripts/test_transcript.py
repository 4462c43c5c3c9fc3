"""Which file serves which kernel, and what a transcript's text is."""

from pathlib import Path

import pytest

import transcript
from session import shown
from transcript import file_for, page_transcripts, read_transcript, unprintable


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
    with pytest.raises(transcript.TranscriptError, match=r"a@old.console: .*NAME@6.1"):
        file_for("page/a", "6.12")


def test_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not there is named."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    with pytest.raises(transcript.TranscriptError, match="no page docs/gone.rst"):
        page_transcripts("gone")


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
        *(
            (["a" + mark], False)
            for mark in "\x00\a\b\x0b\x0c\x1b\x1c\x7f\x85\u2028\ufffd"
        ),
    ],
)
def test_unprintable(lines: list[str], good: bool) -> None:
    """Nothing is recorded that would be read as something else."""
    assert (unprintable(lines) == "") == good
