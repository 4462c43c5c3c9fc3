"""The table of what system calls can fail with: see errnos.txt."""

import errno
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults import lines
from tests.faults.lines import LineError

FILE = Path(__file__).with_name("errnos.txt")
FORM = re.compile(r"(\w+)(?:=([\w,]+))?(?: +>([\d.]+))?((?: +\w+)*)")
SHORT = "short"
MANUAL = Path("/usr/share/man/man2")
ELSEWHERE = {"execveat": "execve", "vfork": "fork", "wait4": "wait"}
MISTAKES = {"EFAULT", "EBADF", "EINTR", "EINVAL", "ENOTSOCK", "ENOSYS", "ENOEXEC"}


@dataclass(frozen=True)
class Call:
    """What a system call can fail with, and what a message may call it."""

    name: str
    said: frozenset[str]
    since: str
    errors: tuple[str, ...]
    short: bool


def parse(text: str, where: str) -> Call:
    """Return what a line of the table says."""
    match = FORM.fullmatch(text)
    if not match:
        raise LineError(f"{where}: expected 'CALL[=NAME,NAME...] [>X.Y] WORD...'")
    name, said, since, words = match[1], match[2] or "", match[3] or "", match[4]
    errors = [word for word in words.split() if word != SHORT]
    unknown = [word for word in errors if not hasattr(errno, word)]
    if unknown:
        raise LineError(f"{where}: no errno: {' '.join(unknown)}")
    if since:
        errors.append("ENOSYS")
    names = frozenset([name, *filter(None, said.split(","))])
    return Call(name, names, since, tuple(errors), SHORT in words.split())


def common() -> Iterator[tuple[str, str]]:
    """Yield the lines of the table, and where they stand."""
    for number, text in enumerate(FILE.read_text(encoding="ascii").splitlines(), 1):
        if text and not text.startswith("#"):
            yield text, f"{lines.shown(FILE)}:{number}"


def added(name: str) -> Iterator[tuple[str, str]]:
    """Yield what the chapter of a program, and its own folder, add to the table."""
    for path in dict.fromkeys((lines.shared(name), lines.own(name))):
        for line in lines.read(path):
            if line.key == "call":
                yield line.value, line.where


def known(name: str = "") -> dict[str, Call]:
    """Return, by their names, the calls that a program may make.

    Without a program's name they are those of the table alone.
    """
    calls: dict[str, Call] = {}
    for text, where in (*common(), *(added(name) if name else ())):
        call = parse(text, where)
        if call.name in calls:
            raise LineError(f"{where}: {call.name} is known already")
        calls[call.name] = call
    return calls


def page(name: str, section: str = "2") -> str:
    """Return the manual page of a system call, "" if it has none of its own."""
    path = MANUAL / f"{name}.{section}.gz"
    if not path.exists():
        return ""
    text = gzip.decompress(path.read_bytes()).decode(errors="replace")
    link = re.match(r"\.so man2/(\w+)\.2", text)
    return page(link[1]) if link else text


def listed(call: str) -> set[str]:
    """Return the errors that the manual lists for a system call.

    Since version 6.9 of the manual, each operation of prctl(2) has a page of its own.
    """
    texts, seen = [page(ELSEWHERE.get(call, call))], set[str]()
    found: set[str] = set()
    while texts:
        text = texts.pop()
        errors = text.partition("\n.SH ERRORS")[2].partition("\n.SH ")[0]
        found |= set(re.findall(r"\bE[A-Z0-9]{2,}\b", errors))
        operations = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", text)) - seen
        seen |= operations
        texts += [page(operation, "2const") for operation in sorted(operations)]
    return found


def missing(calls: set[str], name: str) -> LineError:
    """Return an error that says what to add for calls of which nothing is known."""
    home = lines.shown(lines.own(name))
    said = [f"{name} makes calls of which nothing is known: add to {home}"]
    for call in sorted(calls):
        said.append(" ".join([f"call: {call}", *sorted(listed(call) - MISTAKES)]))
    said.append("without what a correct program cannot meet, as errnos.txt explains")
    return LineError("\n".join(said))
