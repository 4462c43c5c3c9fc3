"""Run every check and test of the project, part by part, and unit by unit.

Each part is a program, tests/PART/run, that ends with a line "N passed, N failed,
N skipped"; the last line of this one adds them up. One that ends without such a line,
or fails without having counted a failure, counts as one failure.

A unit runs in a tree that has what it may read, and nothing else. One that passed on
this machine, with all that it depends on as it is now, is not run again, but for some
by lot: see units.py, stage.py and proven.py.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from book.files import kernels

from tests import CHECKOUT, changes, part, proven, results, stage, units
from tests.exercises.catalogue import ExerciseError
from tests.faults.subject import BuildError
from tests.lab import cache, outside
from tests.lab.cache import LabError
from tests.part import Counts
from tests.proven import Proof
from tests.sweep import run as sweeping
from tests.units import Unit

USUAL = (
    *("lint", "book", "browser", "live"),
    *("samples", "facts", "transcripts", "exercises", "faults", "sanitizers"),
)
RARE = ("mutants",)  # those of samples that changed, unless they are asked for
PARTS = (*USUAL, *RARE)
# One unit after the other: what is judged by real seconds must have a processor.
SOLE = ("book", "browser", "live")
# What leaves a processor idle has company: lanes beside each other, of parts in turn.
LANES = (("book",), ("browser", "live"))
JOBS = os.cpu_count() or 1
LONGEST = 8  # units whose seconds are said at the end
SHOWN_AGAIN = 4  # units that failed, and lines of each, shown once more there
LINES = 8


@dataclass
class UnitRun:
    """What came of a unit, or of a part that was run as it is."""

    part: str
    counts: Counts
    seconds: float
    chapter: str = ""
    name: str = ""  # of the unit
    why: tuple[str, ...] = ()  # what it said of its first failure


@dataclass(frozen=True)
class Work:
    """A unit, and how it passed before, if it did."""

    unit: Unit
    known: Proof | None


def show(name: str, *lines: str) -> None:
    """Print lines of a part."""
    print("\n".join(f"{name:12}| {line}" for line in lines), flush=True)


def judged(status: int, numbers: list[int], name: str) -> Counts:
    """Return what a program counted; doubt is a failure."""
    passed, failed, skipped = numbers or (0, 0, 0)
    if (status or not numbers) and not failed:
        show(name, f"ended with {status} and counted no failure")
        failed = 1
    return passed, failed, skipped


def failure(said: list[str]) -> tuple[str, ...]:
    """Return what was said of the first failure: from its name on, as pytest sums it
    up, or up to how to repeat it, or at the end.
    """
    for number, line in enumerate(said):
        if line.startswith(("FAILED ", "ERROR ")):
            return tuple(said[number : number + LINES])
    ends = [number for number, line in enumerate(said, 1) if "repeat: " in line]
    end = ends[0] if ends else len(said)
    return tuple(said[max(end - LINES, 0) : end])


def run_unit(unit: Unit, kernel: str, tree: Path) -> UnitRun:
    """Run a unit in its tree; show what it prints, at its end if others run, too."""
    sole = unit.part in SOLE
    command = [f"tests/{unit.part}/run", "--kernel", kernel]
    command += ["--jobs", str(JOBS if sole else 1)]
    command += [word for name in unit.only for word in ("--only", name)]
    said: list[str] = []

    def line(text: str) -> None:
        said.append(text)
        if sole:
            show(unit.part, text)

    began = time.monotonic()
    status, numbers = part.relayed(command, line, tree)
    took = time.monotonic() - began
    if said and not sole:
        show(unit.part, *said)
    counts = judged(status, numbers, unit.part)
    if counts[1]:
        show(unit.part, f"that was {unit.name}, with nothing but what it may read")
    why = failure(said) if counts[1] else ()
    return UnitRun(unit.part, counts, took, unit.chapter, unit.name, why)


def prove(work: Work, kernel: str) -> UnitRun:
    """Run a unit, and note that it passed. If it did before, and fails, forget all."""
    with stage.staged(work.unit) as tree:
        keys = proven.keys(work.unit, kernel, tree)
        result = run_unit(work.unit, kernel, tree)
    passed, failed, skipped = result.counts
    if not failed:
        for key in keys:
            proven.write(key, Proof(passed, skipped, result.seconds))
    elif any(proven.read(key) for key in keys):
        show(work.unit.part, f"{work.unit.name} passed before: nothing is reused now")
        proven.forget()
    return result


def planned(
    names: list[str], args: argparse.Namespace
) -> tuple[list[Work], list[Work]]:
    """Return what to run, and what is reused."""
    mine = [unit for name in names for unit in units.PARTS[name]()]
    if not args.part:
        recent = changes.changed()
        mine = [u for u in mine if u.part not in RARE or u.name in recent]
    if args.fresh or args.part:
        return [Work(unit, None) for unit in mine], []
    every = [Work(u, proven.read(proven.keys(u, args.kernel)[0])) for u in mine]
    known = [work for work in every if work.known]
    drawn = proven.lot([work.known.seconds for work in known if work.known])
    reused = [work for number, work in enumerate(known) if number not in drawn]
    return [work for work in every if work not in reused], reused


def run_part(name: str, mine: list[Work], kernel: str) -> list[UnitRun]:
    """Run units of a part."""
    try:
        units.PREPARED.get(name, lambda: None)()
    except (ExerciseError, BuildError, OSError) as error:
        show(name, str(error))
        return [UnitRun(name, (0, 1, 0), 0.0)]
    began = time.monotonic()
    with ThreadPoolExecutor(1 if name in SOLE else JOBS) as pool:
        results = list(pool.map(lambda work: prove(work, kernel), mine))
    took = time.monotonic() - began
    whole = sum(result.seconds for result in results)
    for result in results:  # together they are what the part took
        result.seconds *= took / whole
    return results


def in_turn(names: list[str]) -> list[list[list[str]]]:
    """Return which lanes of parts run beside each other, one set after the other."""
    beside = [kept for lane in LANES if (kept := [n for n in lane if n in names])]
    alone = [[[n]] for n in names if not any(n in lane for lane in beside)]
    # The first is lint, which is quick to find something.
    return [*alone[:1], beside, *alone[1:]] if beside else alone


def run_lane(
    lane: list[str], todo: list[Work], args: argparse.Namespace
) -> list[UnitRun]:
    """Run parts one after the other."""
    return [
        result
        for name in lane
        if (mine := [work for work in todo if work.unit.part == name])
        for result in run_part(name, mine, args.kernel)
    ]


def compare_rows(reused: list[Work], kernel: str) -> list[UnitRun]:
    """Fail for rows of docs/kernels.json that reused units, not run, cannot miss."""
    found = []
    for name in dict.fromkeys(work.unit.part for work in reused):
        if name in kernels.PARTS:
            missing = results.unrecorded(name, part.kernels(kernel))
            for row in missing:
                show(name, f"{row}: its row is stale: make matrix PART={name}")
            if missing:
                found.append(UnitRun(name, (0, len(missing), 0), 0.0))
    return found


def run_units(
    names: list[str], args: argparse.Namespace
) -> tuple[list[UnitRun], list[str]]:
    """Run parts, unit by unit; return what came of it, and what to say of the rest."""
    todo, reused = planned(names, args)
    ran: list[UnitRun] = []
    with stage.alone() if todo else nullcontext():
        for lanes in in_turn(names):
            with ThreadPoolExecutor(len(lanes)) as pool:
                running = [pool.submit(run_lane, lane, todo, args) for lane in lanes]
                ran += [one for future in running for one in future.result()]
    proven.prune()
    if not reused:
        return ran, []
    ran += compare_rows(reused, args.kernel)
    parts = len({work.unit.part for work in reused})
    checks = sum(work.known.passed for work in reused if work.known)
    note = f"reused: {len(reused)} units of {parts} parts, {checks:,} checks, "
    return ran, [note + "proven here before; FRESH=1 runs all"]


def run_named(names: list[str], args: argparse.Namespace) -> list[UnitRun]:
    """Run what was asked for by its name, in this tree."""
    results = []
    for name in names:
        command = [f"tests/{name}/run", "--kernel", args.kernel]
        command += [word for only in args.only for word in ("--only", only)]
        began = time.monotonic()
        status, numbers = part.relayed(command, partial(show, name))
        if status != part.UNKNOWN:
            counts = judged(status, numbers, name)
            results.append(UnitRun(name, counts, time.monotonic() - began))
    return results


def total(results: list[UnitRun]) -> tuple[float, Counts]:
    """Return the seconds and the counts of results together."""
    passed, failed, skipped = map(sum, zip(*(result.counts for result in results)))
    return sum(result.seconds for result in results), (passed, failed, skipped)


def summary(results: list[UnitRun], notes: list[str], kernel: str) -> int:
    """Print a line a part, one for the chapters, the last; return the exit status."""
    for name in PARTS:
        if mine := [result for result in results if result.part == name]:
            seconds, counts = total(mine)
            print(f"{name:12} {seconds:6.1f} s   {part.counts(*counts)}")
    chapters = dict.fromkeys((r.chapter or "no chapter" for r in results), 0.0)
    for result in results:
        chapters[result.chapter or "no chapter"] += result.seconds
    if len(chapters) > 1:
        each = (f"{name} {seconds:.0f} s" for name, seconds in chapters.items())
        print("by chapter:", ", ".join(each))
    longest = sorted(results, key=lambda result: -result.seconds)[:LONGEST]
    if named := [r for r in longest if r.name]:
        each = (f"{r.part}/{r.name} {r.seconds:.0f} s" for r in named)
        print("longest:", ", ".join(each))
    for note in notes:
        print(note)
    if failed := [result for result in results if result.counts[1]]:
        each = (f"{r.part}/{r.name or 'all'} {r.counts[1]}" for r in failed)
        print("failed:", ", ".join(each))
        for result in failed[:SHOWN_AGAIN]:
            show(result.part, *result.why)
    if kernel != "all":
        print(f"on kernel {kernel}; KERNEL=all runs all kernels")
    return part.end(*total(results)[1]) if results else part.end(0, 0)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        prog="tests/check", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        choices=PARTS,
        metavar="PART",
        help="one of " + ", ".join(PARTS) + "; if none is, of mutants what changed",
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    parser.add_argument("--fresh", action="store_true", help="reuse nothing")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; return the exit status."""
    args = arguments()
    names = args.part or list(PARTS)
    missing = [n for n in names if not (CHECKOUT / "tests" / n / "run").exists()]
    assert not missing, missing
    part.end_at_once()
    os.environ.pop("PYTHONPATH", None)  # a unit finds its own modules, not ours
    notes: list[str] = []
    try:
        if args.only:
            results = run_named(args.part or list(USUAL), args)
        else:
            results, notes = run_units(names, args)
        if not (args.part or args.only):
            notes += sweeping.warnings()
    except (LabError, OSError) as error:
        print(f"check: {outside.told(error)}", file=sys.stderr)
        return part.end(0, 1)
    if args.only and not results:
        print(f"check: no part has anything called {' or '.join(args.only)}")
        return part.end(0, 1)
    return summary(results, notes, args.kernel)


if __name__ == "__main__":
    sys.exit(main())
