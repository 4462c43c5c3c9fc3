"""docs/kernels.json: what was last run on which kernel. The book prints it."""

import datetime
import json
from pathlib import Path
from typing import Any

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError
from tests.samples.suite import UnitResult, find_samples

PLACES = {
    "samples": lambda name: CHECKOUT / "code-samples" / name,
    "transcripts": lambda name: CHECKOUT / "docs/transcripts" / f"{name}.console",
}


def outcome(verdict: UnitResult) -> str:
    """Return "passed", "failed" or "skipped: REASON" for a sample on a kernel."""
    if verdict.failed or not (verdict.passed or verdict.skipped):
        return "failed"
    return "passed" if verdict.passed else "skipped: " + verdict.skipped[0]


def read(file: Path) -> dict[str, Any]:
    """Return what the file holds, nothing if there is none.

    Raises LabError for a file that is not what we write.
    """
    empty: dict[str, Any] = {
        "date": "",
        "kernels": {},
        "samples": {},
        "transcripts": {},
    }
    try:
        found = {**empty, **json.loads(file.read_text())}
        rows = [*found["samples"].values(), *found["transcripts"].values()]
        if all(isinstance(row, dict) for row in [found["kernels"], *rows]):
            return found
    except FileNotFoundError:
        return empty
    except (ValueError, TypeError, AttributeError):
        pass
    raise LabError(f"{file} is damaged: remove it, and 'make matrix' writes it anew")


def today() -> str:
    """Return the date, the same in every time zone."""
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def worst(outcomes: list[str]) -> str:
    """Return what counts where there are several: a failure, then a pass."""
    for candidate in ("failed", "passed"):
        if candidate in outcomes:
            return candidate
    return outcomes[0]


def enter(file: Path, part: str, rows: list[tuple[str, str, str]]) -> None:
    """Enter rows of (name, series, outcome) into a part of the file.

    What was not run keeps its entry, unless its file is gone. The date is that of the
    last run that changed anything else.
    """
    old = read(file)
    new: dict[str, Any] = json.loads(json.dumps(old))
    lock = cache.read_lock()
    seen: dict[tuple[str, str], list[str]] = {}  # a sample may have tests in two files
    for name, series, result in rows:
        new["kernels"][series] = lock[series]["version"]
        seen.setdefault((name, series), []).append(result)
    for (name, series), outcomes in seen.items():
        new[part].setdefault(name, {})[series] = worst(outcomes)
    for name in [name for name in new[part] if not PLACES[part](name).exists()]:
        del new[part][name]
    if new != old:
        new["date"] = today()
    half = file.with_suffix(".tmp")
    half.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
    half.rename(file)


def enter_samples(file: Path, verdicts: list[UnitResult]) -> None:
    """Enter what came of the samples' tests."""
    paths = {Path(path).name: path for path in find_samples(CHECKOUT)}
    rows = []
    for verdict in verdicts:
        name = verdict.unit.sample
        path = paths.get(name) or paths.get(f"{name}.c")
        if not path:
            raise LabError(f"{verdict.unit.file}: there is no sample {name}")
        rows.append((path, verdict.series, outcome(verdict)))
    enter(file, "samples", rows)


def enter_transcripts(file: Path, outcomes: list[tuple[str, str, bool]]) -> None:
    """Enter (name, series, whether it agreed) of transcripts."""
    rows = [(n, series, "passed" if good else "failed") for n, series, good in outcomes]
    enter(file, "transcripts", rows)
