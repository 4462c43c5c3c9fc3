"""Folders on their way into an archive: the same bytes, whoever makes them, when."""

import os
import subprocess
from pathlib import Path

from tests.lab.cache import LabError


def set_modes(tree: Path) -> None:
    """Give every file below a folder, and the folder, the mode that umask 022 gives.

    A checkout's files have the modes of who cloned it, and what is built those of who
    builds: in a guest, whose users are others, they would let in too many or too few.
    """
    for path in [tree, *tree.rglob("*")]:
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        kept = mode & (0o1000 if path.is_dir() else 0o6000)
        path.chmod(kept | (0o755 if mode & 0o100 else 0o644))


def plain(tree: Path) -> None:
    """Give every file below a folder, and the folder, a mode and a time of its own."""
    set_modes(tree)
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (0, 0), follow_symlinks=False)


def pack_cpio(tree: Path, target: Path) -> None:
    """Write an archive of a folder, as the kernel unpacks it, root's all of it.

    Raises LabError, with what cpio said, when that fails.
    """
    plain(tree)
    names = sorted(os.fsencode(path.relative_to(tree)) for path in tree.rglob("*"))
    command = "cpio -0 -o -H newc -R 0:0 --reproducible --quiet".split()
    with target.open("wb") as file:
        done = subprocess.run(
            command,
            cwd=tree,
            input=b"".join(name + b"\0" for name in [b".", *names]),
            stdout=file,
            stderr=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        raise LabError(f"cpio failed: {done.stderr.decode(errors='replace').strip()}")
