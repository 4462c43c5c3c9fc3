"""The programs that fetch what the project needs: they say why they cannot."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests import CHECKOUT

SECONDS = 120  # bounds what hangs when a test fails


def call(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; what it says is in stderr."""
    return subprocess.run(
        command,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with as much of the checkout as npm needs."""
    folder = tmp_path / "copy"
    (folder / "tests/setup").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(CHECKOUT / name, folder)
    shutil.copy(CHECKOUT / "tests/setup/node-modules", folder / "tests/setup")
    return folder


@pytest.fixture
def closed() -> str:
    """Return an address at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/"


def fake(folder: Path, name: str, script: str) -> str:
    """Write a program that stands for another; return a PATH that begins with it."""
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}/bin:{os.environ['PATH']}"


def install_modules(folder: Path, **environment: str) -> str:
    """Run node-modules where it must fail; return what it said."""
    done = call([str(folder / "tests/setup/node-modules")], **environment)
    assert done.returncode == 1, done.stderr
    assert not (folder / "node_modules").exists(), "make would take it for done"
    return done.stderr


def test_registry_that_does_not_answer(copy: Path, closed: str, tmp_path: Path) -> None:
    """The message says that it is the registry, and which way to it is set."""
    cold = str(tmp_path / "cache")
    said = install_modules(copy, npm_config_registry=closed, npm_config_cache=cold)
    assert "npm's registry cannot be reached (ECONNREFUSED): see that the" in said
    assert "'npm config list'" in said


def test_no_npm(copy: Path, tmp_path: Path) -> None:
    """The message names the package."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))
    said = install_modules(copy, PATH=str(tools))
    assert "npm is missing: install the package npm" in said


def test_disk_that_is_full_for_npm(copy: Path, tmp_path: Path) -> None:
    """What a full disk does to npm's files: it warns of it, and ends with 0."""
    warning = "npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write"
    path = fake(tmp_path, "npm", f"mkdir node_modules; echo '{warning}' >&2")
    assert "the disk is full: free some of" in install_modules(copy, PATH=path)


def test_npm_that_fails_otherwise(copy: Path, tmp_path: Path) -> None:
    """Its own words are shown, and nothing half made stays."""
    words = "mkdir node_modules; echo 'npm error code EUSAGE' >&2; exit 1"
    said = install_modules(copy, PATH=fake(tmp_path, "npm", words))
    assert "npm error code EUSAGE" in said
    assert "npm ended with 1 (EUSAGE)" in said


def test_npm_that_succeeds(copy: Path, tmp_path: Path) -> None:
    """The folder is there, and newer than what it was made from."""
    path = fake(tmp_path, "npm", "mkdir node_modules; touch -d @0 node_modules")
    done = call([str(copy / "tests/setup/node-modules")], PATH=path)
    assert done.returncode == 0
    made = (copy / "node_modules").stat().st_mtime
    assert made >= (copy / "package.json").stat().st_mtime


def bare_machine(folder: Path, apt: str) -> str:
    """Return a PATH on which no package is installed, and apt-get does as told."""
    fake(folder, "dpkg-query", "exit 1")
    fake(folder, "sudo", 'exec "$@"')
    return fake(folder, "apt-get", apt)


def install(*tasks: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run install for some tasks."""
    return call([str(CHECKOUT / "tests/setup/install"), *tasks], **environment)


def test_mirror_that_does_not_answer(tmp_path: Path) -> None:
    """apt's own words come first, then what to do; the status says it too."""
    apt = "echo 'E: Unable to fetch some archives' >&2; exit 100"
    done = install("read", PATH=bare_machine(tmp_path, apt))
    assert done.returncode == 1
    words = "E: Unable to fetch some archives\napt-get failed, as it says above: see"
    assert words in done.stderr


def test_lists_of_last_time_may_do(tmp_path: Path) -> None:
    """That apt-get update fails, as with one bad source of many, is not the end."""
    apt = '[ "$2" = install ]'
    assert install("read", PATH=bare_machine(tmp_path, apt)).returncode == 0


def test_nothing_is_missing(tmp_path: Path) -> None:
    """Then apt is not asked, and nobody else."""
    names = fake(
        tmp_path, "dpkg-query", 'shift 3; for name; do echo "installed $name"; done'
    )
    fake(tmp_path, "apt-get", "echo asked; exit 1")
    done = install("read", PATH=names)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def room(folder: Path, kilobytes: int) -> subprocess.CompletedProcess[str]:
    """Write so much, then fail, on a disk of two megabytes."""
    small = ["bwrap", "--dev-bind", "/", "/", "--size", str(2 << 20), "--tmpfs", folder]
    fill = f"head -c {kilobytes}K /dev/zero >{folder}/file; exit 7"
    command = [*map(str, small), "tests/setup/room", str(folder), "sh", "-c", fill]
    return call(["env", "-C", str(CHECKOUT), *command])


def test_full_disk(tmp_path: Path) -> None:
    """Who fails for want of room is told so, with the folder; the status stays."""
    full, other = room(tmp_path, 4096), room(tmp_path, 100)
    assert (full.returncode, other.returncode) == (7, 7)
    assert f"{tmp_path}, and type this again.\n" in full.stderr
    assert other.stderr == ""


def test_room_runs_its_command(tmp_path: Path) -> None:
    """With its arguments unchanged; a folder that is not there is no want of room."""
    echo = [str(CHECKOUT / "tests/setup/room"), str(tmp_path / "gone"), "printf"]
    assert call([*echo, "%s|", "a b", ""]).stdout == "a b||"
    done = call([*echo[:2], "false"])
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("program", ["node-modules", "install", "room"])
def test_wrong_call(program: str) -> None:
    """A wrong call gives the usage and status 2; --help the same, and 0."""
    path = str(CHECKOUT / "tests/setup" / program)
    wrong, asked = call([path, "--no-such-option"]), call([path, "--help"])
    assert (wrong.returncode, asked.returncode) == (2, 0)
    assert "usage: " in wrong.stderr and "usage: " in asked.stdout
