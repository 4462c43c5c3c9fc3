"""Whatever a test can leave behind in a guest is found, and named."""

from collections.abc import Iterator

import pytest

from tests.lab import cache, inventory
from tests.lab.guest import Guest
from tests.lab.image import image
from tests.lab.state import open_guest

# What is left behind: the command that leaves it, what must be said of it.
THINGS = {
    "process": ("sleep 1000 >/dev/null 2>&1 &", "process sleep 1000"),
    "mount": ("mount -t tmpfs left /mnt", "mount  / /mnt "),
    "pinned namespace": (": >/mnt/net; unshare --net=/mnt/net true", "namespace 4026"),
    "hidden namespace": (
        "unshare --uts sleep 1000 >/dev/null 2>&1 &",
        "namespace 4026",
    ),
    "device": ("ip link add left type veth peer name other", "link left"),
    "cgroup": ("mkdir /sys/fs/cgroup/left", "cgroup /sys/fs/cgroup/left"),
    "message queue": ("ipcmk -Q", "ipc msg "),
    "semaphore": ("ipcmk -S 1", "ipc sem "),
    "shared memory": ("ipcmk -M 1", "ipc shm "),
    "POSIX queue": (": >/dev/mqueue/left", "file - /dev/mqueue/left"),
    "POSIX memory": (": >/dev/shm/left", "file - /dev/shm/left"),
    "file": (": >/tmp/left", "file - /tmp/left"),
    "FIFO": ("mkfifo /run/left", "file p /run/left"),
    "host name": ("hostname left", "hostname left"),
}


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with open_guest(image(cache.DEFAULT), "loose") as guest:
        yield guest


def test_nothing_is_left_by_nothing(guest: Guest) -> None:
    before = inventory.take(guest)
    assert guest.run("unshare --net --pid --fork ip link", 30)[0] == 0
    assert inventory.left_behind(guest, before) == []


@pytest.mark.parametrize("thing", THINGS)
def test_thing_is_named(
    guest: Guest, thing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "GRACE", 0.0)
    command, wanted = THINGS[thing]
    before = inventory.take(guest)
    assert guest.run(command, 30)[0] == 0
    left: list[str] = []
    for _ in range(50):  # what the shell has started may not be there yet
        left = inventory.left_behind(guest, before)
        if any(line.startswith(f"left behind: {wanted}") for line in left):
            return
    pytest.fail(f"not named: {left}")


def test_what_is_gone_is_named() -> None:
    assert inventory.difference(["link a", "link b"], ["link b", "link b"]) == [
        "left behind: link b",
        "gone: link a",
    ]


def test_a_census_says_a_number_often() -> None:
    assert inventory.read(["link a", "12", "12"]) == ["link a", "namespace 12"]
