"""Show that every test of the samples can fail, on wrong versions of them.

A name is a chapter (mnt), a sample (mnt/cover_folder) or one wrong version of it
(mnt/cover_folder:no-mount). What they are stands in tests/samples/TOPIC.mutants.
"""

import argparse
import sys
from pathlib import Path

from tests import part
from tests.lab.image import image
from tests.mutants import mutants
from tests.mutants.mutants import MutantError
from tests.mutants.mutating import run_all
from tests.wrong import WrongError

HERE = Path(__file__).resolve().parent


def run(args: argparse.Namespace) -> part.Counts:
    """Run the mutants that were asked for; return what came of them."""
    passed = failed = 0
    chosen = mutants.choose(args.only)
    mutants.build(chosen)
    for series in part.kernels(args.kernel):
        result = run_all(image(series), chosen, args.jobs)
        passed += result.passed
        failed += result.failed
    return passed, failed, 0


if __name__ == "__main__":
    sys.exit(part.main("mutants", __doc__, run, failures=(MutantError, WrongError)))
