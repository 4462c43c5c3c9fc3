"""Open a root shell in a throw-away guest, with the book and its samples in it.

The guest ends with the shell. Up to three more terminals of the same guest are
opened by tests/lab/lab-shell, which finds this program by a socket in build/lab.
"""

import argparse
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab import cache, outside
from tests.lab.cache import LabError
from tests.lab.console import SOCKETS, raw_terminal, window_size
from tests.lab.guest import TERMINALS, Guest
from tests.lab.image import image
from tests.lab.renewal import POLL_SECONDS, Programs
from tests.lab.state import open_guest
from tests.transcripts.retype import Goal, Retyping
from tests.transcripts.transcript import SessionError, TranscriptError

SECONDS = 60  # for --setup
BANNER = """\
The lab: Linux {version} in a machine of its own. Of your files it can change
those in work/, which is /book/work here, and no others.
The programs of the book are in this folder (./unshare), the book is in /book.
'make lab-shell' elsewhere opens another terminal; 'exit' ends the lab.
"""
SECOND = """\
Another lab of this book is open: until this one ends, 'make lab-shell' goes here.
"""
TYPING = "What {name} leans on is typed now, as the page shows it.\n"
NOTHING = "{name} leans on nothing: a fresh lab is where it begins.\n"
READY = "'make lab-shell{who}' goes to sh{number} first, where some of it is typed.\n"
KEPT = 1 << 16  # bytes of what a terminal printed before somebody sits at it
END = "lab: the lab has ended; this is your own machine again"


def others() -> list[Path]:
    """Return the sockets of this checkout's labs, when those of the dead are gone."""
    for stale in SOCKETS.glob("*.sock"):
        if not Path(f"/proc/{stale.stem}").exists():
            stale.unlink(missing_ok=True)
    return list(SOCKETS.glob("*.sock"))


@contextmanager
def listening() -> Iterator[socket.socket]:
    """Listen for lab-shell, under a name that a checkout's other labs do not use."""
    SOCKETS.mkdir(parents=True, exist_ok=True)
    os.chdir(SOCKETS)
    name = f"{os.getpid()}.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        try:
            yield server
        finally:
            os.unlink(SOCKETS / name)


class Lab:
    """Terminals of a guest and whoever sits at them."""

    def __init__(self, guest: Guest, server: socket.socket) -> None:
        """Prepare to serve; nothing is opened yet."""
        self.guest = guest
        self.server = server
        self.programs = Programs(guest)
        self.ends: dict[int, bytes] = {}  # terminal -> what its shell says at its end
        self.clients: dict[int, socket.socket] = {}  # terminal -> its lab-shell
        self.ready: dict[int, str] = {}  # terminal that nobody has yet -> its user
        self.printed: dict[int, bytes] = {}  # by those, so far
        self.resized = False

    def answer(self) -> None:
        """Answer a lab-shell.

        It says "open ROWS COLUMNS TERM USER", "resize NUMBER ROWS COLUMNS", or "still
        there", which is answered by who still is.
        """
        client, _ = self.server.accept()
        client.settimeout(5)
        try:
            words = client.recv(4096).decode().split()
            if words[0] == "resize":
                self.guest.resize(*map(int, words[1:4]))
                client.close()
                return
            if words[0] == "still":
                client.sendall(b"yes\n")
                client.close()
                return
            rows, columns, term, user = words[1:5]
            free = self.free(user)
            if not free:
                client.sendall(b"full\n")
                client.close()
                return
            number = free[0]
            client.sendall(f"terminal {number}\n".encode())
            client.settimeout(None)
            if self.ready.pop(number, ""):
                client.sendall(self.printed.pop(number))
                self.guest.resize(number, int(rows), int(columns))
            else:
                self.open(number, int(rows), int(columns), user, term)
            self.clients[number] = client
        except (OSError, ValueError, IndexError):
            client.close()

    def free(self, user: str) -> list[int]:
        """Return the terminals for a lab-shell of a user, the best one first."""
        ready = sorted(n for n in self.ready if self.ready[n] == user)
        taken = {*self.clients, *self.ready}
        return ready + [n for n in range(2, TERMINALS + 1) if n not in taken]

    def open(self, number: int, rows: int, columns: int, user: str, term: str) -> None:
        """Start a shell in a terminal."""
        _, self.ends[number] = self.guest.terminal(number, rows, columns, user, term)

    def type(self, text: str) -> None:
        """Type a line into terminal 1, once its shell has its prompt; do not end it."""
        port = self.guest.ports["hvc0"]
        shown = b""
        while not shown.endswith(b"# "):
            data = port.recv(65536)
            if not data:
                raise LabError("the guest ended\n" + self.guest.last_words())
            shown += data
            os.write(sys.stdout.fileno(), data)
        port.sendall(text.encode())

    def bring(self, goal: Goal, rows: int, columns: int, term: str) -> None:
        """Type what a session leans on, where the page shows it."""

        def open_terminal(number: int, user: str) -> None:
            self.open(number, rows, columns, user, term)
            if number > 1:
                self.ready[number], self.printed[number] = user, b""

        said = TYPING if goal.before else NOTHING
        print(said.format(name=goal.name), end="\r", flush=True)
        for number, user in sorted(goal.terminals.items()):
            if number > 1:
                who = "" if user == "root" else f" WHO={user}"
                print(READY.format(who=who, number=number), end="\r", flush=True)
        Retyping(self.guest, open_terminal, self.show).go(goal)

    def show(self, number: int, text: bytes) -> None:
        """Pass on what a terminal printed, or keep it for who will sit there."""
        if number == 1:
            os.write(sys.stdout.fileno(), text)
        elif number in self.clients:
            self.clients[number].sendall(text)
        elif number in self.ready:
            self.printed[number] = (self.printed[number] + text)[-KEPT:]

    def from_guest(self, number: int) -> bool:
        """Pass a terminal's output on; return whether its shell goes on."""
        data = self.guest.ports[f"hvc{number - 1}"].recv(65536)
        if not data:
            raise LabError("the guest ended\n" + self.guest.last_words())
        text, end, _ = data.partition(self.ends[number])
        self.show(number, text)
        if end and number in self.clients:
            self.clients.pop(number).close()
        if end and self.ready.pop(number, ""):
            del self.printed[number]
        return not end

    def from_client(self, number: int) -> None:
        """Pass on what somebody types in a lab-shell; hang up when they leave."""
        data = self.clients[number].recv(4096)
        if data:
            self.guest.ports[f"hvc{number - 1}"].sendall(data)
        else:
            self.clients.pop(number).close()
            self.guest.run(f"pkill -HUP -t hvc{number - 1}; true", 10)

    def serve(self) -> None:
        """Pass bytes both ways until the shell of terminal 1 ends."""
        guest_side = {
            self.guest.ports[f"hvc{n - 1}"]: n for n in range(1, TERMINALS + 1)
        }
        while True:
            self.programs.renew()
            if self.resized:
                self.resized = False
                self.guest.resize(1, *window_size())
            client_side = {client: n for n, client in self.clients.items()}
            waiting = [sys.stdin, self.server, *guest_side, *client_side]
            try:
                ready, _, _ = select.select(waiting, [], [], POLL_SECONDS)
            except InterruptedError:
                continue
            for source in ready:
                if source is sys.stdin:
                    keys = os.read(sys.stdin.fileno(), 4096)
                    self.guest.ports["hvc0"].sendall(keys)
                elif source is self.server:
                    self.answer()
                elif source in guest_side:
                    number = guest_side[source]
                    if number in self.ends and not self.from_guest(number):
                        if number == 1:
                            return
                elif source in client_side and client_side[source] in self.clients:
                    self.from_client(client_side[source])


def prepare(guest: Guest, command: str) -> None:
    """Run a command in the guest before its shell; raises LabError when it fails."""
    status, output = guest.run(command, SECONDS)
    if status:
        said = "\n".join(output)
        raise LabError(f"--setup ended with {status}: {command}\n{said}")


def main() -> int:
    """Run the lab; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/lab/lab", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    parser.add_argument("--before", metavar="SESSION", help="be where that begins")
    parser.add_argument("--setup", metavar="COMMAND", help="run this in it first")
    parser.add_argument("--type", metavar="LINE", help="type this at its first prompt")
    args = parser.parse_args()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "lab: this is a shell for a terminal; tests run by tests/samples/run",
            file=sys.stderr,
        )
        return 2
    try:
        goal = Goal.of(args.before, args.kernel) if args.before else None
    except (SessionError, TranscriptError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(128 + signal.SIGHUP))
    try:
        print("lab: starting the guest ...", end="", file=sys.stderr, flush=True)
        second = others()
        img = image(args.kernel)
        with open_guest(img, writable=True) as guest, listening() as server:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            if args.setup:
                prepare(guest, args.setup)
            print(BANNER.format(version=guest.image.version), end="", flush=True)
            if second:
                print(SECOND, end="", flush=True)
            lab = Lab(guest, server)
            signal.signal(signal.SIGWINCH, lambda *_: setattr(lab, "resized", True))
            rows, columns = window_size()
            term = os.environ.get("TERM", "dumb")
            with raw_terminal():
                if goal:
                    lab.bring(goal, rows, columns, term)
                if 1 not in lab.ends:
                    lab.open(1, rows, columns, "root", term)
                if args.type:
                    lab.type(args.type)
                lab.serve()
        print(END, file=sys.stderr)
    except (LabError, OSError) as error:
        print(f"\nlab: {outside.told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main())
