"""Which kernels Debian serves: the newest package of every series in the lab's suites.

A kernel of the lab is the one that the lab has. The others come into the cache for as
long as they are looked at, one at a time, and go again.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from book.files.headers import version as number

from tests.lab import cache, fetch, state
from tests.lab.cache import Image, Kernel, LabError
from tests.lab.debian import field, kernel_packages, private_apt, releases, run
from tests.lab.image import image

SERIES = re.compile(r"(\d+\.\d+)\.")
# What a kernel takes while it is here: its packages, unpacked, and guests' memory.
ROOM = 3 << 30


@dataclass(frozen=True)
class Served:
    """A kernel, what its package is, and the apt that finds it."""

    kernel: Kernel
    version: str
    package: str  # that has vmlinuz
    modules: bool  # Debian has them, too
    apt: Path

    @property
    def series(self) -> str:
        """Return its series."""
        return self.kernel.series

    @property
    def own(self) -> bool:
        """Tell whether the lab has it."""
        return self.series in matrix() and fetch.kernel_intact(self.series)


def matrix() -> list[str]:
    """Return the series of the lab."""
    return [kernel.series for kernel in cache.kernels()]


def served(stack: ExitStack) -> list[Served]:
    """Return a kernel of each series, oldest first; the lists last as the stack."""
    found: dict[str, Served] = {}
    own = {kernel.series: kernel.suite for kernel in cache.kernels()}
    for suite in dict.fromkeys(own.values()):
        apt = stack.enter_context(cache.scratch())
        private_apt(apt, suite)
        names = (SERIES.match(release) for release in releases(apt, "amd64"))
        for series in {match[1] for match in names if match}:
            if series not in found and own.get(series, suite) == suite:
                found[series] = look_up(apt, Kernel(series, suite))
    return [found[series] for series in sorted(found, key=number)]


def look_up(apt: Path, kernel: Kernel) -> Served:
    """Return what an apt knows of a series: what the lab has, or the newest.

    Of a series that is past, Debian may have removed all packages but the signed one.
    """
    _, packages = kernel_packages(apt, kernel)
    one = Served(
        kernel,
        field(apt, packages[0], "Version"),
        packages[0],
        all(run(["apt-cache", "madison", name], apt=apt) for name in packages),
        apt,
    )
    if one.own:
        return replace(one, version=cache.read_lock()[kernel.series]["version"])
    return one


@contextmanager
def vmlinuz(one: Served) -> Iterator[Path]:
    """Have the kernel alone, whatever of its modules there is."""
    if one.own:
        release = cache.read_lock()[one.series]["release"]
        yield cache.folder() / "kernels" / release / "vmlinuz"
        return
    need_room()
    with cache.scratch() as tmp:
        run(["apt-get", "-q", "download", one.package], cwd=tmp, apt=one.apt)
        take = 'dpkg-deb --fsys-tarfile ./*.deb | tar -x --wildcards "*/vmlinuz*"'
        run(["sh", "-c", take], cwd=tmp)
        yield next(tmp.rglob("vmlinuz*"))


@contextmanager
def here(one: Served) -> Iterator[Image]:
    """Have a kernel in the cache; one that is not the lab's is removed at the end."""
    try:
        if not one.own:
            need_room()
            with cache.locked("fetch"):
                fetch.fetch_kernel(one.apt, one.kernel)
        yield image(one.series)
    finally:
        if one.series not in matrix():
            forget(one.series)


def need_room() -> None:
    """Raise LabError when a kernel would fill the disk."""
    free = shutil.disk_usage(cache.folder()).free
    if free < ROOM:
        raise LabError(
            f"{free >> 20} MB are free for {cache.folder()}, and a kernel takes "
            f"{ROOM >> 20} MB while it is there: free some, and go on by 'make sweep'"
        )


def clear() -> None:
    """Remove kernels that a sweep has left which was ended."""
    for series in cache.read_lock():
        if series not in [*matrix(), "root"]:
            forget(series)


def forget(series: str) -> None:
    """Remove a kernel from the cache, and what was made of it."""
    with suppress(LabError):  # it is not whole: what there is goes below
        img = image(series)
        for processors in (1, 2):
            state.remove(state.path(replace(img, processors=processors)))
        img.initrd.unlink(missing_ok=True)
    with cache.locked("fetch"):
        entries = cache.read_lock()
        entry = entries.pop(series, None)
        if entry:
            shutil.rmtree(cache.folder() / "kernels" / entry["release"], True)
            cache.write_lock(entries)
