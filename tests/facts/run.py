"""Put sentences of the book to kernels: run tests/facts/TOPIC.bats in guests, as root.

The name of a test is a piece of a sentence of the page, as a reader sees it, and its
body an experiment that would refute it. Each file gets a guest of its own. A test that
is of later kernels begins with "since X.Y", and is skipped on those before.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from book.files.headers import newer_kernel
from book.files.sources import FACT, facts_of

from tests import CHECKOUT, part, results
from tests.lab.cache import LabError
from tests.results import Ran
from tests.samples.run import outcome, run_part
from tests.samples.suite import SampleResult, SampleTests, tests_in

FOLDER = CHECKOUT / "tests/facts"


class Facts(SampleTests):
    """The facts of a page."""

    part: ClassVar[str] = "facts"

    @property
    def chapter(self) -> str:
        """Return the page's name."""
        return self.sample

    @property
    def name(self) -> str:
        """Return how a person calls them."""
        return self.sample

    @property
    def begins(self) -> str:
        """Return what their names begin with: anything."""
        return ""

    def may_skip(self, reason: str, series: str) -> bool:
        """Tell whether it is of later kernels, as the helper's since says."""
        return bool(newer_kernel((reason,), series))


def fact_files() -> list[Path]:
    """Return the files of facts, by name."""
    return sorted(FOLDER.glob("*.bats"))


def units(files: list[Path]) -> list[Facts]:
    """Return the facts of files.

    Raises LabError for a name in which the shell would change something.
    """
    found = []
    for file in files:
        names = facts_of(CHECKOUT, file.stem)
        for line in tests_in(file):
            if not FACT.fullmatch(line):
                raise LabError(f'{file}: not of the form @test "FACT" {{: {line}')
        found.append(Facts(file, file.stem, tuple(names)))
    return found


def ran(verdicts: list[SampleResult], known: Sequence[Facts]) -> list[Ran]:
    """Return the rows of the files of which all facts were tried."""
    return [
        Ran(one.unit.sample, one.series, outcome(one), one.unit.name)
        for one in verdicts
        if one.unit in known
    ]


def run(args: argparse.Namespace) -> part.Counts:
    """Try the facts that were asked for; return what they came to."""
    return run_part("facts", args, units(fact_files()), ran)


if __name__ == "__main__":
    sys.exit(part.main("facts", __doc__, run, results.options))
