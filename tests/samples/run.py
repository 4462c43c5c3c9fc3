"""Run bats files in guests, as root, and judge what comes back.

Each file gets a guest of its own, restored for it, and as many run at a time as
there are processors. With several kernels a table says what passed where.
"""

import argparse
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import CHECKOUT
from tests.lab import cache, outside
from tests.lab.cache import LabError
from tests.lab.image import image
from tests.samples import results
from tests.samples.suite import Unit, Verdict, run_units, units


def run_all(series: list[str], work: list[Unit], jobs: int) -> list[Verdict]:
    """Run all units on all kernels: a fresh guest a file, jobs of them at a time."""
    files: dict[Path, list[Unit]] = {}
    for unit in work:
        files.setdefault(unit.file, []).append(unit)
    # The longest first: a short one at the end keeps no processor waiting.
    order = sorted(files.values(), key=tests, reverse=True)
    images = [image(name) for name in series]
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            pool.submit(run_units, img, mine) for mine in order for img in images
        ]
        return [verdict for future in running for verdict in future.result()]


def tests(mine: list[Unit]) -> int:
    """Return how many tests units have."""
    return sum(len(unit.names) for unit in mine)


def table(verdicts: list[Verdict], series: list[str]) -> str:
    """Return what passed on which kernel: a line a sample, a column a kernel."""
    cells: dict[str, dict[str, str]] = {}
    for verdict in verdicts:
        cell = f"{verdict.failed} FAILED" if verdict.failed else f"{verdict.passed} ok"
        if verdict.skipped:
            cell += f", {len(verdict.skipped)} skip"
        name = f"{verdict.unit.file.stem}/{verdict.unit.sample}"
        cells.setdefault(name, {})[verdict.series] = cell
    width = max(map(len, cells)) + 2
    lines = [" " * width + "".join(f"{name:<14}" for name in series)]
    for name, row in sorted(cells.items()):
        words = "".join(f"{row[kernel]:<14}" for kernel in series)
        lines.append(f"{name:{width}}{words}")
    return "\n".join(line.rstrip() for line in lines)


def interrupted(number: int, _frame: object) -> None:
    """End at once: the guests die with this process, and nothing else is held."""
    os._exit(128 + number)


def main() -> int:
    """Run the tests; return the exit status."""
    known = [kernel.series for kernel in cache.kernels()]
    parser = argparse.ArgumentParser(
        prog="tests/samples/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.bats")
    parser.add_argument("--kernel", default=cache.DEFAULT, choices=[*known, "all"])
    parser.add_argument("--sample", help="only the tests of this sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--record", type=Path, metavar="FILE.json")
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    series = known if args.kernel == "all" else [args.kernel]
    try:
        files = args.files or sorted((CHECKOUT / "tests/samples").glob("*.bats"))
        work = units([file.resolve() for file in files])
        work = [unit for unit in work if args.sample in (None, unit.sample)]
        if not work:
            raise LabError("no test to run: check the names of FILE and --sample")
        verdicts = run_all(series, work, args.jobs)
        if len(series) > 1:
            print(table(verdicts, series))
        if args.record:
            results.enter_samples(args.record, verdicts)
    except (LabError, OSError) as error:
        print(f"lab: {outside.told(error)}", file=sys.stderr)
        print("0 passed, 1 failed, 0 skipped")
        return 1
    passed = sum(verdict.passed for verdict in verdicts)
    failed = sum(verdict.failed for verdict in verdicts)
    skipped = sum(len(verdict.skipped) for verdict in verdicts)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
