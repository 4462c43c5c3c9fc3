"""docs/kernels.json keeps what was not run, and its date when nothing changed."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lab import cache
from tests.lab.cache import LabError
from tests.samples import results
from tests.samples.suite import Unit, UnitResult

LOCK = {"6.1": {"version": "6.1.9-1"}, "6.12": {"version": "6.12.5-1"}}
OLD: dict[str, Any] = {
    "date": "2020-02-02",
    "kernels": {"5.10": "5.10.3-1", "6.1": "6.1.9-1"},
    "samples": {"unshare.c": {"5.10": "failed", "6.1": "passed"}},
    "transcripts": {"uts/name": {"6.1": "passed"}},
}


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one sample and one transcript, and two kernels that were fetched."""
    monkeypatch.setattr(cache, "read_lock", lambda: LOCK)
    monkeypatch.setattr(results, "CHECKOUT", tmp_path)
    for name in ("code-samples/unshare.c", "docs/transcripts/uts/name.console"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return a record of earlier runs."""
    file = tmp_path / "docs/kernels.json"
    file.write_text(json.dumps(OLD))
    return file


def verdict(series: str, **counts: Any) -> UnitResult:
    """Return what came of the sample unshare.c on a kernel."""
    unit = Unit(Path("unshare.bats"), "unshare", ("unshare: x",))
    return UnitResult(series, unit, **counts)


def test_merges(record: Path) -> None:
    """What was run is new; kernels, samples and transcripts that were not, stay."""
    results.enter_samples(record, [verdict("6.12", passed=1)])
    new = json.loads(record.read_text())
    row = {"5.10": "failed", "6.1": "passed", "6.12": "passed"}
    assert new == {
        "date": results.today(),
        "kernels": {**OLD["kernels"], "6.12": "6.12.5-1"},
        "samples": {"unshare.c": row},
        "transcripts": OLD["transcripts"],
    }
    assert not record.with_suffix(".tmp").exists()


def test_merges_transcripts(record: Path) -> None:
    """A transcript that disagreed is not hidden behind an older run that agreed."""
    results.enter_transcripts(record, [("uts/name", "6.1", False)])
    new = json.loads(record.read_text())
    assert new["transcripts"] == {"uts/name": {"6.1": "failed"}}
    assert new["samples"] == OLD["samples"]


@pytest.mark.parametrize("zone", ["<-12>12", "<+14>-14"])
def test_date(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same day everywhere: for half of these zones it is another there."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        found = results.today()
    time.tzset()
    assert found == time.strftime("%Y-%m-%d", time.gmtime())


def test_first_record(tmp_path: Path) -> None:
    """It does not take an old file."""
    results.enter_samples(tmp_path / "new.json", [verdict("6.1", passed=1)])
    new = json.loads((tmp_path / "new.json").read_text())
    assert new == {
        "date": results.today(),
        "kernels": {"6.1": "6.1.9-1"},
        "samples": {"unshare.c": {"6.1": "passed"}},
        "transcripts": {},
    }


def test_what_is_gone_leaves(record: Path, tmp_path: Path) -> None:
    """A badge for a sample that was removed would stand on nothing."""
    (tmp_path / "code-samples/other.c").touch()
    (tmp_path / "code-samples/unshare.c").unlink()
    unit = Unit(Path("other.bats"), "other", ("other: x",))
    results.enter_samples(record, [UnitResult("6.1", unit, passed=1)])
    assert list(json.loads(record.read_text())["samples"]) == ["other.c"]


def test_date_stays_when_nothing_changed(record: Path) -> None:
    """A run that says the same again makes no difference to commit."""
    results.enter_samples(record, [verdict("6.1", passed=1)])
    assert json.loads(record.read_text()) == OLD


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
    assert results.outcome(verdict("6.1", **counts)) == outcome


BROKEN = [
    "",
    '{"date": "20',
    "[]",
    "null",
    '{"samples": []}',
    '{"samples": {"unshare.c": 1}}',
    '{"kernels": 1}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_record_is_refused(record: Path, text: str) -> None:
    """The message names the file, which stays as it is: somebody may mend it."""
    record.write_text(text)
    with pytest.raises(LabError, match="kernels.json"):
        results.enter_samples(record, [verdict("6.1", passed=1)])
    assert record.read_text() == text


def test_test_of_no_sample_is_refused(record: Path) -> None:
    """A bats file may be ahead of the samples; that is said, without a traceback."""
    unit = Unit(Path("lost.bats"), "lost", ("lost: x",))
    with pytest.raises(LabError, match="lost"):
        results.enter_samples(record, [UnitResult("6.1", unit, passed=1)])


@pytest.mark.parametrize("order", [1, -1])
def test_one_failure_decides(record: Path, order: int) -> None:
    """A sample may have tests in two files; no file's passes hide a failure."""
    verdicts = [verdict("6.1", failed=1), verdict("6.1", passed=1)][::order]
    results.enter_samples(record, verdicts)
    new = json.loads(record.read_text())
    assert new["samples"]["unshare.c"]["6.1"] == "failed"
