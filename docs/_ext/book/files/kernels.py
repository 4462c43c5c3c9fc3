"""docs/kernels.json: what was last run on which kernel, and what came of it.

The suite writes it, for each sample and transcript.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from .headers import version

FILE = Path("docs", "kernels.json")

Row = dict[str, str]  # kernel series -> "passed", "failed" or "skipped: REASON"


class KernelsError(ValueError):
    """docs/kernels.json is not what the suite writes; the text says why."""


@dataclass(frozen=True)
class Kernels:
    """docs/kernels.json: the kernels by series, and the rows of results."""

    date: str
    versions: dict[str, str]
    samples: dict[str, Row]
    transcripts: dict[str, Row]


def parse_kernels(text: str) -> Kernels:
    """Return the results in the text of docs/kernels.json."""
    try:
        data = json.loads(text)
        rows = data["samples"], data["transcripts"]
        versions = {
            key: data["kernels"][key] for key in sorted(data["kernels"], key=version)
        }
        return Kernels(data["date"], versions, *rows)
    except (ValueError, KeyError, TypeError) as error:
        raise KernelsError(f"{FILE}: {error!r}: run 'make matrix' anew") from error


def read_kernels(root: Path) -> Kernels:
    """Return the results of a checkout, none if nothing was recorded."""
    if not (root / FILE).exists():
        return Kernels("", {}, {}, {})
    return parse_kernels((root / FILE).read_text(encoding="utf-8"))


def availability(rows: list[Row], kernels: Kernels) -> Row:
    """Return where a need is met: where some sample that has it passed."""
    return {
        series: "yes" if any(row.get(series) == "passed" for row in rows) else "no"
        for series in kernels.versions
        if any(series in row for row in rows)
    }
