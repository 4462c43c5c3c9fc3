"""Wrong versions of a program, written so that a person can review them.

A file of them holds blocks. A line "== NAME" begins one; lines "key: value" say what
must come of it; then stands what is changed, as in a diff without line numbers:

    == no-unshare
    fact: new
    -    if (unshare(CLONE_NEWUTS) == -1)
    +    if (0)
             err(EXIT_FAILURE, "unshare");

Lines that begin with "-" go, those with "+" come, and those with one blank stay where
they are and say where it is. A line @@ begins a change in another place. What goes
and stays must be in the source exactly once, lines in a row. The blanks before them
may be left out, and if they are, the source's are put before what comes, too. A change
of one word may be a line "sed: EXPRESSION", for sed -E. Empty lines, and lines that
begin with "#", say nothing.
"""

import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SED_WIDTH = 80  # the longest expression that a person is asked to read


class WrongError(Exception):
    """What is amiss with a block: file, line and reason."""


@dataclass(frozen=True)
class Hunk:
    """What is changed in one place: its lines, each with its mark, and its line."""

    place: str
    lines: tuple[str, ...]

    def old(self) -> list[str]:
        """Return the lines that must be in the source."""
        return [line[1:] for line in self.lines if line[0] in "- "]


@dataclass
class Block:
    """One wrong version: its name, its header, and its changes."""

    name: str
    place: str  # FILE:LINE, for messages
    header: dict[str, str] = field(default_factory=dict)
    sed: str = ""
    hunks: list[Hunk] = field(default_factory=list)

    def value(self, key: str) -> str:
        """Return what the header says of a key; raises WrongError if nothing."""
        if key not in self.header:
            raise WrongError(f"{self.place}: {self.name}: it has no line '{key}: '")
        return self.header[key]


def shown(path: Path) -> str:
    """Return a path as a message says it."""
    inside = path.is_relative_to(CHECKOUT)
    return str(path.relative_to(CHECKOUT) if inside else path)


def read(path: Path, keys: Collection[str] = ()) -> list[Block]:
    """Return the blocks of a file; the header of one has some of these keys."""
    return parse(path.read_text(encoding="utf-8"), shown(path), keys)


def parse(text: str, where: str, keys: Collection[str] = ()) -> list[Block]:
    """Return the blocks of a text, which messages call by the name of where.

    Raises WrongError, with the line, for what is none.
    """
    blocks: list[Block] = []
    lines: list[str] | None = None  # of the hunk that the next line goes on with
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{where}:{number}"
        if not line.strip() or line[0] == "#":
            continue
        if line.startswith("== "):
            blocks.append(Block(line[3:], place))
            lines = None
        elif not blocks:
            raise WrongError(f"{place}: expected '== NAME': {line}")
        elif line == "@@":
            lines = None
        elif line[0] in "-+ ":
            if lines is None:
                lines = []
                blocks[-1].hunks.append(Hunk(place, ()))
            lines.append(line)
            blocks[-1].hunks[-1] = Hunk(blocks[-1].hunks[-1].place, tuple(lines))
        else:
            add_header(blocks[-1], line, place, keys)
    check_names(blocks)
    for block in blocks:
        check_changes(block)
    return blocks


def check_names(blocks: list[Block]) -> None:
    """Raise WrongError for a name that is none, or that a sample has twice."""
    known = set()
    for block in blocks:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", block.name):
            why = f"a name is words with hyphens between: {block.name}"
            raise WrongError(f"{block.place}: {why}")
        name = block.header.get("sample"), block.name
        if name in known:
            raise WrongError(f"{block.place}: there are two of the name {block.name}")
        known.add(name)


def add_header(block: Block, line: str, place: str, keys: Collection[str]) -> None:
    """Add a line "key: value" to a block, which has not come to its changes yet."""
    key, _, value = line.partition(": ")
    known = key == "sed" or key in keys
    if block.hunks or block.sed or not known or key in block.header or not value:
        raise WrongError(f"{place}: not a line of a wrong version: {line}")
    if key != "sed":
        block.header[key] = value.strip()
    elif len(value) > SED_WIDTH:
        much = f"{len(value)} characters of sed, at most {SED_WIDTH}"
        raise WrongError(f"{place}: {much}: write the lines that change")
    else:
        block.sed = value


def check_changes(block: Block) -> None:
    """Raise WrongError unless a block changes something, and says where."""
    if bool(block.sed) == bool(block.hunks):
        raise WrongError(f"{block.place}: {block.name}: expected sed: or - and + lines")
    for hunk in block.hunks:
        if not hunk.old():
            raise WrongError(f"{hunk.place}: + lines alone: add the line beside them")


def apply(source: str, block: Block) -> str:
    """Return the wrong version of a source.

    Raises WrongError when its old lines are not there exactly once, when two of its
    changes overlap, when sed fails, or when nothing changes.
    """
    changed = with_sed(source, block) if block.sed else with_hunks(source, block)
    if changed == source:
        raise WrongError(f"{block.place}: {block.name}: it changes nothing")
    return changed


def with_sed(source: str, block: Block) -> str:
    """Return what sed makes of a source."""
    done = subprocess.run(
        ["sed", "-E", block.sed],
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WrongError(f"{block.place}: {block.name}: {done.stderr.strip()}")
    return done.stdout


def with_hunks(source: str, block: Block) -> str:
    """Return a source with all changes of a block, each in its place."""
    lines = source.splitlines()
    # From the last place to the first: no change moves the place of another.
    places = [(find(lines, hunk), hunk) for hunk in block.hunks]
    end = len(lines)
    for start, hunk in sorted(places, key=lambda pair: pair[0], reverse=True):
        stop = start + len(hunk.old())
        if stop > end:
            raise WrongError(f"{hunk.place}: this change overlaps another one")
        lines[start:stop] = new_lines(lines[start:stop], hunk)
        end = start
    return "".join(f"{line}\n" for line in lines)


def find(lines: list[str], hunk: Hunk) -> int:
    """Return where the old lines of a change begin in a source."""
    source = [line.strip() for line in lines]
    old = [line.strip() for line in hunk.old()]
    last = len(source) - len(old)
    places = [i for i in range(last + 1) if source[i : i + len(old)] == old]
    if len(places) != 1:
        times = f"{len(places)} times" if places else "not"
        raise WrongError(f"{hunk.place}: {times} in the source: {old[0]}")
    return places[0]


def new_lines(found: list[str], hunk: Hunk) -> list[str]:
    """Return what takes the place of the lines that were found for a change."""
    lacks = indent(found[0])[len(indent(hunk.old()[0])) :]
    stay = iter(found)
    made = []
    for mark, text in ((line[0], line[1:]) for line in hunk.lines):
        if mark == "+":
            made.append(lacks + text if text.strip() else "")
            continue
        line = next(stay)
        if mark == " ":
            made.append(line)
    return made


def indent(line: str) -> str:
    """Return the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]
