"""Programs that are replaced on the host while a lab is open.

A guest's kernel asks the host again for each name that nobody uses. While a program
runs it does not: it takes the name for the file that it was, and whoever starts the
program gets the old one, or pages of both. So it is made to forget such a name.
"""

import os
import shlex
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError
from tests.lab.runner import Runner

WORK = "work"
SAMPLES = "build/samples"
POLL_SECONDS = 0.1
REST = 10  # times as long as the look took: a folder may be large
SECONDS = 30.0  # for what takes a guest a fraction of one

Stamp = tuple[int, int, int]


class Machine(Runner, Protocol):
    """A guest."""

    def stop(self) -> None:
        """End it at once."""


def replacing(checkout: Path) -> str:
    """Return the name of the lock that whoever replaces a program in work/ holds."""
    return f"work-{cache.key(str(checkout))}"


def look(checkout: Path) -> dict[Path, Stamp]:
    """Return the programs of a checkout, each with what changes when it is replaced."""
    found: dict[Path, Stamp] = {}
    for folder in (WORK, SAMPLES):
        for top, folders, names in os.walk(checkout / folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(top, name)
                with suppress(FileNotFoundError):
                    seen = path.lstat()
                    if stat.S_ISREG(seen.st_mode) and seen.st_mode & 0o111:
                        found[path] = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
    return {path: found[path] for path in found if str(path).isprintable()}


class Programs:
    """The programs that a guest may run, as they lie on the host."""

    def __init__(self, guest: Machine, checkout: Path = CHECKOUT) -> None:
        """Begin with those that the guest finds."""
        self.guest = guest
        self.checkout = checkout
        self.known = look(checkout)
        self.next_look = 0.0

    def renew(self) -> None:
        """Have the guest forget what was replaced since the last time.

        It is made to be called often, and looks now and then.
        """
        began = time.monotonic()
        if began < self.next_look:
            return
        now = look(self.checkout)
        took = time.monotonic() - began
        self.next_look = began + max(POLL_SECONDS, REST * took)
        changed = [p for p in now if self.known.get(p) not in (None, now[p])]
        self.known |= now
        stuck = [path for path in changed if not self.forget(path)]
        if stuck:
            words = ["/lab/cover", *map(self.name, stuck)]
            self.guest.run(shlex.join(words), SECONDS)

    def name(self, path: Path) -> str:
        """Return a path as the guest has it."""
        return f"/book/{path.relative_to(self.checkout)}"

    def forget(self, path: Path) -> bool:
        """Have the guest ask for a program anew; tell whether it can be made to."""
        if not path.is_relative_to(self.checkout / WORK):
            return False  # the guest may not write there
        with cache.locked(replacing(self.checkout)):
            return self.move_aside(path)

    def move_aside(self, path: Path) -> bool:
        """Have the guest rename a program, if the file system here has hard links.

        The new name is one of the same file: to the host that changes nothing, as
        rename(2) has it. If somebody has replaced the program in that moment it is
        renamed, and gets its name back here.
        """
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            os.link(path, aside)
        except OSError:
            return False
        words = ["/lab/busybox", "mv", "-f", self.name(path), self.name(aside)]
        try:
            self.guest.run(shlex.join(words), SECONDS)
        except LabError:
            self.guest.stop()  # or it would rename when the other name is gone
            raise
        finally:
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return True
