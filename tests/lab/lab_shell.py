"""Open another terminal of the lab that runs in this checkout."""

import argparse
import os
import select
import signal
import socket
import sys
from contextlib import suppress

from tests.lab.cache import LabError
from tests.lab.console import SOCKETS, raw_terminal, window_size

ENDS = {
    True: "lab-shell: the shell has ended; this is your own machine again",
    False: "lab-shell: the lab has ended, and this shell with it; "
    "this is your own machine again",
}


def connect() -> socket.socket:
    """Return a connection to the lab that was started last.

    Raises LabError when none answers.
    """
    names = sorted(SOCKETS.glob("*.sock"), key=lambda path: -path.stat().st_mtime)
    if names:
        os.chdir(SOCKETS)
    for path in names:
        lab = socket.socket(socket.AF_UNIX)
        try:
            lab.connect(path.name)
            return lab
        except OSError:
            lab.close()
    raise LabError("no lab is running in this checkout: start one with 'make lab'")


def open_terminal(lab: socket.socket, user: str) -> int:
    """Ask for a terminal; return its number. Raises LabError when all are taken."""
    rows, columns = window_size()
    term = os.environ.get("TERM", "dumb")
    lab.sendall(f"open {rows} {columns} {term} {user}\n".encode())
    answer = b""
    while not answer.endswith(b"\n"):
        data = lab.recv(1)
        if not data:
            raise LabError("the lab hung up")
        answer += data
    if answer == b"full\n":
        raise LabError("all four terminals of the lab are in use")
    return int(answer.split()[1])


def relay(lab: socket.socket, number: int) -> None:
    """Pass bytes between the lab and our terminal until the shell there ends."""
    resized: list[bool] = []
    signal.signal(signal.SIGWINCH, lambda *_: resized.append(True))
    while True:
        if resized:
            resized.clear()
            rows, columns = window_size()
            with socket.socket(socket.AF_UNIX) as other:
                other.connect(lab.getpeername())
                other.sendall(f"resize {number} {rows} {columns}\n".encode())
        ready, _, _ = select.select([sys.stdin, lab], [], [], 1)
        if sys.stdin in ready:
            lab.sendall(os.read(sys.stdin.fileno(), 4096))
        if lab in ready:
            data = lab.recv(65536)
            if not data:
                return
            os.write(sys.stdout.fileno(), data)


def end(name: str) -> str:
    """Return what to say at the end, by whether the lab of that name still answers."""
    try:
        with socket.socket(socket.AF_UNIX) as lab:
            lab.connect(name)
            lab.sendall(b"still there\n")
            return ENDS[bool(lab.recv(1))]
    except OSError:
        return ENDS[False]


def main() -> int:
    """Run the terminal; return the exit status."""
    parser = argparse.ArgumentParser(prog="tests/lab/lab-shell", description=__doc__)
    parser.add_argument("--user", default="root", choices=["root", "reader"])
    args = parser.parse_args()
    if not sys.stdin.isatty():
        print("lab: this is a shell for a terminal", file=sys.stderr)
        return 2
    try:
        with connect() as lab:
            number = open_terminal(lab, args.user)
            name = lab.getpeername()
            with raw_terminal(), suppress(ConnectionError):  # a lab that was killed
                relay(lab, number)
        print(end(name), file=sys.stderr)
    except (LabError, ConnectionError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
