"""Transcripts as steps that can be executed.

The format is that of docs/_ext/book/session.py. Of its headers the runner knows

``#: status: 1 ./unshare true``
    the command after the number is expected to end with that status, not 0
``#: waits: ./ns_pass_recv /tmp/socket bash``
    the command ends, or shows its own prompt, only after a step in another terminal
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TRANSCRIPTS = CHECKOUT / "docs/transcripts"

sys.path.insert(0, str(CHECKOUT / "docs/_ext"))
from book.session import (  # noqa: E402
    CONTINUATION,
    SessionError,
    classify,
    read_session,
)

__all__ = ["SessionError", "Transcript", "read_transcript", "page_transcripts"]


class TranscriptError(Exception):
    """A transcript that cannot be read or executed; the text names the line."""


@dataclass
class Step:
    """A command, the terminal it is typed in, and what the terminal shows."""

    terminal: int
    mark: str  # "#" or "$", as the prompt ends
    command: list[str]  # more than one line where the shell asks for more
    output: list[str] = field(default_factory=list)
    status: int = 0
    waits: bool = False

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
    headers: tuple[tuple[str, str], ...]
    steps: list[Step]

    def text(self) -> str:
        """Return the whole file."""
        header = "".join(f"#: {key}: {value}\n" for key, value in self.headers)
        return header + "".join(step.text() for step in self.steps)


def read_transcript(path: Path) -> Transcript:
    """Return the transcript in a file.

    Raises SessionError for a file that breaks the format, and TranscriptError for a
    header about a step that is not there.
    """
    session = read_session(path)
    steps: list[Step] = []
    for terminal, prompt, text in classify(session.text):
        text = text.removesuffix("\n")
        if prompt == CONTINUATION:
            steps[-1].command.append(text)
        elif terminal:
            steps.append(Step(int(terminal), prompt[-2], [text]))
        else:
            steps[-1].output.append(text)
    for key, value in session.headers:
        number, _, command = value.partition(" ")
        if key == "waits":
            command = value
        named = [step for step in steps if step.command[0] == command]
        if key in ("status", "waits") and not named:
            raise TranscriptError(f"{path}: '#: {key}:' names no step: {command}")
        for step in named:
            if key == "status":
                step.status = int(number)
            elif key == "waits":
                step.waits = True
    return Transcript(path, session.headers, steps)


def page_transcripts(page: str) -> list[str]:
    """Return the names of a page's transcripts, in the order of the page."""
    source = CHECKOUT / "docs" / f"{page}.rst"
    if not source.exists():
        raise TranscriptError(f"there is no page docs/{page}.rst")
    return re.findall(r"^\.\. transcript:: (\S+)$", source.read_text(), re.M)


def pages() -> list[str]:
    """Return the pages that have transcripts."""
    return sorted(folder.name for folder in TRANSCRIPTS.iterdir() if folder.is_dir())


def version(series: str) -> tuple[int, ...]:
    """Return (6, 12) for "6.12"."""
    return tuple(map(int, series.split(".")))


def file_for(name: str, series: str) -> Path:
    """Return the file of a transcript for a kernel.

    NAME@5.10.console serves 5.10 and what is older, NAME@6.1.console 6.1 and what is
    older and has no file of its own; NAME.console serves the rest.
    """
    plain = TRANSCRIPTS / f"{name}.console"
    found = {
        version(path.stem.partition("@")[2]): path
        for path in plain.parent.glob(f"{plain.stem}@*.console")
    }
    fitting = [key for key in found if version(series) <= key]
    return found[min(fitting)] if fitting else plain
