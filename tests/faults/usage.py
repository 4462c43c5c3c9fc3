"""How a program is called, right and wrong, from the usage: line of its head comment.

The words of a usage line stand for things, and WORDS says what to give for each: a
right value, and wrong ones with the errnos that they deserve. Where the grammar does
not say enough, a line of cases.txt does.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

CASES = Path(__file__).with_name("cases.txt")
PLACE = "/tmp/faults"  # see the program setup
TOKEN = re.compile(
    r"\[-(?P<flag>\w)(?: (?P<value>\w+))?\]"  # [-t TYPE], [-f]
    r"|(?P<choice>[a-z]+(?:\|[a-z]+)+)"  # unchanged|private
    r"|(?P<open>\[)?(?P<word>[A-Z]\w*)(?(open)\])(?P<many>\.\.\.)?"  # [ARG]...
)
TYPES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


class UsageError(Exception):
    """A usage line, or a line of cases.txt, is not understood."""


@dataclass(frozen=True)
class Wrong:
    """A value that a word cannot stand for, and how that may be reported.

    errors are errnos, by name; statuses are what the program may end with. With fine
    it may do its work just as well.
    """

    name: str
    value: str
    errors: frozenset[str]
    statuses: tuple[int, ...] = (1,)
    fine: bool = False


def errors(*names: str) -> frozenset[str]:
    """Return names of errnos, all of which must exist."""
    for name in names:
        getattr(errno, name)
    return frozenset(names)


NO_FILE = (
    Wrong("missing", f"{PLACE}/none", errors("ENOENT")),
    Wrong("in a file", f"{PLACE}/file/none", errors("ENOTDIR")),
    Wrong("dangling link", f"{PLACE}/dangling", errors("ENOENT")),
    Wrong("empty", "", errors("ENOENT")),
    Wrong("too long", "x" * 5000, errors("ENAMETOOLONG")),
)
NO_NAMESPACE = (
    Wrong("directory", f"{PLACE}/folder", errors("EINVAL", "EISDIR")),
    Wrong("file", f"{PLACE}/file", errors("EINVAL")),
    Wrong("FIFO", f"{PLACE}/fifo", errors("EINVAL")),
    Wrong("null device", "/dev/null", errors("EINVAL")),
    Wrong("no access", f"{PLACE}/unreadable", errors("EACCES", "EINVAL")),
    *(
        Wrong(f"{kind} namespace", f"{PLACE}/ns/{kind}", errors("EINVAL"), fine=True)
        for kind in TYPES
    ),
)
NO_TARGET = (  # of a mount that is no folder
    *NO_FILE,
    Wrong("directory", f"{PLACE}/folder", errors("ENOTDIR")),
)
NO_PROCESS = (
    Wrong("nobody", "999999999", errors("ENOENT", "ESRCH")),
    Wrong("zero", "0", errors("ENOENT", "ESRCH", "EINVAL"), (1, 2)),
    Wrong("word", "nobody", errors("ENOENT", "EINVAL"), (1, 2)),
    Wrong("empty", "", errors("ENOENT", "EINVAL"), (1, 2)),
)
NO_COMMAND = (
    Wrong("missing", f"{PLACE}/none", errors("ENOENT"), (127,)),
    Wrong("nowhere in PATH", "no-such-command", errors("ENOENT"), (127,)),
    Wrong("dangling link", f"{PLACE}/dangling", errors("ENOENT"), (127,)),
    Wrong("empty", "", errors("ENOENT"), (127,)),
    Wrong("directory", f"{PLACE}/folder", errors("EACCES"), (126,)),
    Wrong("not executable", f"{PLACE}/file", errors("EACCES"), (126,)),
    Wrong("null device", "/dev/null", errors("EACCES"), (126,)),
    Wrong("FIFO", f"{PLACE}/fifo", errors("EACCES"), (126,)),
    Wrong("in a file", f"{PLACE}/file/none", errors("ENOTDIR"), (126,)),
)
NO_SOCKET = (
    Wrong("in no folder", f"{PLACE}/none/socket", errors("ENOENT")),
    Wrong("a file", f"{PLACE}/file", errors("ECONNREFUSED", "EADDRINUSE")),
    Wrong("a directory", f"{PLACE}/folder", errors("ECONNREFUSED", "EADDRINUSE")),
    Wrong("dead", f"{PLACE}/dead", errors("ECONNREFUSED", "EADDRINUSE")),
    Wrong("too long", "x" * 200, errors("ENAMETOOLONG")),
)


@dataclass(frozen=True)
class Word:
    """What to give for a word of a usage line."""

    right: str
    wrong: tuple[Wrong, ...] = ()


WORDS = {
    "COMMAND": Word(f"{PLACE}/probe", NO_COMMAND),
    "ARG": Word("two words"),
    "FILE": Word(f"{PLACE}/ns/net", NO_FILE + NO_NAMESPACE),
    "PID": Word("@PID@", NO_PROCESS),  # which setup knows
    "TYPE": Word("net", (Wrong("nosuch", "nosuch", errors("ENOENT"), (1, 2)),)),
    "SOCKET": Word(f"{PLACE}/cwd/socket", NO_SOCKET),
    "NAME": Word("paper"),
    "PATH": Word("/tmp"),
    "TARGET": Word(f"{PLACE}/file", NO_TARGET),
    "FOLDER": Word(f"{PLACE}/folder", NO_FILE),
    "HOSTNAME": Word("paper"),
    "SECONDS": Word("1"),
    "UID": Word("1000"),
    "ID": Word("0"),
    "FIRST": Word("100000"),
    "COUNT": Word("9"),
    "WRITE": Word("setgroups=deny"),
}


@dataclass(frozen=True)
class Part:
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
    parts: tuple[Part, ...]
    values: dict[str, str] = field(hash=False)

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
            for wrong in WORDS.get(part.word, Word("")).wrong:
                values = {**self.values, part.word: wrong.value}
                others = [p.right(self.values) for p in self.parts]
                others[place] = part.right(values)
                name = f"{part.word} {wrong.name}"
                yield name, [a for args in others for a in args], wrong


def parse(line: str) -> Usage:
    """Return what a usage line says; raises UsageError where it is not understood."""
    values = {"": "", **{word: about.right for word, about in WORDS.items()}}
    parts, at = [], len(line.split()[0])
    while at < len(line):
        match = TOKEN.match(line, at + 1)
        if not match or line[at] != " ":
            raise UsageError(f"usage: {line}: not understood from '{line[at:]}'")
        at = match.end()
        choice = match["choice"] or ""
        if choice:
            values[choice] = choice.rpartition("|")[2]
        word = choice or match["word"] or match["value"] or ""
        if word not in values:
            raise UsageError(f"usage: {line}: what is {word}? Teach usage.py its WORDS")
        needed = bool(choice or (match["word"] and not match["open"]))
        parts.append(Part(word, needed, bool(match["many"]), match["flag"] or ""))
    return Usage(line, tuple(parts), values)


@dataclass(frozen=True)
class Case:
    """A way to run a program: its usage with values, who runs beside it."""

    name: str
    usage: Usage
    peer: str = ""  # a shell command
    listens: str = ""  # the peer listens there before the program starts
    answers: frozenset[str] = frozenset()  # calls whose errors the program prints
    varies: str = ""  # what of its output differs by itself, a regular expression
    ended: frozenset[str] = frozenset()  # calls whose 0 another process explains
    tools: frozenset[str] = frozenset()  # programs that it runs for its own ends
    words: str = ""  # how a message may end in place of an errno's text
    effect: str = ""  # a shell command that prints what came of a mount that stays


def filled(text: str, values: dict[str, str]) -> str:
    """Return a text in which each word of a usage line is replaced by its value."""
    return re.sub(r"\b[A-Z]{3,}\b", lambda m: values.get(m[0], m[0]), text)


def reason(name: str, key: str) -> str:
    """Return why the program of that name is run otherwise, "" if it is not.

    The key is "skip" or "guest".
    """
    for text in CASES.read_text().splitlines():
        who, _, rest = text.partition(" ")
        if who == name and rest.strip().startswith(f"{key}: "):
            return rest.partition(": ")[2]
    return ""


def cases(name: str, line: str) -> list[Case]:
    """Return the ways to run the program of that name: at least one."""
    usage = parse(line)
    found = [Case("", usage)]
    for number, text in enumerate(CASES.read_text().splitlines(), 1):
        who, _, rest = text.partition(" ")
        key, _, value = rest.strip().partition(": ")
        if who != name or who.startswith("#"):
            continue
        if key == "also" and "=" in value:
            others = dict(part.split("=", 1) for part in value.split())
            other = replace(usage, values={**usage.values, **others})
            found.append(Case(value, other))
        elif key in ("sender", "listener"):
            listens = usage.values["SOCKET"] if key == "listener" else ""
            peer = filled(value, usage.values)
            found = [replace(case, peer=peer, listens=listens) for case in found]
        elif key in ("skip", "guest"):
            continue  # see reason
        elif key == "answers":
            calls = frozenset(value.split())
            found = [replace(case, answers=calls) for case in found]
        elif key == "varies":
            found = [replace(case, varies=value) for case in found]
        elif key == "ended":
            calls = frozenset(value.split())
            found = [replace(case, ended=calls) for case in found]
        elif key == "tools":
            tools = frozenset(value.split())
            found = [replace(case, tools=tools) for case in found]
        elif key == "words":
            found = [replace(case, words=value) for case in found]
        elif key == "effect":
            effect = filled(value, usage.values)
            found = [replace(case, effect=effect) for case in found]
        else:
            raise UsageError(f"{CASES.name}:{number}: not understood: {rest}")
    return found
