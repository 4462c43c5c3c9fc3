"""The failures that transcripts show, as the head of each says, for the list of them.

The lines of one failure in the head of a transcript::

    #: trap: EPERM mount: ...: permission denied
    #: among: 2 mount: permission denied
    #: cause: Why it comes, in a sentence or two;
    #: cause: a second line continues the first.
    #: tell: ``findmnt --noheadings --output OPTIONS /mnt`` prints "ro".
    #: remedy: The way out.

The first word is the name of the error; ``own`` where a program has words of its own
and names none; ``silent`` where nothing is said, and then what follows describes what
is seen instead. A message must stand in one line of the session's output, or of what
an older kernel prints, as it is written here; ``...`` stands for what is another's
with another reader. Messages that say the
same, of several programs, are ``trap`` lines one after the other; a ``trap`` further
down begins another failure.

What is seen may have several causes. Those that say the same behind the number of
``among`` are told one after the other, by that number: the likeliest first. ``tell``
tells the cause apart from the others. The command it begins with is typed in the
session, so that what it prints is proven.

Where no lab can show a cause, ``source`` says who else does. Such a failure lies in the
head of a session about one like it, which need not print the message nor type the
command.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .transcripts import (
    TRAP,
    RecordedSession,
    SessionError,
    alternatives,
    classify,
    read_session,
)

SILENT, OWN = "silent", "own"
LAST = 4096  # beyond the number of any error
VARIES = "..."  # stands for what each reader sees differently

AMONG = re.compile(r"(\d+) (\S.*)")
COMMAND = re.compile(r"``(.+?)``")

Entry = dict[str, list[str]]  # the lines of a failure in a head, by their keys


@dataclass(frozen=True)
class Piece:
    """A piece of a message as it was printed: is it the same for every reader?"""

    text: str
    same: bool


@dataclass(frozen=True)
class Message:
    """What a head says is seen, and the line in which the session prints it."""

    text: str
    seen: tuple[Piece, ...]


@dataclass(frozen=True)
class Trap:
    """A failure that a transcript shows: what is seen, why, and the way out."""

    error: str  # "EPERM", OWN or SILENT
    messages: tuple[Message, ...]
    group: str  # what several causes have in common
    rank: int  # among the causes of its group, the likeliest first
    cause: str
    tell: str
    remedy: str
    source: str  # "" if the session shows the cause

    @property
    def printed(self) -> bool:
        """Tell whether the message is the output's, and not a description."""
        return self.error != SILENT


def error_number(error: str) -> int:
    """Return the number of an error by its name, -1 for no error.

    What is no error but may be listed as one has its place: OWN words, then SILENT.
    """
    last = {OWN: LAST, SILENT: LAST + 1}
    return last.get(error, getattr(errno, error, -1))


def traps(session: RecordedSession, path: Path) -> list[Trap]:
    """Return the failures that a transcript's head names; path is for messages."""
    older = [read_session(other).text for _, other in alternatives(path)]
    shown = RecordedSession(session.headers, "".join([session.text, *older]))
    return [read_trap(entry, shown, path) for entry in entries(session, path)]


def entries(session: RecordedSession, path: Path) -> Iterator[Entry]:
    """Yield the lines of each failure in a head, by key."""
    entry: Entry = {}
    before = ""
    for key, value in session.headers:
        if key not in TRAP:
            continue
        if key == "trap" and before != "trap":
            if entry:
                yield entry
            entry = {other: [] for other in TRAP}
        if not entry:
            raise SessionError(f"{path}: '#: {key}:' stands before any '#: trap:'")
        entry[key].append(value)
        before = key
    if entry:
        yield entry


def read_trap(entry: Entry, session: RecordedSession, path: Path) -> Trap:
    """Return one failure; what it says of the session must be true."""
    where = f"{path}: '#: trap: {entry['trap'][0]}'"
    said = {key: " ".join(lines) for key, lines in entry.items()}
    error, _, first = entry["trap"][0].partition(" ")
    if error_number(error) < 0:
        raise SessionError(
            f"{where}: {error} is no error: write EPERM, {OWN} or {SILENT}"
        )
    if not (first and said["cause"] and said["remedy"]):
        raise SessionError(
            f"{where}: needs a message, a '#: cause:' and a '#: remedy:'"
        )
    among = AMONG.fullmatch(said["among"] or f"1 {first}")
    if not among:
        raise SessionError(f"{where}: write '#: among: NUMBER WHAT IS SEEN'")
    if said["tell"] and not said["source"]:
        check_command(said["tell"], session, where)
    return Trap(
        error,
        tuple(
            read_message(line, error, session, path, bool(said["source"]))
            for line in entry["trap"]
        ),
        among[2],
        int(among[1]),
        *(said[key] for key in ("cause", "tell", "remedy", "source")),
    )


def check_command(tell: str, session: RecordedSession, where: str) -> None:
    """Refuse a way to tell a cause apart that the session does not go."""
    command = COMMAND.match(tell)
    typed = (line for terminal, _, line in classify(session.text) if terminal)
    if not command:
        raise SessionError(f"{where}: '#: tell:' begins with a command, as in ``id``")
    if not any(command[1] in line for line in typed):
        raise SessionError(f"{where}: the session does not type {command[1]}")


def read_message(
    line: str, error: str, session: RecordedSession, path: Path, elsewhere: bool
) -> Message:
    """Return a message as the session prints it, or the description of a silent one."""
    own, _, text = line.partition(" ")
    if own != error:
        raise SessionError(f"{path}: '#: trap: {line}': the one before is {error}")
    if error == SILENT:
        return Message(text, (Piece(text, True),))
    pattern = re.compile(
        "(.*)".join(f"({re.escape(part)})" for part in text.split(VARIES))
    )
    for terminal, _, output in classify(session.text):
        output = output.removesuffix("\n")
        found = None if terminal else pattern.search(output)
        if found:
            before, after = output[: found.start()], output[found.end() :]
            pieces = enumerate([before, *found.groups(), after])
            shown = [Piece(piece, number % 2 == 1) for number, piece in pieces]
            return Message(text, tuple(piece for piece in shown if piece.text))
    if elsewhere:
        return Message(text, (Piece(text, True),))
    raise SessionError(f"{path}: '#: trap: {line}': the session does not print that")
