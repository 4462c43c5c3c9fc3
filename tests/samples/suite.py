"""The bats suite: what to run, how a guest runs it, what its answer is worth.

A run counts only if the whole plan arrived: every number, and bats' own exit status
after the last. A skip counts only where the sample's needs: line asks for a later
kernel than the guest's.
"""

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from book.files.headers import newer_kernel, read_header
from book.files.samples import FOLDER, find_samples

from tests import CHECKOUT, part
from tests.lab import inventory
from tests.lab.cache import Image, LabError
from tests.lab.state import open_guest

TEST_SECONDS = 60.0  # for ten tests: far more than they need
TAP = re.compile(r"(not )?ok (\d+) (.*?)(?: # skip ?(.*))?$")


@dataclass(frozen=True)
class SampleTests:
    """The tests of one sample in one bats file."""

    file: Path
    sample: str
    names: tuple[str, ...]
    part: ClassVar[str] = "samples"

    @property
    def chapter(self) -> str:
        """Return the topic of its file; the four tools are the introduction's."""
        page = CHECKOUT / "docs" / f"{self.file.stem}.rst"
        return self.file.stem if page.exists() else "introduction"

    @property
    def name(self) -> str:
        """Return how a person calls it: CHAPTER/SAMPLE."""
        return f"{self.chapter}/{self.sample}"

    @property
    def begins(self) -> str:
        """Return what the names of its tests, and of no others, begin with."""
        return f"^{self.sample}: "

    def may_skip(self, reason: str, series: str) -> bool:
        """Tell whether a test may be skipped for a reason on a kernel."""
        return licensed(self.sample, series)

    def called(self) -> set[str]:
        """Return what may name it, or one of its tests."""
        return {self.chapter, self.sample, self.name, *self.names}

    def only(self, words: list[str]) -> "SampleTests":
        """Return it with those of its tests that words name; all if it is named."""
        tests = tuple(name for name in self.names if name in words)
        whole = not words or {self.chapter, self.sample, self.name} & set(words)
        return self if whole or not tests else replace(self, names=tests)


@dataclass
class SampleResult:
    """What came of a unit on a kernel: counts, and what to show."""

    series: str
    unit: SampleTests
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    report: list[str] = field(default_factory=list)

    def complete(self) -> bool:
        """Tell whether every test of the unit has its result."""
        return self.passed + self.failed + len(self.skipped) >= len(self.unit.names)

    def shell(self) -> list[str]:
        """Return what leads to a shell beside the failure, a line each."""
        file = self.unit.file.relative_to(CHECKOUT)
        bats = f"SAMPLES=$PWD bats --filter '{self.unit.begins}' /book/{file}"
        return [f"make lab KERNEL={self.series}", f"  and there: {bats}"]

    def show(self) -> None:
        """Print the unit's line and, below it, what failed and how to repeat it."""
        unit = self.unit
        counts = f"{self.passed} of {len(unit.names)}"
        lines = [f"{self.series:5} {unit.name:36} {counts:>9} passed"]
        lines += self.report
        lines += [f"  skip    {name}" for name in self.skipped]
        if self.failed and self.series in part.kernels("all"):
            lines.append("  repeat: " + part.repeat(unit.part, unit.name, self.series))
            lines += [f"  shell:  {line}" for line in self.shell()]
        print("\n".join(lines), flush=True)


def tests_in(file: Path) -> list[str]:
    """Return the lines of a bats file at which its tests begin."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("@test ")]


def units(files: list[Path]) -> list[SampleTests]:
    """Return the tests of bats files, by sample, in the order of the files.

    Raises LabError for a test that does not begin with its sample's name.
    """
    found: dict[tuple[Path, str], list[str]] = {}
    for file in files:
        for line in tests_in(file):
            match = re.fullmatch(r'@test "(([\w.-]+): .*)" \{', line)
            if not match:
                raise LabError(
                    f'{file}: not of the form @test "SAMPLE: FACT" {{: {line}'
                )
            found.setdefault((file, match[2]), []).append(match[1])
    return [
        SampleTests(file, name, tuple(names)) for (file, name), names in found.items()
    ]


def needs(sample: str) -> tuple[str, ...]:
    """Return what the needs: line of a sample has; nothing if there is no such one."""
    for path in map((CHECKOUT / FOLDER).joinpath, find_samples(CHECKOUT)):
        if sample in (path.name, path.stem):
            return read_header(path).needs
    return ()


def licensed(sample: str, series: str) -> bool:
    """Tell whether a sample may be skipped: it needs a later kernel than this."""
    return bool(newer_kernel(needs(sample), series))


class Reader:
    """Reads the TAP of one bats run as it arrives, and judges it by its plan."""

    def __init__(self, mine: list[SampleTests], series: str) -> None:
        """Expect the tests of these units, from a guest of that kernel."""
        self.series = series
        self.verdicts = [SampleResult(series, unit) for unit in mine]
        self.by_name = {n: v for v in self.verdicts for n in v.unit.names}
        self.plan = f"1..{len(self.by_name)}"
        self.planned = False
        self.numbers: list[int] = []
        self.names: list[str] = []
        self.failing: SampleResult | None = None
        self.other: list[str] = []

    def line(self, line: str) -> None:
        """Take one line; a unit whose last result it is gets shown."""
        match = TAP.match(line)
        if match:
            self.numbers.append(int(match[2]))
            self.names.append(match[3])
        if not match or match[3] not in self.by_name:
            self.planned = self.planned or line == self.plan
            if self.failing and line.startswith("#"):
                self.failing.report.append(f"    {line[2:]}")
            else:
                self.other.append(line)
            return
        if self.failing and self.failing.complete():
            self.failing.show()
        self.failing = None
        verdict = self.by_name[match[3]]
        self.take(verdict, match[3], bool(match[1]), match[4])
        if verdict.complete() and verdict is not self.failing:
            verdict.show()

    def take(
        self, verdict: SampleResult, name: str, failed: bool, skip: str | None
    ) -> None:
        """Note a result. A failure's reason is in the lines that follow it."""
        if failed:
            verdict.failed += 1
            verdict.report.append(f"  not ok  {name}")
            self.failing = verdict
        elif skip is None:
            verdict.passed += 1
        elif verdict.unit.may_skip(skip, self.series):
            verdict.skipped.append(f"{name} ({skip})")
        else:
            verdict.failed += 1
            verdict.report.append(f"  skipped, and may not be here: {name}")

    def end(self, status: int) -> list[SampleResult]:
        """Judge the whole: doubt is a failure. Return the verdicts."""
        if self.failing and self.failing.complete():
            self.failing.show()
        failed = any(verdict.failed for verdict in self.verdicts)
        whole = self.numbers == list(range(1, len(self.by_name) + 1))
        whole = whole and sorted(self.names) == sorted(self.by_name)
        if self.planned and whole and bool(status) == failed:
            return self.verdicts
        print(
            f"{len(self.numbers)} of {len(self.by_name)} results arrived and bats "
            f"ended with {status}; the last lines that are no result:"
        )
        print("\n".join(f"  {line}" for line in self.other[-10:]), flush=True)
        for verdict in self.verdicts:
            if not verdict.complete():
                missing = len(verdict.unit.names) - verdict.passed - verdict.failed
                verdict.failed += missing - len(verdict.skipped)
                verdict.report.append("  results are missing")
                verdict.show()
        if not any(verdict.failed for verdict in self.verdicts):
            self.verdicts[0].failed += 1
        return self.verdicts


def run_units(img: Image, mine: list[SampleTests]) -> list[SampleResult]:
    """Run units of one file in a fresh guest."""
    file = mine[0].file
    only = ""
    if sum(len(unit.names) for unit in mine) != len(tests_in(file)):
        names = "|".join(re.escape(name) for unit in mine for name in unit.names)
        only = f"--filter {shlex.quote(f'^({names})$')}"
    reader = Reader(mine, img.series)
    command = (
        f"cd /tmp && SAMPLES=/book/build/samples bats --tap {only} "
        f"'/book/{file.relative_to(CHECKOUT)}'"
    )
    seconds = TEST_SECONDS * (1 + len(reader.by_name) / 10)
    with open_guest(img, cache_mode="loose") as guest:
        before = inventory.take(guest)
        status, _ = guest.run(command, seconds, reader.line)
        verdicts = reader.end(status)
        left = inventory.left_behind(guest, before)
    if left:
        verdicts[-1].failed += 1
        print("\n".join([f"not ok  {file.name} changes the guest:", *left]), flush=True)
    return verdicts
