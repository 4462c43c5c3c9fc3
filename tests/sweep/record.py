"""docs/sweep.json as the sweep writes it, and what makes it stale.

It is also what an interrupted sweep goes on from: each part of a kernel's row says
what it was run with, by a key of the content.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from book.files.headers import KERNEL
from book.files.sweep import (
    FILE,
    SweepError,
    agrees,
    interval,
    ordered,
    parse_sweep,
    periods,
)

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError
from tests.results import today
from tests.sweep.claims import Claim

EMPTY: dict[str, Any] = {"kernels": {}, "claims": {}, "needs": {}}
PARTS = ("probes", "samples", "facts", "exercises", "processors")


@dataclass(frozen=True)
class Package:
    """A kernel's package, and whether Debian has its modules, too."""

    series: str
    version: str
    modules: bool = True


@dataclass
class PartOutcome:
    """What came of a part on a kernel: counts, and the answers that it gave."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    claims: dict[str, str] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)


def path() -> Path:
    """Return where the record is."""
    return CHECKOUT / FILE


def read() -> dict[str, Any]:
    """Return the record; raises LabError for one that is not what we write."""
    if not path().exists():
        return json.loads(json.dumps(EMPTY))  # type: ignore[no-any-return]
    try:
        text = path().read_text(encoding="utf-8")
        parse_sweep(text)
    except SweepError as error:
        raise LabError(f"{error}, once it is removed") from error
    return json.loads(text)  # type: ignore[no-any-return]


def write(data: dict[str, Any]) -> None:
    """Replace the record, whole or not at all; a row is a line."""
    blocks = []
    for name, rows in data.items():
        lines = [f"  {json.dumps(key)}: {json.dumps(rows[key])}" for key in rows]
        blocks.append(f' "{name}": {{\n' + ",\n".join(lines) + "\n }")
    half = path().with_suffix(".tmp")
    half.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")
    half.rename(path())


def done(row: dict[str, Any], version: str, part: str, key: str) -> bool:
    """Tell whether a kernel's row has a part, run on that package and content."""
    return bool(row.get("version") == version and row.get(part, {}).get("key") == key)


def enter(
    of: Package, part: str, key: str, found: PartOutcome, known: list[Claim]
) -> None:
    """Enter what came of a part on a kernel.

    What another package of that series gave goes, and so do claims that are no more.
    """
    data = read()
    series = of.series
    row = data["kernels"].get(series, {})
    if row.get("version") != of.version:
        row = {"version": of.version, "modules": of.modules}
        for answers in [c["answers"] for c in data["claims"].values()]:
            answers.pop(series, None)
        for answers in data["needs"].values():
            answers.pop(series, None)
    counts = {"passed": found.passed, "failed": found.failed, "skipped": found.skipped}
    row[part] = {"date": today(), "key": key} | counts
    data["kernels"][series] = row
    data["kernels"] = in_order(data["kernels"])
    for name, answer in found.claims.items():
        data["claims"].setdefault(name, {"answers": {}})["answers"][series] = answer
    for need, answer in found.needs.items():
        data["needs"].setdefault(need, {})[series] = answer
    settle(data, known)


def settle(data: dict[str, Any], known: list[Claim]) -> None:
    """Write the record with the claims, and their words, that the table has now."""
    data["claims"] = {
        claim.name: {
            "claim": claim.text,
            "ends": claim.ends,
            "answers": in_order(data["claims"][claim.name]["answers"]),
        }
        for claim in known
        if claim.name in data["claims"]
    }
    data["needs"] = {n: in_order(data["needs"][n]) for n in sorted(data["needs"])}
    write(data)


def in_order(rows: dict[str, Any]) -> dict[str, Any]:
    """Return rows with the oldest kernel first."""
    return {series: rows[series] for series in ordered(rows)}


def contradictions(data: dict[str, Any], known: list[Claim]) -> list[str]:
    """Return what the record has no beginning for, or another than is told."""
    told = {claim.name: claim.since for claim in known if claim.since != "-"}
    told |= {need: need.removeprefix(KERNEL) for need in data["needs"]}
    rows = {name: periods(row) for name, row in data["claims"].items()}
    rows |= {need: [answers] for need, answers in data["needs"].items()}
    found = []
    for name, parts in rows.items():
        releases = told[name].split("-") if name in told else [""] * len(parts)
        try:
            for release, answers in zip(releases, parts, strict=True):
                if not agrees(release, answers):
                    when = interval(answers)
                    found.append(f"{name}: told of Linux {release}, measured {when}")
        except SweepError as error:
            found.append(f"{name}: {error}")
    return found


def stale(keys: dict[str, str]) -> list[str]:
    """Return why the record no longer stands for what is here; keys is by part."""
    kernels = read()["kernels"]
    lock = cache.read_lock()
    found = []
    for series in [kernel.series for kernel in cache.kernels()]:
        ours = lock.get(series, {}).get("version")
        if series not in kernels:
            found.append(f"it lacks Linux {series}")
        elif ours not in (None, kernels[series]["version"]):
            theirs = kernels[series]["version"]
            found.append(f"of Linux {series} it has {theirs}, the lab {ours}")
    for part, key in keys.items():
        old = [s for s in kernels if kernels[s].get(part, {"key": key})["key"] != key]
        if old:
            found.append(f"its {part} have changed since, on Linux {', '.join(old)}")
    return found
