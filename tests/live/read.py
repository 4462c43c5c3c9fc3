"""Serve the book, and build the machine in its pages beside that.

The book is there at once. How the build goes is said to the pages, and how it ended
on the terminal, too.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from typing import NamedTuple

from book.files import machine

from tests import CHECKOUT

SITE = CHECKOUT / "build/html"
LOG = CHECKOUT / "build/live.log"

WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"]  # they end as we do, however


class BuildStep(NamedTuple):
    """A command of the build, and whether it may be ended half way."""

    command: list[str]
    whole: bool = False


STEPS = [
    BuildStep([*WITH_US, "tests/setup/later", "fetch", "live"]),
    BuildStep(["tests/setup/later", "install", "live"], whole=True),
    BuildStep([*WITH_US, "make", "--no-print-directory", "live"]),
]

OURS = ("live: ", "node_modules: ", "later: ")
READY = "read: the machine in the page is there"
FAILED = """\
read: the machine in the page could not be built; {rest}.
  {reason}
The rest is in {log}; 'make live' tries again."""
TOLD = "No machine here until `make live` has built one. It failed: {reason}."
WAITING = "read: Debian's packages are being installed; it ends when they are"


def reason(said: str) -> str:
    """Return the line of a log that says why: the last one of a program of ours."""
    lines = [line for line in said.splitlines() if line and line[:4] != "make"]
    told = [line for line in lines if line.startswith(OURS)]
    return (told or lines or ["it said nothing"])[-1]


class MachineBuild:
    """The steps that build the machine, one after the other, beside us."""

    def __init__(self) -> None:
        """Begin."""
        self.leaving = False
        self.step = STEPS[0]
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()  # of what is above
        self.there = machine.is_there(SITE)  # one that was built before
        self.tell(machine.BUILDING)
        LOG.parent.mkdir(exist_ok=True)
        LOG.write_bytes(b"")
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def tell(self, state: str, why: str = "") -> None:
        """Tell the pages, unless they have a machine to go on with."""
        if not self.there:
            machine.tell(SITE / machine.LIVE, state, why)

    def start(self, step: BuildStep) -> subprocess.Popen[bytes] | None:
        """Start a step, in a process group of its own: ^C is for the server."""
        with self.lock, LOG.open("ab") as log:
            if self.leaving:
                return None
            self.step = step
            self.process = subprocess.Popen(
                step.command,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            return self.process

    def run(self) -> None:
        """Take the steps; say how they have ended, unless it was us who ended it."""
        for step in STEPS:
            process = self.start(step)
            status = process.wait() if process else 0
            if self.leaving:
                return
            if status:
                self.fail()
                return
        print(READY, file=sys.stderr, flush=True)

    def fail(self) -> None:
        """Say on the terminal and to the pages why there is no machine."""
        why = reason(LOG.read_text(encoding="utf-8", errors="replace"))
        rest = "what was there stays" if self.there else "the book is served without it"
        log = LOG.relative_to(CHECKOUT)
        said = FAILED.format(rest=rest, reason=why, log=log)
        print(said, file=sys.stderr, flush=True)
        for prefix in OURS:
            why = why.removeprefix(prefix)
        self.tell(machine.MISSING, TOLD.format(reason=why.rstrip(". ")))

    def end(self) -> None:
        """End it, or wait for a step that must not be ended."""
        with self.lock:
            self.leaving = True
            if self.process and self.process.poll() is None:
                if self.step.whole:
                    print(WAITING, file=sys.stderr, flush=True)
                else:
                    os.killpg(self.process.pid, signal.SIGINT)
        self.thread.join()
        machine.tell_missing(SITE)  # unless it is there


def serve(port: str) -> int:
    """Serve until a signal; return the exit status."""
    command = [*WITH_US, str(CHECKOUT / "docs/serve"), "--port", port]
    with subprocess.Popen(command) as server:
        # The server ends, then we do.
        signal.signal(signal.SIGINT, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: server.terminate())
        status = server.wait()
    return status if status >= 0 else 128 - status


def main() -> int:
    """Serve until ^C; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/live/read", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--port", default="8000", help="default: 8000")
    parser.add_argument(
        "--without-machine", action="store_true", help="build none, only serve"
    )
    args = parser.parse_args()
    if args.without_machine:
        return serve(args.port)
    build = MachineBuild()
    try:
        return serve(args.port)
    finally:
        build.end()


if __name__ == "__main__":
    sys.exit(main())
