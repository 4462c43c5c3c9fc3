"""Lines of text that say of programs what their sources do not.

They stand in tests/samples/TOPIC.faults, beside the chapter's tests, and in an
exercise's folder in the file faults. What may stand there is said at the head of
words.txt, which has the words that all chapters share.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import CHECKOUT

TOOLS = "introduction"  # the chapter of the samples that lie in no folder
SHARED = ("word", "wrong", "call")  # keys of what is about no single program
LINE = re.compile(r"(?:([\w./-]+) +)?([a-z]+): *(.*)")


class LineError(Exception):
    """A line of text is not understood, or is missing; the text says which, where."""


@dataclass(frozen=True)
class Line:
    """A line: where it stands, the program it is about ("" for all), what it says."""

    where: str
    program: str
    key: str
    value: str


def chapter(name: str) -> str:
    """Return the chapter of a program: "user" for exercises/user-range."""
    folder, _, rest = name.partition("/")
    if folder == "exercises":
        return rest.partition("-")[0]
    return folder if rest else TOOLS


def shared(name: str) -> Path:
    """Return the file that holds the lines of a program's chapter."""
    return CHECKOUT / "tests/samples" / f"{chapter(name)}.faults"


def own(name: str) -> Path:
    """Return the file that holds the lines about a program."""
    if name.startswith("exercises/"):
        return CHECKOUT / "tests" / name / "faults"
    return shared(name)


def shown(path: Path) -> str:
    """Return a path as a message says it."""
    inside = path.is_relative_to(CHECKOUT)
    return str(path.relative_to(CHECKOUT) if inside else path)


def read(path: Path) -> Iterator[Line]:
    """Yield the lines of a file; there are none where there is no file."""
    texts = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, text in enumerate(texts, 1):
        where = f"{shown(path)}:{number}"
        if not text.strip() or text.startswith("#"):
            continue
        match = LINE.fullmatch(text.strip())
        if not match:
            raise LineError(f"{where}: expected 'KEY: VALUE': {text}")
        yield Line(where, match[1] or "", match[2], match[3])


def about(name: str) -> Iterator[Line]:
    """Yield the lines about a program; in an exercise's own file none names it."""
    named = "" if name.startswith("exercises/") else name
    for line in read(own(name)):
        if bool(line.program) != (bool(named) and line.key not in SHARED):
            form = "PROGRAM KEY: VALUE" if not line.program else "KEY: VALUE"
            raise LineError(f"{line.where}: expected '{form}'")
        if line.key not in SHARED and line.program == named:
            yield line
