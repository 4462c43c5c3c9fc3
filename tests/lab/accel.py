"""Which accelerator QEMU can use here: "kvm" or "tcg" (software emulation).

/dev/kvm may exist, open, and still hang the first guest. So the probe runs one:
firmware and a boot sector that leaves through a debug port, under a hard bound.
"""

import os
import subprocess
from pathlib import Path

from tests.lab import cache
from tests.lab.cache import LabError

SECONDS = 2.0
DEBUG_EXIT = 0x31  # QEMU's exit status becomes 2 * 0x31 + 1

# mov al, 0x31; out 0xf4, al; hlt; jmp to the hlt
BOOT_SECTOR = bytes([0xB0, DEBUG_EXIT, 0xE6, 0xF4, 0xF4, 0xEB, 0xFD])
DISK_BYTES = 1 << 20  # q35 boots from no disk of a single sector
SECTOR = BOOT_SECTOR.ljust(510, b"\0") + b"\x55\xaa"


def guest_works(accelerator: str, cpu: str) -> bool:
    """Run the boot sector; anything but its exit status is a no."""
    with os.fdopen(os.memfd_create("boot sector"), "wb") as disk:
        disk.write(SECTOR)
        disk.truncate(DISK_BYTES)
        command = [
            *("setpriv", "--pdeathsig", "KILL", "--"),
            *("qemu-system-x86_64", "-nodefaults", "-no-user-config"),
            *("-display", "none", "-machine", f"q35,accel={accelerator}", "-cpu", cpu),
            *("-m", "16M", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
            *("-drive", f"if=ide,format=raw,file=/proc/self/fd/{disk.fileno()}"),
        ]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[disk.fileno()],
                timeout=SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, FileNotFoundError):
            return False
    return done.returncode == 2 * DEBUG_EXIT + 1


def kvm_works() -> bool:
    """Tell whether a guest runs under KVM, as this user."""
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and guest_works("kvm", "host")


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
