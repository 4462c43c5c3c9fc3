"""The terminals of a guest, driven as a reader would: type, wait for the prompt."""

import re
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from pexpect import EOF, TIMEOUT
from pexpect.fdpexpect import fdspawn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
from guest import Guest  # noqa: E402
from transcript import Step, TranscriptError  # noqa: E402

ROWS, COLUMNS = 50, 100
SECONDS = 30.0
USERS = {"#": "root", "$": "reader"}


class Terminal:
    """One terminal. Its prompt carries a word that no output holds by accident."""

    def __init__(self, guest: Guest, number: int, user: str) -> None:
        """Open the terminal and wait for its first prompt."""
        self.word = secrets.token_hex(8)
        self.prompt = re.compile(rf"<{self.word}:(\d+):([#$])>")
        descriptor, _ = guest.terminal(number, ROWS, COLUMNS, user)
        self.pty = fdspawn(descriptor, encoding="utf-8", timeout=SECONDS)
        self.pty.delaybeforesend = None
        self.pty.expect(r"sh\d[#$] ")
        # PROMPT_COMMAND is exported, so that a shell inside a shell, in whatever
        # namespaces, shows the same prompt although its own start-up file sets PS1.
        # The shell that we found is replaced: it has begun to edit lines, and to echo.
        self.pty.sendline(
            "stty -echo; export PROMPT_COMMAND="
            f"\"set +o emacs +o vi; PS1='<{self.word}:\\$?:\\\\$>'; PS2=\"; exec bash"
        )
        self.wait()

    def wait(self) -> tuple[str, int, str]:
        """Return what came before the next prompt, the status and the mark in it."""
        self.pty.expect(self.prompt)
        output = self.pty.before.replace("\r\n", "\n")
        return output, int(self.pty.match[1]), self.pty.match[2]

    def type(self, command: list[str]) -> None:
        """Type a command, and the lines that continue it."""
        self.pty.send("".join(f"{line}\n" for line in command))


@dataclass
class Seat:
    """Where a terminal stands: the mark of its prompt, and who keeps it waiting."""

    terminal: Terminal
    mark: str
    waiting: Step | None = None


class Session:
    """The terminals that the transcripts of one page share."""

    def __init__(self, guest: Guest) -> None:
        """Use a guest that is ready; terminals open when they are first typed in."""
        self.guest = guest
        self.seats: dict[int, Seat] = {}

    def seat(self, step: Step) -> Seat:
        """Return a step's terminal, at its prompt; opened, if this is the first."""
        if step.terminal not in self.seats:
            terminal = Terminal(self.guest, step.terminal, USERS[step.mark])
            self.seats[step.terminal] = Seat(terminal, step.mark)
        seat = self.seats[step.terminal]
        if seat.waiting:
            self.finish(seat, seat.waiting)
        return seat

    def until_asleep(self, step: Step) -> None:
        """Return when the command of a step sleeps in its terminal's foreground."""
        name = step.command[0].split()[0].rpartition("/")[2][:15]  # as in comm
        look = f"ps -t hvc{step.terminal - 1} -o stat= -o comm="
        self.guest.run(
            f"until {look} | grep -q '^S[^ ]*+ *{name}$'; do :; done", SECONDS
        )

    def finish(self, seat: Seat, step: Step) -> list[str]:
        """Wait for the prompt after a step; return what the terminal showed."""
        output, status, seat.mark = seat.terminal.wait()
        if step.waits and output:
            raise TranscriptError(f"{step.where()}\n  waited, and then said:\n{output}")
        if status != step.status:
            raise TranscriptError(
                f"{step.where()}\n  ended with {status}, not {step.status}:\n{output}"
            )
        seat.waiting = None
        return output.splitlines()

    def run(self, step: Step) -> list[str]:
        """Execute a step; return the lines that its terminal showed.

        Raises TranscriptError when the terminal is not where the step believes, the
        command does not end, or ends with another status than the step expects.
        """
        seat = None
        try:
            seat = self.seat(step)
            if seat.mark != step.mark:
                raise TranscriptError(
                    f"{step.where()}\n  the prompt is sh{step.terminal}{seat.mark}"
                )
            seat.terminal.type(step.command)
            if step.waits:
                self.until_asleep(step)
                seat.waiting = step
                return []
            return self.finish(seat, step)
        except (TIMEOUT, EOF) as error:
            seen = seat.terminal.pty.before if seat else ""
            raise TranscriptError(
                f"{step.where()}\n  no prompt after {SECONDS:.0f} s; the terminal "
                f"shows:\n{seen}"
            ) from error
