"""A disposable set of namespaces that takes the place of a guest: a hundredth of the
time, on the kernel of this machine.

Its root is root in a user namespace of its own. Of the machine's files it sees /usr,
/etc and the checkout, read-only, whatever it mounts; processes, network, mounts, IPC
objects, names are its own, and all of it ends with its first process.
"""

import os
import subprocess
import time
from pathlib import Path

from tests import CHECKOUT
from tests.faults.subject import LAB
from tests.lab.cache import LabError
from tests.lab.runner import LinePort

CONTROL = "/book/tests/lab/guest/control"  # what runs our commands in a guest, too
SECONDS = 10.0  # until it is there


def shown(book: str, lab: str) -> list[str]:
    """Return bwrap's words for what is seen of the machine, and of these folders."""
    words = ["--ro-bind", book, "/book", "--ro-bind", lab, "/lab"]
    for folder in ("/usr", "/etc"):
        words += ["--ro-bind", folder, folder]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if Path("/", name).is_symlink():
            words += ["--symlink", f"usr/{name}", f"/{name}"]
    return words


def processor() -> list[str]:
    """Return the words that leave what follows one processor, the first there is."""
    return ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]


def command() -> list[str]:
    """Return the command that makes the namespaces and runs CONTROL in them.

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
        *("/bin/bash", CONTROL),
    ]


class Sandbox:
    """The namespaces. Use it as a context manager, as a Guest."""

    def __init__(self, alone: bool = False) -> None:
        """Make them; alone says that all in them has to do with one processor."""
        self.process = subprocess.Popen(
            [*(processor() if alone else []), *command()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdin and self.process.stdout
        pipes = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.port = LinePort(*pipes, self.trouble)

    def __enter__(self) -> "Sandbox":
        deadline = time.monotonic() + SECONDS
        try:
            while self.port.line(deadline) != "ready":
                pass
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def trouble(self, what: str) -> LabError:
        """Return an error that says what became of it; bwrap may have said why."""
        return LabError(f"the sandbox {what}: {self.port.last or 'without a word'}")

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Run a shell command as root in the sandbox; see LinePort.run."""
        return self.port.run(command, seconds)


def possible() -> str:
    """Return why there can be no sandbox on this machine, "" if there can be one."""
    try:
        with Sandbox() as sandbox:
            sandbox.run("true", SECONDS)
    except (LabError, OSError) as error:
        return str(error)
    return ""
