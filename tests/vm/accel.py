"""Which accelerator QEMU can use here: "kvm" or "tcg" (software emulation).

/dev/kvm may exist, open, and still hang the first guest. So the probe runs one:
firmware and a boot sector that leaves through a debug port, under a hard bound.
"""

import os
import subprocess
import tempfile
from pathlib import Path

import cache
from cache import LabError

SECONDS = 2.0
DEBUG_EXIT = 0x31  # QEMU's exit status becomes 2 * 0x31 + 1

# mov al, 0x31; out 0xf4, al; hlt; jmp to the hlt
BOOT_SECTOR = bytes([0xB0, DEBUG_EXIT, 0xE6, 0xF4, 0xF4, 0xEB, 0xFD])
SECTOR = BOOT_SECTOR.ljust(510, b"\0") + b"\x55\xaa"


def kvm_works() -> bool:
    """Run the boot sector under KVM; anything but its exit status is a no."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    with tempfile.NamedTemporaryFile() as disk:
        disk.write(SECTOR)
        disk.flush()
        command = [
            *("qemu-system-x86_64", "-nodefaults", "-no-user-config"),
            *("-display", "none", "-machine", "q35,accel=kvm", "-cpu", "host"),
            *("-m", "16M", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
            *("-drive", f"if=ide,format=raw,file={disk.name},snapshot=on"),
        ]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, FileNotFoundError):
            return False
    return done.returncode == 2 * DEBUG_EXIT + 1


def accelerator() -> str:
    """Return "kvm" or "tcg"; LAB_ACCEL overrides.

    The answer is kept until the machine boots again.
    """
    chosen = os.environ.get("LAB_ACCEL")
    if chosen:
        if chosen not in ("kvm", "tcg"):
            raise LabError(f"LAB_ACCEL is kvm or tcg, not {chosen}")
        return chosen
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    kept = cache.folder() / f"accel-{os.getuid()}"
    try:
        known, _, answer = kept.read_text().strip().partition(" ")
    except FileNotFoundError:
        known = answer = ""
    if known != boot:
        answer = "kvm" if kvm_works() else "tcg"
        with cache.scratch() as tmp:
            (tmp / "accel").write_text(f"{boot} {answer}\n")
            (tmp / "accel").rename(kept)
    return answer
