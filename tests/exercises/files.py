"""The doer's files: what lies in work/, whole or not at all.

A full disk, a folder where a file should be, a link that leads nowhere: each has its
message here, and none of them costs what was there before.
"""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import CHECKOUT
from tests.exercises.catalogue import Exercise, ExerciseError

# As the compiler and its helpers say it, at the end of a line that is their own.
FULL = re.compile(r"^[^|]*: '?(No space left on device|Disk quota exceeded)'?$", re.M)


def relative(path: Path) -> str:
    """Return a path as the doer types it."""
    return str(path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path)


def disk_is_full(folder: Path) -> str:
    """Return words that name the disk, by a folder on it."""
    return f"the disk of {folder} is full: make room there, and try again"


def why(error: OSError, path: Path) -> str:
    """Return what is wrong with a file, in plain words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_is_full(path.parent)
    return error.strerror or str(error)


def explain(error: OSError) -> str:
    """Return the same of an error that may name its file."""
    path = Path(str(error.filename or "."))
    what = f"{relative(path)}: " if error.filename else ""
    return what + why(error, path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say of an error in the block that it is about a file which cannot be written."""
    try:
        yield
    except OSError as error:
        reason = why(error, path)
        raise ExerciseError(f"{relative(path)} cannot be written: {reason}") from error


def put(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file, whole or not at all. A link in its place goes, not where it leads.

    Raises ExerciseError when it cannot be written; then nothing has changed.
    """
    need_folder(path.parent)
    need_no_folder(path)
    with writing(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".half-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(name, mode)
            os.replace(name, path)
        except BaseException:
            # A ^C may come when it has its name: this must not fail in its place.
            Path(name).unlink(missing_ok=True)
            raise


def need_folder(folder: Path) -> None:
    """Make the folder unless it is there; raises ExerciseError when it cannot be."""
    with writing(folder):
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError as error:
            name = relative(folder)
            raise ExerciseError(f"{name} is not a folder: move it away") from error


def need_no_folder(path: Path) -> None:
    """Raise ExerciseError when a folder has a file's name."""
    if path.is_dir():
        name = relative(path)
        raise ExerciseError(
            f"{name} is a folder, and a file needs that name: move it away"
        )


def need_file(path: Path) -> None:
    """Raise ExerciseError when something else than a file has a file's name."""
    need_no_folder(path)
    if path.is_symlink() and not path.exists():
        raise ExerciseError(
            f"{relative(path)} is a link to {os.readlink(path)}, where nothing is: "
            "remove the link, or make what it leads to"
        )


def need_work(exercise: Exercise) -> None:
    """Raise ExerciseError when there is nothing to judge."""
    need_file(exercise.work)
    if not exercise.work.exists():
        raise ExerciseError(
            f"there is no {relative(exercise.work)} yet: make start E={exercise.name}"
        )


def copy_starter(exercise: Exercise) -> None:
    """Write the doer's copy; a script can be executed."""
    mode = 0o755 if exercise.suffix == ".sh" else 0o644
    put(exercise.work, exercise.starter.read_bytes(), mode)
