"""A run of bats counts only when every result, the plan and the status agree."""

from pathlib import Path

import pytest

from tests.lab.cache import LabError
from tests.samples import suite
from tests.samples.suite import Reader, SampleResult, SampleTests

HEAD = "/*\n * {0}.c - wait\n *\n * usage: {0}\n * needs: {1}\n */\n"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Expect three tests of two samples; 6.1 lacks what one of them needs."""
    monkeypatch.setattr(suite, "CHECKOUT", tmp_path)
    (tmp_path / "code-samples").mkdir()
    for name, needs in {"old": "linux >= 5.6", "late": "root, linux >= 6.8"}.items():
        head = HEAD.format(name, needs)
        (tmp_path / "code-samples" / f"{name}.c").write_text(head)
    file = tmp_path / "all.bats"
    units = [
        SampleTests(file, "old", ("old: one", "old: two")),
        SampleTests(file, "late", ("late: x",)),
    ]
    return Reader(units, "6.1")


def judge(reader: Reader, status: int, *lines: str) -> list[SampleResult]:
    """Return the verdicts on a run that printed these lines and ended so."""
    for line in lines:
        reader.line(line)
    return reader.end(status)


def failures(verdicts: list[SampleResult]) -> int:
    """Return how many tests count as failed."""
    return sum(verdict.failed for verdict in verdicts)


WHOLE = ("1..3", "ok 1 old: one", "ok 2 old: two", "ok 3 late: x")


def test_whole_run_passes(reader: Reader) -> None:
    """Lines between the results change nothing."""
    lines = ["bats: note", *WHOLE[:2], "# said by a test", "", *WHOLE[2:]]
    verdicts = judge(reader, 0, *lines)
    assert [verdict.passed for verdict in verdicts] == [2, 1]
    assert failures(verdicts) == 0


DOUBTFUL = {
    "plan missing": (0, WHOLE[1:]),
    "plan of another total": (0, ("1..4", *WHOLE[1:])),
    "nothing at all": (0, ()),
    "plan alone": (0, WHOLE[:1]),
    "first number missing": (0, (WHOLE[0], *WHOLE[2:])),
    "middle number missing": (0, (*WHOLE[:2], WHOLE[3])),
    "last number missing": (0, WHOLE[:3]),
    "number doubled": (0, (*WHOLE, WHOLE[3])),
    "number of another": (0, (*WHOLE[:2], WHOLE[1], WHOLE[3])),
    "numbers out of order": (0, (WHOLE[0], WHOLE[2], WHOLE[1], WHOLE[3])),
    "one test twice, another never": (0, (*WHOLE[:2], "ok 2 old: one", WHOLE[3])),
    "result of an unknown test": (0, (*WHOLE, "ok 4 old: three")),
    "unknown test for a known one": (0, (*WHOLE[:3], "ok 3 late: y")),
    "bats says that it failed": (1, WHOLE),
    "bats was killed": (137, WHOLE),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubt_is_failure(reader: Reader, name: str) -> None:
    """No test failed, and still the run must not pass."""
    status, lines = DOUBTFUL[name]
    assert failures(judge(reader, status, *lines)) >= 1


def test_missing_results_are_failures(reader: Reader) -> None:
    """Each result that did not arrive counts, beside those that did."""
    verdicts = judge(reader, 1, *WHOLE[:2])
    assert [(v.passed, v.failed) for v in verdicts] == [(1, 1), (0, 1)]


def test_failure_is_shown_with_its_reason(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report has the lines below the result, and how to repeat the test."""
    reason = "# (in test file all.bats, line 3)"
    verdicts = judge(reader, 1, *WHOLE[:2], "not ok 2 old: two", reason, WHOLE[3])
    assert failures(verdicts) == 1
    shown = capsys.readouterr().out
    assert "not ok  old: two\n    (in test file all.bats, line 3)\n" in shown
    assert "make test PART=samples ONLY=introduction/old KERNEL=6.1" in shown
    assert "shell:  make lab KERNEL=6.1" in shown
    assert "bats --filter '^old: ' /book/all.bats" in shown


def test_failure_that_bats_does_not_report(reader: Reader) -> None:
    """A failed test stays failed when bats ends with 0."""
    verdicts = judge(reader, 0, *WHOLE[:2], "not ok 2 old: two", WHOLE[3])
    assert failures(verdicts) == 1


def test_licensed_skip_is_counted(reader: Reader) -> None:
    """The sample needs a later kernel: skipped, with the reason, not failed."""
    verdicts = judge(reader, 0, *WHOLE[:3], "ok 3 late: x # skip no such call")
    assert failures(verdicts) == 0
    assert verdicts[1].skipped == ["late: x (no such call)"]
    assert verdicts[1].passed == 0


@pytest.mark.parametrize("line", ["ok 2 old: two # skip", "ok 2 old: two # skip why"])
def test_unlicensed_skip_is_failure(reader: Reader, line: str) -> None:
    """This kernel has what the sample needs."""
    verdicts = judge(reader, 0, *WHOLE[:2], line, WHOLE[3])
    assert (verdicts[0].failed, verdicts[0].skipped) == (1, [])


def test_skip_of_no_sample_is_failure(reader: Reader) -> None:
    """A name that no sample has is no licence."""
    assert not suite.licensed("none", "5.10")


@pytest.mark.parametrize(
    "series, allowed", [("5.10", True), ("6.1", True), ("6.8", False), ("6.12", False)]
)
def test_licence_goes_by_numbers(reader: Reader, series: str, allowed: bool) -> None:
    """Kernel 6.12 is later than 6.8."""
    assert suite.licensed("late", series) is allowed


def test_test_without_sample_is_refused(tmp_path: Path) -> None:
    """A test whose result nobody could enter anywhere is no test."""
    file = tmp_path / "wrong.bats"
    file.write_text('@test "it works" {\n}\n')
    with pytest.raises(LabError, match="wrong.bats.*it works"):
        suite.units([file])
