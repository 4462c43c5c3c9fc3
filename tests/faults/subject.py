"""What is put to the test: every C sample and reference solution, found by itself."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from book.files.headers import Header, parse_header
from book.files.samples import FOLDER, find_samples

from tests import CHECKOUT, part
from tests.faults.cases import reason

HERE = CHECKOUT / "tests/faults"
BUILD = CHECKOUT / "build/faults"
SOLUTIONS = "tests/exercises/*/solution.c"
LAB = BUILD / "lab"  # the guest's own programs, compiled for here
GUEST_BUILD = "/book/build/faults"
HEADERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
COMPILE = ["gcc", "-std=gnu17", "-O2", "-static"]


class BuildError(Exception):
    """There is no such program, or it does not compile; the text says why."""


@dataclass(frozen=True)
class Subject:
    """A program: its name, as a reader knows it, its source, its head comment."""

    name: str
    source: Path
    header: Header

    @property
    def program(self) -> str:
        """Return its file's name, which begins its messages."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def in_guest(self) -> str:
        """Return its path inside the guest, with the marker in it."""
        return f"{GUEST_BUILD}/{self.name}"


def of_file(source: Path, name: str) -> Subject:
    """Return the program whose source is in a file; its name says what it is."""
    called = Path(name).with_suffix(".c").name
    header = parse_header(source.read_text(encoding="utf-8"), Path(called))
    return Subject(name, source, header)


def subjects() -> list[Subject]:
    """Return all C samples and all reference solutions."""
    samples = [path for path in find_samples(CHECKOUT) if path.endswith(".c")]
    found = [of_file(CHECKOUT / FOLDER / path, path[: -len(".c")]) for path in samples]
    for source in sorted(CHECKOUT.glob(SOLUTIONS)):
        found.append(of_file(source, f"exercises/{source.parent.name}"))
    return found


def called(subject: Subject) -> set[str]:
    """Return what may name a program: its name, its file's, its chapter or folder."""
    chapter = subject.name.rpartition("/")[0] or "introduction"
    return {subject.name, subject.program, chapter}


def choose(names: list[str]) -> list[Subject]:
    """Return the programs that names stand for, all if there is none."""
    return part.chosen(subjects(), names, called)


def choose_runnable(names: list[str]) -> tuple[list[Subject], int]:
    """Return the programs to run, and how many are skipped; say why they are.

    Who is named is run.
    """
    chosen = choose(names)
    skips = {} if names else {one.name: reason(one.name, "skip") for one in chosen}
    for name, why in skips.items():
        if why:
            print(f"{name:28} skipped: {why}", flush=True)
    run = [subject for subject in chosen if not skips.get(subject.name)]
    return run, len(chosen) - len(run)


def compiled(source: Path, target: Path, command: list[str]) -> None:
    """Compile a program where its source is newer than what is there."""
    inputs = [source, *(Path(word) for word in command if word.endswith(".c"))]
    inputs += CHECKOUT.glob("tests/*.h")
    newest = max(path.stat().st_mtime for path in inputs)
    if target.exists() and target.stat().st_mtime > newest:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [*command, "-o", str(target), str(source)], capture_output=True, text=True
    )
    if done.returncode:
        raise BuildError(f"{source}: {done.stderr}")


def build(programs: list[Subject]) -> None:
    """Compile programs, with the marker, and what watches them, into build/faults."""
    marked = [*COMPILE, str(HERE / "marker.c"), "-Wl,--wrap=fork,--wrap=clone"]
    work = [(subject.source, BUILD / subject.name, marked) for subject in programs]
    work.append((HERE / "cell.c", BUILD / "cell", COMPILE))
    work.append((CHECKOUT / "tests/probe.c", BUILD / "probe", COMPILE))
    guest = CHECKOUT / "tests/lab/guest"
    names = ("census", "inventory")
    work += [(guest / f"{n}.c", LAB / n, COMPILE) for n in names]
    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(compiled, *job) for job in work]:
            future.result()


def call_number(name: str) -> int:
    """Return the number of a system call on this architecture."""
    match = re.search(rf"__NR_{name} (\d+)", HEADERS.read_text())
    if not match:
        raise BuildError(f"{HEADERS} has no call {name}")
    return int(match[1])
