"""Run tests and graders on every kernel that Debian serves, and ask what began when.

What it finds goes into docs/sweep.json, kernel by kernel. It goes on where it was
interrupted: what is recorded for the same package and content is not run again, unless
its kernel is named. Kernels that are not the lab's are in the cache one at a time.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from book.files import content
from book.files.headers import KERNEL

from tests import CHECKOUT, part
from tests.exercises import catalogue
from tests.exercises.catalogue import ExerciseError
from tests.exercises.grading import build_graders
from tests.exercises.run import prepare, some, verify
from tests.facts import run as facts
from tests.lab import cache, outside
from tests.lab.cache import Image, LabError
from tests.samples import suite
from tests.samples.run import bats_files, outcome, run_all
from tests.sweep import claims, record, served
from tests.sweep.record import PARTS, PartOutcome, Package
from tests.sweep.served import Served

TWO = "6.18"  # people run it in production, where machines have more processors


def say(text: str) -> None:
    """Show a step."""
    print(f"sweep: {text}", flush=True)


def probes(one: Served) -> PartOutcome:
    """Ask a kernel for every claim."""
    with served.vmlinuz(one) as kernel:
        return count_answers(one.series, claims.ask(kernel, claims.claims()))


def count_answers(series: str, answers: dict[str, str]) -> PartOutcome:
    """Return what a kernel's answers come to; one that is unclear is a failure."""
    unclear = {n: text for n, text in answers.items() if text.startswith("unclear")}
    for name, text in unclear.items():
        say(f"{series}: {name}: {text}")
    passed = len(answers) - len(unclear)
    return PartOutcome(passed=passed, failed=len(unclear), claims=answers)


def counted(verdicts: list[suite.SampleResult]) -> PartOutcome:
    """Return what the tests of samples came to, and which releases they need."""
    found = PartOutcome(
        sum(verdict.passed for verdict in verdicts),
        sum(verdict.failed for verdict in verdicts),
        sum(len(verdict.skipped) for verdict in verdicts),
    )
    for verdict in verdicts:
        words = {"passed": "yes: ", "failed": "unclear: "}
        came = outcome(verdict)
        for need in suite.needs(verdict.unit.sample):
            if need.startswith(KERNEL) and found.needs.get(need, "")[:3] != "yes":
                found.needs[need] = words.get(came, "no: ") + came
    return found


def samples(img: Image, jobs: int) -> PartOutcome:
    """Run the tests of all samples."""
    return counted(run_all([img], suite.units(bats_files()), jobs))


def sentences(img: Image, jobs: int) -> PartOutcome:
    """Put the sentences of all pages to it; those of later kernels are skipped."""
    return counted(run_all([img], [*facts.units(facts.fact_files())], jobs))


def processors(img: Image, jobs: int) -> PartOutcome:
    """Run them with two processors. What goes wrong there by chance only, a line of
    tests/sweep/claims.txt forces by taskset.
    """
    return replace(samples(replace(img, processors=2), jobs), needs={})


def exercises(img: Image, jobs: int) -> PartOutcome:
    """Have every grader judge programs whose verdict is known."""
    build_graders()
    every = catalogue.exercises()
    found = PartOutcome()
    with ThreadPoolExecutor(jobs) as pool:
        made = list(pool.map(prepare, every))
        judged = [some(programs) for programs, _ in made]
        results = pool.map(verify, [img.series] * len(every), every, judged)
        for result in [*(built for _, built in made), *results]:
            found.passed += result.passed
            found.failed += len(result.wrong)
            for wrong in result.wrong:
                say(f"{img.series}: {result.name}: {wrong}")
    return found


RUNS: dict[str, Callable[[Image, int], PartOutcome]] = {
    "samples": samples,
    "facts": sentences,
    "exercises": exercises,
    "processors": processors,
}


def keys() -> dict[str, str]:
    """Return for each part a hash of what it runs."""
    tested, said, graded = (
        content.digest(sorted(content.keys(CHECKOUT, name).items()))
        for name in ("samples", "facts", "exercises")
    )
    return dict(zip(PARTS, (claims.key(), tested, said, graded, tested)))


def todo(one: Served, args: argparse.Namespace) -> list[str]:
    """Return the parts that are to be run on a kernel."""
    row = record.read()["kernels"].get(one.series, {})
    known = keys()
    return [
        name
        for name in args.only or PARTS
        if (name != "processors" or one.series == TWO)
        and (name == "probes" or one.modules)
        and (args.kernel or not record.done(row, one.version, name, known[name]))
    ]


def enter(
    one: Served, name: str, run: Callable[[], PartOutcome]
) -> tuple[int, int, int]:
    """Run a part on a kernel and enter what comes of it; return the counts."""
    began = time.monotonic()
    found = run()
    package = Package(one.series, one.version, one.modules)
    record.enter(package, name, keys()[name], found, claims.claims())
    counts = (found.passed, found.failed, found.skipped)
    seconds = time.monotonic() - began
    say(f"{one.series} {name}: {part.counts(*counts)} in {seconds:.0f} s")
    return counts


def run_kernel(one: Served, names: list[str], jobs: int) -> Iterator[part.Counts]:
    """Run parts on a kernel; yield the counts of each."""
    if "probes" in names:
        yield enter(one, "probes", lambda: probes(one))
    others = [name for name in names if name != "probes"]
    if others:
        with served.here(one) as img:
            for name in others:
                yield enter(one, name, partial(RUNS[name], img, jobs))


def sweep(args: argparse.Namespace) -> part.Counts:
    """Go over the kernels that were asked for; return what it came to."""
    total = [0, 0, 0]
    with cache.locked("sweep"), ExitStack() as stack:
        served.clear()
        say("reading the package lists")
        every = served.served(stack)
        wanted = part.chosen(every, args.kernel, lambda one: [one.series])
        work = [(one, names) for one in wanted if (names := todo(one, args))]
        say(f"{len(work)} of {len(wanted)} kernels have something to run")
        for number, (one, names) in enumerate(work, start=1):
            say(f"{one.version} ({number} of {len(work)}): {', '.join(names)}")
            came: list[part.Counts] = []
            try:
                came.extend(run_kernel(one, names, args.jobs))
            except (LabError, ExerciseError, OSError) as error:
                say(f"{one.series}: {outside.told(error)}")
                came.append((0, 1, 0))
            total = [sum(column) for column in zip(total, *came)]
        record.settle(record.read(), claims.claims())
    wrong = record.contradictions(record.read(), claims.claims())
    for line in wrong:
        say(line)
    return total[0], total[1] + len(wrong), total[2]


def warnings() -> list[str]:
    """Return why what is recorded is stale, a line each."""
    return [
        f"docs/sweep.json is stale: {why}: 'make sweep' when there is time"
        for why in record.stale(keys())
    ]


def main() -> int:
    """Sweep, or say what is stale; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/sweep/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--only", action="append", choices=PARTS, default=[], metavar="PART"
    )
    parser.add_argument("--kernel", action="append", default=[], metavar="SERIES")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    args = parser.parse_args()
    part.end_at_once()
    try:
        return part.end(*sweep(args))
    except part.UnknownName as error:
        parser.error(str(error))
    except (LabError, ExerciseError, OSError) as error:
        print(f"sweep: {outside.told(error)}", file=sys.stderr)
        return part.end(0, 1)


if __name__ == "__main__":
    sys.exit(main())
