"""What a run says to docs/kernels.json: it enters what ran, or misses it there.

The parts that run samples, transcripts and exercises end by this. With --results the
rows of what ran are written, and no others change; a row whose content has changed
loses what other kernels said of it. Without it, what passed must stand in the file, in
the form that ran: if not, the run fails, and says which command records it.
"""

import argparse
import datetime
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

from book.files import content
from book.files.kernels import (
    FILE,
    Kernels,
    KernelsError,
    Row,
    format_kernels,
    parse_kernels,
)

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError

FAILED, PASSED = "failed", "passed"


@dataclass(frozen=True)
class Ran:
    """What came of a row on a kernel."""

    name: str  # of the row
    series: str
    outcome: str  # "passed", "failed" or "skipped: REASON"
    only: str  # what ONLY= calls that which ran


def options(parser: argparse.ArgumentParser) -> None:
    """Add the option that all of these parts take."""
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE.json",
        help=f"enter what came of it into this file, as {FILE}",
    )


@dataclass
class Rows:
    """The rows of a part: made before anything runs, settled when all has run."""

    part: str
    results: Path | None  # where to enter what ran, if at all
    keys: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Take the keys of what is about to run: somebody may edit it meanwhile."""
        self.keys = content.keys(CHECKOUT, self.part)

    def settle(self, everything: list[Ran]) -> int:
        """Enter what ran, or tell what the file lacks; return how many rows that is."""
        now = content.keys(CHECKOUT, self.part)
        ran, missing = [], {}
        for one in merged(everything):
            if self.keys.get(one.name) == now.get(one.name):
                ran.append(one)
            else:
                missing[one] = "it was changed while it ran"
        if self.results:
            write(self.results, self.entered(read(self.results), ran))
        else:
            kernels = read(CHECKOUT / FILE)
            found = {one: self.lacking(one, kernels) for one in ran}
            missing |= {one: why for one, why in found.items() if why}
        if missing:
            print(self.told(missing), flush=True)
        return len({one.name for one in missing})

    def lacking(self, one: Ran, kernels: Kernels) -> str:
        """Return why the file does not say what ran, "" if it does."""
        row = kernels.rows[self.part].get(one.name)
        if one.outcome == FAILED:
            return ""  # the run has told; recording comes after mending
        if not row:
            return "it has no row"
        if row.key != self.keys[one.name]:
            return "it has changed since it was recorded"
        known = row.outcomes.get(one.series, "nothing")
        if known != one.outcome:
            return f"of Linux {one.series} its row says: {known}"
        return ""

    def told(self, missing: dict[Ran, str]) -> str:
        """Return what to print: what the file lacks, and how to make it good."""
        whys = dict.fromkeys(f"  {one.name}: {why}" for one, why in missing.items())
        words = " ".join(sorted({one.only for one in missing}))
        lines = [
            f"{self.part}: this ran as it should; only {FILE} does not say so yet:",
            *whys,
            f"  record: make matrix PART={self.part} ONLY={shlex.quote(words)}",
        ]
        return "\n".join(lines)

    def entered(self, old: Kernels, ran: list[Ran]) -> Kernels:
        """Return the results with what ran; rows of what is gone leave."""
        rows = {
            name: row for name, row in old.rows[self.part].items() if name in self.keys
        }
        versions = dict(old.versions)
        lock = cache.read_lock()
        for one in (one for one in ran if one.name in self.keys):
            key = self.keys[one.name]
            row = rows.get(one.name)
            known = row.outcomes if row and row.key == key else {}
            rows[one.name] = Row(key, {**known, one.series: one.outcome})
            versions[one.series] = lock[one.series]["version"]
        new = replace(old, versions=versions, rows={**old.rows, self.part: rows})
        return new if new == old else replace(new, date=today())


def unrecorded(part: str, series: list[str]) -> list[str]:
    """Return which rows of a part do not speak of its content, on some kernel."""
    rows = read(CHECKOUT / FILE).rows[part]
    return [
        name
        for name, key in content.keys(CHECKOUT, part).items()
        if name not in rows
        or rows[name].key != key
        or not rows[name].outcomes.keys() >= {*series}
    ]


def merged(ran: list[Ran]) -> list[Ran]:
    """Return one entry a row and kernel: a failure, or else a pass, if there is one."""
    worst: dict[tuple[str, str], Ran] = {}
    for one in sorted(
        ran, key=lambda one: (one.outcome == FAILED, one.outcome == PASSED)
    ):
        worst[one.name, one.series] = one
    return list(worst.values())


def read(file: Path) -> Kernels:
    """Return what the file holds, nothing if there is none.

    Raises LabError for a file that is not what we write.
    """
    try:
        return parse_kernels(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Kernels()
    except KernelsError as error:
        raise LabError(str(error)) from error


def write(file: Path, kernels: Kernels) -> None:
    """Replace the file, whole or not at all."""
    half = file.with_suffix(".tmp")
    half.write_text(format_kernels(kernels), encoding="utf-8")
    half.rename(file)


def today() -> str:
    """Return the date, the same in every time zone."""
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()
