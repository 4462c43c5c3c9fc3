"""What is left behind in a guest: its inventory before and after, compared.

Processes, mounts, namespaces, network devices, cgroups, IPC objects, files in /tmp
and /run: see guest/inventory.c and guest/census.c.
"""

import re
import time
from collections import Counter

from tests.lab.cache import LabError
from tests.lab.runner import Runner

SECONDS = 30.0
GRACE = 5.0  # what ends by itself, such as a dying namespace, has this long
# What holds a namespace is in the inventory, but for a descriptor of a process that
# was there before: a census takes twice as long, and shows that.
QUICK = "/lab/inventory"
LOOK = f"{QUICK} && /lab/census"

# The first "ip netns add" mounts this folder on itself, and leaves it so for good.
KEPT = re.compile(r"file d /run/netns$|mount +/netns /run/netns ")


def take(guest: Runner) -> list[str]:
    """Return everything in a guest that could be left behind, a thing a line."""
    status, lines = guest.run(LOOK, SECONDS)
    if status:
        raise LabError("no inventory of the guest: " + "\n".join(lines))
    return read(lines)


def read(lines: list[str]) -> list[str]:
    """Return an inventory from what LOOK prints; a census says a number often."""
    numbers = sorted({line for line in lines if line.isdecimal()})
    things = [line for line in lines if not line.isdecimal()]
    return [*things, *(f"namespace {number}" for number in numbers)]


def difference(before: list[str], after: list[str]) -> list[str]:
    """Return what was left behind, and what is gone that was there before."""
    left = Counter(line for line in after if not KEPT.match(line))
    gone = Counter(line for line in before if not KEPT.match(line))
    return [f"left behind: {line}" for line in sorted((left - gone).elements())] + [
        f"gone: {line}" for line in sorted((gone - left).elements())
    ]


def left_behind(guest: Runner, before: list[str]) -> list[str]:
    """Return how a guest differs from an earlier inventory, once it is at rest."""
    deadline = time.monotonic() + GRACE
    while True:
        changed = difference(before, take(guest))
        if not changed or time.monotonic() > deadline:
            return changed
