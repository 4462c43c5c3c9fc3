"""The exercises as files: which there are, and what each one's files say.

A folder of tests/exercises that holds a grader is an exercise; nothing else lists
them. All that makes it lies there. Its chapter is what stands before the first hyphen
of its name. Readers are offered those that a page shows.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from book.files.exercises import Task, TaskError, labels, read_task

from tests import CHECKOUT, wrong
from tests.wrong import WrongError

HERE = CHECKOUT / "tests/exercises"


LEVELS = ("question", "manual page", "call", "line")
EXPECTED = ("fact", "observed")  # of a wrong version: what it must come to
COMMON_HINTS = HERE / "library/hints"
FACT = re.compile(r'^    \{"([a-z-]+)",', re.MULTILINE)  # a row of a table of facts
ROWS = re.compile(r"^#define (\w+_FACTS?)\(.*\\\n((?:.*\\\n)*.*)", re.MULTILINE)
USE = re.compile(FACT.pattern + r"|\b(\w+_FACTS?)\(", re.MULTILINE)  # of either
CALL = re.compile(r"\{([a-z]+)\}")  # in a hint that many exercises share


class ExerciseError(Exception):
    """Something the user should read: one or two lines, with what to do next."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, and where its files lie."""

    name: str
    suffix: str  # of its source: .c or .sh

    @property
    def chapter(self) -> str:
        """The page that the exercise belongs to."""
        return self.name.partition("-")[0]

    @property
    def folder(self) -> Path:
        """Where all its files lie."""
        return HERE / self.name

    @property
    def solution_file(self) -> Path:
        """The reference, with the starter's parts in it: see cut."""
        return self.folder / f"solution{self.suffix}"

    @property
    def starter(self) -> Path:
        """What the doer begins with."""
        return self.folder / f"starter{self.suffix}"

    @property
    def work(self) -> Path:
        """The doer's copy."""
        return CHECKOUT / "work" / f"{self.name}{self.suffix}"

    def task(self) -> Task:
        """Return the text of the exercise; raises ExerciseError when it has none."""
        try:
            return read_task(CHECKOUT, self.name)
        except TaskError as error:
            raise ExerciseError(str(error)) from error


@dataclass(frozen=True)
class KnownProgram:
    """A program whose verdict is known: a wrong solution, or somebody else's."""

    name: str
    fact: str  # that must fail first, or "passed"
    observed: str  # what must stand below it; * stands for anything
    source: str


Version = tuple[wrong.Block, str]  # and its source


def chapters() -> list[str]:
    """Return the pages of the book, in its order."""
    index = (CHECKOUT / "index.rst").read_text(encoding="utf-8")
    return re.findall(r"^ +docs/(\S+)$", index, re.MULTILINE)


def shown(chapter: str) -> list[str]:
    """Return the names of the exercises that a page shows, in its order."""
    page = CHECKOUT / "docs" / f"{chapter}.rst"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return re.findall(r"^ *\.\. exercise:: +(\S+)", text, re.MULTILINE)


def offered() -> list[Exercise]:
    """Return the exercises that readers can do: those that pages show, in order."""
    names = [name for chapter in chapters() for name in shown(chapter)]
    known = {exercise.name: exercise for exercise in found()}
    return [known[name] for name in names if name in known]


def found() -> list[Exercise]:
    """Return whatever has a grader, by name."""
    graders = sorted(HERE.glob("*/grader.c"))
    solutions = [next(path.parent.glob("solution.*"), Path("x.c")) for path in graders]
    return [
        Exercise(grader.parent.name, solution.suffix)
        for grader, solution in zip(graders, solutions)
    ]


def exercises() -> list[Exercise]:
    """Return all exercises: those that are offered, then those that no page shows."""
    first = offered()
    return [*first, *(exercise for exercise in found() if exercise not in first)]


def find(name: str, among: list[Exercise] | None = None) -> Exercise:
    """Return the exercise of that name, of those that are offered, or among others.

    Raises ExerciseError, with the names that there are, if there is none.
    """
    known = {one.name: one for one in (offered() if among is None else among)}
    if name in known:
        return known[name]
    if not name:
        raise ExerciseError("which exercise? Add E=NAME; 'make exercises' lists them")
    like = ", ".join(n for n in known if name in n or n in name) or ", ".join(known)
    if name in (one.name for one in found()):
        raise ExerciseError(f"no page shows the exercise {name} yet: take {like}")
    raise ExerciseError(f"there is no exercise {name}: is it one of {like}?")


def cut(text: str, starter: bool) -> str:
    """Return the starter or the solution from a source that holds both.

    What only one of them has stands between lines #ifdef STARTER, #else and #endif,
    as a C compiler would read them; to a shell they are comments.
    """
    kept: list[str] = []
    wanted: bool | None = None
    for line in text.splitlines(keepends=True):
        word = line.strip()
        if word == "#ifdef STARTER":
            wanted = starter
        elif word == "#else" and wanted is not None:
            wanted = not wanted
        elif word == "#endif" and wanted is not None:
            wanted = None
        elif wanted is not False and (word or not kept or kept[-1].strip()):
            kept.append(line)  # but no second empty line in a row
    return "".join(kept)


def solution(exercise: Exercise) -> str:
    """Return the reference solution."""
    return cut(exercise.solution_file.read_text(encoding="utf-8"), starter=False)


def starter(exercise: Exercise) -> str:
    """Return what the committed starter must be."""
    return cut(exercise.solution_file.read_text(encoding="utf-8"), starter=True)


def table(path: Path, columns: int) -> list[list[str]]:
    """Return the rows of a file of cells with " | " between; # begins a comment.

    A line that begins with a blank continues the one above. Raises ExerciseError for
    a row that has too few cells.
    """
    if not path.exists():
        return []
    joined: list[tuple[int, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line[:1].isspace() and line.strip() and joined:
            start, text = joined[-1]
            joined[-1] = start, f"{text} {line.strip()}"
        elif line.strip() and not line.startswith("#"):
            joined.append((number, line))
    rows = []
    for number, line in joined:
        cells = [cell.strip() for cell in line.split(" | ", columns - 1)]
        if len(cells) != columns:
            where = path.relative_to(CHECKOUT)
            raise ExerciseError(f"{where}:{number}: expected {columns} cells: {line}")
        rows.append(cells)
    return rows


def versions(exercise: Exercise, name: str, keys: tuple[str, ...]) -> list[Version]:
    """Return the versions of the solution that a file of its folder describes."""
    path = exercise.folder / name
    right = solution(exercise)
    try:
        blocks = wrong.read(path, keys) if path.exists() else []
        return [(block, wrong.apply(right, block)) for block in blocks]
    except WrongError as error:
        raise ExerciseError(str(error)) from error


def wrong_versions(exercise: Exercise) -> list[KnownProgram]:
    """Return the wrong versions of the solution: tests/wrong.py has their grammar."""
    try:
        return [
            KnownProgram(block.name, block.value("fact"), block.value("observed"), text)
            for block, text in versions(exercise, "wrong", EXPECTED)
        ]
    except WrongError as error:
        raise ExerciseError(str(error)) from error


def right_versions(exercise: Exercise) -> list[KnownProgram]:
    """Return what does the same in another way: in the file "right", if there is one.

    It has the same grammar, without a fact.
    """
    found = versions(exercise, "right", ())
    return [KnownProgram(block.name, "passed", "", text) for block, text in found]


def foreign(exercise: Exercise) -> list[KnownProgram]:
    """Return what others wrote: NAME | FACT or passed | OBSERVED | SHELL COMMAND."""
    return [
        KnownProgram(name, fact, observed, f"#!/bin/sh\n{command}\n")
        for name, fact, observed, command in table(exercise.folder / "foreign", 4)
    ]


def read_hints(path: Path) -> dict[str, list[str]]:
    """Return the hints of a file by fact, from the faintest to the plainest.

    A line FACT: begins those of a fact; each hint is a paragraph that begins with
    "- ", its further lines are indented. A hint keeps its lines as they are.
    """
    hints: dict[str, list[str]] = {}
    fact = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.fullmatch(r"[a-z][a-z0-9-]*:", line):
            fact = line[:-1]
            hints[fact] = []
        elif fact and line.startswith("- "):
            hints[fact].append(line[2:])
        elif fact and hints[fact] and line.startswith("  "):
            hints[fact][-1] += "\n" + line[2:]
        elif line.strip() and not line.startswith("#"):
            where = path.relative_to(CHECKOUT)
            raise ExerciseError(f"{where}:{number}: neither FACT: nor '- HINT': {line}")
    return hints


def shared_rows() -> dict[str, list[str]]:
    """Return the rows that many tables share: names of facts, by macro."""
    header = (HERE / "library/facts.h").read_text(encoding="utf-8")
    return {name: FACT.findall(rows) for name, rows in ROWS.findall(header)}


def uses(exercise: Exercise) -> list[tuple[str, str]]:
    """Return the rows of a grader's tables: a fact of its own, or a shared macro."""
    grader = (exercise.folder / "grader.c").read_text(encoding="utf-8")
    return USE.findall(grader)


def facts(exercise: Exercise) -> list[str]:
    """Return the names of the facts that an exercise is judged by, in order."""
    shared = shared_rows()
    rows = (shared[macro] if macro else [name] for name, macro in uses(exercise))
    return [name for names in rows for name in names]


def shared_facts(exercise: Exercise) -> set[str]:
    """Return the facts of an exercise that are the library's, word for word."""
    shared = shared_rows()
    return {name for _, macro in uses(exercise) for name in shared.get(macro, [])}


def call(exercise: Exercise, function: str) -> str:
    """Return how the solution of an exercise calls a function.

    Raises ExerciseError where it does not: a hint must not speak of such a call.
    """
    pattern = rf"\b{function}\((?:[^()]|\([^()]*\))*\)"
    found = re.search(pattern, solution(exercise))
    if not found:
        raise ExerciseError(
            f"{exercise.name}: its solution does not call {function}, and a hint of "
            f"library/hints does: write one into {exercise.name}/hints"
        )
    return found[0]


def hints(exercise: Exercise) -> dict[str, list[str]]:
    """Return an exercise's hints by fact: its own, or those that many share.

    In the latter {FUNCTION} stands for the call of the exercise's own solution.
    """
    path = exercise.folder / "hints"
    own, shared = (read_hints(path) if path.exists() else {}), read_hints(COMMON_HINTS)

    def of_the_exercise(hint: str) -> str:
        return CALL.sub(lambda match: call(exercise, match[1]), hint)

    return {
        fact: own.get(fact) or [of_the_exercise(hint) for hint in shared.get(fact, [])]
        for fact in facts(exercise)
    }


def where_to_read(label: str) -> str:
    """Return the section that a label stands before, as a reader would say it."""
    known = labels(CHECKOUT)
    if label not in known:
        return label
    page, title, section = known[label]
    if title == section:
        return f"{title} (docs/{page}.html)"
    return f'{title}, "{section}" (docs/{page}.html#{label})'
