"""The lab's cache: where kernels and images lie, what they are, who may write.

Everything that is downloaded or built for the guest lies in one folder of the
user's cache (XDG_CACHE_HOME), named by its content or by what it was made from, so
that a second checkout starts warm and two runs at once share what they make.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KERNEL_KEYS = ("release", "version", "vmlinuz", "modules")
DEFAULT = "6.12"  # the kernel of programs that are not told another
HELD = "tmp.held-"  # begins the name of a folder whose maker holds its lock
LOCK_FORMAT = 2  # of lock.json; another number makes old caches fetch anew


class LabError(Exception):
    """Something the user should read: one or two lines, with what to do next."""


@dataclass(frozen=True)
class Kernel:
    """A kernel series of tests/lab/kernels.txt."""

    series: str
    suite: str


@dataclass(frozen=True)
class Image:
    """The files that a guest boots from, and the exact version of its kernel."""

    series: str
    version: str  # of the Debian package, as in 6.12.117-1
    kernel: Path
    initrd: Path
    root: Path
    processors: int = 1


def folder() -> Path:
    """Return the cache folder; it is made when something is first kept in it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "linux-namespaces"


def table(path: Path) -> list[list[str]]:
    """Return the words of each line of a list; what follows # is left out."""
    lines = (line.partition("#")[0].split() for line in path.read_text().splitlines())
    return [words for words in lines if words]


def kernels() -> list[Kernel]:
    """Return the kernels of the matrix, oldest first."""
    return [Kernel(*words) for words in table(HERE / "kernels.txt")]


def kernel(series: str) -> Kernel:
    """Return the kernel of that series.

    Raises LabError, with the known ones, for a series that the matrix lacks.
    """
    for known in kernels():
        if known.series == series:
            return known
    names = ", ".join(known.series for known in kernels())
    raise LabError(f"no kernel {series} in tests/lab/kernels.txt; it has {names}")


def key(*parts: str | bytes | Path) -> str:
    """Return a short name for content: the same parts give the same name.

    A Path stands for its bytes, or for those of all files below it.
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            files = sorted(part.rglob("*")) if part.is_dir() else [part]
            data = b"".join(
                str(file.name).encode() + b"\0" + file.read_bytes() + b"\0"
                for file in files
                if file.is_file()
            )
        else:
            data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as sha256sum(1) prints it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def intact(path: Path, wanted: str, digest: Callable[[Path], str] = sha256) -> bool:
    """Tell whether a file is there and has the sum that was written down for it.

    The sum is computed once for a file and then taken as known for as long as its
    inode, size and time of change stay: 150 MB at every start would be felt.
    """
    try:
        seen = path.stat()
    except FileNotFoundError:
        return False
    stamp = f"{wanted} {seen.st_ino} {seen.st_size} {seen.st_ctime_ns}"
    known = folder() / "verified" / key(str(path))
    if known.exists() and known.read_text() == stamp:
        return True
    if digest(path) != wanted:
        return False
    with suppress(OSError), scratch() as tmp:  # on a full disk it is computed again
        known.parent.mkdir(exist_ok=True)
        (tmp / "stamp").write_text(stamp)
        (tmp / "stamp").rename(known)
    return True


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the cache's lock of that name: one maker at a time, the rest wait."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(
                f"lab: waiting for another run ({name}) ...",
                file=sys.stderr,
                flush=True,
            )
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder in the cache for half-made things; it is removed at the end.

    A file becomes visible under its final name by rename(2), whole or not at all.
    Who makes things holds a lock on the folder. One that nobody holds was left by
    somebody who was killed, and is removed.
    """
    folder().mkdir(parents=True, exist_ok=True)
    for left in folder().glob(f"{HELD}*/lock"):
        with suppress(OSError), left.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.parent)
    made = Path(tempfile.mkdtemp(dir=folder(), prefix="tmp."))
    try:
        with (made / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = made.rename(folder() / made.name.replace("tmp.", HELD))
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)  # the next one's turn may have come


def read_lock() -> dict[str, Any]:
    """Return the lock file: what was fetched, by series, with its SHA-256 sums.

    A file, or an entry, that we did not write in this form counts as none: what it
    stood for is fetched again.
    """
    try:
        entries = json.loads((folder() / "lock.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(entries, dict) or entries.pop("format", None) != LOCK_FORMAT:
        return {}
    return {name: entry for name, entry in entries.items() if well_formed(name, entry)}


def well_formed(name: str, entry: object) -> bool:
    """Tell whether an entry of the lock file says all that is asked of it."""
    keys = ("recipe", "sha256") if name == "root" else KERNEL_KEYS
    return isinstance(entry, dict) and all(isinstance(entry.get(k), str) for k in keys)


def root_image(entries: dict[str, Any]) -> Path:
    """Return where the root image lies, by the lock file's entries.

    It is named by its content: two images of one recipe differ in the versions of
    their packages, and a guest that was saved with one cannot go on with the other.
    """
    return folder() / "roots" / f"{entries['root']['sha256'][:16]}.squashfs"


def write_lock(entries: dict[str, Any]) -> None:
    """Replace the lock file, whole or not at all."""
    with scratch() as tmp:
        data = {"format": LOCK_FORMAT, **entries}
        text = json.dumps(data, indent=2, sort_keys=True) + "\n"
        (tmp / "lock.json").write_text(text)
        (tmp / "lock.json").rename(folder() / "lock.json")
