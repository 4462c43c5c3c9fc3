"""Run bats files in guests, as root, and judge what comes back.

Each file gets a guest of its own, restored for it, and as many run at a time as
there are processors. With several kernels a table says what passed where.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from book.files.samples import find_samples

from tests import CHECKOUT, part, results
from tests.lab.cache import Image, LabError
from tests.lab.image import image
from tests.results import FAILED, PASSED, Ran, Rows
from tests.samples.suite import SampleResult, SampleTests, run_units, units

Tests = TypeVar("Tests", bound=SampleTests)


def run_all(
    images: list[Image], work: list[SampleTests], jobs: int
) -> list[SampleResult]:
    """Run all units on all kernels: a fresh guest a file, jobs of them at a time."""
    files: dict[Path, list[SampleTests]] = {}
    for unit in work:
        files.setdefault(unit.file, []).append(unit)
    # The longest first: a short one at the end keeps no processor waiting.
    order = sorted(files.values(), key=tests, reverse=True)
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            pool.submit(run_units, img, mine) for mine in order for img in images
        ]
        return [verdict for future in running for verdict in future.result()]


def tests(mine: list[SampleTests]) -> int:
    """Return how many tests units have."""
    return sum(len(unit.names) for unit in mine)


def table(verdicts: list[SampleResult], series: list[str]) -> str:
    """Return what passed on which kernel: a line a sample, a column a kernel."""
    cells: dict[str, dict[str, str]] = {}
    for verdict in verdicts:
        cell = f"{verdict.failed} FAILED" if verdict.failed else f"{verdict.passed} ok"
        if verdict.skipped:
            cell += f", {len(verdict.skipped)} skip"
        cells.setdefault(verdict.unit.name, {})[verdict.series] = cell
    width = max(map(len, cells)) + 2
    lines = [" " * width + "".join(f"{name:<14}" for name in series)]
    for name, row in sorted(cells.items()):
        words = "".join(f"{row[kernel]:<14}" for kernel in series)
        lines.append(f"{name:{width}}{words}")
    return "\n".join(line.rstrip() for line in lines)


def bats_files() -> list[Path]:
    """Return the files of tests, by name."""
    return sorted((CHECKOUT / "tests/samples").glob("*.bats"))


def outcome(verdict: SampleResult) -> str:
    """Return what docs/kernels.json says of a sample on a kernel."""
    if verdict.failed or not (verdict.passed or verdict.skipped):
        return FAILED
    return PASSED if verdict.passed else "skipped: " + verdict.skipped[0]


def ran(verdicts: list[SampleResult], known: Sequence[SampleTests]) -> list[Ran]:
    """Return the rows of the samples of which all tests ran, in whatever file.

    Raises LabError where there is no such sample.
    """
    paths = {Path(path).name: path for path in find_samples(CHECKOUT)}
    whole: dict[str, list[SampleTests]] = {}
    for unit in known:
        whole.setdefault(unit.sample, []).append(unit)
    found = []
    for verdict in verdicts:
        sample, of_it = verdict.unit.sample, whole[verdict.unit.sample]
        path = paths.get(sample) or paths.get(f"{sample}.c")
        if not path:
            raise LabError(f"{verdict.unit.file}: there is no sample {sample}")
        done = [v.unit for v in verdicts if v.series == verdict.series]
        if all(unit in done for unit in of_it):
            only = verdict.unit.name if len(of_it) == 1 else sample
            found.append(Ran(path, verdict.series, outcome(verdict), only))
    return found


def run_part(
    name: str,
    args: argparse.Namespace,
    known: Sequence[Tests],
    ran: Callable[[list[SampleResult], Sequence[Tests]], list[Ran]],
) -> part.Counts:
    """Run what was asked for of a part; return what it came to, its rows included."""
    series = part.kernels(args.kernel)
    chosen = part.chosen(known, args.only, SampleTests.called)
    rows = Rows(name, args.results)
    images = [image(kernel) for kernel in series]
    verdicts = run_all(images, [unit.only(args.only) for unit in chosen], args.jobs)
    if len(series) > 1:
        print(table(verdicts, series))
    return (
        sum(verdict.passed for verdict in verdicts),
        sum(verdict.failed for verdict in verdicts) + rows.settle(ran(verdicts, known)),
        sum(len(verdict.skipped) for verdict in verdicts),
    )


def run(args: argparse.Namespace) -> part.Counts:
    """Run the tests that were asked for; return what they came to."""
    return run_part("samples", args, units(bats_files()), ran)


if __name__ == "__main__":
    sys.exit(part.main("samples", __doc__, run, results.options))
