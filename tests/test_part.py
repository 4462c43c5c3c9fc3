"""Every part of the check takes the same words and ends in the same way."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import CHECKOUT, check, part

NAMES = {
    "mnt/cover_folder": {"mnt", "cover_folder"},
    "uts/copy_uts": {"uts", "copy_uts"},
}


def called(thing: str) -> set[str]:
    """Return what may name a thing of NAMES."""
    return {thing, *NAMES[thing]}


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ([], list(NAMES)),
        (["mnt"], ["mnt/cover_folder"]),
        (["copy_uts"], ["uts/copy_uts"]),
        (["mnt/cover_folder", "uts"], list(NAMES)),
    ],
)
def test_chosen(only: list[str], wanted: list[str]) -> None:
    """A chapter, a thing in it, or both by one name."""
    assert part.chosen(NAMES, only, called) == wanted


def test_nothing_of_that_name() -> None:
    """What matches nothing fails, and says what there is, also beside what matches."""
    with pytest.raises(part.UnknownName, match="'scrtch' here; there is: copy_uts"):
        part.chosen(NAMES, ["mnt", "scrtch"], called)


@pytest.mark.parametrize("name", check.PARTS)
def test_every_part_has_the_same_options(name: str) -> None:
    """A program called run, with --only, --kernel and --jobs; a wrong call is 2."""
    program = CHECKOUT / "tests" / name / "run"
    done = subprocess.run([program, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: tests/{name}/run ")
    for option in ("--only NAME", "--kernel {", "--jobs N"):
        assert option in done.stdout
    done = subprocess.run([program, "--no-such"], capture_output=True, text=True)
    assert done.returncode == 2


@pytest.mark.parametrize("name", set(check.PARTS) - {"book"})
def test_every_part_refuses_an_unknown_name(name: str) -> None:
    """Nothing is run, and the status tells it apart from a failure."""
    program = CHECKOUT / "tests" / name / "run"
    command = [str(program), "--only", "no-such-thing"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == part.UNKNOWN, done.stdout + done.stderr
    assert "no-such-thing" in done.stderr


def tool(tmp_path: Path, script: str) -> list[str]:
    """Return the command of a program that a part could run."""
    program = tmp_path / "tool.py"
    program.write_text(script)
    return [sys.executable, "-B", str(program)]


@pytest.mark.parametrize(
    ("script", "counts"),
    [
        ("print('2 passed, 0 failed, 1 skipped')", (2, 0, 1)),
        ("print('2 passed, 1 failed, 0 skipped'); exit(1)", (2, 1, 0)),
        ("print('2 passed, 0 failed, 0 skipped\\nmore')", (0, 1, 0)),
        ("print('2 passed, 0 failed, 0 skipped'); exit(3)", (2, 1, 0)),
        ("raise SystemExit(1)", (0, 1, 0)),
    ],
)
def test_a_tool_that_ends_in_doubt_has_failed(
    tmp_path: Path, script: str, counts: part.Counts
) -> None:
    """Its last line and its exit status must agree."""
    assert part.by_tool("book", tool(tmp_path, script), []) == counts


def test_a_tool_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody may look when it does; it is a failure that says so."""
    monkeypatch.setattr(part, "BOUND", 0.2)
    script = "import time; time.sleep(1000)"
    assert part.by_tool("book", tool(tmp_path, script), []) == (0, 1, 0)
    said = capsys.readouterr().out
    assert "sending signal TERM" in said and "ended with 124" in said


def test_a_tool_that_ran_nothing_of_that_name(tmp_path: Path) -> None:
    """No test has failed, and yet this is no success."""
    script = "print('0 passed, 0 failed, 0 skipped')"
    with pytest.raises(part.UnknownName, match="nothing is called x here"):
        part.by_tool("book", tool(tmp_path, script), ["x"])
