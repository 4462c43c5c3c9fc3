"""A guest to be asked: a kernel and an initramfs, no disk, no driver, two processors.

So it runs with any kernel, also one whose modules nobody has any more. It starts,
answers on its serial line, and ends.
"""

import shutil
import subprocess
from pathlib import Path

from tests.lab.accel import accelerator
from tests.lab.cache import LabError
from tests.lab.guest import ACCELERATORS, BARE, CMDLINE, CPU, qemu
from tests.lab.image import BUSYBOX
from tests.lab.tree import pack_cpio

INIT = Path(__file__).resolve().parent / "init"
SECONDS = 180.0


def pack(questions: dict[str, str], programs: list[Path], tree: Path) -> Path:
    """Write an initramfs that asks: a line of shell each, with these programs."""
    for name in ("bin", "claims", "probes"):
        (tree / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, tree / "bin/busybox")
    shutil.copy(INIT, tree / "init")
    for program in programs:
        shutil.copy(program, tree / "probes")
    for name, line in questions.items():
        (tree / "claims" / name).write_text(f"{line}\n")
    target = tree.with_suffix(".cpio")
    pack_cpio(tree, target)
    return target


def command(kernel: Path, initrd: Path) -> list[str]:
    """Return the command that boots it; it ends with whoever started it."""
    return [
        *("setpriv", "--pdeathsig", "KILL", "--", qemu(), *BARE),
        *("-machine", "q35", "-accel", ACCELERATORS[accelerator()], "-cpu", CPU),
        *("-m", "512M", "-smp", "2", "-serial", "stdio"),
        *("-kernel", str(kernel), "-initrd", str(initrd)),
        *("-append", f"{CMDLINE} loglevel=1"),
    ]


def answers(kernel: Path, initrd: Path) -> dict[str, str]:
    """Return what a kernel says to each question; raises LabError if it hangs."""
    try:
        done = subprocess.run(
            command(kernel, initrd),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{kernel} was asked for {SECONDS:.0f} seconds") from error
    found = read(done.stdout)
    if not found:
        lines = (done.stdout + done.stderr).splitlines()
        raise LabError("\n".join([f"{kernel} answered nothing", *lines[-5:]]))
    return found


def read(said: str) -> dict[str, str]:
    """Return the answers in what came over the serial line, by name."""
    found = {}
    for line in said.splitlines():
        word, _, rest = line.partition("answer ")
        if not word and rest:
            name, _, answer = rest.partition(" ")
            found[name] = answer.strip()
    return found
