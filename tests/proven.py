"""What passed on this machine, by all that it depends on: the reuse key of a unit.

Each entry is a small file in the user's cache folder, named by the key, so that runs
at the same time need not know of each other. The oldest go; one that is damaged counts
as none. A key is made from the content of all that the unit may read, from the exact
versions of the kernels, images and packages that it runs on, and from this machine's
kernel.
"""

import hashlib
import os
import random
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from tests import CHECKOUT, part
from tests.lab import cache
from tests.lab.image import image
from tests.units import Unit

FORMAT = "1"  # of the entries and keys: another number forgets all
MOST = 5000  # entries: some 20 MB on a disk with blocks of 4 KB
LOT = 20.0  # seconds of what is run again by lot
PACKAGES = CHECKOUT / "tests/setup/packages.txt"
ENTRY = re.compile(r"(\d+) (\d+) (\d+\.\d+)\n")

HOSTED = ("lint", "browser", "live", "sanitizers")  # parts without a guest
ON_ONE = ("book", "faults")  # what fails here fails alike on all kernels

LAB = ("samples", "lab")  # tasks of packages.txt
TASKS = {
    "lint": ("check",),
    "book": ("read", "lab", "live", "pdf", "check"),
    "browser": ("read", "live", "pdf", "check"),
    "live": ("live",),
    "faults": (*LAB, "check"),
    "sanitizers": (*LAB, "check"),
}


@dataclass(frozen=True)
class Proof:
    """How a unit passed: what it counted, and how long it took."""

    passed: int
    skipped: int
    seconds: float


def folder() -> Path:
    """Return where the entries lie."""
    return cache.folder() / "proven"


def read(key: str) -> Proof | None:
    """Return what is known of a key; it counts as used now."""
    with suppress(OSError, ValueError):
        found = ENTRY.fullmatch((folder() / key).read_text(encoding="ascii"))
        if found:
            os.utime(folder() / key)
            return Proof(int(found[1]), int(found[2]), float(found[3]))
    return None


def write(key: str, entry: Proof) -> None:
    """Note how a unit passed, whole or not at all. On a full disk it is not noted."""
    with suppress(OSError), cache.scratch() as tmp:
        folder().mkdir(exist_ok=True)
        text = f"{entry.passed} {entry.skipped} {entry.seconds:.1f}\n"
        (tmp / "entry").write_text(text, encoding="ascii")
        (tmp / "entry").rename(folder() / key)


def used(path: Path) -> float:
    """Return when an entry was used last; of one that another run removed, never."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def prune() -> None:
    """Remove what was not used for the longest time, beyond MOST."""
    with suppress(FileNotFoundError):  # there is none yet, or none any more
        oldest_last = sorted(folder().iterdir(), key=used, reverse=True)
        for path in oldest_last[MOST:]:
            path.unlink(missing_ok=True)


def forget() -> None:
    """Remove all entries: one of them was not true."""
    shutil.rmtree(folder(), ignore_errors=True)


def lot(seconds: list[float]) -> set[int]:
    """Return the numbers of what is to run again, some LOT seconds of it.

    What alone takes longer is drawn as often as that allows in the mean.
    """
    drawn: set[int] = set()
    room = LOT
    for number in random.sample(range(len(seconds)), len(seconds)):
        took = seconds[number]
        if took <= room or (not drawn and random.random() < LOT / took):
            drawn.add(number)
            room -= took
    return drawn


# The key.


def digest(path: Path) -> str:
    """Return the hash of a file, or of where a link leads."""
    if path.is_symlink():
        return hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    mode = "x" if os.access(path, os.X_OK) else "-"
    return mode + hashlib.sha256(path.read_bytes()).hexdigest()


@once
def installed() -> dict[str, tuple[str, str]]:
    """Return the packages of this machine: version, and what they depend on.

    Where there is no dpkg, only the commands themselves are known.
    """
    if not shutil.which("dpkg-query"):
        return {}
    form = "${Package}\t${Version}\t${Pre-Depends}, ${Depends}\n"
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True
    )
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}


def needed(packages: set[str]) -> set[str]:
    """Return packages with all that they depend on: gcc itself is in gcc-12."""
    found: set[str] = set()
    todo = set(packages) & set(installed())
    while todo:
        name = todo.pop()
        found.add(name)
        words = re.findall(r"(?:^|[,|]) *([a-z0-9][\w.+-]*)", installed()[name][1])
        todo |= (set(words) & set(installed())) - found
    return found


@once
def tools(part: str) -> str:
    """Return the versions of the packages that a part runs."""
    named, commands = {"python3"}, []
    for task, package, *_ in cache.table(PACKAGES):
        if task in TASKS.get(part, LAB):
            name, _, command = package.partition("=")
            named.add(name)
            commands.append(command or name)
    packages = installed()
    lines = [f"{name} {packages[name][0]}" for name in sorted(needed(named))]
    for command in commands:  # somebody may have brought their own
        if path := shutil.which(command):
            seen = os.stat(path)
            lines.append(f"{command} {path} {seen.st_size} {seen.st_mtime_ns}")
    return "\n".join([os.uname().release, os.uname().machine, *lines])


@once
def machine(series: str) -> str:
    """Return what a guest of that kernel is made from."""
    found = image(series)
    return f"{found.version} {found.initrd.name} {found.root.name}"


def series(part_: str, kernel: str) -> list[str]:
    """Return the kernels whose guests a part runs when it is told that one, or all."""
    if part_ in HOSTED:
        return []
    asked = part.kernels(kernel)
    return [cache.DEFAULT] if part_ in ON_ONE and len(asked) > 1 else asked


def keys(unit: Unit, kernel: str, tree: Path = CHECKOUT) -> list[str]:
    """Return the reuse key of a unit in a tree; of all kernels, then also of the lab's.

    Any part judges by all that it has on that one.
    """
    files = [f"{name} {digest(tree / name)}" for name in sorted(unit.files)]
    texts = [f"{name} {text}" for name, text in sorted(unit.texts.items())]
    parts = [files, texts, list(unit.only), [tools(unit.part)]]
    words = [FORMAT, unit.part, unit.name, *(cache.key(*part) for part in parts)]
    told = ["all", cache.DEFAULT] if kernel == "all" else [kernel]
    guests = [[machine(name) for name in series(unit.part, one)] for one in told]
    return list(dict.fromkeys(cache.key(*words, *some) for some in guests))
