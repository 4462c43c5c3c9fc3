"""The reader's own terminal: its size, its raw mode, and where labs are found."""

import fcntl
import struct
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from tests import CHECKOUT

# A lab listens on a Unix socket in this folder, named by its pid. The path of such a
# socket holds 107 bytes and a checkout's may be longer: use it from within.
SOCKETS = CHECKOUT / "build/lab"


def window_size() -> tuple[int, int]:
    """Return rows and columns of our terminal."""
    packed = fcntl.ioctl(sys.stdin, termios.TIOCGWINSZ, bytes(8))
    rows, columns, _, _ = struct.unpack("HHHH", packed)
    return rows or 24, columns or 80


@contextmanager
def raw_terminal() -> Iterator[None]:
    """Pass every key on as it is; put the terminal back at the end."""
    saved = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
