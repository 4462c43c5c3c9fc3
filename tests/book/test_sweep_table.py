"""When something began is what kernels answered, and no more than that."""

import json
from typing import Any

import pytest

from book.files.sweep import (
    Sweep,
    SweepError,
    agrees,
    began,
    began_and_ended,
    interval,
    parse_sweep,
)
from book.pages.sweep import claim_rows, kernel_rows
from tests.book.support import Plant

YES, NO = "yes: ok", "no: ENOSYS"
SAMPLE = "/*\n * a.c - a\n *\n * usage: a\n * needs: root, linux >= 6.9\n */\n"
COUNTS = {"date": "2026-01-02", "key": "x", "passed": 3, "failed": 1, "skipped": 1}


def record(**changes: Any) -> str:
    """Return the text of a record, its kernels in the wrong order."""
    rows = {"6.12": {"version": "6.12.1-1", "modules": True, "probes": COUNTS}}
    rows["6.2"] = {"version": "6.2.1-1", "modules": False}
    answers = {"6.12": YES, "6.2": NO}
    claims = {"a": {"claim": "a(2)", "ends": False, "answers": answers}}
    return json.dumps({"kernels": rows, "claims": claims, "needs": {}} | changes)


@pytest.mark.parametrize(
    ("answers", "wanted", "words"),
    [
        ({"5.10": NO, "6.2": NO, "6.12": YES}, ("6.2", "6.12"), "after 6.2, by 6.12"),
        ({"6.12": YES, "6.2": YES}, ("", "6.2"), "by 6.2"),
        ({"6.12": NO, "6.2": NO}, ("6.12", ""), "not by 6.12"),
        ({}, ("", ""), "not run"),
    ],
)
def test_interval(answers: dict[str, str], wanted: tuple[str, str], words: str) -> None:
    """The order is that of releases: 6.12 is later than 6.2."""
    assert began(answers) == wanted
    assert interval(answers) == words


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"6.1": YES, "6.2": NO}, "6.1 has it, and Linux 6.2 has it no more"),
        ({"6.1": NO, "6.2": YES, "6.3": NO, "6.4": YES}, "and Linux 6.3 has it no"),
        ({"6.1": "unclear: EPERM", "6.2": YES}, "Linux 6.1 gives no answer: unclear"),
        ({"6.1": ""}, "Linux 6.1 gives no answer"),
    ],
)
def test_no_interval(answers: dict[str, str], why: str) -> None:
    """What comes and goes has not begun, and doubt is no answer."""
    with pytest.raises(SweepError, match=why):
        interval(answers)


@pytest.mark.parametrize(
    ("since", "right"),
    [("6.1", False), ("6.2", True), ("6.12", True), ("6.13", False)],
)
def test_release_in_the_interval(since: str, right: bool) -> None:
    """The first kernel that has it may be the one; the last that lacks it may not."""
    assert agrees(since, {"6.1": NO, "6.12": YES}) is right


def test_release_at_the_ends() -> None:
    """It may have begun long before the oldest, and not yet in the newest."""
    assert agrees("3.0", {"6.1": YES})
    assert not agrees("6.2", {"6.1": YES})
    assert agrees("6.2", {"6.1": NO})
    assert not agrees("6.1", {"6.1": NO})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("nyyn", "after 6.1, by 6.2; gone after 6.3, by 6.4"),
        ("nnyy", "after 6.2, by 6.3; gone not by 6.4"),
        ("yynn", "by 6.1; gone after 6.2, by 6.3"),
        ("nnnn", "not by 6.4"),
        ("", "not run"),
    ],
)
def test_what_ended(said: str, words: str) -> None:
    """It began, and later it was no more."""
    answers = {f"6.{n}": YES if c == "y" else NO for n, c in enumerate(said, start=1)}
    assert began_and_ended({"ends": True, "answers": answers}) == words


@pytest.mark.parametrize("said", ["yny", "nyuny", "nynu"])
def test_what_ended_twice(said: str) -> None:
    """What comes back, or a doubt, is refused here as well."""
    words = {"y": YES, "n": NO, "u": "unclear: EPERM"}
    answers = {f"6.{number}": words[c] for number, c in enumerate(said)}
    with pytest.raises(SweepError):
        began_and_ended({"ends": True, "answers": answers})


def test_rows_of_kernels() -> None:
    """What did not run is said so; two processors have a row of their own."""
    sweep = parse_sweep(record())
    assert kernel_rows(sweep) == [
        ["6.2", "6.2.1-1", "not run", *["no modules"] * 3],
        ["6.12", "6.12.1-1", "3 answered, 1 unclear", *["not run"] * 3],
    ]
    sweep.kernels["6.12"]["processors"] = COUNTS
    wanted = ["6.12, two processors", "6.12.1-1", ""]
    assert kernel_rows(sweep)[2] == [*wanted, "3 passed, 1 failed, 1 skipped", "", ""]


def test_rows_of_claims(plant: Plant) -> None:
    """Claims in their order, then what samples need, also if nobody has measured it."""
    root = plant({"code-samples/uts/a.c": SAMPLE})
    sweep = parse_sweep(record())
    rows = [["a(2)", "after 6.2, by 6.12"]]
    need = "what samples with `needs: linux >= 6.9` need"
    assert claim_rows(sweep, root) == [*rows, [need, "not run"]]
    measured = Sweep(sweep.kernels, sweep.claims, {"linux >= 6.9": {"6.12": YES}})
    assert claim_rows(measured, root) == [*rows, [need, "by 6.12"]]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "[]",
            "{}",
            record(claims={"a": {"ends": False, "answers": {}}}),
            record(kernels={"six": {"version": "", "modules": True}}),
        ),
        *(record(kernels={"6.1": {}}), record(claims={"a": {}}), record(needs=[1])),
    ],
)
def test_broken_record_is_refused(text: str) -> None:
    """The message says how to make a good one."""
    with pytest.raises(SweepError, match="make sweep"):
        parse_sweep(text)
