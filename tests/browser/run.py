"""Read the built book in a real browser and check what a reader meets.

A name is a file of tests, as in reading, or a piece of a test's name.
"""

import argparse
import sys

from tests import CHECKOUT, part
from tests.lab.cache import LabError


def run(args: argparse.Namespace) -> part.Counts:
    """Run the tests under Node; return what they counted."""
    if not (CHECKOUT / "node_modules/playwright-core").is_dir():
        raise LabError("node_modules is missing: make node_modules")
    return part.by_node("browser", args.only)


if __name__ == "__main__":
    sys.exit(part.main("browser", __doc__, run))
