"""Folders on their way into an archive: the same bytes, whoever makes them, when."""

import os
from pathlib import Path

from tests.lab.debian import run


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
    """Write an archive of a folder, as the kernel unpacks it, root's all of it."""
    plain(tree)
    cpio = "cpio -0 -o -H newc -R 0:0 --reproducible --quiet"
    pack = f'find . -print0 | LC_ALL=C sort -z | {cpio} >"$1"'
    run(["sh", "-c", pack, "sh", target], cwd=tree)
