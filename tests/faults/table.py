"""The table of what system calls can fail with: see errnos.txt."""

import errno
import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("errnos.txt")
LINE = re.compile(r"(\w+)(?:=([\w,]+))?(?: +>([\d.]+))?((?: +\w+)*)")
SHORT = "short"


class TableError(Exception):
    """The table is not of its form, or lacks a call."""


@dataclass(frozen=True)
class Call:
    """What a system call can fail with, and what a message may call it."""

    name: str
    said: frozenset[str]
    since: str
    errors: tuple[str, ...]
    short: bool


def parse(line: str, where: str) -> Call:
    """Return what a line of the table says."""
    match = LINE.fullmatch(line)
    if not match:
        raise TableError(f"{where}: not of the form CALL[=NAME...] [>X.Y] WORD...")
    name, said, since, words = match[1], match[2] or "", match[3] or "", match[4]
    errors = [word for word in words.split() if word != SHORT]
    unknown = [word for word in errors if not hasattr(errno, word)]
    if unknown:
        raise TableError(f"{where}: no errno: {' '.join(unknown)}")
    if since:
        errors.append("ENOSYS")
    names = frozenset([name, *filter(None, said.split(","))])
    return Call(name, names, since, tuple(errors), SHORT in words.split())


def read() -> dict[str, Call]:
    """Return the whole table, by the names of the calls."""
    calls: dict[str, Call] = {}
    for number, line in enumerate(FILE.read_text(encoding="ascii").splitlines(), 1):
        where = f"{FILE.name}:{number}"
        if line and not line.startswith("#"):
            call = parse(line, where)
            if call.name in calls:
                raise TableError(f"{where}: {call.name} is here twice")
            calls[call.name] = call
    return calls
