"""A disposable set of namespaces that takes the place of a guest: a hundredth of the
time, on the kernel of this machine.

Its root is root in a user namespace of its own. Of the machine's files it sees /usr,
/etc and the checkout, read-only, whatever it mounts; processes, network, mounts, IPC
objects, names are its own, and all of it ends with its first process.
"""

import os
import secrets
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests import CHECKOUT
from tests.faults.subject import LAB
from tests.lab.cache import LabError

LOOP = """
while IFS=' ' read -r word command; do
    (eval "$command") </dev/null 2>&1
    echo "$word $?"
done
"""


def shown(book: str, lab: str) -> list[str]:
    """Return bwrap's words for what is seen of the machine, and of these folders."""
    words = ["--ro-bind", book, "/book", "--ro-bind", lab, "/lab"]
    for folder in ("/usr", "/etc"):
        words += ["--ro-bind", folder, folder]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if Path("/", name).is_symlink():
            words += ["--symlink", f"usr/{name}", f"/{name}"]
    return words


def command() -> list[str]:
    """Return the command that makes the namespaces and runs LOOP in them.

    One bwrap runs another, in a user namespace below its own. The kernel locks the
    mounts that are inherited so: root in the inner one cannot remount them writable.
    """
    alike = "bwrap --unshare-user --uid 0 --gid 0 --cap-add ALL --die-with-parent"
    alike += " --dev /dev --dir /tmp"
    inner = "--unshare-all --new-session --clearenv --proc /proc --dir /mnt"
    for tmpfs in ("/tmp", "/run", "/dev/shm", "/sys/fs/cgroup"):
        inner += f" --tmpfs {tmpfs}"
    return [
        *(*alike.split(), *shown(str(CHECKOUT), str(LAB)), "--bind", "/proc", "/proc"),
        *(*alike.split(), *inner.split(), *shown("/book", "/lab")),
        *("--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "/bin/bash", "-c", LOOP),
    ]


class Sandbox:
    """The namespaces. Use it as a context manager; run() is that of a Guest."""

    def __init__(self) -> None:
        """Make them."""
        self.process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.pending = b""
        self.last = ""

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def line(self, deadline: float) -> str:
        """Return the next line that comes out; raises LabError when none does."""
        assert self.process.stdout
        out = self.process.stdout.fileno()
        while b"\n" not in self.pending:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([out], [], [], wait)[0]:
                raise LabError("the sandbox stopped answering")
            data = os.read(out, 65536)
            if not data:
                raise LabError(f"the sandbox ended: {self.last or 'without a word'}")
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        self.last = line.decode(errors="replace")
        return self.last

    def run(
        self,
        command: str,
        seconds: float,
        on_line: Callable[[str], None] | None = None,
    ) -> tuple[int, list[str]]:
        """Run a shell command, one line, as Guest.run does."""
        assert self.process.stdin
        word = secrets.token_hex(8)
        try:
            self.process.stdin.write(f"{word} {command}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # line() knows more
        deadline = time.monotonic() + seconds
        output: list[str] = []
        while True:
            line = self.line(deadline)
            text, end, status = line.partition(word + " ")
            if text or not end:
                output.append(text)
                if on_line:
                    on_line(text)
            if end:
                return int(status), output


def possible() -> str:
    """Return why there can be no sandbox on this machine, "" if there can be one."""
    try:
        with Sandbox() as sandbox:
            sandbox.run("true", 10)
    except (LabError, OSError) as error:
        return str(error)
    return ""
