"""The terminals of a guest, driven as a reader would: type, wait for the prompt."""

import re
import secrets
import shlex
import time
from dataclasses import dataclass

from pexpect import EOF, TIMEOUT
from pexpect.fdpexpect import fdspawn

from tests.lab import inventory
from tests.lab.guest import Guest
from tests.transcripts.transcript import Step, Transcript, TranscriptError, unprintable

ROWS, COLUMNS = 50, 100
SECONDS = 30.0  # for one step
SHOWN = 10  # lines of a terminal in a message
WINDOW = 4096  # where the prompt is looked for: the end of what has arrived
KEYS = {"^C": "\x03", "^D": "\x04"}
OURS = re.compile("/lab/terminal: line ")  # what the lab says of a killed shell
HVC = 229 << 8  # the device number of terminal 1, in /proc/PID/stat
SHELL = "bash --noediting -i"  # what a terminal runs: see guest/terminal
HERE = "cd /book/build/samples"  # where the terminals start


def shown(text: str) -> str:
    """Return how lines look on a screen: a carriage return goes back to the start."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        screen = ""
        for part in line.split("\r"):
            screen = part + screen[len(part) :]
        lines.append(screen)
    return "\n".join(lines)


class Terminal:
    """One terminal. Its prompt carries a word that no output holds by accident."""

    def __init__(self, guest: Guest, number: int, user: str) -> None:
        """Open the terminal and wait for its first prompt."""
        word = secrets.token_hex(8)
        descriptor, end = guest.terminal(number, ROWS, COLUMNS, user, word=word)
        self.prompt = re.compile(rf"<{word}:(\d+):([#$])>")
        self.end = re.compile(re.escape(end.decode()))
        self.pty = fdspawn(
            descriptor,
            encoding="utf-8",
            codec_errors="replace",
            maxread=65536,
            searchwindowsize=WINDOW,
        )
        self.pty.delaybeforesend = None
        self.wait(SECONDS)

    def expect(self, pattern: re.Pattern[str], seconds: float) -> str:
        """Return what the terminal shows before a pattern.

        Raises TranscriptError, with the last lines, when it does not come.
        """
        try:
            found = self.pty.expect([pattern, self.end], timeout=seconds)
        except (TIMEOUT, EOF) as error:
            last = "\n".join(shown(self.pty.before).rstrip().split("\n")[-SHOWN:])
            raise TranscriptError(
                f"no prompt after {seconds:g} s; the terminal shows:\n{last}"
            ) from error
        output = shown(self.pty.before)
        if found == 1:
            lines = [line for line in output.split("\n") if not OURS.match(line)]
            last = "\n".join(lines).rstrip("\n").rpartition("\n")[2]
            raise TranscriptError(
                f"the shell ended; the last line it printed: {last!r}"
            )
        return output

    def wait(self, seconds: float) -> tuple[str, int, str]:
        """Return what came before the next prompt, the status and the mark in it."""
        output = self.expect(self.prompt, seconds)
        return output, int(self.pty.match[1]), self.pty.match[2]

    def type(self, command: list[str]) -> None:
        """Type a command, and the lines that continue it."""
        self.pty.send("".join(KEYS.get(line, f"{line}\n") for line in command))


@dataclass
class Seat:
    """Where a terminal stands: the mark of its prompt, and who keeps it waiting."""

    terminal: Terminal
    mark: str
    waiting: Step | None = None


class Session:
    """The terminals that the transcripts of one page share."""

    seconds = SECONDS  # that a step may take

    def __init__(self, guest: Guest) -> None:
        """Use a guest that is ready; terminals open when they are first typed in."""
        self.guest = guest
        self.seats: dict[int, Seat] = {}

    def begin(self, transcript: Transcript) -> None:
        """Do what the headers of a transcript ask for before its first step."""
        for command in transcript.setup:
            line = f"timeout {self.seconds} bash -c {shlex.quote(f'{HERE}; {command}')}"
            status, output = self.guest.run(line, self.seconds + SECONDS)
            if status:
                said = "\n".join(output)
                raise TranscriptError(
                    f"#: setup: {command}\n  ended with {status}:\n{said}"
                )

    def left_behind(self, before: list[str]) -> list[str]:
        """Return how the guest differs from an earlier inventory, terminals aside."""
        shells = [f"process {SHELL}" for _ in self.seats]
        return inventory.left_behind(self.guest, [*before, *shells])

    def seat(self, step: Step) -> Seat:
        """Return a step's terminal; opened, if this is the first step in it."""
        if step.terminal not in self.seats:
            user = "root" if step.mark == "#" else "reader"
            terminal = Terminal(self.guest, step.terminal, user)
            self.seats[step.terminal] = Seat(terminal, step.mark)
        seat = self.seats[step.terminal]
        if seat.waiting and not step.key:
            self.finish(seat, seat.waiting)
        return seat

    def settle(self, seat: Seat, step: Step) -> None:
        """Make a terminal take keys for keys, with a shell at its prompt.

        bash edits the first line that it reads, whatever PROMPT_COMMAND says, and
        leaves the terminal so that keys arrive as characters.
        """
        seat.terminal.type([""])
        seat.terminal.wait(self.seconds)
        self.guest.run(f"stty -F /dev/hvc{step.terminal - 1} icanon", SECONDS)

    def foreground(self, step: Step) -> list[str]:
        """Return "STATE PID NAME" of those who may read from a step's terminal."""
        # A process may end between the two; bash starts none to look.
        look = 'for f in /proc/[0-9]*/stat; do read -r stat <"$f" && echo "$stat"; done'
        found = []
        for line in self.guest.run(f"{{ {look}; }} 2>/dev/null", SECONDS)[1]:
            pid, _, rest = line.partition(" (")
            name, _, fields = rest.rpartition(") ")
            state, _, group, _, tty, foreground = fields.split()[:6]
            if int(tty) == HVC + step.terminal - 1 and group == foreground:
                found.append(f"{state} {pid} {name}")
        return found

    def until_asleep(self, step: Step, before: list[str]) -> None:
        """Return when others than before are in the foreground, and all sleep."""
        old = {row[2:] for row in before}
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            rows = self.foreground(step)
            if {row[2:] for row in rows} != old and all(row[0] == "S" for row in rows):
                return
        raise TranscriptError(f"has not come to wait after {self.seconds:g} s")

    def finish(self, seat: Seat, step: Step) -> list[str]:
        """Wait for the prompt after a step; return what the terminal showed."""
        try:
            output, status, seat.mark = seat.terminal.wait(self.seconds)
        except TranscriptError as error:
            raise TranscriptError(f"{step.where()}\n  {error}") from error
        seat.waiting = None
        if step.waits and output:
            raise TranscriptError(f"{step.where()}\n  waited, and then said:\n{output}")
        if status != step.status:
            raise TranscriptError(
                f"{step.where()}\n  ended with {status}, the book expects "
                f"{step.status}; the terminal shows:\n{output}"
            )
        if step.key:
            output = re.sub(r"^(\^C)?\n", "", output)  # where ^C stands already
        lines = output.removesuffix("\n").split("\n") if output else []
        reason = unprintable(lines)
        if reason:
            raise TranscriptError(f"{step.where()}\n  {reason}")
        return lines

    def run(self, step: Step) -> list[str]:
        """Execute a step; return the lines that its terminal showed.

        Raises TranscriptError when the terminal is not where the step believes, the
        command does not end, ends with another status than the step expects, or
        prints what a transcript cannot hold.
        """
        try:
            seat = self.seat(step)
            if seat.mark != step.mark:
                raise TranscriptError(
                    f"the run's prompt is sh{step.terminal}{seat.mark}"
                )
            if KEYS.keys() & set(step.command) and not seat.waiting:
                self.settle(seat, step)
            before = self.foreground(step) if step.waits else []
            seat.terminal.type(step.command)
            if step.waits:
                self.until_asleep(step, before)
                seat.waiting = step
                return []
        except TranscriptError as error:
            raise TranscriptError(f"{step.where()}\n  {error}") from error
        return self.finish(seat, step)
