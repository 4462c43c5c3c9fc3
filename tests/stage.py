"""The tree in which a unit runs: a copy of what it may read, and of nothing else.

It lies in build/stages, at a place of its own, and is gone when the unit has ended.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from book.files.kernels import FILE

from tests import CHECKOUT
from tests.units import Unit

STAGES = CHECKOUT / "build/stages"
# The checkout's own: what npm has installed, what is kept to be looked at, or reused.
LENT = ("node_modules", "build/screenshots", "build/mypy")


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that has stages; those of who was killed go."""
    STAGES.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(STAGES, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("check: another one runs in this checkout: waiting ...", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in STAGES.iterdir():
            shutil.rmtree(left)
        yield
    finally:
        os.close(descriptor)


def copy(name: str, tree: Path) -> None:
    """Copy a file of the checkout, with its mode and time; a link stays one."""
    target = tree / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(CHECKOUT / name, target, follow_symlinks=False)


def fill(tree: Path, unit: Unit) -> None:
    """Make the tree of a unit. Git, and so our tools, know its files."""
    for name in unit.files | unit.made:
        copy(name, tree)
    (tree / "build/samples").mkdir(parents=True, exist_ok=True)  # where tests begin
    if (CHECKOUT / FILE).exists():  # compared with what ran; it changes nothing of that
        copy(str(FILE), tree)
    for name, text in unit.texts.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    for name in LENT:
        if name.startswith("build/"):
            (CHECKOUT / name).mkdir(exist_ok=True)
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).symlink_to(CHECKOUT / name)
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / ".git/info/exclude").write_text("/node_modules\n")  # a link, no folder
    subprocess.run(["git", "-C", str(tree), "add", "."], check=True)


@contextmanager
def staged(unit: Unit) -> Iterator[Path]:
    """Give the tree of a unit; it is removed at the end."""
    tree = STAGES / f"{unit.part}-{unit.name.replace('/', '-')}"
    tree.mkdir()
    try:
        fill(tree, unit)
        yield tree
    finally:
        shutil.rmtree(tree)
