"""Guests that are up at once: booted and saved the first time, restored ever after.

A state is good for one QEMU, command line, kernel, initramfs and root image; its
name in the cache is a hash of them all. One that does not come back to life is
thrown away, and the guest boots as it did before there was one.
"""

import os
import shlex
import sys
import time
from pathlib import Path

import cache
from cache import CHECKOUT, Image, LabError
from guest import BOOT_SECONDS, Guest, machine, qemu
from qmp import Monitor

RESTORE_SECONDS = 10.0
DAYS = 30


def path(image: Image) -> Path:
    """Return where the state of a guest from this image is, or would be, kept."""
    binary = Path(qemu()).resolve().stat()
    identity = f"{binary.st_size} {binary.st_mtime_ns} {image.version}"
    return cache.folder() / "states" / cache.key(identity, *machine(image))


def prune(state: Path) -> None:
    """Remove states, and initramfs that went with them, unused for DAYS days.

    Each change of QEMU, of a kernel or of tests/vm/guest leaves some 100 MB behind.
    """
    limit = time.time() - DAYS * 24 * 3600
    for file in [*state.parent.iterdir(), *(cache.folder() / "initrds").iterdir()]:
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)


def boot(image: Image, writable: bool = False) -> Guest:
    """Return a guest that has booted."""
    guest = Guest(image, CHECKOUT, writable=writable)
    try:
        guest.wait_until_ready()
    except BaseException:
        guest.stop()
        raise
    return guest


def save(guest: Guest, target: Path) -> None:
    """Write a guest's state to a file, whole or not at all.

    The guest stops at that moment; if the state could not be written it goes on.
    """
    with cache.scratch() as tmp:
        file = tmp / "state"
        Monitor(guest.ports["qmp"]).save(f"cat >{shlex.quote(str(file))}")
        target.parent.mkdir(exist_ok=True)
        file.rename(target)
        prune(target)


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
        guest = Guest(image, CHECKOUT, state, writable)
        return prepared(guest, cache_mode, RESTORE_SECONDS)
    except (LabError, OSError) as error:
        say("the saved state does not come to life: booting", error)
        state.unlink(missing_ok=True)
    return prepared(boot(image, writable), cache_mode)
