"""Let every system call of every sample fail, one at a time, and judge what comes.

Each sample and each reference solution is run in a guest, once without a fault, then
once for each way in which one of its calls can fail; and it is called wrongly in every
way that its usage: line allows. Prints a line a program, and what is wrong in full.

Injected faults run in namespaces on this machine, and one of EVERY in a guest, too:
there they take ten times as long. All else runs in a guest.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.faults.cases import reason
from tests.faults.cell import Places
from tests.faults.judge import REPORTED, TOLERATED
from tests.faults.lines import LineError
from tests.faults.matrix import Cell, Matrix
from tests.faults.natural import Natural
from tests.faults.sandbox import Sandbox, possible
from tests.faults.strace import TraceError
from tests.faults.subject import BuildError, Subject, build, choose_runnable
from tests.faults.usage import PLACE
from tests.lab.cache import DEFAULT, LabError
from tests.lab.guest import Guest
from tests.lab.image import image
from tests.lab.state import open_guest

LAB = Path(__file__).resolve().parents[1] / "vm/lab"
EVERY = 10
Parts = list[Matrix | Natural]
FAILURES = (LabError, OSError, BuildError, LineError, TraceError)


class Run:
    """Runs programs in guests, one guest a processor, and collects the cells."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Take the options of the command line."""
        self.image = image(args.kernel)
        self.again = "" if args.kernel == DEFAULT else f"--kernel {args.kernel}"
        self.only = args.only
        self.show_all = args.all or args.shell
        self.every = args.every
        self.here = self.every > 1 and not args.only
        self.cells: list[Cell] = []
        self.errors: list[str] = []

    def guest(self) -> Guest:
        """Return a guest that is ready."""
        return open_guest(self.image, cache_mode="loose")

    def parts(self, subject: Subject, guests: Places, here: Places) -> Parts:
        """Return what is to be run of a program."""
        if not self.here or reason(subject.name, "guest"):
            return [
                Matrix(subject, guests, self.only),
                Natural(subject, guests, self.only),
            ]
        return [
            Matrix(subject, here, self.only),
            Matrix(subject, guests, self.only, self.every),
            Natural(subject, guests, self.only),
        ]

    def subject(self, subject: Subject) -> None:
        """Run all cells of a program. What was left goes with its guest."""
        began = time.monotonic()
        cells: list[Cell] = []
        with closing(Places(self.guest)) as guests, closing(Places(Sandbox)) as here:
            try:
                for part in self.parts(subject, guests, here):
                    for cell in part.cells():
                        cells.append(cell)
                        if not cell.verdict.right or self.show_all:
                            print(cell.show(self.again), flush=True)
                if left := guests.left() + here.left():
                    self.error(subject, ", ".join(left))
            except FAILURES as error:
                self.error(subject, str(error))
        self.cells += cells
        took = time.monotonic() - began
        print(f"{subject.name:28} {summary(cells)}  {took:5.1f} s", flush=True)

    def error(self, subject: Subject, text: str) -> None:
        """Note what went wrong with a program, and say so."""
        self.errors.append(f"{subject.name}: {text}")
        print(f"WRONG  {self.errors[-1]}", flush=True)


def summary(cells: list[Cell]) -> str:
    """Return how many cells there are of which kind."""
    count = Counter(cell.verdict.outcome for cell in cells)
    wrong = len(cells) - count[REPORTED] - count[TOLERATED]
    return (
        f"{len(cells):5} cells: {count[REPORTED]} reported, "
        f"{count[TOLERATED]} tolerated, {wrong} wrong"
    )


def interrupted(number: int, _frame: object) -> None:
    """End at once: the guests die with this process, and nothing else is held."""
    os._exit(128 + number)


def open_shell(cell: Cell, series: str) -> None:
    """Become the lab, in which what the cell needs is made and its command stands."""
    print(
        f"shell: what programs are called with is made in {PLACE}; the command of the\n"
        "shell: cell is typed: press Enter. What strace says is in the file log."
    )
    lab = [str(LAB), "--kernel", series, "--setup", "/book/tests/faults/setup"]
    sys.stdout.flush()
    os.execv(LAB, [*lab, "--type", cell.run.command])


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="tests/faults/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="SAMPLE", help="all when none")
    parser.add_argument("--kernel", default=DEFAULT, metavar="SERIES")
    parser.add_argument(
        "--only", default="", metavar="CELL", help="run this cell alone"
    )
    parser.add_argument(
        "--shell",
        action="store_true",
        help="then open the lab, with the command of that cell ready to run",
    )
    parser.add_argument("--all", action="store_true", help="show right cells, too")
    parser.add_argument(
        "--every",
        type=int,
        default=EVERY,
        help=f"inject one of N faults in the guest, too: 1 is all, default {EVERY}",
        metavar="N",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    args = parser.parse_args()
    if args.shell and not (args.only and len(args.names) == 1):
        parser.error("--shell is for one cell: --shell --only CELL SAMPLE")
    return args


def main() -> int:
    """Run the matrix; return the exit status."""
    args = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    try:
        chosen, skips = choose_runnable(args.names)
        build(chosen)
        run = Run(args)
        if run.here and (why := possible()):
            print(f"faults: all in the guest, for there is no sandbox here: {why}")
            run.here = False
    except FAILURES as error:
        print(f"faults: {error}", file=sys.stderr)
        print("0 passed, 1 failed, 0 skipped")
        return 1
    with ThreadPoolExecutor(args.jobs) as pool:
        for _ in pool.map(run.subject, chosen):
            pass  # what a program raises that is no failure is raised here
    if args.only and not run.cells and not run.errors:
        run.errors.append(f"no cell is called {args.only}: --all shows their names")
        print(run.errors[-1])
    if args.shell and run.cells:
        open_shell(run.cells[0], args.kernel)
    print(f"{'all':28} {summary(run.cells)}")
    right = sum(cell.verdict.right for cell in run.cells)
    failed = len(run.cells) - right + len(run.errors)
    print(f"{right} passed, {failed} failed, {skips} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
