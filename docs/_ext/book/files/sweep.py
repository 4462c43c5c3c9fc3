"""docs/sweep.json: what began with which kernel, measured on all that Debian serves.

``make sweep`` writes it. A row that no kernel has answered yet says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .headers import version

FILE = Path("docs", "sweep.json")

Answers = Mapping[str, str]  # kernel series -> "yes: ...", "no: ..." or "unclear: ..."


class SweepError(ValueError):
    """docs/sweep.json is not what the sweep writes, or contradicts itself."""


@dataclass(frozen=True)
class Sweep:
    """docs/sweep.json: what ran on each kernel, and the rows of answers."""

    kernels: dict[str, dict[str, Any]]
    claims: dict[str, dict[str, Any]]  # name -> "claim", "ends", "answers"
    needs: dict[str, Answers]


def parse_sweep(text: str) -> Sweep:
    """Return what the text of docs/sweep.json holds, kernels in their order."""
    try:
        data = json.loads(text)
        kernels = {key: data["kernels"][key] for key in ordered(data["kernels"])}
        found = Sweep(kernels, data["claims"], data["needs"])
        rows = [part for row in found.claims.values() for part in periods(row)]
        for answers in [*rows, *found.needs.values()]:
            ordered(answers)
        for row in kernels.values():
            row["version"], row["modules"]
        for row in found.claims.values():
            row["claim"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SweepError(f"{FILE}: {error!r}: 'make sweep' writes it anew") from error
    return found


def read_sweep(root: Path) -> Sweep:
    """Return what the sweep of a checkout has found, nothing if there was none."""
    if not (root / FILE).exists():
        return Sweep({}, {}, {})
    return parse_sweep((root / FILE).read_text(encoding="utf-8"))


def ordered(series: Mapping[str, Any]) -> list[str]:
    """Return kernels from the oldest to the newest."""
    return sorted(series, key=version)


def began(answers: Answers) -> tuple[str, str]:
    """Return the last kernel that lacks something, and the first that has it.

    The one is "" where the oldest has it already, the other where the newest lacks it.
    Raises SweepError where it cannot be said: a kernel gave no clear answer, or
    something went away again.
    """
    after = by = ""
    for series in ordered(answers):
        verdict = answers[series].partition(":")[0]
        if verdict not in ("yes", "no"):
            raise SweepError(f"Linux {series} gives no answer: {answers[series]}")
        if verdict == "no" and by:
            raise SweepError(f"Linux {by} has it, and Linux {series} has it no more")
        if verdict == "no":
            after = series
        by = by or (series if verdict == "yes" else "")
    return after, by


def interval(answers: Answers) -> str:
    """Return in words when something began, as far as kernels have answered."""
    after, by = began(answers)
    if not (after or by):
        return "not run"
    if not by:
        return f"not by {after}"
    return f"after {after}, by {by}" if after else f"by {by}"


def periods(claim: Mapping[str, Any]) -> list[Answers]:
    """Return the answers to a claim; in two parts if it ended: that it is there, up
    to the last kernel that has it, and from that one on that it is no more.
    """
    answers: Answers = claim["answers"]
    have = [series for series in ordered(answers) if answers[series][:3] == "yes"]
    if not claim["ends"] or not have:
        return [answers]
    last = version(have[-1])
    turned = {"yes": "no", "no": "yes"}
    gone = {
        series: turned.get(answer.partition(":")[0], answer)
        for series, answer in answers.items()
        if version(series) >= last
    }
    return [{s: a for s, a in answers.items() if version(s) <= last}, gone]


def began_and_ended(claim: Mapping[str, Any]) -> str:
    """Return in words when a claim began to hold and, if it did, ceased to."""
    return "; gone ".join(interval(answers) for answers in periods(claim))


def agrees(since: str, answers: Answers) -> bool:
    """Tell whether a release lies where something began; any does that is not told.

    Raises SweepError where it cannot be said when that was.
    """
    after, by = began(answers)
    if not since:
        return True
    told = version(since)
    return (not after or version(after) < told) and (not by or told <= version(by))
