"""Write the starters of exercises, which are cut from their solutions."""

import argparse
import sys

from tests import CHECKOUT
from tests.exercises import catalogue
from tests.exercises.catalogue import ExerciseError


def main() -> int:
    """Write them; return the exit status."""
    parser = argparse.ArgumentParser(prog="tests/exercises/cut", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="EXERCISE")
    args = parser.parse_args()
    try:
        for name in args.names:
            exercise = catalogue.find(name, catalogue.exercises())
            text = catalogue.starter(exercise)
            exercise.starter.write_text(text, encoding="utf-8")
            if exercise.suffix == ".sh":
                exercise.starter.chmod(0o755)
            print(exercise.starter.relative_to(CHECKOUT))
    except (ExerciseError, OSError) as error:
        print(f"exercises: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
