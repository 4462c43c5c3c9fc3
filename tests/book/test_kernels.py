"""The line below a listing says what docs/kernels.json says, and nothing more."""

import json

import pytest

from book.files.kernels import Kernels, KernelsError, availability, parse_kernels
from book.pages.kernel_matrix import badge, matrix

RECORD = {
    "date": "2026-01-02",
    "kernels": {"6.1": "6.1.9-1", "5.10": "5.10.3-1"},
    "samples": {"a.c": {"5.10": "skipped: needs linux >= 6.0", "6.1": "passed"}},
    "transcripts": {"uts/name": {"6.1": "failed"}},
}


@pytest.fixture
def kernels() -> Kernels:
    """A record of two kernels, written in the wrong order."""
    return parse_kernels(json.dumps(RECORD))


def test_badge_names_kernels_and_outcomes(kernels: Kernels) -> None:
    """Kernels come in the order of their numbers, with the reason of a skip."""
    (line,) = badge(kernels.samples["a.c"], kernels)
    expected = "Last run on Linux 5.10 (skipped: needs linux >= 6.0) 6.1"
    assert line.astext().strip() == expected


def test_failure_shows(kernels: Kernels) -> None:
    """A failure that was recorded is not hidden."""
    (line,) = badge(kernels.transcripts["uts/name"], kernels)
    assert "6.1 (failed)" in line.astext()


def test_what_was_not_run_has_no_badge(kernels: Kernels) -> None:
    """No line is better than one that nothing stands behind."""
    assert badge(kernels.samples.get("b.c"), kernels) == []


def test_matrix_says_not_run(kernels: Kernels) -> None:
    """A kernel that a row lacks is named as such, not left empty."""
    rows = {**kernels.samples, **kernels.transcripts}
    assert "not run" in matrix(rows, "What was run", kernels).astext()


def test_need_is_met_where_a_sample_passed(kernels: Kernels) -> None:
    """One sample that passed is proof; a skip is none."""
    rows = list(kernels.samples.values())
    assert availability(rows, kernels) == {"5.10": "no", "6.1": "yes"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"date": 1, "kernels": {"x": 1}}'])
def test_broken_record_is_refused(text: str) -> None:
    """The message says how to make a good one."""
    with pytest.raises(KernelsError, match="make matrix"):
        parse_kernels(text)
