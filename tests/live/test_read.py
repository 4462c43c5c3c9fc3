"""tests/live/read: the book is served, and how the machine's build ended is said."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests import CHECKOUT
from tests.lab.trial import Typist, copy_package, must_end, wait_for

ADDRESS = r"http://127\.0\.0\.1:\d+/"
WHEN_TOLD = "live:\n\t@read word <go; "  # the build ends when the test says so
BUILDING = "live:\n\t@echo $$$$ >started; exec sleep 1000\n"

# Starts read, as make read does, in a checkout whose Makefile is this.
Start = Callable[..., Typist]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts read in a terminal."""
    for name in ("tests/live/read", "tests/live/read.py", "docs/serve"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    copy_package(tmp_path)
    (tmp_path / "build/html").mkdir(parents=True)
    (tmp_path / "build/html/index.html").write_text("the book")
    started: list[Typist] = []

    def run(makefile: str, port: int = 0) -> Typist:
        (tmp_path / "Makefile").write_text(makefile)
        started.append(Typist(["tests/live/read", "--port", str(port)], tmp_path))
        return started[0]

    os.mkfifo(tmp_path / "go")
    yield run
    for typist in started:
        typist.close(force=True)


def builder(folder: Path) -> int:
    """Return the process of a build that goes on until it is ended."""
    wait_for(lambda: (folder / "started").exists())
    wait_for(lambda: (folder / "started").read_text().strip())
    return int((folder / "started").read_text())


def test_machine_that_cannot_be_built(start: Start, tmp_path: Path) -> None:
    """Why is said once, with the log's name; the book is served all the same."""
    said = "echo lab: step; echo 'live: no mirror, do this' >&2; echo more; exit 1"
    read = start(f"{WHEN_TOLD}{said}\n")
    read.expect(ADDRESS)
    address = read.after
    (tmp_path / "go").write_text("go\n")
    read.expect_exact("read: the machine in the page could not be built; the book")
    read.expect_exact("live: no mirror, do this")
    read.expect_exact("The rest is in build/live.log; 'make live' tries again.")
    with urlopen(str(address)) as answer:
        assert answer.read() == b"the book"
    read.sendintr()
    assert read.finish() == 0
    assert "read:" not in str(read.before)


def test_machine_that_is_built(start: Start, tmp_path: Path) -> None:
    """The reader is told when it is worth loading the page again."""
    read = start(f"{WHEN_TOLD}echo done\n")
    read.expect(ADDRESS)
    (tmp_path / "go").write_text("go\n")
    read.expect_exact("read: the machine in the page is there: load the page again")
    read.sendintr()
    assert read.finish() == 0


def test_interrupted_build(start: Start, tmp_path: Path) -> None:
    """^C ends the build as well, and that is no failure to be told."""
    read = start(BUILDING)
    read.expect(ADDRESS)
    with must_end([builder(tmp_path)]):
        read.sendintr()
        assert read.finish() == 0
    assert "read:" not in str(read.before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    """However it ends, the build ends with it."""
    read = start(BUILDING)
    read.expect(ADDRESS)
    with must_end([builder(tmp_path)]):
        read.kill(number)
        read.finish()


def test_port_that_is_taken(start: Start) -> None:
    """Nothing is served, nothing is built, and the status is the server's."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        read = start(BUILDING, other.getsockname()[1])
        read.expect_exact("to take another: make read PORT=8001")
        assert read.finish() == 1
