"""Measure restores: from the command to a guest that is ready, and what it takes.

With --base a second checkout, of an earlier commit, say, is measured beside this one,
turn by turn, so that a busy machine weighs on both. Medians; seconds and megabytes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pexpect

from tests import CHECKOUT
from tests.lab import cache

SECONDS = 120
PROMPT = "sh1# "

# Runs in the checkout that is measured, with its modules.
ONCE = """
import json, sys, time
from pathlib import Path
from tests.lab.image import image
from tests.lab.state import open_guest

found = image(sys.argv[1])
began = time.monotonic()
with open_guest(found, "loose") as guest:
    ready = time.monotonic() - began
    process = Path(f"/proc/{guest.process.pid}")
    threads = process.glob("task/*/schedstat")
    cpu = sum(int(file.read_text().split()[0]) for file in threads) / 1e9
    text = (process / "smaps_rollup").read_text()
rows = [line.split() for line in text.splitlines()]
memory = {row[0]: int(row[1]) / 1024 for row in rows[1:]}
print(json.dumps([ready, cpu, memory["Rss:"], memory["Pss:"]]))
"""


def once(checkout: Path, series: str) -> list[float]:
    """Restore a guest; return the seconds to ready, of them QEMU's own, Rss and Pss."""
    command = [sys.executable, "-B", "-c", ONCE, series]
    done = subprocess.run(
        command, cwd=checkout, stdout=subprocess.PIPE, check=True, timeout=SECONDS
    )
    return [float(figure) for figure in json.loads(done.stdout)]


def execute(checkout: Path, series: str) -> float:
    """Return the seconds that a command in a guest of its own takes."""
    began = time.monotonic()
    command = ["tests/lab/exec", "--kernel", series, "true"]
    subprocess.run(command, cwd=checkout, check=True, timeout=SECONDS)
    return time.monotonic() - began


def prompt(checkout: Path, series: str) -> float:
    """Return the seconds from the lab's start to its prompt."""
    began = time.monotonic()
    words = ["--kernel", series]
    lab = pexpect.spawn("tests/lab/lab", words, cwd=str(checkout), timeout=SECONDS)
    lab.expect_exact(PROMPT)
    took = time.monotonic() - began
    lab.sendline("exit")
    lab.expect(pexpect.EOF)
    lab.close()
    return took


def main() -> int:
    """Print a line a kernel and checkout; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/bench/restore", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--base", type=Path, metavar="CHECKOUT")
    parser.add_argument("--runs", type=int, default=10, metavar="N")
    parser.add_argument("--kernel", default="all", metavar="SERIES")
    args = parser.parse_args()
    known = [kernel.series for kernel in cache.kernels()]
    checkouts = [CHECKOUT, *([args.base.resolve()] if args.base else [])]
    print(f"medians of {args.runs}; load at the start {os.getloadavg()[0]:.1f}")
    print("kernel  ready    cpu   exec  prompt    Rss    Pss")
    for series in known if args.kernel == "all" else [args.kernel]:
        figures: dict[Path, list[list[float]]] = {place: [] for place in checkouts}
        for place in checkouts:
            once(place, series)  # the first one may have to save the state
        for _ in range(args.runs):
            for place in checkouts:
                ready, cpu, rss, pss = once(place, series)
                rest = [execute(place, series), prompt(place, series), rss, pss]
                figures[place].append([ready, cpu, *rest])
        for place in checkouts:
            row = [statistics.median(column) for column in zip(*figures[place])]
            times = "".join(f"{figure:7.2f}" for figure in row[:4])
            sizes = "".join(f"{figure:7.0f}" for figure in row[4:])
            print(f"{series:5}{times} {sizes}  {place.name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
