"""docs/kernels.json: what was last run on which kernel, and what came of it.

The suite writes it: for each sample, transcript and exercise a row, on a line of its
own, with the key of the content that ran (content.py). What has another key now has
not run in this form.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from . import content
from .headers import version

FILE = Path("docs", "kernels.json")
PARTS = ("samples", "facts", "transcripts", "exercises")
KEY = "key"

Outcomes = dict[str, str]  # kernel series -> "passed", "failed" or "skipped: REASON"


class KernelsError(ValueError):
    """docs/kernels.json is not what the suite writes; the text says why."""


@dataclass(frozen=True)
class Row:
    """What came of something: the key of what ran, and how it ended where."""

    key: str
    outcomes: Outcomes


@dataclass(frozen=True)
class Kernels:
    """docs/kernels.json: the kernels by series, and by part the rows by name."""

    date: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(
        default_factory=lambda: {part: {} for part in PARTS}
    )

    def current(self, part: str, name: str, key: str) -> Outcomes:
        """Return what came of content with that key, nothing if it has not run."""
        row = self.rows[part].get(name)
        return row.outcomes if row and row.key == key else {}


def parse_kernels(text: str) -> Kernels:
    """Return the results in the text of docs/kernels.json."""
    try:
        data = json.loads(text)
        rows = {
            part: {name: parse_row(row) for name, row in data[part].items()}
            for part in PARTS
        }
        return Kernels(str(data["date"]), in_order(data["kernels"]), rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KernelsError(
            f"{FILE} is damaged, {error!r}: remove it; 'make matrix' writes it anew"
        ) from error


def parse_row(row: dict[str, str]) -> Row:
    """Return a row of the file."""
    outcomes = in_order({name: row[name] for name in row if name != KEY})
    return Row(str(row[KEY]), outcomes)


def in_order(by_series: dict[str, str]) -> dict[str, str]:
    """Return what is said by kernel series, the oldest first."""
    for text in by_series.values():
        if not isinstance(text, str):
            raise TypeError(f"no text: {text!r}")
    return {key: by_series[key] for key in sorted(by_series, key=version)}


def format_kernels(kernels: Kernels) -> str:
    """Return the text of docs/kernels.json: what parse_kernels reads, a line a row."""
    lines = [f'"date": {json.dumps(kernels.date)}']
    lines += [table("kernels", in_order(kernels.versions))]
    for part in PARTS:
        rows = sorted(kernels.rows[part].items())
        shown = {name: {KEY: row.key, **in_order(row.outcomes)} for name, row in rows}
        lines += [table(part, shown)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def table(name: str, rows: dict[str, str] | dict[str, dict[str, str]]) -> str:
    """Return one entry of the file, with a line for each of its own."""
    lines = [f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items()]
    return f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}"


def read_kernels(root: Path) -> Kernels:
    """Return the results of a checkout, none if nothing was recorded."""
    if not (root / FILE).exists():
        return Kernels()
    return parse_kernels((root / FILE).read_text(encoding="utf-8"))


def results(root: Path, kernels: Kernels) -> dict[str, Outcomes]:
    """Return what came of all that there is, in the form it has: perhaps nothing."""
    return {
        name: kernels.current(part, name, key)
        for part in PARTS
        for name, key in content.keys(root, part).items()
    }


def availability(rows: list[Outcomes], kernels: Kernels) -> Outcomes:
    """Return where a need is met: where some sample that has it passed."""
    return {
        series: "yes" if any(row.get(series) == "passed" for row in rows) else "no"
        for series in kernels.versions
        if any(series in row for row in rows)
    }
