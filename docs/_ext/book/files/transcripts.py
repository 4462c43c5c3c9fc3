"""The format of a transcript: what the page shows and the suite executes.

A file begins with ``#: key: value`` lines, which are not printed. The session
follows. ``sh1#`` to ``sh4#`` (root) and ``sh1$`` to ``sh4$`` (a user) are the
prompts of four terminals, with a ``+`` after the number for each shell around the one
that is typed into; ``> `` continues the command of the line above. Everything else is
output, whatever it begins with.

A session that needs what others of its page have left behind names those that it
needs itself; what these need comes with them::

    #: after: introduction/pin-pass

A session that the machine in the page cannot show says why not::

    #: page: it compiles, and the machine in the page has no compiler

What a session shows fail is said in its head, too: see files/failures.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .headers import newer_kernel, version

FOLDER = Path("docs", "transcripts")
TRAP = ("trap", "among", "cause", "tell", "remedy", "source")  # files/failures.py
AFTER = "after"
KEYS = (AFTER, "needs", "setup", "status", "waits", "page", *TRAP)

HEADER = re.compile(r"#: ([a-z]+): (\S.*)")
PROMPT = re.compile(r"sh([1-4])\+*[#$] ")
CONTINUATION = "> "


Headers = tuple[tuple[str, str], ...]  # keys and values, in order


class SessionError(ValueError):
    """A transcript breaks the format; the text names file and line."""


@dataclass(frozen=True)
class RecordedSession:
    """One transcript: its headers, and what a reader sees."""

    headers: Headers
    text: str


def read_session(path: Path) -> RecordedSession:
    """Return the transcript in a file."""
    return parse_session(path.read_text(encoding="utf-8"), path)


def parse_session(text: str, path: Path) -> RecordedSession:
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
    return RecordedSession(tuple(headers), "".join(lines[first:]))


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


def serving(plain: Path, series: str) -> Path:
    """Return the file of a transcript that serves a kernel.

    NAME@5.10.console serves 5.10 and what is older, NAME@6.1.console 6.1 and what is
    older and has no file of its own; NAME.console serves the rest.
    """
    fitting = [
        path for last, path in alternatives(plain) if version(series) <= version(last)
    ]
    return fitting[-1] if fitting else plain


def page_sessions(page: str) -> list[list[str]]:
    """Return the transcripts that the source of a page shows, in its order.

    A list for each guest: the page starts with one, and ``.. fresh-lab::`` tells the
    reader, and the suite, to go on in another.
    """
    parts = re.split(r"^ *\.\. fresh-lab::$", page, flags=re.MULTILINE)
    return [re.findall(r"^ *\.\. transcript:: (\S+)$", part, re.M) for part in parts]


def before(root: Path, name: str) -> list[str]:
    """Return the transcripts that run in the guest of one up to it, itself the last.

    For one that its page does not show yet, that is itself alone.
    """
    page = root / "docs" / f"{name.partition('/')[0]}.rst"
    source = page.read_text(encoding="utf-8") if page.exists() else ""
    for names in page_sessions(source):
        if name in names:
            return names[: names.index(name) + 1]
    return [name]


def leans_on(headers: Headers) -> list[str]:
    """Return the transcripts that one needs itself, by its headers."""
    return [value for key, value in headers if key == AFTER]


def chain(root: Path, names: list[str]) -> list[str]:
    """Return what the last of some transcripts needs to have run, and itself.

    names are those of a guest in the order of the page, and so is the answer. root is
    the folder with all transcripts.
    """
    wanted = {names[-1]}
    for position in reversed(range(len(names))):
        if names[position] not in wanted:
            continue
        path = root / f"{names[position]}.console"
        named = set(leans_on(read_session(path).headers))
        if unknown := sorted(named.difference(names[:position])):
            raise SessionError(
                f"{path}: '#: {AFTER}: {unknown[0]}' is no session above it, in its lab"
            )
        wanted |= named
    return [name for name in names if name in wanted]


def page_reason(headers: Headers, series: str) -> str:
    """Return why the machine in the page does not run a transcript, "" if it does.

    series says which kernel that machine runs.
    """
    needs = [value for key, value in headers if key == "needs"]
    if newer := newer_kernel(needs, series):
        return f"needs Linux {newer}"
    return dict(headers).get("page", "")


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
