"""Run every check and test of the project, part by part.

Each part is a program, tests/PART/run, that ends with a line "N passed, N failed,
N skipped"; the last line of this one adds them up. A part that ends without such a
line, or fails without having counted a failure, counts as one failure.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field

from tests import CHECKOUT, part
from tests.lab import cache
from tests.sweep import run as sweeping

# One after the other: what is judged by real seconds must have a processor.
USUAL = (
    *("lint", "book", "browser", "live"),
    *("samples", "transcripts", "exercises", "faults", "sanitizers"),
)
RARE = ("mutants",)  # when asked for
PARTS = (*USUAL, *RARE)


@dataclass
class PartRun:
    """A part of the check, and what came of it."""

    name: str
    numbers: list[int] = field(default_factory=lambda: [0, 0, 0])
    seconds: float = 0.0
    unknown: bool = False  # it has nothing of the names that were asked for

    def show(self, line: str) -> None:
        """Print a line of its output."""
        print(f"{self.name:12}| {line}", flush=True)

    def run(self, args: argparse.Namespace) -> None:
        """Run it, show what it prints, and note its counts."""
        command = [f"tests/{self.name}/run", "--kernel", args.kernel]
        command += [word for name in args.only for word in ("--only", name)]
        began = time.monotonic()
        status, numbers = part.relayed(command, self.show)
        self.seconds = time.monotonic() - began
        self.unknown = status == part.UNKNOWN
        if numbers:
            self.numbers = numbers
        if not self.unknown and (status or not numbers) and not self.numbers[1]:
            self.show(f"ended with {status} and counted no failure")
            self.numbers[1] = 1


def run_all(names: list[str], args: argparse.Namespace) -> list[PartRun]:
    """Run parts, one after the other; return them."""
    parts = [PartRun(name) for name in names]
    for one in parts:
        one.run(args)
    return parts


def summary(parts: list[PartRun], args: argparse.Namespace) -> int:
    """Print a line a part and the last line; return the exit status."""
    ran = [one for one in parts if not one.unknown]
    if not ran:
        print(f"check: no part has anything called {' or '.join(args.only)}")
        return part.end(0, 1)
    for one in ran:
        print(f"{one.name:12} {one.seconds:6.1f} s   {part.counts(*one.numbers)}")
    if args.kernel != "all":
        print(f"on kernel {args.kernel}; KERNEL=all runs all kernels")
    if not (args.part or args.only):
        print("".join(f"{line}\n" for line in sweeping.warnings()), end="")
    passed, failed, skipped = (sum(column) for column in zip(*(p.numbers for p in ran)))
    return part.end(passed, failed, skipped)


def main() -> int:
    """Run what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/check", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        choices=PARTS,
        metavar="PART",
        help="one of " + ", ".join(PARTS) + "; all but mutants when none is named",
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    args = parser.parse_args()
    names = args.part or list(USUAL)
    missing = [n for n in names if not (CHECKOUT / "tests" / n / "run").exists()]
    assert not missing, missing
    return summary(run_all(names, args), args)


if __name__ == "__main__":
    sys.exit(main())
