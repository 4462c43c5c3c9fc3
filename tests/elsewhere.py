"""Try the two commands of README in clean roots of Debian 12 and 13.

As a reader does: an ordinary user with sudo clones what is committed here, types
"make read" on a terminal, looks at the first page, presses ^C, and types "make check".
What the terminal shows lies in build/elsewhere/RELEASE.log. Each root is made anew,
and removed at the end; it has this machine's kernel and network.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pexpect

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError
from tests.lab.debian import archives, bootstrap, mirror, run

SUITES = {"12": "bookworm", "13": "trixie"}
COMMANDS = ["make read", "make check"]
PORT = "PORT="  # not 8000, which may be taken: the network is this machine's
# What a reader has who can clone and type make; the rest our verbs install.
PACKAGES = ["ca-certificates", "git", "make", "mount", "passwd", "sudo"]
USER, UID = "reader", 1000
HOME = Path("home", USER)
BOOK = "book"  # the clone, in the user's home
ENTER = CHECKOUT / "tests/lab/enter"
# What of the cache folder was downloaded, not made of it.
DOWNLOADS = ["kernels", "roots", "live", "lock.json"]
MADE = "live/states"
APT = re.compile(r"Acquire::(Check-|http|Retries)")
NPM = ("registry", "cafile", "proxy", "https-proxy", "strict-ssl")
SETUP = [
    "echo debian >$1/etc/hostname",
    "echo 127.0.0.1 localhost debian >$1/etc/hosts",
    f'chroot "$1" useradd -m -s /bin/bash -u {UID} {USER}',
    # As pam_umask does where it is set up: each user has a group of their own.
    f"echo umask 002 >>$1/home/{USER}/.profile",
    f'echo "{USER} ALL=(ALL) NOPASSWD: ALL" >$1/etc/sudoers.d/{USER}',
]
COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
QUESTION = r"\[Y/n\] $"
SERVED = r"The book is at (http://127\.0\.0\.1:\d+/)"
GIBIBYTE = 1 << 30
ROOM = 10 * GIBIBYTE  # of a root in which everything was installed and built
RESERVE = 2 * GIBIBYTE  # what is left on the disk in any case
TAIL = 12  # lines shown of what a command said last


@dataclass
class Attempt:
    """What came of one command in one release."""

    title: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def say(text: str) -> None:
    """Show a step."""
    print(f"elsewhere: {text}", flush=True)


def sources(suite: str) -> list[str]:
    """Return the lines of sources.list that a fresh Debian has."""
    known, parts = archives(), [f"{suite} main", f"{suite}-updates main"]
    lines = [f"deb {mirror()} {part}" for part in parts]
    if "Debian-Security" in known:
        lines.append(f"deb {known['Debian-Security']} {suite}-security main")
    return lines


def apt_options() -> list[str]:
    """Return how this machine's apt reaches the archives, as apt writes options."""
    lines = run(["apt-config", "dump", "--format", '%f "%v";%n']).splitlines()
    return [line for line in lines if APT.match(line)]


def base(suite: str) -> Path:
    """Return a tarball of a suite with PACKAGES, a month old at most."""
    options = [f"--aptopt={line}" for line in apt_options()]
    options += [f"--customize-hook={line}" for line in SETUP]
    command = [*bootstrap(suite, PACKAGES, "--format=tar", *options)]
    name = cache.key(*command, *sources(suite), time.strftime("%Y-%m"))
    target = cache.folder() / "elsewhere" / f"{suite}-{name}.tar"
    with cache.locked("elsewhere"), cache.scratch() as tmp:
        if not target.exists():
            say(f"making a clean root of {suite} (a minute)")
            run([*command, tmp / "root.tar", *sources(suite)])
            target.parent.mkdir(exist_ok=True)
            for old in target.parent.glob(f"{suite}-*.tar"):
                old.unlink()
            (tmp / "root.tar").rename(target)
    return target


def write_npmrc(root: Path) -> None:
    """Let the root's npm reach the registry as this machine's does."""
    if not shutil.which("npm"):
        return
    known = json.loads(run(["npm", "config", "list", "--json"]))
    lines = {name: known[name] for name in NPM if known.get(name) is not None}
    if "cafile" in lines:
        shutil.copy(lines["cafile"], root / "etc/registry.crt")
        lines["cafile"] = "/etc/registry.crt"
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    (root / HOME / ".npmrc").write_text(text)


def copy_downloads(root: Path) -> None:
    """Let the root begin with what this machine's cache folder has downloaded."""
    here, there = cache.folder(), root / HOME / ".cache" / cache.folder().name
    names = [name for name in DOWNLOADS if (here / name).exists()]
    for folder in (there.parent, there):
        folder.mkdir()
        os.chown(folder, UID, UID)
    # Not by chown, which would take the set-user-ID bits away.
    copy = f'tar -C "$1" --owner={UID} --group={UID} --exclude={MADE} -c $3'
    copy += ' | tar -C "$2" -xp'
    run(["sh", "-c", copy, "sh", here, there, " ".join(names)])
    say(f"reused, from {here}: {', '.join(names)}")


@contextmanager
def clean_root(release: str, fresh: bool, keep: bool) -> Iterator[Path]:
    """Give a root folder of a release with a clone of HEAD; remove it at the end."""
    tarball = base(SUITES[release])
    root = cache.folder() / "elsewhere" / f"root-{release}.{os.getpid()}"
    try:
        root.mkdir()
        run(["tar", "-C", root, "--numeric-owner", "-xpf", tarball])
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        run(["git", "clone", "-q", "--bare", CHECKOUT, root / HOME / "book.git"])
        write_npmrc(root)
        run(["chown", "-R", f"{UID}:{UID}", root / HOME])
        if not fresh:
            copy_downloads(root)
        run([ENTER, root, USER, f"git clone -q book.git {BOOK}"])
        yield root
    finally:
        if keep:
            say(f"kept; go on with: {ENTER} {root} {USER} 'cd {BOOK} && COMMAND'")
        else:
            shutil.rmtree(root)


class LoggedTerminal:
    """A command that runs in a root, on a terminal, within bounds."""

    def __init__(self, root: Path, command: str, log: IO[str], minutes: float) -> None:
        """Start it."""
        words = [str(ENTER), str(root), USER, f"cd {BOOK} && {command}"]
        self.child = pexpect.spawn(
            "setpriv",
            ["--pdeathsig", "KILL", *words],  # it ends with us in any case
            encoding="utf-8",
            codec_errors="replace",
        )
        self.child.logfile_read = log
        self.root = root
        self.end = time.monotonic() + minutes * 60

    def wait_for(self, *patterns: str) -> int:
        """Return which pattern the terminal showed, or how many there are at its end.

        Raises LabError when time or disk run out.
        """
        wanted = [*patterns, pexpect.EOF, pexpect.TIMEOUT]
        while True:
            seen: int = self.child.expect(wanted, timeout=5, searchwindowsize=4096)
            if seen <= len(patterns):
                return seen
            if time.monotonic() > self.end:
                raise LabError("not done in time: see --minutes")
            if shutil.disk_usage(self.root).free < RESERVE:
                raise LabError("the disk is full")

    def answer(self, *patterns: str) -> int:
        """Say yes to questions; return the number of the pattern that came."""
        while (seen := self.wait_for(QUESTION, *patterns)) == 0:
            self.child.send("\r")
        return seen - 1

    def finish(self) -> None:
        """End all that still runs in the root, and wait until it has ended."""
        if not self.child.isalive():
            return
        # The first process there takes all others with it; who entered waits for it.
        pid = self.child.pid
        inside = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in inside or [pid]:
            os.kill(int(process), signal.SIGKILL)
        self.child.wait()

    def status(self) -> int:
        """Return the exit status of a command that has ended, 128+N after a signal."""
        self.child.close()
        if self.child.exitstatus is None:
            return 128 + int(self.child.signalstatus)
        return int(self.child.exitstatus)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_page(address: str) -> str:
    """Return what is wrong with the page at an address, "" if nothing is."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        text = answer.read().decode()
    return "" if "Linux Namespaces, Hands On" in text else "another page is served"


def read(terminal: LoggedTerminal, result: Attempt) -> str:
    """Wait until the book is served, look at it, press ^C; say what is wrong."""
    if terminal.answer(SERVED) == 1:
        return f"ended with {terminal.status()} before a page was served"
    address = terminal.child.match[1]
    wrong = first_page(address)
    terminal.child.sendintr()
    if terminal.answer() == 0 and not wrong:
        try:
            first_page(address)
            wrong = "^C does not end it"
        except OSError:
            result.passed = 1
    return wrong


def check(terminal: LoggedTerminal, result: Attempt) -> str:
    """Wait for the end of a command and take over what it counts."""
    terminal.answer()
    status = terminal.status()
    last = str(terminal.child.before).rstrip().rpartition("\n")[2]
    counts = COUNTS.fullmatch(last.strip())
    if counts:
        result.passed, result.failed, result.skipped = map(int, counts.groups())
    elif status == 0:
        result.passed = 1
    return f"ended with {status}" if status and not result.failed else ""


def attempt(root: Path, command: str, log: Path, minutes: float) -> Attempt:
    """Run one command in a root; show how it ended."""
    result = Attempt(f"{log.stem}: {command}")
    is_read = command == COMMANDS[0]
    typed = f"{command} {PORT}{free_port()}" if is_read else command
    say(f"{log.stem}: {typed} (tail -f {log.relative_to(CHECKOUT)})")
    began = time.monotonic()
    with log.open("a", encoding="utf-8") as file:
        start = file.tell()
        terminal = LoggedTerminal(root, typed, file, minutes)
        try:
            wrong = (read if is_read else check)(terminal, result)
        except (LabError, OSError) as error:
            wrong = str(error)
        finally:
            terminal.finish()
    if wrong:
        result.passed, result.failed = 0, max(result.failed, 1)
    said = log.read_text(encoding="utf-8")[start:].splitlines()
    print("\n".join(f"    {line}" for line in said[-TAIL:]))
    outcome = f"FAILED: {wrong}" if wrong else "failed" if result.failed else "ok"
    say(f"{result.title}: {outcome}, after {time.monotonic() - began:.0f} s")
    return result


def try_release(release: str, args: argparse.Namespace) -> list[Attempt]:
    """Run the commands in a clean root of a release."""
    log = CHECKOUT / "build/elsewhere" / f"{release}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    with clean_root(release, args.fresh, args.keep) as root:
        commands = args.command or COMMANDS
        return [attempt(root, command, log, args.minutes) for command in commands]


def refusal() -> str:
    """Return why this machine cannot do it, "" if it can."""
    if os.getuid() != 0:
        return "roots of another Debian need root: run 'sudo make elsewhere'"
    if shutil.disk_usage(CHECKOUT).free < ROOM + RESERVE:
        return f"it takes {ROOM // GIBIBYTE} GiB of disk for the time that it runs"
    probe = ["unshare", "--mount", "--pid", "--uts", "--ipc", "true"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode:
        return "no namespaces may be made here: run it outside of the container"
    return ""


def main() -> int:
    """Try what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/elsewhere", description=__doc__.split("\n")[0]
    )
    parser.add_argument("release", nargs="*", metavar="RELEASE", help="12, 13 (both)")
    parser.add_argument(
        "--command",
        action="append",
        metavar="COMMAND",
        help="what to try, again for another; by default both of README",
    )
    parser.add_argument("--minutes", type=float, default=120, help="for a command: 120")
    parser.add_argument(
        "--fresh", action="store_true", help="reuse no kernel and no image"
    )
    parser.add_argument("--keep", action="store_true", help="leave the roots there")
    args = parser.parse_args()
    if not set(args.release) <= set(SUITES):
        parser.error(f"releases are {', '.join(SUITES)}")
    wrong = refusal()
    if wrong:
        print(f"elsewhere: {wrong}", file=sys.stderr)
        return 1
    changed = run(["git", "-C", CHECKOUT, "status", "--porcelain"])
    if changed:
        say("what is not committed is not tried:\n" + changed.rstrip())
    # As ^C does: what was made is removed on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        releases = args.release or list(SUITES)
        results = [r for name in releases for r in try_release(name, args)]
    except (LabError, OSError) as error:
        print(f"elsewhere: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # the roots are removed by now
    for result in results:
        counts = f"{result.passed} passed, {result.failed} failed"
        print(f"{result.title:16} {counts}, {result.skipped} skipped")
    whole = [sum(getattr(r, name) for r in results) for name in ("passed", "failed")]
    skipped = sum(result.skipped for result in results)
    print(f"{whole[0]} passed, {whole[1]} failed, {skipped} skipped")
    return 1 if whole[1] else 0


if __name__ == "__main__":
    sys.exit(main())
