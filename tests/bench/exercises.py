"""Measure the exercises: from a save to the verdict, a try, and how alike runs are.

The times are those of a doer: make watch in a terminal, a file that is saved, the
verdict on the screen. Medians, with the load that they were measured under.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests import CHECKOUT
from tests.exercises import catalogue
from tests.exercises.catalogue import Exercise
from tests.exercises.grading import (
    BUILD,
    LabError,
    ThrowAwayLab,
    build_graders,
    compile_program,
)

SECONDS = 90
VERDICT = "facts hold|not yet; "


@contextmanager
def borrowed(exercise: Exercise) -> Iterator[Path]:
    """Give the doer's file of an exercise for a while, and put back what was there."""
    kept = exercise.work.read_bytes() if exercise.work.exists() else None
    try:
        yield exercise.work
    finally:
        if kept is None:
            exercise.work.unlink(missing_ok=True)
        else:
            exercise.work.write_bytes(kept)


def spawn(*words: str) -> pexpect.spawn:
    """Start make in a terminal of its own."""
    return pexpect.spawn("make", ["-s", *words], cwd=str(CHECKOUT), timeout=SECONDS)


def saves(exercise: Exercise, right: str, wrong: str, runs: int) -> list[list[float]]:
    """Return the seconds from a save to the verdict: of passes and of failures."""
    took: list[list[float]] = [[], []]
    with borrowed(exercise) as work:
        work.write_text(right, encoding="utf-8")
        watch = spawn("watch", f"E={exercise.name}")
        watch.expect("waiting for you to save")
        for number in range(2 * runs):
            text = (wrong, right)[number % 2]
            time.sleep(0.3)  # a doer does not save twice in a moment
            saved = work.with_suffix(".saved")  # whole at once, as editors do
            saved.write_text(f"{text}\n/* {number} */\n", encoding="utf-8")
            began = time.monotonic()
            saved.replace(work)
            watch.expect(VERDICT)
            took[1 - number % 2].append(time.monotonic() - began)
            watch.expect("waiting for you to save")
        watch.sendintr()
        watch.expect(pexpect.EOF)
        watch.close()
    return took


def tries(exercise: Exercise, right: str, runs: int) -> list[float]:
    """Return the seconds of make try, restore included."""
    took = []
    with borrowed(exercise) as work:
        work.write_text(right, encoding="utf-8")
        for _ in range(runs):
            began = time.monotonic()
            spawn("try", f"E={exercise.name}").expect(VERDICT)
            took.append(time.monotonic() - began)
    return took


def repeat(runs: int, abreast: int) -> tuple[int, int]:
    """Run all solutions so many times, several at a time in one guest.

    Returns how many runs there were, and how many did not pass.
    """
    lines = []
    for exercise in catalogue.exercises():
        folder = CHECKOUT / BUILD / exercise.name / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / f"{exercise.name}{exercise.suffix}"
        source.write_text(catalogue.solution(exercise), encoding="utf-8")
        source.chmod(0o755)
        program = source.with_suffix("") if exercise.suffix == ".c" else source
        if exercise.suffix == ".c":
            compile_program(source, program)
        where = program.relative_to(CHECKOUT)
        lines.append(f"/book/{BUILD}/{exercise.name}/grader /book/{where}")
    count = -(-runs // len(lines))
    work = CHECKOUT / "build/exercises/repeat"
    work.write_text("\n".join(lines * count) + "\n", encoding="utf-8")
    command = (
        f"xargs -P {abreast} -I CMD sh -c 'CMD | tail -n 1' </book/build/exercises/"
        "repeat"
    )
    with ThrowAwayLab("6.12", cache_mode="loose") as lab:
        _, said = lab.run(command, SECONDS + 10 * len(lines) * count)
    passed = sum(line.startswith("verdict\tpassed") for line in said)
    for line in said:
        if not line.startswith("verdict\tpassed"):
            print(f"  {line}")
    return len(lines) * count, len(lines) * count - passed


def show(what: str, seconds: list[float]) -> None:
    """Print a median with what it is of."""
    print(
        f"{what:34} {statistics.median(seconds):.2f} s ({min(seconds):.2f} to "
        f"{max(seconds):.2f}, {len(seconds)} runs)",
        flush=True,
    )


def main() -> int:
    """Print the figures; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/bench/exercises", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--exercise", default="uts-name", metavar="NAME")
    parser.add_argument("--runs", type=int, default=20, metavar="N")
    parser.add_argument("--repeats", type=int, default=200, metavar="N")
    args = parser.parse_args()
    try:
        exercise = catalogue.find(args.exercise)
        right, wrong = catalogue.solution(exercise), catalogue.starter(exercise)
        build_graders()
        print(f"{exercise.name}; load at the start {os.getloadavg()[0]:.1f}")
        passes, failures = saves(exercise, right, wrong, args.runs)
        show("from save to verdict, a pass", passes)
        show("from save to verdict, a failure", failures)
        show("make try, with the restore", tries(exercise, right, args.runs))
        runs, different = repeat(args.repeats, 4)
        print(f"solutions, 4 at a time: {different} of {runs} runs did not pass")
    except (catalogue.ExerciseError, LabError, OSError) as error:
        print(f"exercises: {error}", file=sys.stderr)
        return 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
