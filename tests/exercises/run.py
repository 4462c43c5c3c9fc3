"""Grade the graders: run them on programs whose verdict is known.

The solution must pass, and what does the same in another way. The starter must compile
without a warning, be the one that is cut from the solution, and fail. Each wrong
version, and each program that others wrote, must fail first on the fact that its line
names, with the words that it names. Each fact must be the first failure of something,
one of the library's in any exercise; it must have its hints, and name a section that
exists. And nothing may be left in the guest after any of them. On the lab's
kernel the look lines are typed, too: see looks.py.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from book.files.exercises import labels

from tests import CHECKOUT, part, results
from tests.exercises import catalogue, looks
from tests.exercises.catalogue import LEVELS, Exercise, ExerciseError, KnownProgram
from tests.exercises.grading import (
    BUILD,
    LabError,
    ThrowAwayLab,
    Verdict,
    build_graders,
    compile_program,
    grade,
)
from tests.lab import cache, inventory
from tests.results import FAILED, PASSED, Ran, Rows

ATTACKED = "introduction-command"  # whose grader is attacked
LEAST = 8  # wrong versions of a solution
# What an attack tries to change, and to make.
WITNESS = CHECKOUT / "work/witness"
FOUND = (CHECKOUT / "found", CHECKOUT / "work/found")


@dataclass
class Checks:
    """What came of the checks of an exercise: a count, and what is wrong."""

    name: str
    passed: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, message: str) -> bool:
        """Count a check; note what is wrong where it does not hold."""
        if holds:
            self.passed += 1
        else:
            self.wrong.append(message)
        return holds


@dataclass(frozen=True)
class Program:
    """A program to be judged, and what must come of it."""

    case: KnownProgram
    kind: str  # solution, starter, wrong, right, foreign or attack
    path: Path

    def __str__(self) -> str:
        return f"{self.kind} {self.case.name}".rstrip()


def build(
    exercise: Exercise, kind: str, case: KnownProgram, result: Checks
) -> Program | None:
    """Write a program into build/; a starter or solution must give no warning."""
    folder = CHECKOUT / BUILD / exercise.name / "verify" / f"{kind}-{case.name}"
    folder.mkdir(parents=True, exist_ok=True)
    script = kind == "foreign" or exercise.suffix == ".sh"
    suffix = ".sh" if script else ".c"
    source = folder / f"{exercise.name}{suffix}"
    source.write_text(case.source, encoding="utf-8")
    program = Program(case, kind, source if script else source.with_suffix(""))
    if script:
        source.chmod(0o755)
        return program
    compiled, said = compile_program(source, program.path)
    strict = kind in ("solution", "starter")
    good = compiled and not (strict and said)
    result.check(good, f"{program}: does not compile as it should\n{said}")
    return program if good else None


def programs(exercise: Exercise, result: Checks) -> list[Program]:
    """Return all programs of an exercise, compiled."""
    cases = [
        ("solution", KnownProgram("", "passed", "", catalogue.solution(exercise))),
        ("starter", KnownProgram("", "*", "", catalogue.starter(exercise))),
        *(("wrong", case) for case in catalogue.wrong_versions(exercise)),
        *(("right", case) for case in catalogue.right_versions(exercise)),
        *(("foreign", case) for case in catalogue.foreign(exercise)),
    ]
    built = (build(exercise, kind, case, result) for kind, case in cases)
    return [program for program in built if program]


def some(every: list[Program]) -> list[Program]:
    """Return what is judged on a further kernel: of wrong programs one for each fact.

    What the others have in common with it is the fact; how it is asked of the kernel
    is what may differ there.
    """
    first: dict[str, Program] = {}
    for program in every:
        if is_wrong(program):
            first.setdefault(program.case.fact, program)
    return [p for p in every if not is_wrong(p) or first[p.case.fact] is p]


def is_wrong(program: Program) -> bool:
    """Tell whether it is one that does not do its task, of ours or of others."""
    of_others = program.kind == "foreign" and program.case.fact != PASSED
    return program.kind == "wrong" or of_others


def judge(
    lab: ThrowAwayLab, exercise: Exercise, program: Program, result: Checks
) -> Verdict:
    """Run a grader on a program, and compare the verdict with what is known."""
    path = str(program.path.relative_to(CHECKOUT))
    foreign = program.kind == "foreign"
    verdict = grade(lab, exercise, path, foreign)
    wanted, got = program.case.fact, verdict.label()
    observed = verdict.details.get("observed", "")
    said = f"expected {wanted}, got {got}: {observed} {' '.join(verdict.said)}"
    if wanted == "*":
        result.check(not verdict.passed, f"{program}: it passes")
    elif result.check(got == wanted, f"{program}: {said}") and not verdict.passed:
        words = program.case.observed
        why = f"{program}: observed {observed!r}, expected {words!r}"
        result.check(fnmatchcase(observed, words), why)
    return verdict


def run_programs(
    lab: ThrowAwayLab, exercise: Exercise, judged: list[Program], result: Checks
) -> list[tuple[Program, Verdict]]:
    """Judge programs, and check that nothing is left after each."""
    verdicts = []
    before = inventory.take(lab.open())
    for program in judged:
        try:
            verdict = judge(lab, exercise, program, result)
        except LabError as error:
            result.check(False, f"{program}: {error}")
            before = inventory.take(lab.open())
            continue
        verdicts.append((program, verdict))
        left = inventory.left_behind(lab.open(), before)
        if not result.check(not left, f"{program}: {', '.join(left)}"):
            lab.close()
            before = inventory.take(lab.open())
    return verdicts


def check_facts(
    exercise: Exercise, verdicts: list[tuple[Program, Verdict]], result: Checks
) -> dict[str, str]:
    """Check that each fact can fail; return the facts, each with its label to read.

    Those of the library fail in some exercise: tests/exercises/test_catalogue.py.
    """
    facts = {}
    for program, verdict in verdicts:
        if program.kind == "solution":
            facts = {fact.name: "" for fact in verdict.facts}
        if "read" in verdict.details:
            facts[verdict.failed] = verdict.details["read"]
    seen = {v.failed for p, v in verdicts if p.kind == "wrong"}
    seen |= catalogue.shared_facts(exercise)
    for fact in facts:
        result.check(fact in seen, f"fact {fact}: no wrong version fails on it first")
    return facts


def check_looks(
    lab: ThrowAwayLab, verdicts: list[tuple[Program, Verdict]], result: Checks
) -> None:
    """Check the look line of each fact, with the solution and with wrong versions."""
    found: dict[str, looks.Look] = {}
    for program, verdict in verdicts:
        if program.kind == "wrong" and not verdict.passed:
            look = looks.Look(verdict.failed, verdict.details["look"])
            look = found.setdefault(verdict.failed, look)
            look.wrong[program.case.name] = program.path
    right = next((p.path for p, _ in verdicts if p.kind == "solution"), None)
    if right is None:
        return  # it was not made, as has been said
    lab.renew()
    for amiss in looks.check(lab, right, list(found.values())):
        result.check(not amiss, amiss)


def check_files(exercise: Exercise, facts: dict[str, str], result: Checks) -> None:
    """Check what needs no guest: starter, task, hints, links, numbers."""
    starter = exercise.starter
    committed = starter.read_text(encoding="utf-8") if starter.exists() else ""
    result.check(
        committed == catalogue.starter(exercise),
        f"{starter.relative_to(CHECKOUT)} is not what is cut from the solution: "
        f"tests/exercises/cut {exercise.name} writes it",
    )
    wrong = len(catalogue.wrong_versions(exercise))
    result.check(wrong >= LEAST, f"{wrong} wrong versions: write {LEAST} or more")
    hints = catalogue.hints(exercise)
    known = labels(CHECKOUT)
    shared = catalogue.shared_facts(exercise)
    for fact, label in facts.items():
        count = len(hints.get(fact, []))
        result.check(
            count == len(LEVELS), f"fact {fact}: {count} hints, not {len(LEVELS)}"
        )
        if fact in shared and not label:
            continue  # it is checked in the exercise in which it fails
        result.check(label in known, f"fact {fact}: no section has the label {label!r}")
    try:
        exercise.task()
        result.passed += 1
    except ExerciseError as error:
        result.wrong.append(str(error))


@contextmanager
def planted() -> Iterator[None]:
    """Have a file for attacks/remounts.c to change; take away what it has made."""
    WITNESS.parent.mkdir(exist_ok=True)
    WITNESS.write_text(WITNESS.name)
    try:
        yield
    finally:
        for path in (WITNESS, *FOUND):
            path.unlink(missing_ok=True)


def check_host(result: Checks) -> None:
    """Check that attacks/remounts.c has changed nothing here."""
    kept = WITNESS.is_file() and WITNESS.read_text() == WITNESS.name
    result.check(kept, f"attack remounts: {WITNESS} is not as it was")
    for path in FOUND:
        result.check(not path.exists(), f"attack remounts: it has made {path}")


def verify_attacks(series: str) -> Checks:
    """Check that a program that does harm gets its verdict and leaves nothing."""
    result = Checks("attacks")
    exercise = catalogue.find(ATTACKED)
    attacks = sorted((CHECKOUT / "tests/exercises/attacks").glob("*.c"))
    cases = [
        KnownProgram(a.stem, "runs", "*", a.read_text(encoding="utf-8"))
        for a in attacks
    ]
    built = [build(exercise, "attack", case, result) for case in cases]
    try:
        with ThrowAwayLab(series, cache_mode="loose") as lab:
            run_programs(lab, exercise, [p for p in built if p], result)
        check_host(result)
    except (ExerciseError, LabError, OSError) as error:
        result.check(False, str(error))
    return result


def prepare(exercise: Exercise) -> tuple[list[Program], Checks]:
    """Make all programs of an exercise; return them, and what was checked thereby."""
    result = Checks(exercise.name)
    try:
        return programs(exercise, result), result
    except (ExerciseError, OSError) as error:
        result.check(False, str(error))
    return [], result


def verify(series: str, exercise: Exercise, judged: list[Program]) -> Checks:
    """Check one exercise on one kernel, by these programs."""
    result = Checks(exercise.name)
    try:
        with ThrowAwayLab(series, cache_mode="loose") as lab:
            verdicts = run_programs(lab, exercise, judged, result)
            if series == cache.DEFAULT:
                check_looks(lab, verdicts, result)
        check_files(exercise, check_facts(exercise, verdicts, result), result)
    except (ExerciseError, LabError, OSError) as error:
        result.check(False, str(error))
    return result


def show(series: str, result: Checks) -> None:
    """Print the line of an exercise and, below it, what is wrong."""
    whole = result.passed + len(result.wrong)
    known = [exercise.name for exercise in catalogue.offered()]
    aside = "" if result.name in (*known, "attacks") else "; no page shows it yet"
    print(f"{series:5} {result.name:24} {result.passed} of {whole} checks hold{aside}")
    for wrong in result.wrong:
        print(f"  {wrong}")
    if result.wrong:
        print(f"  repeat: {part.repeat('exercises', result.name, series)}")
        print(f"  shell:  make lab KERNEL={series}")
    sys.stdout.flush()


def called(name: str) -> set[str]:
    """Return what may name an exercise: its name, its chapter."""
    return {name, name.partition("-")[0]}


def verify_all(
    series: list[str], chosen: list[Exercise], attacks: bool, jobs: int
) -> tuple[list[Checks], list[tuple[str, Checks]]]:
    """Verify exercises on kernels; return what making them, and each kernel, came to.

    All wrong versions are judged on one kernel: that of the lab, if it is among them.
    """
    main = cache.DEFAULT if cache.DEFAULT in series else series[0]
    made, done = [], []
    with planted(), ThreadPoolExecutor(jobs) as pool:
        running = []
        for exercise, (programs_of_it, built) in zip(chosen, pool.map(prepare, chosen)):
            made.append(built)
            if built.wrong:
                show("all", built)
            for name in series:
                judged = programs_of_it if name == main else some(programs_of_it)
                running.append((name, pool.submit(verify, name, exercise, judged)))
        if attacks:
            running += [(name, pool.submit(verify_attacks, name)) for name in series]
        for name, future in running:
            done.append((name, future.result()))
            show(*done[-1])
    return made, done


def ran(made: list[Checks], done: list[tuple[str, Checks]]) -> list[Ran]:
    """Return the rows of the exercises."""
    broken = {result.name for result in made if result.wrong}
    known = {result.name for result in made}
    return [
        Ran(r.name, name, FAILED if r.wrong or r.name in broken else PASSED, r.name)
        for name, r in done
        if r.name in known
    ]


def run(args: argparse.Namespace) -> part.Counts:
    """Verify what was asked for; return how many checks hold, and how many do not."""
    rows = Rows("exercises", args.results)
    build_graders()
    every = {exercise.name: exercise for exercise in catalogue.exercises()}
    names = part.chosen([*every, "attacks"], args.only, called)
    chosen = [every[name] for name in names if name in every]
    series = part.kernels(args.kernel)
    made, done = verify_all(series, chosen, "attacks" in names, args.jobs)
    stale = rows.settle(ran(made, done))
    checked = [*made, *(result for _, result in done)]
    passed = sum(result.passed for result in checked)
    return passed, sum(len(result.wrong) for result in checked) + stale, 0


if __name__ == "__main__":
    sys.exit(part.main("exercises", __doc__, run, results.options, (ExerciseError,)))
