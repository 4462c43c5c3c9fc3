"""Guests that are up at once: booted and saved the first time, restored ever after.

A state is good for one QEMU, command line, kernel, initramfs and root image; its
name in the cache is a hash of them all. It is a folder: "ram" is the guest's memory,
"devices" the rest, "sums" says what both must be. One that is damaged, or does not
come back to life, is thrown away, and the guest boots as it did before there was one.
"""

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests import CHECKOUT
from tests.lab import cache, ram
from tests.lab.cache import Image, LabError
from tests.lab.guest import BOOT_SECONDS, Guest, booted, machine, qemu
from tests.lab.qmp import Monitor

RESTORE_SECONDS = 10.0
FILES = ("ram", "devices")
DAYS = 30
MOST = 12  # states kept: three for each kernel, some 130 MB each


def path(image: Image) -> Path:
    """Return where the state of a guest from this image is, or would be, kept."""
    binary = Path(qemu()).resolve().stat()
    identity = f"{binary.st_size} {binary.st_mtime_ns} {image.version}"
    name = cache.key(identity, *machine(image), *booted(image.kernel, image.initrd))
    return cache.folder() / "states" / name


def remove(place: Path) -> None:
    """Remove a file, or a folder and what is in it. What it leaves passes for nothing:
    see restore.
    """
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)  # another run may be faster
    else:
        place.unlink(missing_ok=True)


def unused(folder: str) -> dict[Path, float]:
    """Return what is in a folder of the cache, with the seconds since it was used."""
    found = {}
    for place in (cache.folder() / folder).iterdir():
        with suppress(FileNotFoundError):
            found[place] = time.time() - place.stat().st_mtime
    return found


def prune() -> None:
    """Remove states beyond MOST, and what was not used for DAYS days.

    Each change of QEMU, of a kernel or of tests/lab/guest leaves a state and an
    initramfs behind. A file among the states is one of an old form.
    """
    states = unused("states")
    newest = sorted(filter(Path.is_dir, states), key=lambda place: states[place])
    ages = {**states, **unused("initrds"), **unused("verified")}
    aged = {place for place, age in ages.items() if age > DAYS * 24 * 3600}
    for place in aged | (set(states) - set(newest[:MOST])):
        remove(place)


def boot(image: Image, writable: bool = False) -> Guest:
    """Return a guest that has booted."""
    guest = Guest(image, CHECKOUT, writable=writable)
    try:
        guest.wait_until_ready()
    except BaseException:
        guest.stop()
        raise
    return guest


def write_sums(folder: Path) -> None:
    """Write down what the files of a state are."""
    sums = [f"{name} {ram.digest(folder / name)}\n" for name in FILES]
    (folder / "sums").write_text("".join(sums))


def sync(path: Path) -> None:
    """Return when a file is on the disk: a power cut could leave its name alone."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def save(guest: Guest, target: Path) -> None:
    """Write a guest's state to a folder, whole or not at all.

    The guest stops at that moment; if the state could not be written it goes on.
    """
    monitor = Monitor(guest.ports["qmp"])
    with cache.scratch() as tmp:
        half = tmp / "state"
        half.mkdir()
        with (half / "devices").open("wb") as file:
            monitor.save(file.fileno())
        try:
            sync(half / "devices")
            ram.copy(guest.memory, half / "ram")
            write_sums(half)
            target.parent.mkdir(exist_ok=True)
            half.rename(target)
        except BaseException:
            with suppress(LabError):  # what went wrong first is what to say
                monitor.ask("cont")
            raise
    prune()


def restore(image: Image, state: Path, writable: bool = False) -> Guest:
    """Return a guest that goes on from a state; it is not ready for use yet.

    Raises LabError when the state is not what was saved.
    """
    sums = {words[0]: words[-1] for words in cache.table(state / "sums")}
    for name in FILES:
        if not cache.intact(state / name, sums.get(name, ""), ram.digest):
            raise LabError(f"{name} is damaged")
    return Guest(image, CHECKOUT, state, writable)


def prepared(guest: Guest, cache_mode: str, seconds: float = BOOT_SECONDS) -> Guest:
    """Return the guest, ready for use; it ends if it cannot be made so."""
    try:
        guest.prepare(cache_mode, seconds)
    except BaseException:
        guest.stop()
        raise
    return guest


def say(what: str, error: Exception) -> None:
    """Say in one line what is not as it should be, and that we go on."""
    print(f"lab: {what} ({str(error).splitlines()[0]})", file=sys.stderr, flush=True)


def open_guest(image: Image, cache_mode: str = "none", writable: bool = False) -> Guest:
    """Return a guest that is ready for use; see Guest for writable and cache_mode.

    Raises LabError when there can be none.
    """
    state = path(image)
    with cache.locked(f"state-{state.name}"):
        if not state.exists():
            print(
                f"lab: first boot of {image.version} ...", file=sys.stderr, flush=True
            )
            guest = boot(image, writable)
            try:
                save(guest, state)
            except (LabError, OSError) as error:
                say("going on without a saved state", error)
                return prepared(guest, cache_mode)
            except BaseException:
                guest.stop()
                raise
            guest.stop()
    try:
        for used in (state, image.initrd):
            os.utime(used)  # see prune
        guest = restore(image, state, writable)
        return prepared(guest, cache_mode, RESTORE_SECONDS)
    except (LabError, OSError, ValueError) as error:
        say("the saved state does not come to life: booting", error)
        remove(state)
    return prepared(boot(image, writable), cache_mode)
