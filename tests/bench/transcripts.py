"""Run a page's transcripts again and again, and count what differs.

Every run restores a guest of its own. Prints how many transcripts differed, which
must be none, and the median of the seconds from the start to the verdict.
"""

import argparse
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import cache
from tests.transcripts.page import Outcome, run_page

HERE = Path(__file__).resolve().parent


def timed(page: str, series: str) -> tuple[float, list[Outcome]]:
    """Run a page once; return the seconds that it took, and what came of it."""
    began = time.monotonic()
    outcomes = run_page(page, series, False, page)
    return time.monotonic() - began, outcomes


def main() -> int:
    """Print each difference and the figures; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/bench/transcripts", description=__doc__.split("\n")[0]
    )
    parser.add_argument("page", nargs="?", default="introduction")
    parser.add_argument("--runs", type=int, default=100, metavar="N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    args = parser.parse_args()
    print(f"load at the start {os.getloadavg()[0]:.1f}", flush=True)
    seconds, different = [], 0
    with ThreadPoolExecutor(args.jobs) as pool:
        runs = [pool.submit(timed, args.page, args.kernel) for _ in range(args.runs)]
        for number, run in enumerate(runs, start=1):
            took, outcomes = run.result()
            seconds.append(took)
            for outcome in (outcome for outcome in outcomes if outcome.wrong):
                different += 1
                print(f"run {number}: {outcome.name}", *outcome.wrong, sep="\n  ")
            if number % 10 == 0:
                print(f"{number} runs, {different} differences", flush=True)
    print(
        f"{len(seconds)} runs of {args.page} on {args.kernel}, {args.jobs} at a time: "
        f"{different} differences; median {statistics.median(seconds):.1f} s "
        f"({min(seconds):.1f} to {max(seconds):.1f})"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
