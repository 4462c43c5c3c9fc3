"""Show that every test of the samples can fail, on wrong versions of them.

A name is a chapter (mnt), a sample (mnt/scratch) or one wrong version of it
(mnt/scratch:no-mount). What they are stands in tests/samples/TOPIC.mutants.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from tests.lab.cache import DEFAULT, LabError, kernels
from tests.lab.image import image
from tests.mutants import mutants
from tests.mutants.mutants import MutantError
from tests.mutants.mutating import run_all
from tests.wrong import WrongError

HERE = Path(__file__).resolve().parent


def interrupted(number: int, _frame: object) -> None:
    """End at once: the guests die with this process, and nothing else is held."""
    os._exit(128 + number)


def main() -> int:
    """Run the mutants; return the exit status."""
    known = [kernel.series for kernel in kernels()]
    parser = argparse.ArgumentParser(
        prog="tests/mutants/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="all when none")
    parser.add_argument("--kernel", default=DEFAULT, choices=known)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    try:
        chosen = mutants.choose(args.names)
        mutants.build(chosen)
        result = run_all(image(args.kernel), chosen, args.jobs)
    except (LabError, MutantError, WrongError, OSError) as error:
        print(f"mutate: {error}", file=sys.stderr)
        print("0 passed, 1 failed, 0 skipped")
        return 1
    print(f"{result.passed} passed, {result.failed} failed, 0 skipped")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
