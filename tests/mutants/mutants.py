"""Wrong versions of the samples: which there are, and what the tests make of them.

TOPIC.mutants has those of a chapter, in the grammar of tests/wrong.py; a block names
its sample as the tests do. A mutant that no test catches is a failure, and so is a
test, of a sample whose mutants all ran, that never caught one.
"""

import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from book.files.samples import FOLDER, find_samples

from tests import CHECKOUT, part, wrong
from tests.lab.guest import Guest
from tests.samples.suite import units
from tests.wrong import Block

HERE = CHECKOUT / "tests/samples"
BUILD = CHECKOUT / "build/mutants"
LINKS = "/tmp/samples"  # to all samples, in a guest
SECONDS = 300.0  # for the tests of one sample
COMPILE = ["gcc", "-std=gnu17", "-w", "-static"]
FAILED = re.compile(r"not ok \d+ (.*)")


class MutantError(Exception):
    """A mutant cannot be made, or there is none of that name; the text says why."""


@dataclass(frozen=True)
class Sample:
    """A sample that has mutants: its chapter, its file, its tests."""

    topic: str
    path: str  # below code-samples, with its suffix
    suite: Path
    tests: tuple[str, ...]

    @property
    def program(self) -> str:
        """Return the path of the program below the folder of all programs."""
        return self.path.removesuffix(".c")

    @property
    def name(self) -> str:
        """Return the name that its tests begin with."""
        return Path(self.program).name


@dataclass(frozen=True)
class Mutant:
    """A wrong version of a sample."""

    sample: Sample
    block: Block

    def __str__(self) -> str:
        """Return the name by which it can be chosen."""
        return f"{self.sample.program}:{self.block.name}"

    @property
    def file(self) -> Path:
        """Return the program that it is built into."""
        return BUILD / self.sample.program / self.block.name


def tested() -> dict[str, tuple[Path, tuple[str, ...]]]:
    """Return, by the samples' names, which file has their tests, and these."""
    found = units(sorted(HERE.glob("*.bats")))
    return {unit.sample: (unit.file, unit.names) for unit in found}


def read(topic: str) -> list[Mutant]:
    """Return the mutants of a chapter.

    Raises WrongError or MutantError for a block that is none, or of no such sample.
    """
    tests = tested()
    known = {}
    for path in find_samples(CHECKOUT):
        name = Path(path.removesuffix(".c")).name
        if name in tests and Path(path).parent.name in ("", topic):
            known[name] = Sample(topic, path, *tests[name])
    mutants = []
    for block in wrong.read(HERE / f"{topic}.mutants", ["sample"]):
        name = block.value("sample")
        if name not in known:
            raise MutantError(f"{block.place}: no sample {name} of {topic} has tests")
        mutants.append(Mutant(known[name], block))
    return mutants


def labels(mutant: Mutant) -> set[str]:
    """Return the names that a mutant is among: a chapter, a sample, its own."""
    sample = mutant.sample
    return {sample.topic, sample.program, sample.name, str(mutant)}


def choose(names: list[str]) -> list[Mutant]:
    """Return the mutants that names stand for, all when there is none.

    A name is a chapter (mnt), a sample (mnt/draw_peers), mutant (mnt/draw_peers:NAME).
    """
    topics = sorted(path.stem for path in HERE.glob("*.mutants"))
    known = [mutant for topic in topics for mutant in read(topic)]
    return part.chosen(known, names, labels)


def build(mutants: list[Mutant]) -> None:
    """Make the programs of mutants; raises MutantError for one that cannot be."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(build_one, mutants):
            pass


def build_one(mutant: Mutant) -> None:
    """Make the program of a mutant."""
    right = CHECKOUT / FOLDER / mutant.sample.path
    source = mutant.file.with_name(mutant.file.name + right.suffix)
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(wrong.apply(right.read_text(encoding="utf-8"), mutant.block))
    if right.suffix == ".sh":
        mutant.file.write_bytes(source.read_bytes())
        mutant.file.chmod(0o755)
        return
    command = [*COMPILE, "-o", str(mutant.file), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise MutantError(f"{mutant.block.place}: it does not compile\n{done.stderr}")


def prepare(guest: Guest) -> None:
    """Make a guest ready: its samples are links, one of which a mutant replaces."""
    status, lines = guest.run(f"cp -rs /book/build/samples {LINKS}", 60)
    if status:
        raise MutantError(f"no links to the samples: {' '.join(lines)}")


def run(guest: Guest, mutant: Mutant) -> tuple[list[str], bool]:
    """Return the tests that fail on a mutant, in a guest, and whether all ended.

    Raises MutantError where they have not, and none of them failed until then.
    """
    place = f"{LINKS}/{mutant.sample.program}"
    file = Path("/book") / mutant.file.relative_to(CHECKOUT)
    suite = Path("/book") / mutant.sample.suite.relative_to(CHECKOUT)
    words = [place, str(file), mutant.sample.name, str(suite), f"{SECONDS:.0f}"]
    command = f"SAMPLES={LINKS} /book/tests/mutants/mutant {shlex.join(words)}"
    status, lines = guest.run(command, 2 * SECONDS)
    failed = [match[1] for line in lines if (match := FAILED.fullmatch(line))]
    if status and not failed:
        raise MutantError(" ".join(lines[-1:]))
    return failed, status == 0
