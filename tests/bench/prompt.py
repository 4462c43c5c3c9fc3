"""Measure the lab: from command to prompt, restored and booted, on each kernel.

Medians over runs of the same minute on the same machine. The booted guest is the
same one, without a saved state; its time is what the restore saves.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import pexpect

from tests import CHECKOUT
from tests.lab import cache, state
from tests.lab.image import image

SECONDS = 90


def prompt(series: str) -> float:
    """Return the seconds from `make lab` to its prompt."""
    began = time.monotonic()
    lab = pexpect.spawn(
        "make", ["-s", "lab", f"KERNEL={series}"], cwd=str(CHECKOUT), timeout=SECONDS
    )
    lab.expect("sh1# ")
    took = time.monotonic() - began
    lab.sendline("exit")
    lab.expect(pexpect.EOF)
    lab.close()
    return took


def cold(series: str) -> tuple[float, int]:
    """Return the seconds of a boot to readiness, and QEMU's memory in MB then."""
    began = time.monotonic()
    with state.boot(image(series)) as guest:
        guest.prepare()
        took = time.monotonic() - began
        status = Path(f"/proc/{guest.process.pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)
    return took, int(kilobytes) // 1024


def restored_memory(series: str) -> int:
    """Return the memory of a restored guest's QEMU, in MB, after a little work."""
    with state.open_guest(image(series)) as guest:
        guest.run("ls -lR /usr >/dev/null; true", SECONDS)
        status = Path(f"/proc/{guest.process.pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)
    return int(kilobytes) // 1024


def main() -> int:
    """Print a line a kernel; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/bench/prompt", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=10, metavar="N")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"medians of {args.runs} (boots: of 3); load at the start {load:.1f}")
    for kernel in cache.kernels():
        prompt(kernel.series)  # the first one may have to save the state
        prompts = [prompt(kernel.series) for _ in range(args.runs)]
        boots = [cold(kernel.series) for _ in range(3)]
        median = statistics.median(prompts)
        boot = statistics.median(seconds for seconds, _ in boots)
        print(
            f"{kernel.series:5} prompt {median:.2f} s ({min(prompts):.2f} to "
            f"{max(prompts):.2f}), booted {boot:.2f} s, ratio {boot / median:.0f}, "
            f"memory {restored_memory(kernel.series)} MB",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
