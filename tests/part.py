"""What the parts of the check share: their options, what ONLY= names, how they end.

A part is a program called run in a folder of its own. All take the same options and
end with a line "N passed, N failed, N skipped".
"""

import argparse
import difflib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from tests import CHECKOUT
from tests.lab import cache, outside
from tests.lab.cache import LabError

COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
UNKNOWN = 4  # the exit status of a part that has nothing of the names asked for
BOUND: float = (
    1800  # seconds for a tool; the longest takes a third of that on a busy day
)

T = TypeVar("T")


class UnknownName(Exception):
    """Nothing in this part is called so; the text says what there is."""


Counts = tuple[int, int, int]  # passed, failed, skipped


def parser(part: str, doc: str) -> argparse.ArgumentParser:
    """Return a parser of the options that all parts take; doc is a module's."""
    known = [kernel.series for kernel in cache.kernels()]
    made = argparse.ArgumentParser(
        prog=f"tests/{part}/run", description=doc.split("\n")[0]
    )
    made.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="a chapter, or one thing of this part; may be repeated",
    )
    made.add_argument(
        "--kernel",
        default=cache.DEFAULT,
        choices=[*known, "all"],
        help="what has no guest is the same for all",
    )
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    return made


def main(
    part: str,
    doc: str,
    work: Callable[[argparse.Namespace], Counts],
    options: Callable[[argparse.ArgumentParser], None] = lambda _: None,
    failures: tuple[type[Exception], ...] = (),
) -> int:
    """Be a part: read the options, do the work, print the last line.

    doc is the module's, options adds the part's own. An error of the lab, of the
    system or of failures is told, and counts as one failure. Returns the exit status.
    """
    told: tuple[type[Exception], ...] = (LabError, OSError, *failures)
    made = parser(part, doc)
    options(made)
    args = made.parse_args()
    end_at_once()
    try:
        return end(*work(args))
    except UnknownName as error:
        print(f"{part}: {error}", file=sys.stderr)
        return UNKNOWN
    except told as error:
        print(f"{part}: {outside.told(error)}", file=sys.stderr)
        return end(0, 1)


def kernels(asked: str) -> list[str]:
    """Return the series that --kernel asks for."""
    return [k.series for k in cache.kernels()] if asked == "all" else [asked]


def chosen(
    things: Iterable[T], only: list[str], names: Callable[[T], Iterable[str]]
) -> list[T]:
    """Return the things that only names, all when it is empty.

    Raises UnknownName for a word that none of them is called by.
    """
    named = [(thing, set(names(thing))) for thing in things]
    known = set().union(*(called for _, called in named))
    for word in only:
        if word not in known:
            raise UnknownName(unknown(word, known))
    return [thing for thing, called in named if not only or called & set(only)]


def unknown(word: str, known: set[str]) -> str:
    """Return what to say of a word that nothing is called by."""
    near = difflib.get_close_matches(word, sorted(known), 5, 0.5)
    chapters = sorted(name for name in known if name.isidentifier())
    there = near or chapters[:20]
    return f"nothing is called {word!r} here; there is: {', '.join(there)}"


def repeat(part: str, only: str, series: str = "") -> str:
    """Return the command that runs one thing of a part again."""
    kernel = f" KERNEL={series}" if series else ""
    return f"make test PART={part} ONLY={shlex.quote(only)}{kernel}"


def counts(passed: int, failed: int, skipped: int) -> str:
    """Return the line that every part, and the whole, ends with."""
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def end(passed: int, failed: int, skipped: int = 0) -> int:
    """Print the last line; return the exit status."""
    print(counts(passed, failed, skipped), flush=True)
    return 1 if failed else 0


def end_at_once() -> None:
    """From now on ^C and SIGTERM end this program: its guests die with it."""

    def interrupted(number: int, _frame: object) -> None:
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)


def relayed(
    command: list[str], show: Callable[[str], None], folder: Path = CHECKOUT
) -> tuple[int, list[int]]:
    """Run a program in a checkout and show each line it prints but the last.

    Returns its exit status and what its last line counts: passed, failed, skipped;
    nothing where it ended without such a line.
    """
    last = ""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},  # what programs say is compared
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout
        for line in process.stdout:
            last = line.rstrip("\n")
            if not COUNTS.fullmatch(last):
                show(last)
    found = COUNTS.fullmatch(last)
    return (
        process.returncode,
        [int(number) for number in found.groups()] if found else [],
    )


def by_tool(part: str, command: list[str], only: list[str]) -> Counts:
    """Do the work of a part by another program, which ends with the counting line.

    One that is not done after BOUND is ended, and has failed.

    Raises UnknownName when nothing was run of what was asked for.
    """
    bound = ["timeout", "--foreground", "--verbose", "--kill-after=30", str(BOUND)]
    status, numbers = relayed([*bound, *command], lambda line: print(line, flush=True))
    if only and numbers and not any(numbers):
        raise UnknownName(f"nothing is called {' or '.join(only)} here")
    if not numbers:
        print(f"{part}: {command[0]} ended with {status} and counted nothing")
        return 0, 1, 0
    passed, failed, skipped = numbers
    return passed, failed or int(status != 0), skipped


def by_node(part: str, only: list[str]) -> Counts:
    """Do the work of a part whose tests are the NAME.test.mjs of its folder."""
    files = sorted((CHECKOUT / "tests" / part).glob("*.test.mjs"))
    named = [file for file in files if file.name.partition(".")[0] in only]
    words = [word for word in only if f"{word}.test.mjs" not in {f.name for f in files}]
    command = ["node", "--test", "--test-reporter=./tests/browser/reporter.mjs"]
    command += [f"--test-name-pattern={re.escape(word)}" for word in words]
    return by_tool(part, [*command, *map(str, named or files)], only)
