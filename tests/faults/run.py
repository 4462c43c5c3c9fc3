"""Let every system call of every sample fail, one at a time, and judge what comes.

Each sample and each reference solution is run in a guest, once without a fault, then
once for each way in which one of its calls can fail; and it is called wrongly in every
way that its usage: line allows. Prints a line a program, and what is wrong in full.

Injected faults run in namespaces on this machine, and one of EVERY in a guest, too:
there they take ten times as long. All else runs in a guest.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from tests import CHECKOUT, part
from tests.faults.calling import Calling
from tests.faults.cases import reason
from tests.faults.cell import CleanGuests
from tests.faults.injected import Cell, Injected
from tests.faults.judge import REPORTED, TOLERATED
from tests.faults.lines import LineError
from tests.faults.sandbox import Sandbox, possible
from tests.faults.strace import TraceError
from tests.faults.subject import BuildError, Subject, build, choose_runnable
from tests.faults.untraced import Untraced
from tests.faults.usage import PLACE
from tests.lab.cache import DEFAULT, LabError
from tests.lab.guest import Guest
from tests.lab.image import image
from tests.lab.state import open_guest

LAB = CHECKOUT / "tests/lab/lab"
EVERY = 10
Parts = list[Injected | Untraced | Calling]
FAILURES = (LabError, OSError, BuildError, LineError, TraceError)


class CellCollector:
    """Runs programs in guests, one guest a processor, and collects the cells."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Take the options of the command line."""
        # What fails here fails alike on all kernels: "all" is one of them.
        self.series = DEFAULT if args.kernel == "all" else args.kernel
        self.image = image(self.series)
        self.only = args.cell
        self.show_all = args.all or args.shell
        self.every = args.every
        self.here = self.every > 1 and not args.cell
        self.cells: list[Cell] = []
        self.errors: list[str] = []

    def guest(self) -> Guest:
        """Return a guest that is ready."""
        return open_guest(self.image, cache_mode="loose")

    def parts(self, subject: Subject, guests: CleanGuests, here: CleanGuests) -> Parts:
        """Return what is to be run of a program."""
        if not self.here or reason(subject.name, "guest"):
            return [
                Injected(subject, guests, self.only),
                Untraced(subject, guests, self.only),
                Calling(subject, guests, self.only),
            ]
        return [
            Injected(subject, here, self.only),
            Injected(subject, guests, self.only, self.every),
            Untraced(subject, guests, self.only),
            Calling(subject, here, self.only),
        ]

    def subject(self, subject: Subject) -> None:
        """Run all cells of a program. What was left goes with its guest."""
        began = time.monotonic()
        cells: list[Cell] = []
        alone = bool(reason(subject.name, "alone"))
        with closing(CleanGuests(self.guest)) as guests, closing(
            CleanGuests(partial(Sandbox, alone))
        ) as here:
            try:
                for kind in self.parts(subject, guests, here):
                    for cell in kind.cells():
                        cells.append(cell)
                        if not cell.judgement.right or self.show_all:
                            print(cell.show(self.series), flush=True)
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
    count = Counter(cell.judgement.outcome for cell in cells)
    wrong = len(cells) - count[REPORTED] - count[TOLERATED]
    return (
        f"{len(cells):5} cells: {count[REPORTED]} reported, "
        f"{count[TOLERATED]} tolerated, {wrong} wrong"
    )


def open_shell(cell: Cell, series: str) -> None:
    """Become the lab, in which what the cell needs is made and its command stands."""
    print(
        f"shell: what programs are called with is made in {PLACE}; the command of the\n"
        "shell: cell is typed: press Enter. What strace says is in the file log."
    )
    lab = [str(LAB), "--kernel", series, "--setup", "/book/tests/faults/setup"]
    sys.stdout.flush()
    os.execv(LAB, [*lab, "--type", cell.run.command])


def options(parser: argparse.ArgumentParser) -> None:
    """Add what only this part takes."""
    parser.add_argument(
        "--shell",
        action="store_true",
        help="open the lab, with the command of the cell of --only ready to run",
    )
    parser.add_argument("--all", action="store_true", help="show right cells, too")
    parser.add_argument(
        "--every",
        type=int,
        default=EVERY,
        help=f"inject one of N faults in the guest, too: 1 is all, default {EVERY}",
        metavar="N",
    )


def split(only: list[str]) -> tuple[list[str], str]:
    """Return names of programs, and of a cell: a name may be "SAMPLE: CELL"."""
    cells = [name for name in only if ": " in name]
    if len(cells) > 1 or (cells and len(only) > 1):
        raise part.UnknownName("one cell at a time: --only 'SAMPLE: CELL'")
    if not cells:
        return only, ""
    name, _, cell = cells[0].partition(": ")
    return [name], cell


def run_all(args: argparse.Namespace) -> part.Counts:
    """Run the cells that were asked for; return what they came to."""
    names, args.cell = split(args.only)
    if args.shell and not args.cell:
        raise part.UnknownName("--shell is for one cell: --only 'SAMPLE: CELL'")
    chosen, skips = choose_runnable(names)
    build(chosen)
    run = CellCollector(args)
    if run.here and (why := possible()):
        print(f"faults: all in the guest, for there is no sandbox here: {why}")
        run.here = False
    with ThreadPoolExecutor(args.jobs) as pool:
        for _ in pool.map(run.subject, chosen):
            pass  # what a program raises that is no failure is raised here
    if args.cell and not run.cells and not run.errors:
        raise part.UnknownName(
            f"no cell is called {args.cell}: --all shows their names"
        )
    if args.shell and run.cells:
        open_shell(run.cells[0], run.series)
    print(f"{'all':28} {summary(run.cells)}")
    right = sum(cell.judgement.right for cell in run.cells)
    return right, len(run.cells) - right + len(run.errors), skips


if __name__ == "__main__":
    sys.exit(part.main("faults", __doc__, run_all, options, FAILURES))
