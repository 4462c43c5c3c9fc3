"""Is what a run printed what the book says, but for values that differ by nature?

Inode numbers of namespaces, MAC addresses and the like stand in the book as they
were recorded, and are compared by consistent renaming: the same value in the book
must be the same value in the run, over all terminals and transcripts of a page, and
two values that differ in the book must differ in the run. Numbers are given out again
when their owner is gone, so the second rule holds only for values that live at the
same time; who lives is asked of the guest after each step.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

CLASSES = Path(__file__).resolve().parents[2] / "docs/transcripts/classes.json"


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


def form(line: str, kinds: list[Kind]) -> str:
    """Return a line with its values replaced by the names of their classes."""
    pieces = split(line, kinds)
    return "".join(
        f"\0{piece.kind.name}\0" if isinstance(piece, Value) else blanks(pieces, index)
        for index, piece in enumerate(pieces)
    )


def align(
    book: list[str], run: list[str], kinds: list[Kind]
) -> Iterator[tuple[str | None, str | None]]:
    """Yield the lines of two outputs that belong together, None for one that lacks."""
    left = [form(line, kinds) for line in book]
    right = [form(line, kinds) for line in run]
    if left == right:
        yield from zip(book, run)
        return
    matcher = difflib.SequenceMatcher(None, left, right)
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(book[a:b], run[c:d])


@dataclass
class Pair:
    """Two values that were matched, the step that did it, and if the run's lives."""

    book: str
    run: str
    where: str
    alive: bool = True


def spare(value: str, pairs: list[Pair]) -> str:
    """Return what the book can call a value of the run that no pair has yet."""
    taken = {pair.book for pair in pairs}
    for name in [value, *(pair.run for pair in pairs)]:
        if name not in taken:
            return name
    # Only values that die stand in more than one pair, and those are numbers.
    return str(max(map(int, taken)) + 1)


Alive = Callable[[str, set[str]], set[str]]


@dataclass
class Names:
    """Which value of the book is which value of the run, on one page.

    alive(name of a class, values of the run) returns those that still belong to
    somebody.
    """

    alive: Alive
    kinds: list[Kind] = field(default_factory=read_kinds)
    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    where: str = ""

    def compare(self, book: list[str], run: list[str], where: str = "") -> list[str]:
        """Compare what a step shows in the book and in the run.

        where names the step in messages about later ones. Returns what differs, a
        message a line; nothing when all agrees.
        """
        self.where = where
        wrong = []
        for left, right in align(book, run, self.kinds):
            if left is None:
                wrong.append(f"the run has a line more: {right!r}")
            elif right is None:
                wrong.append(f"the run lacks a line: {left!r}")
            elif reason := self.line(left, right):
                wrong.append(f"{reason}\n    book {left!r}\n    run  {right!r}")
        return wrong

    def bury(self) -> None:
        """Mark the pairs whose value of the run is nobody's any more.

        Its number is free, and may name another before the next step shows it.
        """
        for name, pairs in self.pairs.items():
            lived = [pair for pair in pairs if pair.alive]
            living = self.alive(name, {pair.run for pair in lived}) if lived else set()
            for pair in lived:
                pair.alive = pair.run in living

    def line(self, book: str, run: str) -> str:
        """Return why two lines do not agree, "" when they do and their values match."""
        left, right = split(book, self.kinds), split(run, self.kinds)
        if form(book, self.kinds) != form(run, self.kinds):
            return "the text differs"
        before = deepcopy(self.pairs)
        for a, b in zip(left, right):
            if isinstance(a, Value) and isinstance(b, Value):
                reason = "" if a.kind.compare == "form" else self.match(a, b)
                if reason:
                    self.pairs = before  # a line that is wrong proves nothing
                    return reason
        return ""

    def match(self, book: Value, run: Value) -> str:
        """Match a value with one of the run; return why that cannot be, or ""."""
        name = book.kind.name
        pairs = self.pairs.setdefault(name, [])
        for pair in pairs:
            if pair.book == book.text and pair.run != run.text:
                return (
                    f"the book shows the same {name} twice, the kernel gave two: "
                    f"{book.text} was {pair.run} ({pair.where}), now {run.text}"
                )
            if pair.run == run.text and pair.book != book.text and pair.alive:
                return (
                    f"the book shows another {name} here, the kernel gave the same: "
                    f"{run.text} was {pair.book} ({pair.where}), now {book.text}"
                )
        self.pair(name, book.text, run.text)
        return ""

    def pair(self, name: str, book: str, run: str) -> None:
        """Note that a value of the book is one of the run, and alive."""
        pairs = self.pairs.setdefault(name, [])
        for pair in pairs:
            if pair.book == book:
                pair.alive = True
                return
        pairs.append(Pair(book, run, self.where))

    def translate(self, lines: list[str]) -> list[str]:
        """Return lines of the run with the values that the book has for theirs."""
        return ["".join(map(self.name, split(line, self.kinds))) for line in lines]

    def name(self, piece: Piece) -> str:
        """Return a piece of the run as the book shows it.

        A new value keeps its number, unless the book has that for another one already.
        That also holds for a number which comes again after its owner was gone: it
        names something new, and need not come again in another run.
        """
        if isinstance(piece, str):
            return piece
        if piece.kind.compare == "form":
            return piece.text
        pairs = self.pairs.get(piece.kind.name, [])
        known = [pair.book for pair in pairs if pair.run == piece.text and pair.alive]
        name = known[0] if known else spare(piece.text, pairs)
        self.pair(piece.kind.name, name, piece.text)
        return name
