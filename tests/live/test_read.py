"""tests/live/read: the book is served, and how the machine's build goes is said."""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests import CHECKOUT
from tests.lab.fixtures import Typist, copy_package, must_end, wait_for

MACHINE = "docs/_ext/book/files/machine.py"
ADDRESS = r"http://127\.0\.0\.1:\d+/"
WHEN_TOLD = "live:\n\t@read word <go; "  # the build ends when the test says so
BUILDING = "live:\n\t@echo $$$$ >started; exec sleep 1000\n"
FILE = "build/html/live/machine.json"
# As tests/live/assemble leaves it.
PLACED = f'mkdir -p build/html/live; echo \'{{"state": "there"}}\' >{FILE}'
NOTHING = "exit 0"  # what tests/setup/later does where no package is missing

# Starts read, as make read does, in a checkout whose Makefile is this.
Start = Callable[..., Typist]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts read in a terminal."""
    names = ("tests/live/read", "tests/live/read.py", "docs/serve", MACHINE)
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    (tmp_path / "tests/setup").mkdir()
    copy_package(tmp_path)
    (tmp_path / "build/html").mkdir(parents=True)
    (tmp_path / "build/html/index.html").write_text("the book")
    started: list[Typist] = []

    def run(makefile: str, *options: str, later: str = NOTHING) -> Typist:
        (tmp_path / "Makefile").write_text(makefile)
        program = tmp_path / "tests/setup/later"
        program.write_text(f"#!/bin/sh\n{later}\n")
        program.chmod(0o755)
        command = ["tests/live/read", "--port", "0", *options]
        started.append(Typist(command, tmp_path))
        return started[0]

    os.mkfifo(tmp_path / "go")
    yield run
    for typist in started:
        typist.close(force=True)


def told(address: str) -> dict[str, str]:
    """Return what the pages at an address are told of the machine."""
    with urlopen(f"{address.rstrip('/')}/live/machine.json") as answer:
        found: dict[str, str] = json.load(answer)
    return found


def waits(folder: Path) -> bool:
    """Return whether a page that anyone serves would wait for the machine."""
    said = (folder / FILE).read_text()
    return bool(json.loads(said)["state"] == "building")


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
    assert told(str(address)) == {
        "state": "missing",
        "why": "No machine here until `make live` has built one. "
        "It failed: no mirror, do this.",
    }
    with urlopen(str(address)) as answer:
        assert answer.read() == b"the book"
    read.sendintr()
    assert read.finish() == 0
    assert "read:" not in str(read.before)


def test_machine_that_is_built(start: Start, tmp_path: Path) -> None:
    """The pages are told that it is being built, and then that it is there."""
    read = start(f"{WHEN_TOLD}{PLACED}\n")
    read.expect(ADDRESS)
    address = str(read.after)
    assert told(address)["state"] == "building"
    (tmp_path / "go").write_text("go\n")
    read.expect_exact("read: the machine in the page is there")
    assert told(address)["state"] == "there"
    read.sendintr()
    assert read.finish() == 0


def test_machine_of_before(start: Start, tmp_path: Path) -> None:
    """It is there for the pages while another is built, and when that fails."""
    subprocess.run(["sh", "-c", PLACED], cwd=tmp_path, check=True)
    read = start(f"{WHEN_TOLD}exit 1\n")
    read.expect(ADDRESS)
    address = str(read.after)
    assert told(address)["state"] == "there"
    (tmp_path / "go").write_text("go\n")
    read.expect_exact("could not be built; what was there stays")
    assert told(address)["state"] == "there"


def test_machine_that_is_not_wanted(start: Start, tmp_path: Path) -> None:
    """Then nothing is built, nor installed."""
    wrong = "touch tests/started"
    read = start(f"live:\n\t{wrong}\n", "--without-machine", later=wrong)
    read.expect(ADDRESS)
    read.sendintr()
    assert read.finish() == 0
    assert not (tmp_path / "tests/started").exists()


def test_packages_that_cannot_be_installed(start: Start, tmp_path: Path) -> None:
    """Why is said to the pages, too; nothing is built without them."""
    later = 'case "$*" in "fetch live") read word <go; exit ;; esac; '
    later += "echo 'later: no right' >&2; exit 1"
    read = start("live:\n\ttouch tests/started\n", later=later)
    read.expect(ADDRESS)
    address = str(read.after)
    (tmp_path / "go").write_text("go\n")
    read.expect_exact("later: no right")
    read.expect_exact("'make live' tries again.")
    assert "It failed: no right." in told(address)["why"]
    assert not (tmp_path / "tests/started").exists()


def test_interrupted_download(start: Start, tmp_path: Path) -> None:
    """^C ends it at once: nothing is half there that was whole before."""
    read = start(BUILDING, later="echo $$ >started; exec sleep 1000")
    read.expect(ADDRESS)
    with must_end([builder(tmp_path)]):
        read.sendintr()
        assert read.finish() == 0
    assert "read:" not in str(read.before)


def test_interrupted_installation(start: Start, tmp_path: Path) -> None:
    """^C waits for it: ended half way, it would leave Debian's records so."""
    later = "if [ $1 = install ]; then echo $$ >started; read w <go; echo $w >whole; fi"
    read = start(BUILDING, later=later)
    read.expect(ADDRESS)
    builder(tmp_path)
    for _ in range(2):  # and who is impatient does no harm
        read.sendintr()
    read.expect_exact("read: Debian's packages are being installed; it ends when they")
    (tmp_path / "go").write_text("all\n")
    assert read.finish() == 0
    assert (tmp_path / "whole").read_text() == "all\n"


def test_interrupted_build(start: Start, tmp_path: Path) -> None:
    """^C ends the build as well, and that is no failure to be told."""
    read = start(BUILDING)
    read.expect(ADDRESS)
    with must_end([builder(tmp_path)]):
        read.sendintr()
        assert read.finish() == 0
    assert "read:" not in str(read.before)
    assert not waits(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    """However it ends, the build ends with it."""
    read = start(BUILDING)
    read.expect(ADDRESS)
    with must_end([builder(tmp_path)]):
        read.kill(number)
        read.finish()
    if number == signal.SIGTERM:
        assert not waits(tmp_path)


def test_port_that_is_taken(start: Start) -> None:
    """Nothing is served, nothing is built, and the status is the server's."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        read = start(BUILDING, "--port", str(other.getsockname()[1]))
        read.expect_exact("to take another: make read PORT=8001")
        assert read.finish() == 1
