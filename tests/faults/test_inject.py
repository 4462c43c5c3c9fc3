"""The fault matrix, as somebody runs it who adds a sample or has a red cell."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab.fixtures import Typist
from tests.part import UNKNOWN

HERE = Path(__file__).resolve().parent

CELL = "unshare number 1 gives EPERM"
UP = """\
/*
 * up.c - wait for nothing
 *
 * usage: up LEVEL
 * needs: nothing
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: up LEVEL\\n", stderr);
        exit(2);
    }
    if (epoll_create1(EPOLL_CLOEXEC) == -1)
        err(EXIT_FAILURE, "epoll_create1");
}
"""


def inject(checkout: Path, *words: str) -> list[str]:
    """Return the lines that inject prints in a checkout."""
    run = subprocess.run(
        [checkout / "tests/faults/run", *words], capture_output=True, text=True
    )
    return (run.stderr + run.stdout).splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with one sample, of a chapter that no file speaks of."""
    for folder in ("tests", "docs/_ext"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    sample = tmp_path / "code-samples/made/up.c"
    sample.parent.mkdir(parents=True)
    sample.write_text(UP)
    return tmp_path


def test_new_sample_needs_lines_of_text(checkout: Path) -> None:
    """Each run says which line to add, and no more than these are added."""
    lines = checkout / "tests/samples/made.faults"
    said = inject(checkout, "--only", "made/up")
    assert said[0].endswith(": add a right value to tests/samples/made.faults:")
    assert said[1] == "word: LEVEL = VALUE" and said[-1].startswith(
        "0 passed, 1 failed"
    )

    lines.write_text("word: LEVEL = 3\n")
    said = inject(checkout, "--only", "made/up")
    assert said[0].endswith(": add to tests/samples/made.faults")
    assert said[1] == "call: epoll_create1 EMFILE ENFILE ENOMEM"

    lines.write_text(lines.read_text() + said[1] + "\n")
    only = "made/up: epoll_create1 number 1 gives EMFILE"
    said = inject(checkout, "--only", only, "--all")
    assert said[0] == f"right  {only}"
    assert said[-1] == "1 passed, 0 failed, 0 skipped"


def test_cell_that_is_none(checkout: Path) -> None:
    """Nothing that is run is a failure."""
    lines = checkout / "tests/samples/made.faults"
    lines.write_text("word: LEVEL = 3\ncall: epoll_create1 EMFILE\n")
    said = inject(checkout, "--only", "made/up: no such cell")
    assert "faults: no cell is called no such cell: --all shows their names" in said
    assert not said[-1].endswith("skipped")


def test_shell_beside_a_failure() -> None:
    """The lab opens with what the cell needs, and its command waits to be run."""
    command = ["tests/faults/run", "--shell", "--only", f"unshare: {CELL}"]
    typist = Typist(command, CHECKOUT, TERM="xterm")
    typist.expect_exact("sh1# cd /tmp/faults/cwd && /book/build/faults/cell ")
    typist.expect_exact("'42 and words'")
    typist.sendline("")
    typist.expect_exact("status 1\r\n")
    typist.expect_exact("stderr unshare: unshare: Operation not permitted")
    typist.expect_exact("sh1# ")
    assert "EPERM" in typist.type("grep INJECTED ../log", "sh1# ")
    typist.sendline("exit")
    assert typist.finish() == 0


def test_shell_is_for_one_cell() -> None:
    """Whoever asks for it without a cell is told how to."""
    run = subprocess.run(
        [CHECKOUT / "tests/faults/run", "--shell", "--only", "unshare"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == UNKNOWN and "--only 'SAMPLE: CELL'" in run.stderr
