"""What the lab's tests share: a checkout and a cache to spoil, and a QEMU that fails.

A plug-in of pytest. The guests' own cache is used where nothing in it is harmed, so
that no test waits for a boot that was done before.
"""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests import CHECKOUT
from tests.lab import cache, image, state
from tests.lab.accel import accelerator
from tests.lab.cache import Image
from tests.lab.guest import Guest

SERIES = cache.DEFAULT  # the one kernel that `make check` has in the cache
SECONDS = 60.0  # bounds what hangs when a test fails; nothing takes as long

# Writes a program that stands for QEMU, and puts it first on PATH.
Fake = Callable[[str], None]

PROGRAMS = {
    "exec": ["tests/lab/exec", "true"],
    "run": ["tests/samples/run", "--only", "unshare"],
}


@pytest.fixture(scope="session")
def img() -> Image:
    """Return what a guest boots from, with a state of it in the cache."""
    found = image.image(SERIES)
    if not state.path(found).exists():
        state.open_guest(found).stop()
    return found


@pytest.fixture(scope="session")
def kept(img: Image) -> Path:
    """Return the state of a guest in the cache that all share."""
    return state.path(img)


def copy_package(copy: Path) -> None:
    """Copy what every program below tests/ starts with."""
    (copy / "tests").mkdir(parents=True, exist_ok=True)
    for file in [CHECKOUT / "tests/python", *CHECKOUT.glob("tests/*.py")]:
        shutil.copy(file, copy / "tests" / file.name)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the lab's part of the checkout, with a path to stumble over.

    It holds two spaces and a comma, and is longer than the path of a socket may be.
    """
    parent = tmp_path_factory.mktemp("long" * 25)
    copy = parent / "checkout of mine, spaced"
    for name in ("tests/lab", "tests/transcripts", "docs/_ext", "code-samples"):
        shutil.copytree(CHECKOUT / name, copy / name)
    (copy / "tests/samples").mkdir()
    for path in CHECKOUT.glob("tests/samples/*"):
        if path.suffix == ".py" or path.name == "run":
            shutil.copy(path, copy / "tests/samples" / path.name)
    copy_package(copy)
    (copy / "build/samples").mkdir(parents=True)
    (copy / "build/samples/unshare").write_text("#!/bin/sh\n")
    (copy / "tests/samples/unshare.bats").write_text(
        '@test "unshare: runs" {\n    true\n}\n'
    )
    return copy


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, borrowed: Path) -> Fake:
    """Return a function that puts another qemu-system-x86_64 in QEMU's place."""

    def write(script: str) -> None:
        program = tmp_path / "bin/qemu-system-x86_64"
        program.parent.mkdir()
        program.write_text(script)
        program.chmod(0o755)
        path = f"{program.parent}:{os.environ['PATH']}"
        monkeypatch.setenv("PATH", path)

    return write


def borrow(target: Path) -> Path:
    """Fill a folder with links to what the cache holds; return it."""
    target.mkdir(parents=True)
    for name in ("kernels", "roots", "initrds"):
        (target / name).symlink_to(cache.folder() / name)
    (target / "states").mkdir()
    shutil.copy(cache.folder() / "lock.json", target)
    return target


@pytest.fixture
def borrowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, img: Image) -> Path:
    """Work with a cache of our own, that lacks nothing but a state; return it."""
    monkeypatch.setenv("LAB_ACCEL", accelerator())
    folder = borrow(tmp_path / "a cache, borrowed/linux-namespaces")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent))
    return folder


def plant(place: Path) -> Path:
    """Make what passes for a state until QEMU reads it; return its folder."""
    place.mkdir(parents=True)
    for name in state.FILES:
        (place / name).write_text("looks like it")
    state.write_sums(place)
    return place


def restored(img: Image) -> Guest:
    """Return a guest that was just restored: what a boot gives, without its time."""
    guest = Guest(img, CHECKOUT, state.path(img))
    try:
        guest.run("true", SECONDS)
    except BaseException:
        guest.stop()
        raise
    return guest


@pytest.fixture
def quick_boot(monkeypatch: pytest.MonkeyPatch, img: Image, kept: Path) -> list[Image]:
    """Make each boot a restore; return the list of what was booted so far."""
    boots: list[Image] = []

    def boot(wanted: Image, writable: bool = False) -> Guest:
        boots.append(wanted)
        guest = Guest(wanted, CHECKOUT, kept, writable)
        guest.run("true", SECONDS)
        return guest

    monkeypatch.setattr(state, "boot", boot)
    return boots


def call(
    command: list[str], cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of a checkout to its end."""
    return subprocess.run(
        [str(cwd / command[0]), *command[1:]],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=2 * SECONDS,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    """Check that a program ended with that status and a message of these words."""
    assert "Traceback" not in done.stderr, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert done.returncode == status, done.stderr


class Typist(pexpect.spawn):
    """Somebody at a terminal with a program of a checkout in it."""

    def __init__(self, command: list[str], cwd: Path, **environment: str) -> None:
        """Start the program in a terminal of 24 rows, wide enough for any line."""
        super().__init__(
            "/usr/bin/env",  # pexpect would split a path with blanks
            [str(cwd / command[0]), *command[1:]],
            cwd=str(cwd),
            env=os.environ | {"TERM": "dumb"} | environment,
            dimensions=(24, 200),
            encoding="utf-8",
            timeout=SECONDS,
        )
        self.delaybeforesend = None

    def type(self, command: str, prompt: str) -> str:
        """Type a command; return the output that comes before that prompt."""
        self.sendline(command)
        self.expect_exact(command + "\r\n")
        self.expect_exact(prompt)
        return str(self.before).replace("\r\n", "\n")

    def finish(self) -> int:
        """Read to the end; return the exit status, or minus the signal's number."""
        self.expect(pexpect.EOF)
        self.close()
        return int(self.exitstatus if self.signalstatus is None else -self.signalstatus)


def children(pid: int) -> list[int]:
    """Return the processes below a process."""
    below = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for word in file.read_text().split():
            below += [int(word), *children(int(word))]
    return below


def guests(pid: int) -> list[int]:
    """Return the QEMUs below a process."""
    return [
        child
        for child in children(pid)
        if b"qemu-system" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0]
    ]


def wait_for(condition: Callable[[], object]) -> None:
    """Return when the condition holds; fail when it does not come to that."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "this did not come"
        select.select([], [], [], 0.01)  # ask again, but leave the processor to others


@contextmanager
def must_end(pids: list[int]) -> Iterator[None]:
    """Check that processes which run now have ended some time after the block."""
    watched = [os.pidfd_open(pid) for pid in pids]
    try:
        yield
        for pid, descriptor in zip(pids, watched):
            ended, _, _ = select.select([descriptor], [], [], SECONDS)
            assert ended, f"process {pid} was left"
    finally:
        for descriptor in watched:
            os.close(descriptor)


def files(folder: Path) -> set[str]:
    """Return the files of a checkout, without those that may come and go."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.relative_to(folder).parts[0] not in ("build", "work")
    }
