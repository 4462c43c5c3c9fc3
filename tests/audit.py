"""Run the check where it could harm nothing, and show that it needs no more.

In namespaces of its own, without a network, everything is read-only but build/, work/,
the cache folder and /tmp. Before and after it there must be the same processes, mounts,
namespaces, devices, IPC objects and files in /tmp and /run; and from outside, the same
mounts, and the same files in the checkout.
"""

import argparse
import ctypes
import os
import shlex
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests import CHECKOUT
from tests.faults.subject import LAB, BuildError, build
from tests.lab import cache, inventory
from tests.lab.runner import Here

CHECK = ["make", "check", "FRESH=1"]
WRITABLE = [CHECKOUT / "build", CHECKOUT / "work", cache.folder()]


class Sealed(Here):
    """This machine, sealed; the guest's own programs lie in build/."""

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Run a shell command; return its status and its lines of output."""
        reap()
        return super().run(
            command.replace("/lab/", f"{shlex.quote(str(LAB))}/"), seconds
        )


# Not by bwrap: what it covers in /proc keeps the check from a sandbox of its own.
UNSHARE = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
UNSHARE += ["--pid", "--fork", "--kill-child", "--mount-proc", "--net", "--ipc"]
UNSHARE += ["--uts", "--cgroup"]
DROP = ["setpriv", "--ambient-caps=-all", "--inh-caps=-all"]


def set_mounts(folder: Path, read_only: bool) -> None:
    """Make a mount, and all below it, private, and read-only or no longer so."""
    flag = 1  # MOUNT_ATTR_RDONLY
    attributes = [flag, 0] if read_only else [0, flag]
    wanted = struct.pack("QQQQ", *attributes, 1 << 18, 0)  # MS_PRIVATE
    path = os.fsencode(folder)
    libc = ctypes.CDLL(None, use_errno=True)
    # mount_setattr(AT_FDCWD, path, AT_RECURSIVE, wanted, size), since Linux 5.12
    if libc.syscall(442, -100, path, 0x8000, wanted, len(wanted)) == -1:
        raise OSError(ctypes.get_errno(), "mount_setattr", str(folder))


def seal() -> None:
    """Make everything read-only but what the check may write to."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for folder in WRITABLE:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", folder, folder], check=True)
    set_mounts(Path("/"), read_only=True)
    for folder in [*WRITABLE, Path("/proc")]:
        set_mounts(folder, read_only=False)
    for folder in (Path("/tmp"), Path("/run"), Path("/dev/shm")):
        if not CHECKOUT.is_relative_to(folder):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)


def reap() -> None:
    """Take leave of the children, our own and adopted ones, that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def run_as_init(command: list[str]) -> int:
    """Run a command and return its status; we are process 1, and adopt orphans."""
    child = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL)
    while True:
        pid, status = os.wait()
        if pid == child.pid:
            return os.waitstatus_to_exitcode(status)


def inside(command: list[str]) -> int:
    """Seal, run the check, and compare what is there before and after it."""
    seal()
    here = Sealed()
    before = inventory.take(here)
    words = command if os.getuid() == 0 else [*DROP, *command]
    status = run_as_init(words)
    left = inventory.left_behind(here, before)
    print("\n".join(["audit: the check changed where it ran:", *left]) if left else "")
    return status or bool(left)


def outside() -> list[str]:
    """Return what must stay as it is: mounts, and what git sees of the checkout."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    command = ["git", "-C", str(CHECKOUT), "status", "--porcelain", "--ignored"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [*mounts, *done.stdout.splitlines()]


def main() -> int:
    """Run the audit; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/audit", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="*", help="by default the whole check")
    args = parser.parse_args()
    command = args.command or CHECK
    if args.inside:
        return inside(command)
    try:
        build([])
        before = outside()
        began = time.monotonic()
        myself = [__file__, "--inside", "--", *command]
        status = subprocess.run([*UNSHARE, *myself], cwd=CHECKOUT).returncode
    except (BuildError, OSError, subprocess.CalledProcessError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    changed = inventory.difference(before, outside())
    for line in changed:
        print(f"audit: outside, {line}")
    failed = bool(status or changed)
    took = time.monotonic() - began
    print(
        f"audit: {shlex.join(command)} ended with {status} after {took:.0f} s, sealed"
    )
    print(f"{int(not failed)} passed, {int(failed)} failed, 0 skipped")
    return int(failed)


if __name__ == "__main__":
    os.environ.setdefault("CI", "true")
    sys.exit(main())
