"""Run every check and test of the project, part by part.

Each part is a program that ends with a line "N passed, N failed, N skipped"; the
last line of this one adds them up. A part that ends without such a line, or fails
without having counted a failure, counts as one failure.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass

from tests import CHECKOUT

COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")


@dataclass
class Part:
    """A part of the check: its name, its program, and what came of it."""

    name: str
    command: list[str]
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    def counts(self) -> str:
        """Return the line that every part, and the whole, ends with."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(part: Part) -> None:
    """Run a part, show what it prints, and note its counts."""
    print(f"== {part.name}: {' '.join(part.command)}", flush=True)
    began = time.monotonic()
    last = ""
    with subprocess.Popen(
        part.command,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout
        for line in process.stdout:
            last = line.strip()
            if not COUNTS.fullmatch(last):  # the table at the end shows it
                print(line, end="", flush=True)
    part.seconds = time.monotonic() - began
    counts = COUNTS.fullmatch(last)
    if counts:
        part.passed, part.failed, part.skipped = map(int, counts.groups())
    if (process.returncode or not counts) and not part.failed:
        print(f"{part.name}: ended with {process.returncode}, last line: {last!r}")
        part.failed = 1


def main() -> int:
    """Run all parts; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/check", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kernel", default="6.12", metavar="SERIES")
    args = parser.parse_args()
    parts = [
        Part("lint", ["tests/lint/run"]),
        Part("book", ["/usr/bin/python3", "-B", "-m", "pytest", "-q"]),
        Part("browser", ["tests/browser/run"]),
        Part("live", ["tests/live/run"]),
        Part("samples", ["tests/samples/run", "--kernel", args.kernel]),
        Part("transcripts", ["tests/transcripts/run", "--kernel", args.kernel]),
        Part("exercises", ["tests/exercises/run", "--kernel", args.kernel]),
        # Whatever the kernels are: what fails here fails alike on all of them.
        Part("faults", ["tests/faults/run"]),
        Part("sanitizers", ["tests/sanitizers/run"]),
    ]
    for part in parts:
        run(part)
    whole = Part("all", [])
    for part in parts:
        print(f"{part.name:12} {part.seconds:6.1f} s   {part.counts()}")
        whole.passed += part.passed
        whole.failed += part.failed
        whole.skipped += part.skipped
    if args.kernel != "all":
        print(f"on kernel {args.kernel}; 'make matrix' runs all kernels")
    print(whole.counts(), flush=True)
    return 1 if whole.failed else 0


if __name__ == "__main__":
    sys.exit(main())
