"""Who runs shell commands for us, as root: a guest, a sandbox, or this machine.

The first two are reached through a port, a line at a time, with guest/control at its
other end.
"""

import os
import secrets
import select
import subprocess
import time
from collections.abc import Callable
from typing import Protocol

from tests.lab.cache import LabError

OnLine = Callable[[str], None]

# What can become of whoever is at the other end of a port.
ENDED, SILENT = "ended", "stopped answering"


class Runner(Protocol):
    """Whoever runs shell commands."""

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Run a shell command as root; return its status and output.

        Raises LabError when it takes longer than that many seconds.
        """


class LinePort:
    """Lines to a program that answers in lines, and what it answers."""

    def __init__(
        self, hears: int, says: int, trouble: Callable[[str], LabError]
    ) -> None:
        """Write to one descriptor, read from the other; they may be one socket.

        trouble makes an error of ENDED or SILENT: it knows who is at the other end.
        """
        self.hears = hears
        self.says = says
        self.trouble = trouble
        self.pending = b""
        self.last = ""  # line, for an error

    def tell(self, text: str) -> None:
        """Write a line. Who does not hear it any more is noticed by line()."""
        data = f"{text}\n".encode()
        try:
            while data:
                data = data[os.write(self.hears, data) :]
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self) -> bytes:
        """Return what has arrived; nothing when the other end is closed."""
        try:
            return os.read(self.says, 65536)
        except ConnectionResetError:
            return b""

    def line(self, deadline: float) -> str:
        """Return the next line; raises LabError when there is none by then."""
        while b"\n" not in self.pending:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self.says], [], [], wait)[0]:
                raise self.trouble(SILENT)
            data = self.read()
            if not data:
                raise self.trouble(ENDED)
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        self.last = line.decode(errors="replace").rstrip("\r")
        return self.last

    def ask(self, question: str, seconds: float) -> str:
        """Return the answer to a question, a line each."""
        self.tell(question)
        return self.line(time.monotonic() + seconds)

    def run(
        self, command: str, seconds: float, on_line: OnLine | None = None
    ) -> tuple[int, list[str]]:
        """Run a shell command, one line; return its status and output.

        on_line sees each line of output as it arrives. A last line without a newline
        is one.
        """
        word = secrets.token_hex(8)
        self.tell(f"{word} {command}")
        deadline = time.monotonic() + seconds
        output: list[str] = []
        while True:
            text, end, status = self.line(deadline).partition(word + " ")
            if text or not end:
                output.append(text)
                if on_line:
                    on_line(text)
            if end:
                return int(status), output


class Here:
    """This machine."""

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Run a shell command here, as whoever we are."""
        try:
            done = subprocess.run(
                ["sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"no end after {seconds:.0f} seconds: {command}") from error
        return done.returncode, done.stdout.splitlines()
