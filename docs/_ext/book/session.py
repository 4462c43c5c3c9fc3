"""The format of a transcript: what the page shows and the suite executes.

A file begins with ``#: key: value`` lines, which are not printed. The session
follows. ``sh1#`` to ``sh4#`` (root) and ``sh1$`` to ``sh4$`` (a user) are the
prompts of four terminals; ``> `` continues the command of the line above.
Everything else is output, whatever it begins with.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .headers import version

KEYS = ("needs", "setup", "user", "timeout", "status", "waits")

HEADER = re.compile(r"#: ([a-z]+): (\S.*)")
PROMPT = re.compile(r"sh([1-4])[#$] ")
CONTINUATION = "> "


class SessionError(ValueError):
    """A transcript breaks the format; the text names file and line."""


@dataclass(frozen=True)
class Session:
    """One transcript: its headers in order, and what a reader sees."""

    headers: tuple[tuple[str, str], ...]
    text: str


def read_session(path: Path) -> Session:
    """Return the transcript in a file."""
    return parse_session(path.read_text(encoding="utf-8"), path)


def parse_session(text: str, path: Path) -> Session:
    """Return a transcript; path says how error messages name it."""
    lines = text.splitlines(keepends=True)
    headers = []
    for number, line in enumerate(lines, start=1):
        if not line.startswith("#:"):
            break
        match = HEADER.fullmatch(line.rstrip("\n"))
        if not match or match[1] not in KEYS:
            known = ", ".join(KEYS)
            raise SessionError(
                f"{path}:{number}: expected '#: KEY: VALUE' where KEY is one of {known}"
            )
        headers.append((match[1], match[2]))
    first = len(headers)
    if first == len(lines) or not PROMPT.match(lines[first]):
        raise SessionError(
            f"{path}:{first + 1}: a session begins with a command, as in 'sh1# ls'"
        )
    if not text.endswith("\n"):
        raise SessionError(f"{path}:{len(lines)}: no newline at the end of the file")
    return Session(tuple(headers), "".join(lines[first:]))


def alternatives(plain: Path) -> list[tuple[str, Path]]:
    """Return what a transcript prints on older kernels, the newest of them first.

    Each entry is a kernel series and the file, NAME@SERIES.console, that serves it and
    all that are older. Raises SessionError for a file that is called otherwise.
    """
    found = []
    for path in plain.parent.glob(f"{plain.stem}@*.console"):
        series = path.stem.partition("@")[2]
        if not re.fullmatch(r"\d+\.\d+", series):
            raise SessionError(f"{path}: an alternative is called as NAME@6.1.console")
        found.append((series, path))
    return sorted(found, key=lambda entry: version(entry[0]), reverse=True)


def classify(text: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield (terminal, prompt, rest) for each line of a session.

    Lines of output have no terminal and an empty prompt.
    """
    terminal = None
    for line in text.splitlines(keepends=True):
        if match := PROMPT.match(line):
            terminal = match[1]
            prompt = match[0]
        elif terminal and line.startswith(CONTINUATION):
            prompt = CONTINUATION
        else:
            terminal, prompt = None, ""
        yield terminal, prompt, line[len(prompt) :]
