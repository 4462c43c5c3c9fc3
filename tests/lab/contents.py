"""What each guest holds, as tests/lab/contents.txt says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.cache import HERE, LabError

FILE = HERE / "contents.txt"
KINDS = ("package", "module")
GUESTS = ("lab", "page")
NAME = re.compile(r"[a-z0-9][\w+.-]*")


@dataclass(frozen=True)
class Held:
    """A package or module, a guest that holds it, and which of its programs."""

    kind: str
    name: str
    guest: str
    programs: tuple[str, ...]  # none: all that the package has


def parse(text: str, path: Path = FILE) -> list[Held]:
    """Return what a table says; raises LabError, naming the line, if it cannot be read.

    A line is KIND NAME | GUEST, GUEST: PROGRAM... | WHY.
    """
    found: list[Held] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found += read_line(line)
        except ValueError as error:
            raise LabError(
                f"{path}:{number}: {error}: write KIND NAME | GUEST, GUEST: PROGRAM... "
                f"| WHY, with {' or '.join(KINDS)}, and {' or '.join(GUESTS)}"
            ) from error
    return found


def read_line(line: str) -> Iterator[Held]:
    """Yield what a line says for each of its guests."""
    what, guests, why = (field.strip() for field in line.split("|"))
    kind, name = what.split()
    if kind not in KINDS or not NAME.fullmatch(name) or not why:
        raise ValueError(f"cannot read '{line}'")
    for entry in guests.split(","):
        guest, _, programs = entry.partition(":")
        if guest.strip() not in GUESTS:
            raise ValueError(f"there is no guest '{guest.strip()}'")
        yield Held(kind, name, guest.strip(), tuple(programs.split()))


def names(kind: str, guest: str) -> list[str]:
    """Return the packages, or the modules, of a guest, in the order of the table."""
    held = parse(FILE.read_text(encoding="utf-8"))
    return list(
        dict.fromkeys(e.name for e in held if (e.kind, e.guest) == (kind, guest))
    )


def programs(guest: str) -> list[str]:
    """Return the programs that a guest gets out of packages."""
    held = parse(FILE.read_text(encoding="utf-8"))
    return [name for entry in held if entry.guest == guest for name in entry.programs]
