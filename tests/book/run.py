"""Run the tests of the book, of the tree and of our tools, which need no kernel.

A name is a test, a file of tests, or any part of these: it is what pytest's -k takes.
"""

import argparse
import sys

from tests import part


def run(args: argparse.Namespace) -> part.Counts:
    """Run pytest; return what it counted."""
    command = [sys.executable, "-B", "-m", "pytest", "-q"]
    command += ["--durations=0", "--durations-min=10"]  # such a one is to stand APART
    if args.only:
        command += ["-k", " or ".join(args.only)]
    return part.by_tool("book", command, args.only)


if __name__ == "__main__":
    sys.exit(part.main("book", __doc__, run))
