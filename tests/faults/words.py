"""What the words of a usage: line stand for: see words.txt."""

import errno
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.faults import lines
from tests.faults.lines import Line, LineError

FILE = Path(__file__).with_name("words.txt")
COMMAND_STATUS = 42  # what COMMAND ends with: see ARG in words.txt
WRONG = "expected 'wrong: WHAT | VALUE | ERRNOS | STATUSES' or 'wrong: as NAME'"


@dataclass(frozen=True)
class Wrong:
    """A value that a word cannot stand for, and how that may be reported.

    errors are errnos, by name; statuses are what the program may end with. With fine
    it may do its work just as well.
    """

    name: str
    value: str
    errors: frozenset[str]
    statuses: tuple[int, ...]
    fine: bool


@dataclass(frozen=True)
class Word:
    """What to give for a word of a usage line."""

    right: str
    wrong: tuple[Wrong, ...] = ()


def repeated(value: str) -> str:
    """Return a value as it is given: x*3 is xxx."""
    match = re.fullmatch(r"(.)\*(\d+)", value)
    return match[1] * int(match[2]) if match else value


def wrong(line: Line) -> Wrong:
    """Return the wrong value that a line says."""
    fields = [field.strip() for field in line.value.split("|")]
    if len(fields) != 4 or not re.fullmatch(r"\d+( \d+)*", fields[3]):
        raise LineError(f"{line.where}: {WRONG}: {line.value}")
    unknown = [name for name in fields[2].split() if not hasattr(errno, name)]
    if unknown or not fields[2]:
        raise LineError(f"{line.where}: no errno: {' '.join(unknown) or 'none given'}")
    errors, statuses = frozenset(fields[2].split()), list(map(int, fields[3].split()))
    failed = tuple(status for status in statuses if status)
    return Wrong(fields[0], repeated(fields[1]), errors, failed, 0 in statuses)


def define(text: Iterable[Line], known: dict[str, Word]) -> dict[str, Word]:
    """Return words with those that lines add to them."""
    words, last = dict(known), ""
    for line in text:
        if line.key == "word":
            name, equals, value = line.value.partition(" = ")
            if not equals or not re.fullmatch("[A-Z]+", name):
                raise LineError(f"{line.where}: expected 'word: NAME = VALUE'")
            if name in words:
                raise LineError(f"{line.where}: {name} is known already")
            words[name], last = Word(repeated(value)), name
        elif line.key == "wrong":
            other = re.fullmatch("as ([A-Z]+)", line.value)
            if not last or (other and other[1] not in words):
                raise LineError(f"{line.where}: it has to follow a 'word:'")
            more = words[other[1]].wrong if other else (wrong(line),)
            words[last] = Word(words[last].right, words[last].wrong + more)
    return words


def numbered(words: dict[str, Word]) -> dict[str, Word]:
    """Return words, of which those that stand for a number are wrong as NUMBER is."""
    also = words["NUMBER"].wrong
    return {
        name: Word(word.right, word.wrong + also)
        if re.fullmatch(r"\d+|@PID@", word.right) and name != "NUMBER"
        else word
        for name, word in words.items()
    }


def known(name: str) -> dict[str, Word]:
    """Return the words that the usage line of a program may have.

    They are those of all chapters, of the program's chapter, and of its own folder.
    """
    words = define(lines.read(FILE), {})
    for path in dict.fromkeys((lines.shared(name), lines.own(name))):
        words = define(lines.read(path), words)
    return numbered(words)
