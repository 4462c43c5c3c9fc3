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
from guest import Guest, machine, qemu
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


def boot(image: Image) -> Guest:
    """Return a guest that has booted."""
    guest = Guest(image, CHECKOUT)
    try:
        guest.wait_until_ready()
    except BaseException:
        guest.stop()
        raise
    return guest


def save(image: Image, target: Path) -> None:
    """Boot a guest and write its state to a file, whole or not at all."""
    with cache.scratch() as tmp, boot(image) as guest:
        file = tmp / "state"
        Monitor(guest.ports["qmp"]).save(f"cat >{shlex.quote(str(file))}")
        target.parent.mkdir(exist_ok=True)
        file.rename(target)
        prune(target)


def restore(image: Image, state: Path, cache_mode: str) -> Guest:
    """Return a guest that goes on where the state was saved, ready for use.

    Raises LabError when it does not answer in time.
    """
    guest = Guest(image, CHECKOUT, state)
    try:
        guest.prepare(cache_mode, RESTORE_SECONDS)
    except BaseException:
        guest.stop()
        raise
    return guest


def open_guest(image: Image, cache_mode: str = "none") -> Guest:
    """Return a guest that is ready for use; see Guest.prepare for cache_mode."""
    state = path(image)
    try:
        if not state.exists():
            with cache.locked(f"state-{state.name}"):
                if not state.exists():
                    print(f"lab: first boot of {image.version} ...", file=sys.stderr)
                    save(image, state)
        for used in (state, image.initrd):
            os.utime(used)  # see prune
        return restore(image, state, cache_mode)
    except (LabError, OSError) as error:
        reason = str(error).splitlines()[0]
        print(f"lab: no saved state ({reason}): booting", file=sys.stderr)
        state.unlink(missing_ok=True)
    guest = boot(image)
    try:
        guest.prepare(cache_mode)
    except BaseException:
        guest.stop()
        raise
    return guest
