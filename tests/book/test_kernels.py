"""The line below a listing says what docs/kernels.json says, and nothing more."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from book.files.content import key
from book.files.kernels import (
    FILE,
    Kernels,
    KernelsError,
    Row,
    availability,
    format_kernels,
    parse_kernels,
    results,
)
from book.pages.kernel_matrix import NOT_RUN, line, matrix
from tests.book.support import Plant

RECORD = {
    "date": "2026-01-02",
    "kernels": {"6.1": "6.1.9-1", "5.10": "5.10.3-1"},
    "samples": {
        "a.c": {"6.1": "passed", "5.10": "skipped: needs linux >= 6.0", "key": "0a"}
    },
    "facts": {},
    "transcripts": {"uts/name": {"key": "0b", "6.1": "failed"}},
    "exercises": {},
}
PLACES = ("samples", "a.c"), ("transcripts", "uts/name"), ("exercises", "uts-do")
TREE = {
    "code-samples/a.c": "int a;\n",
    "docs/transcripts/uts/name.console": "sh1# ls\n",
    "tests/exercises/uts-do/grader.c": "int g;\n",
}


@pytest.fixture
def kernels() -> Kernels:
    """A record of two kernels, written in the wrong order."""
    return parse_kernels(json.dumps(RECORD))


def test_badge_names_kernels_and_outcomes(kernels: Kernels) -> None:
    """Kernels come in the order of their numbers, with the reason of a skip."""
    (shown,) = line(kernels.current("samples", "a.c", "0a"))
    expected = "Last run on Linux 5.10 (skipped: needs linux >= 6.0) 6.1"
    assert shown.astext().strip() == expected


def test_failure_shows(kernels: Kernels) -> None:
    """A failure that was recorded is not hidden."""
    (shown,) = line(kernels.current("transcripts", "uts/name", "0b"))
    assert "6.1 (failed)" in shown.astext()


@pytest.mark.parametrize(("name", "now"), [("a.c", "0c"), ("b.c", "0a")])
def test_what_was_not_run_has_no_badge(kernels: Kernels, name: str, now: str) -> None:
    """No line is better than one that nothing stands behind."""
    assert line(kernels.current("samples", name, now)) == []


def test_matrix_says_not_run(plant: Plant) -> None:
    """What has another form now, or never ran, is there and named as such."""
    root = plant(TREE)
    rows = {part: {n: Row(key(root, part, n), {"6.1": "passed"})} for part, n in PLACES}
    known = Kernels("2026-01-02", {"6.1": "6.1.9-1"}, rows)
    whole = {"a.c": {"6.1": "passed"}, "uts/name": {"6.1": "passed"}}
    assert results(root, known) == whole | {"uts-do": {"6.1": "passed"}}
    for path in TREE:
        (root / path).write_text("changed\n")
    (root / "code-samples/b.c").write_text("int b;\n")
    now = results(root, known)
    assert now == {"a.c": {}, "b.c": {}, "uts/name": {}, "uts-do": {}}
    assert matrix(now, "What was run", known, NOT_RUN).astext().count(NOT_RUN) == 4


def test_need_is_met_where_a_sample_passed(kernels: Kernels) -> None:
    """One sample that passed is proof; a skip is none."""
    rows = [row.outcomes for row in kernels.rows["samples"].values()]
    assert availability(rows, kernels) == {"5.10": "no", "6.1": "yes"}


def test_format(kernels: Kernels) -> None:
    """A line a row, sorted; read again, it is the same."""
    more = {"b.c": Row("0d", {"6.1": "passed"}), **kernels.rows["samples"]}
    kernels = replace(kernels, rows={**kernels.rows, "samples": more})
    text = format_kernels(kernels)
    assert parse_kernels(text) == kernels
    lines = text.splitlines()
    skip = "skipped: needs linux >= 6.0"
    row = f'  "a.c": {{"key": "0a", "5.10": "{skip}", "6.1": "passed"}},'
    assert row in lines
    assert lines[lines.index(row) + 1] == '  "b.c": {"key": "0d", "6.1": "passed"}'


def test_recorded_as_it_is_written(root: Path) -> None:
    """The file is what the suite would write: two who record it meet in its rows."""
    text = (root / FILE).read_text(encoding="utf-8")
    assert format_kernels(parse_kernels(text)) == text


BROKEN = {
    "cut off": '{"date": "20',
    "no table": "[]",
    "nothing in it": "{}",
    "a row that is none": json.dumps({**RECORD, "samples": {"a.c": 1}}),
    "a row without a key": json.dumps({**RECORD, "samples": {"a.c": {"6.1": "x"}}}),
    "no outcome": json.dumps({**RECORD, "samples": {"a.c": {"key": "0", "6.1": 1}}}),
    "no kernel": json.dumps({**RECORD, "samples": {"a.c": {"key": "0", "x": "y"}}}),
    "a part is missing": json.dumps({k: RECORD[k] for k in RECORD if k[0] != "e"}),
    "kernels that are none": json.dumps({**RECORD, "kernels": 1}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_record_is_refused(text: str) -> None:
    """The message says how to make a good one."""
    with pytest.raises(KernelsError, match="make matrix"):
        parse_kernels(text)
