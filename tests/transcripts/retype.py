"""Type sessions of the book into the shells that a reader of the lab then goes on in.

These echo, edit what is typed and have the book's own prompt, by which the end of a
command is known; that each prints what the page shows is for the suite to see.
"""

import re
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.cache import LabError
from tests.lab.guest import Guest
from tests.transcripts.session import KEYS, Session, misplaced
from tests.transcripts.transcript import (
    Step,
    Transcript,
    TranscriptError,
    chain,
    file_for,
    read_transcript,
    version,
)

SECONDS = 60.0  # for one step
ESCAPES = re.compile(rb"\x1b\[[?\d;]*[a-zA-Z]")  # such as those around a prompt

Open = Callable[[int, str], None]  # a terminal, for a user
Show = Callable[[int, bytes], None]  # what a terminal printed


@dataclass(frozen=True)
class Goal:
    """Where a session begins: after what it leans on, in the order of its page."""

    name: str
    before: tuple[Transcript, ...]
    itself: Transcript

    @classmethod
    def of(cls, name: str, series: str) -> "Goal":
        """Return the goal of a name; what needs a newer kernel is not before it.

        Raises SessionError and TranscriptError where there is no such session.
        """
        found = [read_transcript(file_for(one, series)) for one in chain(name)]
        runs = [one for one in found if version(one.needs) <= version(series)]
        if found[-1] not in runs:
            needs = found[-1].needs
            raise TranscriptError(f"{name} needs Linux {needs}: add KERNEL=")
        return cls(name, tuple(runs[:-1]), runs[-1])

    @property
    def terminals(self) -> dict[int, str]:
        """Return the terminals that are typed into on the way, and for whom."""
        steps = [step for one in self.before for step in one.steps]
        return {step.terminal: step.user for step in reversed(steps)}


class Retyping:
    """Whoever types into the terminals of a lab that nobody sits at yet."""

    def __init__(self, guest: Guest, open_terminal: Open, show: Show) -> None:
        """Use a guest that is ready; a terminal is opened when it is first typed in."""
        self.guest = guest
        self.open_terminal = open_terminal
        self.show = show
        self.session = Session(guest)
        self.marks: dict[int, str] = {}  # how the prompt of each terminal ends
        self.waiting: set[int] = set()  # whose command ends after one elsewhere

    def go(self, goal: Goal) -> None:
        """Bring the lab to where a session begins; raises LabError when it cannot."""
        try:
            for transcript in goal.before:
                self.session.begin(transcript)
                for step in transcript.steps:
                    self.type(step)
            self.session.begin(goal.itself)
            for number in self.waiting.copy():
                self.until_prompt(number)
        except TranscriptError as error:
            raise LabError(f"the lab did not come to {goal.name}:\n{error}") from error

    def type(self, step: Step) -> None:
        """Type a step, and return when its prompt is back or it waits."""
        number = step.terminal
        if number not in self.marks:
            self.open_terminal(number, step.user)
            self.until_prompt(number)
        if number in self.waiting and not step.key:
            self.until_prompt(number)
        if self.marks[number] != step.mark:
            said = misplaced(step, self.marks[number])
            raise TranscriptError(f"{step.where()}\n  {said}")
        before = self.session.foreground(step)
        for position, line in enumerate(step.command):
            if position and line in KEYS:  # whoever reads it must take it for a key
                self.session.until_asleep(step, before)
            text = KEYS.get(line, f"{line}\n")
            self.port(number).sendall(text.encode())
        if step.waits:
            self.session.until_asleep(step, before)
            self.waiting.add(number)
        else:
            self.until_prompt(number)

    def port(self, number: int) -> socket.socket:
        """Return what is connected to a terminal."""
        return self.guest.ports[f"hvc{number - 1}"]

    def until_prompt(self, number: int) -> None:
        """Return when the shell of a terminal has its prompt, and note what it is."""
        prompt = re.compile(rf"sh{number}(\+*[#$]) $".encode())
        end = time.monotonic() + SECONDS
        seen = b""
        while not (found := prompt.search(ESCAPES.sub(b"", seen))):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.port(number)], [], [], left)[0]:
                raise TranscriptError(f"sh{number} has no prompt after {SECONDS:g} s")
            data = self.port(number).recv(65536)
            if not data:
                raise LabError("the guest ended\n" + self.guest.last_words())
            self.show(number, data)
            seen += data
        self.marks[number] = found[1].decode()
        self.waiting.discard(number)
