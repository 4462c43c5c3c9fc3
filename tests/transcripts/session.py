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
SWITCHES = re.compile(r"ctxt_switches:\s+(\d+)")  # in /proc/PID/status
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
        self.prompt = re.compile(rf"<{word}:(\d+):(\d+):([#$])>")
        self.end = re.compile(re.escape(end.decode()))
        self.pty = fdspawn(
            descriptor,
            encoding="utf-8",
            codec_errors="replace",
            maxread=65536,
            searchwindowsize=WINDOW,
        )
        self.pty.delaybeforesend = None
        _, _, self.mark = self.wait(SECONDS)

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
        status, shells, who = self.pty.match.groups()
        return output, int(status), "+" * (int(shells) - 1) + who

    def type(self, command: list[str]) -> None:
        """Type a command, and the lines that continue it."""
        self.pty.send("".join(KEYS.get(line, f"{line}\n") for line in command))


@dataclass(frozen=True)
class Sleeper:
    """A process in a terminal's foreground: how often it gave up a processor, too."""

    pid: int
    name: str
    state: str  # as in /proc/PID/stat: "S" for one that sleeps
    switches: tuple[int, ...]  # of its own will, and against it


def misplaced(step: Step, mark: str) -> str:
    """Return what to say of a step that is typed at a prompt with another mark."""
    said = f"the run's prompt is sh{step.terminal}{mark}"
    if mark[-1] == step.mark[-1]:
        said += "; what differs only in this, the recorder writes"
    return said


@dataclass
class Seat:
    """Where a terminal stands: the mark of its prompt, and who keeps it waiting."""

    terminal: Terminal
    mark: str
    waiting: Step | None = None


class Session:
    """The terminals that the transcripts of one page share."""

    seconds = 4 * SECONDS  # that a step may take

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
            terminal = Terminal(self.guest, step.terminal, step.user)
            self.seats[step.terminal] = Seat(terminal, terminal.mark)
        seat = self.seats[step.terminal]
        if seat.waiting and not step.key:
            self.finish(seat, seat.waiting)
        return seat

    def count_shells(self, step: Step) -> bool:
        """Have a step's prompt count shells as the run's does; tell if it did not.

        Who types must be right: that is for the author to say.
        """
        old, step.mark = step.mark, step.mark[-1]
        if (mark := self.seat(step).mark)[-1] == step.mark:
            step.mark = mark
        return step.mark != old

    def settle(self, seat: Seat, step: Step) -> None:
        """Make a terminal take keys for keys, with a shell at its prompt.

        bash edits the first line that it reads, whatever PROMPT_COMMAND says, and
        leaves the terminal so that keys arrive as characters.
        """
        seat.terminal.type([""])
        seat.terminal.wait(self.seconds)
        self.guest.run(f"stty -F /dev/hvc{step.terminal - 1} icanon", SECONDS)

    def foreground(self, step: Step) -> list[Sleeper]:
        """Return who may read from a step's terminal, as they are right now."""
        # A process may end between the two; bash starts none to look.
        look = (
            "for p in /proc/[0-9]*; do"
            ' read -r stat <"$p/stat" && mapfile -t status <"$p/status" &&'
            ' echo "$stat ${status[*]}"; done'
        )
        found = []
        for line in self.guest.run(f"{{ {look}; }} 2>/dev/null", SECONDS)[1]:
            stat, _, status = line.partition(" Name:\t")
            pid, _, rest = stat.partition(" (")
            name, _, fields = rest.rpartition(") ")
            state, _, group, _, tty, foreground = fields.split()[:6]
            if int(tty) == HVC + step.terminal - 1 and group == foreground:
                ran = tuple(map(int, SWITCHES.findall(status)))
                found.append(Sleeper(int(pid), name, state, ran))
        return found

    def until_asleep(self, step: Step, before: list[Sleeper]) -> None:
        """Return when others than before are in the foreground, and all sleep.

        One look takes a while, and misses who is born meanwhile: two must be equal,
        and nobody have run between them.
        """
        old = {(one.pid, one.name) for one in before}
        end = time.monotonic() + self.seconds
        last: list[Sleeper] = []
        while time.monotonic() < end:
            now = self.foreground(step)
            others = now and {(one.pid, one.name) for one in now} != old
            if others and now == last and all(one.state == "S" for one in now):
                return
            last = now
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
            output = re.sub(r"^(\^C\n?|\n)", "", output)  # where ^C stands already
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
                raise TranscriptError(misplaced(step, seat.mark))
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
