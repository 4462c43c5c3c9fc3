"""The programs that fetch what the project needs: they say why they cannot."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pexpect
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


ASKED = 'echo "$@" >>asked'
# Two packages, of which the book needs one.
PACKAGES = """\
read     graphviz            draws the figures
live     graphviz            the same, for it
live     zstd                packs its state
"""


@pytest.fixture
def setup(tmp_path: Path) -> Path:
    """Return a copy of the programs, with a short list; apt-get notes its calls."""
    folder = tmp_path / "tests/setup"
    folder.mkdir(parents=True)
    for name in ("install", "lacking", "later", "backports"):
        shutil.copy(CHECKOUT / "tests/setup" / name, folder)
    (folder / "packages.txt").write_text(PACKAGES)
    bare_machine(tmp_path, ASKED)
    fake(tmp_path, "id", "echo 1000")
    note = 'echo sudo "$@" >>asked; [ "$1" != -n ] || shift; exec "$@"'
    fake(tmp_path, "sudo", note)
    return tmp_path


def answer(folder: Path, text: str) -> tuple[int, str]:
    """Answer what "install" asks on a terminal; return its status and what is declined.

    All that it showed lies in the file shown.
    """
    path = f"PATH={folder}/bin:{os.environ['PATH']}"
    command = "tests/setup/install read --later live >declined"
    words = ["/usr/bin/env", path, "CI=", "sh", "-c", command]
    with pexpect.spawn(words[0], words[1:], cwd=str(folder), timeout=SECONDS) as child:
        child.expect_exact("[Y/n] ")
        child.sendline(text)
        shown = child.before
        child.expect(pexpect.EOF)
    (folder / "shown").write_bytes(shown)
    return int(child.exitstatus or 0), (folder / "declined").read_text()


def asked(folder: Path) -> list[str]:
    """Return what was asked of apt-get, as its verb and the packages."""
    path = folder / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    calls = [line.split() for line in lines if not line.startswith("sudo ")]
    told = {"update", "install", "graphviz", "zstd"}
    return [" ".join(word for word in call if word in told) for call in calls]


def installs(folder: Path, *names: str) -> None:
    """Let these packages be there."""
    there = "".join(f"echo installed {name}; " for name in names)
    fake(folder, "dpkg-query", there)


def test_one_question_for_all(setup: Path) -> None:
    """It names each package once; what comes later is not installed now."""
    assert answer(setup, "") == (0, "")
    shown = (setup / "shown").read_text()
    assert shown.count("graphviz") == shown.count("zstd") == 1
    assert "while you read, for the machine in the pages:\n  zstd" in shown
    assert asked(setup) == ["update", "install graphviz"]


def test_package_of_two_tasks(setup: Path) -> None:
    """It is named once."""
    path = fake(setup, "dpkg-query", "exit 1")
    done = call([str(setup / "tests/setup/lacking"), "read", "live"], PATH=path)
    assert done.stdout.split() == ["graphviz", "zstd"]


def test_for_the_book_only(setup: Path) -> None:
    """Then the caller is told; the book's packages are installed all the same."""
    assert answer(setup, "b") == (0, "declined\n")
    assert asked(setup) == ["update", "install graphviz"]


def test_nothing_at_all(setup: Path) -> None:
    """Without the book's own packages there is no book."""
    assert answer(setup, "n") == (1, "")
    assert asked(setup) == []


def test_nothing_but_what_comes_later(setup: Path) -> None:
    """It is asked for as well; without it there still is a book."""
    installs(setup, "graphviz")
    assert answer(setup, "n") == (0, "declined\n")
    assert asked(setup) == []
    assert answer(setup, "y") == (0, "")
    assert asked(setup) == [
        "update"
    ], "sudo asks for its password where it can be given"


def later(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run "later" in a copy of the programs, without a terminal."""
    path = f"PATH={folder}/bin:{os.environ['PATH']}"
    program = str(folder / "tests/setup/later")
    return call(["env", "-C", str(folder), path, program, *arguments])


def test_later_packages_are_fetched_first(setup: Path) -> None:
    """By whoever calls, into a folder of the checkout; what is there is left out."""
    installs(setup, "graphviz")
    assert later(setup, "fetch", "live").returncode == 0
    assert asked(setup) == ["install zstd"]
    said = (setup / "asked").read_text()
    assert "--download-only" in said and "sudo" not in said
    assert (setup / "build/packages/partial").is_dir(), "apt-get does not make it"


def test_later_packages_are_installed(setup: Path) -> None:
    """By sudo, which must not ask, without the network; what was fetched then goes."""
    (setup / "build/packages").mkdir(parents=True)
    installs(setup, "graphviz")
    assert later(setup, "install", "live").returncode == 0
    assert asked(setup)[-1] == "install zstd"
    last = (setup / "asked").read_text().splitlines()[-1]
    assert "--no-download" in last
    said = (setup / "asked").read_text()
    assert "sudo -n env " in said and "sudo env" not in said
    assert not (setup / "build/packages").exists()


def test_sudo_that_wants_a_password(setup: Path) -> None:
    """The message names what is missing, in one line: the page shows it."""
    fake(setup, "sudo", "exit 1")
    done = later(setup, "install", "live")
    assert done.returncode == 1
    words = "later: sudo wants a password, or gives no right to install graphviz zstd"
    assert words in done.stderr
    assert asked(setup) == []


def test_later_for_no_task(setup: Path) -> None:
    """A task that is none is a wrong call, not one for which nothing is missing."""
    done = later(setup, "fetch", "gone")
    assert (done.returncode, "usage: " in done.stderr) == (2, True)


def test_later_without_the_network(setup: Path) -> None:
    """That it is the network is said, in one line."""
    fake(setup, "apt-get", "echo E: no route >&2; exit 100")
    done = later(setup, "fetch", "live")
    assert done.returncode == 1
    assert "E: no route\nlater: apt-get cannot download" in done.stderr


def test_later_with_nothing_missing(setup: Path) -> None:
    """Then nobody is asked, and what was fetched for a time that was ended goes."""
    installs(setup, "graphviz", "zstd")
    (setup / "build/packages").mkdir(parents=True)
    for step in ("fetch", "install"):
        assert later(setup, step, "live").returncode == 0
    assert not (setup / "asked").exists()
    assert not (setup / "build/packages").exists()


def lab_on(setup: Path, target: str, more: str = "") -> tuple[str, list[str]]:
    """Install QEMU where apt knows that target; return what is said, apt's calls."""
    (setup / "tests/setup/packages.txt").write_text("lab qemu-system-x86 the guest")
    known = f'[ "$1" != indextargets ] || exec echo "{target}"'
    path = fake(setup, "apt-get", f"{known}\n{ASKED}\n{more}")
    done = subprocess.run(
        ["tests/setup/install", "lab"],
        cwd=setup,
        env=os.environ | {"PATH": path, "CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = (setup / "asked").read_text().splitlines()
    return done.stderr, [line for line in lines if not line.startswith("sudo ")]


BOOKWORM = "Debian bookworm http://mirror.example/debian/"


def test_qemu_of_debian_12(setup: Path) -> None:
    """It comes from the backports, which apt knows for these two calls."""
    keeps = 'for word; do case $word in *=*) cp "${word#*=}" .;; esac; done'
    said, calls = lab_on(setup, BOOKWORM, keeps)
    assert "slower" not in said
    assert [("SourceList" in line, "Preferences" in line) for line in calls] == [
        (False, False),
        (True, True),
        (True, True),
    ]
    sources = (setup / "sources").read_text().splitlines()
    assert sources[-1].endswith(
        " http://mirror.example/debian/ bookworm-backports main"
    )
    pins = (setup / "preferences").read_text()
    assert pins.startswith("Package: qemu-system-* seabios\nPin: release n=bookworm-b")


def test_qemu_without_backports(setup: Path) -> None:
    """A mirror that lacks them is no end: the message says what that means."""
    said, calls = lab_on(setup, BOOKWORM, 'case "$*" in *List*update) exit 100;; esac')
    assert "the lab has an older, slower QEMU" in said
    assert calls[-1].endswith("qemu-system-x86")


@pytest.mark.parametrize("target", ["Debian trixie http://a/debian/", ""])
def test_qemu_of_another_debian(setup: Path, target: str) -> None:
    """It is that of the release."""
    _, calls = lab_on(setup, target)
    assert [call.split()[1] for call in calls] == ["update", "install"]


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


@pytest.mark.parametrize(
    "program", ["node-modules", "install", "lacking", "later", "room", "backports"]
)
def test_wrong_call(program: str) -> None:
    """A wrong call gives the usage and status 2; --help the same, and 0."""
    path = str(CHECKOUT / "tests/setup" / program)
    wrong, asked = call([path, "--no-such-option"]), call([path, "--help"])
    assert (wrong.returncode, asked.returncode) == (2, 0)
    assert "usage: " in wrong.stderr and "usage: " in asked.stdout
