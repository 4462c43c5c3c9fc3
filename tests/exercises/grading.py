"""Have a program judged: compile it, run its grader, read what the grader says.

The compiler runs on the host. The grader runs where somebody may do harm: in a guest,
or, if asked for, here.
"""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests import CHECKOUT
from tests.exercises import files
from tests.exercises.catalogue import HERE, Exercise, ExerciseError
from tests.lab.cache import LabError, locked
from tests.lab.guest import Guest
from tests.lab.image import image
from tests.lab.renewal import replacing
from tests.lab.runner import Here, Runner
from tests.lab.state import open_guest
from tests.octal import printable

COMPILER = ["gcc", "-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "-static"]
SECONDS = 150.0  # a grader ends by itself: see library/sandbox.c
MEGABYTES = 32  # of a program: the sandbox copies it into memory
BUILD = "build/exercises"


class Place(Runner, Protocol):
    """Where programs are judged."""

    root: str  # where the checkout lies there
    name: str  # as a verdict says it

    def renew(self) -> None:
        """Undo what programs did to it, as far as that is possible."""


@dataclass
class Fact:
    """One fact: whether it holds ("ok", "failed" or "unknown"), and what it says."""

    result: str
    name: str
    what: str


@dataclass
class Verdict:
    """What a grader found: all facts in order, and the first failure in full."""

    passed: bool = False
    failed: str = ""  # the first fact that failed
    facts: list[Fact] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def label(self) -> str:
        """Return "passed", or the fact that failed first."""
        return "passed" if self.passed else self.failed


def parse(lines: list[str]) -> Verdict:
    """Return the verdict in a grader's lines.

    Raises LabError, with what was said, when they do not end in a verdict.
    """
    verdict = Verdict()
    for line in lines:
        kind, *fields = (printable(part) for part in line.split("\t"))
        if kind == "fact" and len(fields) == 3:
            verdict.facts.append(Fact(*fields))
        elif kind == "said" and fields:
            verdict.said.append(fields[0])
        elif kind == "verdict" and len(fields) == 2:
            verdict.passed, verdict.failed = fields[0] == "passed", fields[1]
            return verdict
        elif fields:
            verdict.details[kind] = fields[0]
    raise LabError("the grader gave no verdict\n" + "\n".join(lines[-5:]))


def build_graders() -> None:
    """Compile graders and probe; raises ExerciseError with the compiler's words."""
    command = ["make", "-s", "--no-print-directory", "-C", str(HERE)]
    (CHECKOUT / BUILD).mkdir(parents=True, exist_ok=True)
    done = run_compiler(command, CHECKOUT / "build", CHECKOUT / BUILD)
    if done.returncode:
        raise ExerciseError(f"the graders do not compile\n{done.stdout}")


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Give a folder inside that one for half-made things; it is removed at the end.

    Raises ExerciseError when nothing can be written there.
    """
    files.need_folder(folder)
    with ExitStack() as stack:
        with files.writing(folder):
            made = tempfile.TemporaryDirectory(dir=folder, prefix=".half-")
        yield Path(stack.enter_context(made))


def run_compiler(
    command: list[str], folder: Path, tmp: Path
) -> subprocess.CompletedProcess[str]:
    """Run a compiler in a folder; tmp, on the same disk, is for half-made files.

    Raises ExerciseError when the disk is full: it is not the program that is wrong.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"TMPDIR": str(tmp), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode and files.FULL.search(done.stdout):
        raise ExerciseError(files.disk_is_full(folder))
    return done


def compile_program(source: Path, program: Path) -> tuple[bool, str]:
    """Compile a C source to a static program; return success and the words of gcc.

    The program appears whole or not at all; another one may be running.
    """
    files.need_no_folder(program)
    with scratch(program.parent) as tmp:
        half = tmp / "program"
        command = [*COMPILER, "-o", str(half), source.name]
        done = run_compiler(command, source.parent, tmp)
        if done.returncode == 0:
            with locked(replacing(CHECKOUT)):
                half.replace(program)
    return done.returncode == 0, done.stdout


def program_of(exercise: Exercise) -> Path:
    """Return what is run of the doer's work: beside it, for the lab to try."""
    return exercise.work.with_suffix("") if exercise.suffix == ".c" else exercise.work


def grade(
    place: Place, exercise: Exercise, program: str, foreign: bool = False
) -> Verdict:
    """Judge a program, a path in the checkout.

    Raises LabError when there is no verdict, with the reason, and ExerciseError when
    the program is too large to be judged.
    """
    size = (CHECKOUT / program).stat().st_size >> 20
    if size >= MEGABYTES:
        raise ExerciseError(f"{program} has {size} MB; below {MEGABYTES} it is judged")
    grader = f"{place.root}/{BUILD}/{exercise.name}/grader"
    words = [grader, *(["--patient"] if foreign else []), f"{place.root}/{program}"]
    _, lines = place.run(f"{shlex.join(words)} 2>&1", SECONDS)
    return parse(lines)


class ThisMachine(Here):
    """The kernel that runs here, for graders that a doer asks for on it."""

    root = str(CHECKOUT)
    name = "on this kernel"

    def renew(self) -> None:
        """Go on with what there is: nothing can put another kernel in its place."""


class ThrowAwayLab:
    """A guest that graders run in; it is opened when first needed, and again when
    a program has brought it down. Use it as a context manager."""

    root = "/book"

    def __init__(self, series: str, cache_mode: str = "none") -> None:
        """Name the kernel; cache_mode is that of Guest.prepare."""
        self.series = series
        self.name = f"on Linux {series} in the lab"
        self.cache_mode = cache_mode
        self.stack = ExitStack()
        self.guest: Guest | None = None

    def __enter__(self) -> "ThrowAwayLab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the guest, if there is one."""
        self.guest = None
        self.stack.close()

    def open(self) -> Guest:
        """Return the guest, open."""
        if self.guest is None:
            opened = open_guest(image(self.series), self.cache_mode)
            self.guest = self.stack.enter_context(opened)
        return self.guest

    def renew(self) -> None:
        """Open another guest in place of this one, in which nothing has run."""
        self.close()
        self.open()

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Run a shell command in the guest; a guest that fails is not used again."""
        try:
            return self.open().run(command, seconds)
        except LabError:
            self.close()
            raise
