"""Run transcripts and exercises in the page's machine, in Node, without a browser.

A name is a file of tests, as in transcripts, or a piece of a test's name.
"""

import argparse
import sys

from book.files import machine

from tests import CHECKOUT, part
from tests.lab.cache import LabError


def run(args: argparse.Namespace) -> part.Counts:
    """Run the tests under Node; return what they counted."""
    if not machine.is_there(CHECKOUT / "build/html"):
        raise LabError("there is no machine for the pages yet: make live")
    return part.by_node("live", args.only)


if __name__ == "__main__":
    sys.exit(part.main("live", __doc__, run))
