"""docs/kernels.json: what was last run on which kernel. The book prints it."""

import datetime
import json
from pathlib import Path
from typing import Any

import cache
from cache import CHECKOUT
from suite import Verdict, find_samples


def outcome(verdict: Verdict) -> str:
    """Return "passed", "failed" or "skipped: REASON" for a sample on a kernel."""
    if verdict.failed:
        return "failed"
    if verdict.skipped and not verdict.passed:
        return "skipped: " + verdict.skipped[0]
    return "passed"


def write(file: Path, verdicts: list[Verdict], series: list[str]) -> None:
    """Enter these verdicts into the file; what was not run keeps its entry.

    The date is that of the last run that changed anything else.
    """
    lock = cache.read_lock()
    old: dict[str, Any] = {}
    if file.exists():
        old = json.loads(file.read_text())
    new: dict[str, Any] = {
        "kernels": dict(old.get("kernels", {})),
        "samples": {name: dict(row) for name, row in old.get("samples", {}).items()},
        "transcripts": dict(old.get("transcripts", {})),
    }
    for name in series:
        new["kernels"][name] = lock[name]["version"]
    paths = {Path(path).name: path for path in find_samples(CHECKOUT)}
    for verdict in verdicts:
        name = verdict.unit.sample
        path = paths.get(name) or paths[f"{name}.c"]
        row = new["samples"].setdefault(path, {})
        row[verdict.series] = outcome(verdict)
    today = datetime.date.today().isoformat()
    unchanged = {**new, "date": old.get("date")} == old
    new["date"] = old["date"] if unchanged else today
    half = file.with_suffix(".tmp")
    half.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
    half.rename(file)
