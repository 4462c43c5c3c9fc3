"""Do the exercises of the book: list, start, try, watch, hint, solution, reset, next.

A task is done in a copy of its starter, in work/. Programs are judged in the lab, a
throw-away machine, or with --where here on this kernel.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.exercises import catalogue, files, progress, show
from tests.exercises.catalogue import LEVELS, Exercise, ExerciseError
from tests.exercises.grading import (
    LabError,
    Place,
    ThisMachine,
    ThrowAwayLab,
    Verdict,
    build_graders,
    compile_program,
    grade,
    program_of,
)

HERE_WARNING = """\
On this kernel, as root: the program runs in namespaces of its own, where your files
are mounted read-only. That stops mistakes, not harm that is meant: root can mount
them writable again, and change the kernel's settings for all. The lab is the place
for programs that you do not trust yet."""
NOT_YET = 3  # the exit status when the work has been judged and does not pass
FAILURES = (ExerciseError, LabError, OSError)
POLL = 0.02  # seconds between two looks at a file: no editor and no mount hides a save


def complain(error: Exception) -> None:
    """Say what went wrong."""
    said = files.explain(error) if isinstance(error, OSError) else error
    print(f"exercises: {said}", file=sys.stderr, flush=True)


def place(where: str, lab: ThrowAwayLab) -> Place:
    """Return the place that was asked for."""
    if where == "here":
        if os.geteuid() != 0:
            raise ExerciseError("WHERE=here needs root; the lab needs nobody's rights")
        print(HERE_WARNING, flush=True)
        return ThisMachine()
    return lab


def judge(exercise: Exercise, at: Place) -> Verdict | None:
    """Compile and judge the doer's work, show the verdict, keep what came of it.

    Returns None when it does not compile; the compiler has said why.
    """
    files.need_work(exercise)
    program = program_of(exercise)
    source = progress.digest(exercise.work)
    if exercise.suffix == ".c":
        compiled, said = compile_program(exercise.work, program)
        print(said, end="", flush=True)
        if not compiled:
            print("not yet: it has to compile first", flush=True)
            return None
    print(f"judging {files.relative(exercise.work)} ...", flush=True)
    verdict = grade(at, exercise, files.relative(program))
    show.show_verdict(exercise, verdict, at.name)
    entry = progress.entry(exercise)
    entry.failed = verdict.failed
    if verdict.passed:
        entry.passed, entry.kernel = source, at.name
    progress.write(exercise, entry)
    return verdict


def do_list(args: argparse.Namespace) -> int:
    """List all exercises, by chapter, with how far you are."""
    chapter = ""
    known = catalogue.offered()
    for exercise in known:
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            print(chapter)
        state = progress.state(exercise)
        print(f"  {state:8} {exercise.name:24} {exercise.task().title}")
    done = sum(progress.state(exercise) == "passed" for exercise in known)
    print(f"{done} of {len(known)} passed; make start E=NAME begins one")
    return 0


def do_start(args: argparse.Namespace) -> int:
    """Copy a starter to work/, unless it is there, and print the task."""
    exercise = catalogue.find(args.name)
    files.need_file(exercise.work)
    if exercise.work.exists():
        then = f"Your {files.relative(exercise.work)} is as you left it."
    else:
        files.copy_starter(exercise)
        then = f"Edit {files.relative(exercise.work)}."
    show.show_task(exercise)
    print(f"\n{then}")
    print(f"make try E={exercise.name} judges it, make watch at every save.")
    return 0


def do_try(args: argparse.Namespace) -> int:
    """Judge your work once: status 0 when it passes, 3 when not yet."""
    exercise = catalogue.find(args.name)
    files.need_work(exercise)
    build_graders()
    with ThrowAwayLab(args.kernel) as lab:
        verdict = judge(exercise, place(args.where, lab))
    return 0 if verdict and verdict.passed else NOT_YET


def stamp(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is saved; zeros while an editor replaces it."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def wait_for_save(path: Path, last: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a file's new stamp, once it has changed and then stayed for a moment."""
    seen = last
    while True:
        time.sleep(POLL)
        before, seen = seen, stamp(path)
        if seen == before != last and seen[2]:
            return seen


def do_watch(args: argparse.Namespace) -> int:
    """Judge your work at every save, until ^C.

    Each program finds a guest of its own, which is opened while the doer edits.
    """
    exercise = catalogue.find(args.name)
    files.need_work(exercise)
    build_graders()
    file = files.relative(exercise.work)
    with ThrowAwayLab(args.kernel) as lab:
        at = place(args.where, lab)
        while True:
            seen = stamp(exercise.work)
            try:
                judge(exercise, at)
            except FAILURES as error:
                complain(error)
            print(f"-- waiting for you to save {file} (^C ends)", flush=True)
            with suppress(LabError, OSError):  # the next judging says it
                at.renew()
            wait_for_save(exercise.work, seen)


def do_hint(args: argparse.Namespace) -> int:
    """Give the next hint for the fact that failed last."""
    exercise = catalogue.find(args.name)
    entry = progress.entry(exercise)
    if not entry.failed:
        why = "nothing failed last time" if entry.passed else "nothing was judged yet"
        raise ExerciseError(f"{why}: make try E={exercise.name}, and a hint follows it")
    known = catalogue.hints(exercise)
    if entry.failed not in known:  # a version of the book that has other facts
        raise ExerciseError(
            f"nothing was judged yet in this form of {exercise.name}: make try "
            f"E={exercise.name}, and a hint follows it"
        )
    hints = known[entry.failed]
    given = entry.hints.get(entry.failed, 0)
    level = min(given, len(hints) - 1)
    print(f"{exercise.name}, {entry.failed}: hint {level + 1} of {len(hints)}")
    print(f"\n  the {LEVELS[level]}:\n")
    print(show.wrapped(hints[level], "    "))
    entry.hints[entry.failed] = level + 1
    progress.write(exercise, entry)
    if level + 1 == len(hints):
        print("\nThat was the last one for this fact.")
    return 0


def do_solution(args: argparse.Namespace) -> int:
    """Show our solution, to those who have one."""
    exercise = catalogue.find(args.name)
    if not progress.entry(exercise).passed:
        raise ExerciseError(
            "our solution is for those who have one: make hint "
            f"E={exercise.name} helps you to yours"
        )
    print(catalogue.solution(exercise), end="")
    notes = exercise.folder / "notes"
    if notes.exists():
        print("\nWhat else the book would do\n")
        print(notes.read_text(encoding="utf-8"), end="")
    return 0


def do_reset(args: argparse.Namespace) -> int:
    """Begin again from the starter, after asking."""
    exercise = catalogue.find(args.name)
    file = files.relative(exercise.work)
    if os.path.lexists(exercise.work) and not args.yes:
        if not sys.stdin.isatty():
            raise ExerciseError(
                f"nobody to ask here: make reset E={exercise.name} YES=1 throws away "
                f"your {file} without asking"
            )
        if not agreed(f"throw away your {file}? (yes/no) "):
            print("kept")
            return 1
    files.copy_starter(exercise)
    progress.write(exercise, progress.Entry())
    print(f"{file} is the starter again")
    return 0


def agreed(question: str) -> bool:
    """Ask; only the word yes is one."""
    try:
        return input(question).strip() == "yes"
    except EOFError:  # ^D
        print()
        return False


def do_next(args: argparse.Namespace) -> int:
    """Name the next exercise that has not passed."""
    for exercise in catalogue.offered():
        if progress.state(exercise) != "passed":
            print(f"{exercise.name}: {exercise.task().title}")
            print(f"make start E={exercise.name}")
            return 0
    print("You have passed them all.")
    return 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": do_list,
    "start": do_start,
    "try": do_try,
    "watch": do_watch,
    "hint": do_hint,
    "solution": do_solution,
    "reset": do_reset,
    "next": do_next,
}


def main() -> int:
    """Do what was asked; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/exercises/exercise", description=__doc__.split("\n")[0]
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, function in VERBS.items():
        words = (function.__doc__ or "").strip()
        verb = verbs.add_parser(name, help=words.rstrip(".").lower(), description=words)
        if name not in ("list", "next"):
            verb.add_argument("name", nargs="?", default="", metavar="EXERCISE")
        if name in ("try", "watch"):
            verb.add_argument("--kernel", default="6.12", metavar="SERIES")
            verb.add_argument("--where", default="lab", choices=["lab", "here"])
        if name == "reset":
            verb.add_argument("--yes", action="store_true", help="do not ask")
    args = parser.parse_args()
    try:
        return VERBS[args.verb](args)
    except FAILURES as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        print()
        return 130


if __name__ == "__main__":
    sys.exit(main())
