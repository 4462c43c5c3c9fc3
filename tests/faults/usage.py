"""How a program is called, right and wrong, from the usage: line of its head comment.

The words of a usage line stand for things: see words.txt. Where the grammar does not
say enough, a line beside the chapter's tests does: see cases.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.lines import LineError
from tests.faults.words import Word, Wrong

PLACE = "/tmp/faults"  # see the program setup
TOKEN = re.compile(
    r"\[-(?P<flag>\w)(?: (?P<value>\w+))?\]"  # [-t TYPE], [-f]
    r"|(?P<choice>[a-z]+(?:\|[a-z]+)+)"  # unchanged|private
    r"|(?P<open>\[)?(?P<word>[A-Z]\w*)(?(open)\])(?P<many>\.\.\.)?"  # [ARG]...
)


@dataclass(frozen=True)
class Argument:
    """A word of a usage line: how often it may stand there, its option if any."""

    word: str
    required: bool
    many: bool
    flag: str = ""

    def right(self, values: dict[str, str]) -> list[str]:
        """Return right arguments for it."""
        option = [f"-{self.flag}"] if self.flag else []
        return [*option, values[self.word]] if self.word else option


@dataclass(frozen=True)
class Usage:
    """A usage line, read."""

    line: str
    parts: tuple[Argument, ...]
    values: dict[str, str] = field(hash=False)
    words: dict[str, Word] = field(hash=False)

    def right(self) -> list[str]:
        """Return arguments that use all that the line offers."""
        return [arg for part in self.parts for arg in part.right(self.values)]

    def short(self) -> list[str]:
        """Return the fewest right arguments."""
        needed = [part for part in self.parts if part.required]
        return [arg for part in needed for arg in part.right(self.values)]

    def counts(self) -> Iterator[tuple[str, list[str]]]:
        """Yield, with a name, every wrong number of arguments."""
        short = self.short()
        for length in range(len(short)):
            yield f"{length} arguments", short[:length]
        if not any(part.many for part in self.parts):
            words = [part for part in self.parts if not part.flag]
            full = [arg for part in words for arg in part.right(self.values)]
            yield f"{len(full) + 1} arguments", [*full, "more"]

    def options(self) -> Iterator[tuple[str, list[str]]]:
        """Yield, with a name, calls with options that are wrong."""
        short = self.short()
        yield "unknown option", ["-Z", *short]
        yield "unknown long option", ["--no-such-option", *short]
        for part in self.parts:
            if part.flag:
                once = part.right(self.values)
                yield f"-{part.flag} and no more", once[:1]
                yield f"-{part.flag} twice", [*once, *once, *short]

    def wrong(self) -> Iterator[tuple[str, list[str], Wrong]]:
        """Yield calls in which one argument cannot be what it should."""
        for place, part in enumerate(self.parts):
            if not part.word:
                continue
            for wrong in self.words.get(part.word, Word("")).wrong:
                values = {**self.values, part.word: wrong.value}
                others = [p.right(self.values) for p in self.parts]
                others[place] = part.right(values)
                name = f"{part.word} {wrong.name}"
                yield name, [a for args in others for a in args], wrong


def tokens(line: str) -> Iterator[re.Match[str]]:
    """Yield the parts of a usage line behind the program's name."""
    at = len(line.split()[0])
    while at < len(line):
        match = TOKEN.match(line, at + 1)
        if not match or line[at] != " ":
            raise LineError(f"usage: {line}: not understood from '{line[at:]}'")
        yield match
        at = match.end()


def parse(line: str, words: dict[str, Word], home: str) -> Usage:
    """Return what a usage line says.

    Raises LineError where it is not understood. home is the file to which a word that
    is not among words has to be added.
    """
    values = {"": "", **{name: word.right for name, word in words.items()}}
    parts, unknown = [], []
    for match in tokens(line):
        choice = match["choice"] or ""
        if choice:
            values[choice] = choice.rpartition("|")[2]
        word = choice or match["word"] or match["value"] or ""
        if word not in values:
            unknown.append(word)
        needed = bool(choice or (match["word"] and not match["open"]))
        parts.append(Argument(word, needed, bool(match["many"]), match["flag"] or ""))
    if unknown:
        missing = [f"word: {word} = VALUE" for word in dict.fromkeys(unknown)]
        raise LineError(
            "\n".join([f"usage: {line}: add a right value to {home}:", *missing])
        )
    return Usage(line, tuple(parts), values, words)
