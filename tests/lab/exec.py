"""Run a shell command as root in a fresh guest; end with its status.

The command is one line. It runs in /book/build/samples, with the checkout at /book.
"""

import argparse
import sys

from tests.lab import cache, outside
from tests.lab.cache import LabError
from tests.lab.image import image
from tests.lab.state import open_guest


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/lab/exec", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    parser.add_argument("--seconds", type=float, default=600.0, metavar="N")
    parser.add_argument("command", metavar="COMMAND")
    args = parser.parse_args()
    try:
        with open_guest(image(args.kernel), cache_mode="loose") as guest:
            command = f"cd /book/build/samples && {args.command}"
            status, _ = guest.run(
                command, args.seconds, lambda line: print(line, flush=True)
            )
            return status
    except (LabError, OSError) as error:
        print(f"lab: {outside.told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
