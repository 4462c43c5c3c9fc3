"""Measure inits: seconds, and memory at most, to collect many orphans at once.

Runs here, in a new user and PID namespace, be_init beside tini, turn by turn, so that a
busy machine weighs on both. Medians; the last line is their ratio. tini is Debian's
package of that name, or lies where --tini says.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time

from tests import CHECKOUT

SAMPLES = CHECKOUT / "build/samples/init"
SECONDS = 300
NEW = "unshare --user --map-root-user --pid --fork --kill-child --mount-proc".split()

# What process 1 runs: it prints the peak of memory of process 1, in kB, and what other
# children that has, once all are collected.
COMMAND = """
"$0" end "$1"
until set -- $(cat /proc/1/task/1/children) && [ $# -eq 1 ]; do :; done
while read -r key kilobytes _; do
    [ "$key" != VmHWM: ] || echo "$kilobytes $(($# - 1))"
done </proc/1/status
"""


def once(init: list[str], count: int) -> tuple[float, int]:
    """Return the seconds that an init takes, and its peak of memory in kB."""
    orphans = [str(SAMPLES / "make_orphans"), str(count)]
    command = [*NEW, *init, "sh", "-c", COMMAND, *orphans]
    began = time.monotonic()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, timeout=SECONDS
    )
    seconds = time.monotonic() - began
    kilobytes, left = map(int, done.stdout.split())
    if left:
        sys.exit(f"orphans: {init[0]}: {left} left")
    return seconds, kilobytes


def main() -> None:
    """Measure what the command line asks for, and print a table."""
    parser = argparse.ArgumentParser(prog="tests/bench/orphans", description=__doc__)
    parser.add_argument("--count", type=int, default=10000, metavar="N")
    parser.add_argument("--turns", type=int, default=5, metavar="N")
    parser.add_argument("--tini", default=shutil.which("tini"), metavar="FILE")
    args = parser.parse_args()
    if not args.tini:
        parser.error("there is no tini: install it, or say where it is")

    inits = {"be_init": [str(SAMPLES / "be_init")], "tini": [args.tini, "--"]}
    measured: dict[str, list[tuple[float, int]]] = {name: [] for name in inits}
    for _ in range(args.turns):
        for name, init in inits.items():
            measured[name].append(once(init, args.count))

    medians = {}
    for name, runs in measured.items():
        seconds = statistics.median(run[0] for run in runs)
        kilobytes = statistics.median(run[1] for run in runs)
        medians[name] = seconds, kilobytes
        print(f"{name:10}{seconds:8.2f} s{kilobytes:8.0f} kB, none left")
    ours, theirs = medians["be_init"], medians["tini"]
    print(f"{'ratio':10}{ours[0] / theirs[0]:8.2f}  {ours[1] / theirs[1]:8.2f}")


if __name__ == "__main__":
    main()
