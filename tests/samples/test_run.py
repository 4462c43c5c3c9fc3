"""The rows of a run of bats: a sample's is that of all its tests, or there is none."""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.cache import LabError
from tests.results import Ran
from tests.samples import run
from tests.samples.suite import SampleResult, SampleTests

FILE = Path("uts.bats")
ONE = SampleTests(FILE, "one", ("one: a", "one: b"))
TWO = SampleTests(FILE, "two.sh", ("two.sh: a",))
MORE = SampleTests(Path("net.bats"), "one", ("one: c",))


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two samples."""
    monkeypatch.setattr(run, "CHECKOUT", tmp_path)
    (tmp_path / "code-samples/uts").mkdir(parents=True)
    for name in ("one.c", "uts/two.sh"):
        (tmp_path / "code-samples" / name).touch()


def verdict(unit: SampleTests, **counts: Any) -> SampleResult:
    """Return what came of a unit."""
    return SampleResult("6.1", unit, **counts)


@pytest.mark.parametrize(
    "counts, outcome",
    [
        ({"passed": 1}, "passed"),
        ({"failed": 1, "passed": 1}, "failed"),
        ({"passed": 1, "skipped": ["x (why)"]}, "passed"),
        ({"skipped": ["x (why)"]}, "skipped: x (why)"),
        ({"failed": 1, "skipped": ["x (why)"]}, "failed"),
        ({}, "failed"),
    ],
)
def test_outcome(counts: dict[str, Any], outcome: str) -> None:
    """One failure is a failure; a sample without any result has not passed."""
    assert run.outcome(verdict(ONE, **counts)) == outcome


def test_rows() -> None:
    """A row has the path of its sample, and what ONLY= calls the tests."""
    done = [verdict(ONE, passed=2), verdict(TWO, failed=1)]
    assert run.ran(done, [ONE, TWO]) == [
        Ran("one.c", "6.1", "passed", "uts/one"),
        Ran("uts/two.sh", "6.1", "failed", "uts/two.sh"),
    ]


def test_tests_in_two_files() -> None:
    """Both must have run; then one word names both."""
    assert run.ran([verdict(ONE, passed=2)], [ONE, MORE]) == []
    both = [verdict(ONE, passed=2), verdict(MORE, failed=1)]
    assert run.ran(both, [ONE, MORE]) == [
        Ran("one.c", "6.1", "passed", "one"),
        Ran("one.c", "6.1", "failed", "one"),
    ]


def test_some_tests_are_no_row() -> None:
    """What was not asked for may fail."""
    part_of_it = ONE.only(["one: a"])
    assert run.ran([verdict(part_of_it, passed=1)], [ONE]) == []


def test_test_of_no_sample_is_refused() -> None:
    """A bats file may be ahead of the samples; that is said, without a traceback."""
    lost = SampleTests(Path("lost.bats"), "lost", ("lost: x",))
    with pytest.raises(LabError, match="lost"):
        run.ran([verdict(lost, passed=1)], [lost])
