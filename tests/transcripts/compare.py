"""Is what a run printed what the book says, but for values that differ by nature?

Inode numbers of namespaces, MAC addresses and the like stand in the book as they
were recorded, and are compared by consistent renaming: the same value in the book
must be the same value in the run, over all terminals and transcripts of a page, and
two values that differ in the book must differ in the run. Numbers are given out again
when their owner is gone, so a pair that was matched counts only while it lives; who
lives is asked of the guest, and only when a pair is in doubt.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CLASSES = Path(__file__).resolve().parents[2] / "docs/transcripts/classes.json"
ESCAPE = re.compile(r"\x1b")


@dataclass(frozen=True)
class Kind:
    """A class of values, as docs/transcripts/classes.json has it."""

    name: str
    pattern: re.Pattern[str]
    compare: str  # "rename" or "form"
    fixed: frozenset[str]


@dataclass(frozen=True)
class Value:
    """A value in a line, and the class that recognised it."""

    kind: Kind
    text: str


Piece = str | Value


def read_kinds(path: Path = CLASSES) -> list[Kind]:
    """Return the classes of values that differ from run to run."""
    return [
        Kind(
            entry["name"],
            re.compile(entry["pattern"], re.ASCII),
            entry["compare"],
            frozenset(entry["fixed"]),
        )
        for entry in json.loads(path.read_text())["classes"]
    ]


def split(line: str, kinds: list[Kind]) -> list[Piece]:
    """Cut a line into text and values; where two classes meet the first one wins."""
    found: list[tuple[int, int, Kind]] = []
    for kind in kinds:
        for match in kind.pattern.finditer(line):
            start, end = match.span(1)
            free = all(end <= a or b <= start for a, b, _ in found)
            if match[1] not in kind.fixed and free:
                found.append((start, end, kind))
    pieces: list[Piece] = []
    position = 0
    for start, end, kind in sorted(found, key=lambda span: span[0]):
        pieces += [line[position:start], Value(kind, line[start:end])]
        position = end
    return [*pieces, line[position:]]


def blanks(pieces: list[Piece], index: int) -> str:
    """Return a text piece with the blanks beside a value run together."""
    text = pieces[index]
    assert isinstance(text, str)
    if index > 0:
        text = re.sub(r"^ +", " ", text)
    if index < len(pieces) - 1:
        text = re.sub(r" +$", " ", text)
    return text


@dataclass
class Pair:
    """Two values that were matched, and the step that did it."""

    book: str
    run: str
    step: int


@dataclass
class Names:
    """Which value of the book is which value of the run, on one page.

    alive(kind, value) tells whether a value of the run still belongs to somebody.
    """

    alive: Callable[[Kind, str], bool]
    kinds: list[Kind] = field(default_factory=read_kinds)
    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    step: int = 0

    def compare(self, book: list[str], run: list[str]) -> list[str]:
        """Compare what a step shows in the book and in the run.

        Returns what differs, a message a line; nothing when all agrees.
        """
        self.step += 1
        wrong = []
        for number, line in enumerate(run):
            if ESCAPE.search(line):
                wrong.append(f"the run has escape codes: {line!r}")
            elif number >= len(book):
                wrong.append(f"the run has a line more: {line!r}")
            else:
                reason = self.line(book[number], line)
                if reason:
                    wrong.append(
                        f"{reason}\n    book {book[number]!r}\n    run  {line!r}"
                    )
        wrong += [f"the run lacks a line: {line!r}" for line in book[len(run) :]]
        return wrong

    def line(self, book: str, run: str) -> str:
        """Return why two lines do not agree, "" when they do."""
        left, right = split(book, self.kinds), split(run, self.kinds)
        if len(left) != len(right):
            return "the text differs"
        for index, (a, b) in enumerate(zip(left, right)):
            if isinstance(a, Value) and isinstance(b, Value):
                if a.kind != b.kind:
                    return f"a {a.kind.name} in the book, a {b.kind.name} in the run"
                reason = "" if a.kind.compare == "form" else self.match(a, b)
                if reason:
                    return reason
            elif blanks(left, index) != blanks(right, index):
                return "the text differs"
        return ""

    def match(self, book: Value, run: Value) -> str:
        """Match a value with one of the run; return why that cannot be, or ""."""
        pairs = self.pairs.setdefault(book.kind.name, [])
        for pair in list(pairs):
            if (pair.book == book.text) == (pair.run == run.text):
                continue
            if pair.step < self.step and not self.alive(book.kind, pair.run):
                pairs.remove(pair)  # its number is free, and may name another
            elif pair.book == book.text:
                return (
                    f"the book shows the same {book.kind.name} twice, the run two: "
                    f"{book.text} was {pair.run}, now {run.text}"
                )
            else:
                return (
                    f"the book shows two of {book.kind.name}, the run the same twice: "
                    f"{run.text} is both {pair.book} and {book.text}"
                )
        if not any(pair.book == book.text for pair in pairs):
            pairs.append(Pair(book.text, run.text, self.step))
        return ""
