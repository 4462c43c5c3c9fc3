"""Transcripts as steps that can be executed.

The format is that of docs/_ext/book/files/transcripts.py. Of its headers the runner
passes over those for the list of failures and for the page, asks leaning.py about
``after``, and knows

``#: needs: linux >= 6.1``
    older kernels skip the transcript
``#: setup: modprobe dummy``
    runs as root, before the first step and where no reader sees it
``#: status: 1 ./unshare true``
    the command after the number is expected to end with that status, not 0
``#: waits: ./receive_ns /tmp/socket bash``
    the command ends, or shows its own prompt, only after a step in another terminal

A command that is exactly ``^C`` or ``^D`` is that key, for a command that waits or for
a shell at its prompt. What a program reads are continuation lines, ``> ^D`` its end.

Output is recorded as it looks on the screen: a carriage return goes back to the start
of the line, and a last line is a line whether or not a newline ends it. Escape codes
and other control characters are refused, and what would be read as a prompt.
"""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from book.files.headers import version
from book.files.transcripts import (
    AFTER,
    CONTINUATION,
    PROMPT,
    TRAP,
    Headers,
    SessionError,
    classify,
    read_session,
    serving,
)
from book.files.transcripts import chain as shown_chain
from book.files.transcripts import page_sessions as shown_sessions

from tests import CHECKOUT

DOCS = CHECKOUT / "docs"
KEYS = ("^C", "^D")
NEEDS = re.compile(r"linux >= (\d+\.\d+)")

# All but the tab: the reader of a file, and Python, take some for the end of a line.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffd]")


__all__ = ["SessionError", "Transcript", "read_transcript", "page_sessions", "version"]


class TranscriptError(Exception):
    """A transcript that cannot be read or executed; the text names the line."""


@dataclass
class Step:
    """A command, the terminal it is typed in, and what the terminal shows."""

    terminal: int
    mark: str  # as the prompt ends: "#", "$", "+#" in a shell inside the first one
    command: list[str]  # more than one line where the shell asks for more
    output: list[str] = field(default_factory=list)
    status: int = 0
    waits: bool = False

    @property
    def user(self) -> str:
        """Return who types it."""
        return "root" if self.mark.endswith("#") else "reader"

    @property
    def key(self) -> bool:
        """Tell whether the command is a key, typed without a newline."""
        return self.command[0] in KEYS

    def where(self) -> str:
        """Return the line that the step begins with, for a message."""
        return f"sh{self.terminal}{self.mark} {self.command[0]}"

    def text(self) -> str:
        """Return the step as it stands in the file."""
        lines = [self.where(), *(f"> {line}" for line in self.command[1:])]
        return "".join(f"{line}\n" for line in [*lines, *self.output])


@dataclass
class Transcript:
    """A file of docs/transcripts."""

    path: Path
    headers: Headers
    steps: list[Step]
    needs: str = "0.0"  # the first series that can run it
    setup: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the whole file."""
        header = "".join(f"#: {key}: {value}\n" for key, value in self.headers)
        return header + "".join(step.text() for step in self.steps)


def unprintable(lines: list[str]) -> str:
    """Return why a step's output cannot stand in a transcript, "" if it can."""
    for number, line in enumerate(lines):
        if CONTROL.search(line):
            return f"printed escape codes or control characters: {line!r}"
        if PROMPT.match(line) or (number == 0 and line.startswith(CONTINUATION)):
            return (
                f"printed what reads like a prompt: {line!r}; let the command print "
                "something before it, as 'sed s/^/./' does"
            )
    return ""


def read_steps(text: str) -> list[Step]:
    """Return the steps of a session."""
    steps: list[Step] = []
    for terminal, prompt, line in classify(text):
        line = line.removesuffix("\n")
        if prompt == CONTINUATION:
            steps[-1].command.append(line)
        elif terminal:
            steps.append(Step(int(terminal), prompt[3:-1], [line]))
        else:
            steps[-1].output.append(line)
    return steps


def apply(transcript: Transcript, key: str, value: str) -> str:
    """Do what a header says; return what is wrong with it, or ""."""
    number, _, command = value.partition(" ")
    if key == "waits":
        command = value
    named = [step for step in transcript.steps if step.command[0] == command]
    needs = NEEDS.fullmatch(value)
    wrong = ""
    if key == "setup":
        transcript.setup.append(value)
    elif key == "needs" and needs:
        transcript.needs = needs[1]
    elif key == "needs" or (key == "status" and not number.isdecimal()):
        wrong = f"cannot read {value!r}"
    elif key in ("page", AFTER, *TRAP):
        pass
    elif not named:
        wrong = f"names no step: {command}"
    for step in [] if wrong else named:
        if key == "status":
            step.status = int(number)
        elif key == "waits":
            step.waits = True
    return wrong


def read_transcript(path: Path) -> Transcript:
    """Return the transcript in a file.

    Raises SessionError for a file that breaks the format, and TranscriptError for a
    header that cannot be read or is about a step that is not there.
    """
    session = read_session(path)
    transcript = Transcript(path, session.headers, read_steps(session.text))
    for key, value in session.headers:
        wrong = apply(transcript, key, value)
        if wrong:
            raise TranscriptError(f"{path}: '#: {key}:' {wrong}")
    return transcript


def page_sessions(page: str) -> list[list[str]]:
    """Return the names of a page's transcripts in its order, a list for each guest."""
    source = DOCS / f"{page}.rst"
    if not source.exists():
        raise TranscriptError(f"there is no page docs/{page}.rst")
    return shown_sessions(source.read_text(encoding="utf-8"))


def guest_up_to(name: str) -> list[str]:
    """Return the transcripts that share a guest with one, up to it, itself the last."""
    for names in page_sessions(name.partition("/")[0]):
        if name in names:
            return names[: names.index(name) + 1]
    page = name.partition("/")[0]
    raise TranscriptError(f"there is no transcript {name} in docs/{page}.rst")


def chain(name: str) -> list[str]:
    """Return what a transcript leans on, in the order of its page, and itself."""
    return shown_chain(DOCS / "transcripts", guest_up_to(name))


def pages() -> list[str]:
    """Return the pages that have transcripts."""
    folders = (DOCS / "transcripts").iterdir()
    return sorted(folder.name for folder in folders if folder.is_dir())


def plain_file(name: str) -> Path:
    """Return the file of a transcript, which has its head for all kernels."""
    return DOCS / "transcripts" / f"{name}.console"


def file_for(name: str, series: str) -> Path:
    """Return the file of a transcript for a kernel."""
    return serving(plain_file(name), series)


def file_to_record(path: Path, series: str, default: str) -> Path:
    """Return the file to write when a run on that kernel differs from a transcript's.

    The plain file is the default kernel's. An older kernel that differs gets an
    alternative; a newer one gets the plain file, which is kept for those before it.
    """
    if "@" in path.stem or series == default:
        return path
    if version(series) < version(default):
        return path.with_name(f"{path.stem}@{series}.console")
    kept = path.with_name(f"{path.stem}@{default}.console")
    shutil.copy(path, kept)
    return path
