"""A guest's memory as a file: sparse, told by its content, mapped by every guest.

A saved guest's file is mapped privately: a guest reads a page when it touches it, from
the page cache that all of them share, and what it writes is its own.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PAGE = 4096
ZEROS = bytes(PAGE)


def fresh(size: int) -> BinaryIO:
    """Return memory for a guest that boots: a file without a name, nothing in it.

    It lies on no disk, so that a full one cannot end the guest.
    """
    file = os.fdopen(os.memfd_create("memory of a guest"), "r+b")
    file.truncate(size)
    return file


def pages(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a file that hold something, with their places."""
    descriptor, place = file.fileno(), 0
    while True:
        try:
            place = os.lseek(descriptor, place, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # holes to the end
                return
            raise
        hole = os.lseek(descriptor, place, os.SEEK_HOLE)
        for start in range(place - place % PAGE, hole, PAGE):
            page = os.pread(descriptor, PAGE, start)
            if page != ZEROS[: len(page)]:
                yield start, page
        place = hole


def copy(source: BinaryIO, target: Path) -> None:
    """Write a copy that has a hole wherever there is nothing.

    It is on the disk then, else a power cut could leave holes in other places.
    """
    with target.open("wb") as file:
        file.truncate(os.fstat(source.fileno()).st_size)
        for start, page in pages(source):
            os.pwrite(file.fileno(), page, start)
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    """Return a hash of a file's size and content, wherever its holes are."""
    with path.open("rb") as file:
        total = hashlib.sha256(f"{os.fstat(file.fileno()).st_size}\n".encode())
        for start, page in pages(file):
            total.update(start.to_bytes(8, "big") + page)
    return total.hexdigest()
