"""Serve the book, and build the machine in its pages beside that.

The book is there at once; how the build ended is said when it has.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading

from tests import CHECKOUT

LOG = CHECKOUT / "build/live.log"

WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"]  # they end as we do, however
READY = "read: the machine in the page is there: load the page again"
FAILED = """\
read: the machine in the page could not be built; the book is served without it.
  {reason}
The rest is in {log}; 'make live' tries again."""


def reason(said: str) -> str:
    """Return the line of a log that says why: the last one of a program of ours."""
    lines = [line for line in said.splitlines() if line and line[:4] != "make"]
    told = [line for line in lines if line.startswith(("live: ", "node_modules: "))]
    return (told or lines or ["it said nothing"])[-1]


def start_build() -> subprocess.Popen[bytes]:
    """Start the build, in a process group of its own: ^C is for the server."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        return subprocess.Popen(
            [*WITH_US, "make", "--no-print-directory", "live"],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
        )


def watch(build: subprocess.Popen[bytes], leaving: threading.Event) -> None:
    """Say how the build has ended, unless it was us who ended it."""
    status = build.wait()
    if leaving.is_set():
        return
    text = READY
    if status:
        said = LOG.read_text(encoding="utf-8", errors="replace")
        text = FAILED.format(reason=reason(said), log=LOG.relative_to(CHECKOUT))
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Serve until ^C; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/live/read", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--port", default="8000", help="default: 8000")
    args = parser.parse_args()
    leaving = threading.Event()
    build = start_build()
    watcher = threading.Thread(target=watch, args=(build, leaving))
    watcher.start()
    signal.signal(signal.SIGINT, lambda *_: None)  # the server ends, then we do
    serve = [*WITH_US, str(CHECKOUT / "docs/serve"), "--port", args.port]
    status = subprocess.run(serve, check=False).returncode
    leaving.set()
    if build.poll() is None:
        os.killpg(build.pid, signal.SIGINT)
    watcher.join()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
