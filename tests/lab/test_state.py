"""A saved guest: whole or not there, the same for all, in bounds on the disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab import cache, ram, state
from tests.lab.cache import Image
from tests.lab.fixtures import PROGRAMS, SECONDS, SERIES, plant, restored
from tests.lab.image import image

RESTORES = 10

FILL = "head -c 16M /dev/zero | tr '\\0' {0} >/tmp/mine"
COUNT = "tr -d {0} </tmp/mine | wc -c"


def test_two_guests_share_no_memory(img: Image, kept: Path) -> None:
    """What one writes is neither the other's nor the file's."""
    before = ram.digest(kept / "ram")
    with restored(img) as one, restored(img) as two:
        one.run(FILL.format(1), SECONDS)
        assert two.run("ls /tmp", SECONDS) == (0, [])
        two.run(FILL.format(2), SECONDS)
        assert one.run(COUNT.format(1), SECONDS) == (0, ["0"])
        assert two.run(COUNT.format(2), SECONDS) == (0, ["0"])
    assert ram.digest(kept / "ram") == before


def test_every_restore_gives_the_same(img: Image) -> None:
    """The guests that are opened one after another answer right, all of them."""
    same = "[ $(readlink /proc/self/ns/net) = $(./unshare readlink /proc/self/ns/net) ]"
    for _ in range(RESTORES):
        with state.open_guest(img, "loose") as opened:
            ask = f"cd /book/build/samples && {same}"
            assert opened.run(ask, SECONDS) == (1, [])


def truncate(place: Path) -> None:
    """Cut a file in two."""
    os.truncate(place, place.stat().st_size // 2)


def flip(place: Path) -> None:
    """Change a byte, and neither size nor date."""
    seen = place.stat()
    with place.open("r+b") as file:
        file.seek(seen.st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    os.utime(place, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def garble(place: Path) -> None:
    """Leave nothing of a file that makes sense."""
    place.write_bytes(b"\xff\xfe\x00\xd8" * 10)


@pytest.mark.parametrize("damage", [truncate, flip, garble, Path.unlink])
@pytest.mark.parametrize("name", ["ram", "devices", "sums"])
def test_damaged_state_is_not_used(
    borrowed: Path,
    kept: Path,
    quick_boot: list[Image],
    capfd: pytest.CaptureFixture[str],
    name: str,
    damage: Callable[[Path], None],
) -> None:
    """It is said, the guest boots, and the next one makes a new state."""
    img = image(SERIES)
    place = state.path(img)
    subprocess.run(["cp", "-a", kept, place], check=True)  # shutil would fill holes
    with state.open_guest(img):
        assert not quick_boot
    damage(place / name)
    with state.open_guest(img) as opened:
        assert opened.run("echo here", SECONDS) == (0, ["here"])
    assert len(quick_boot) == 1
    assert "the saved state does not come to life: booting" in capfd.readouterr().err
    assert not place.exists()
    assert not list(borrowed.glob("tmp.*"))


def on_a_small_disk(borrowed: Path, size: str) -> subprocess.CompletedProcess[str]:
    """Run a guest with the borrowed cache on a disk of that size; list what stays."""
    script = (
        'cp -a "$1" "$2" && mount -t tmpfs -o "size=$3" tmpfs "$1" && '
        'cp -a "$2/." "$1" && export XDG_CACHE_HOME="${1%/*}" && '
        '"$4" "echo verdict" && cd "$1" && find states tmp.* -type f'
    )
    copy = str(borrowed.parent / "copy")
    command = str(CHECKOUT / PROGRAMS["exec"][0])
    root = [] if os.getuid() == 0 else ["--map-root-user"]
    return subprocess.run(
        ["unshare", "--mount", *root]
        + ["sh", "-c", script, "sh", str(borrowed), copy, size, command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=2 * SECONDS,
        check=False,
    )


@pytest.mark.parametrize("size", ["256K", "16M"])
def test_full_disk(borrowed: Path, size: str) -> None:
    """No room for the devices, or for the memory: the guest goes on, nothing stays."""
    done = on_a_small_disk(borrowed, size)
    assert "going on without a saved state" in done.stderr
    assert done.stdout == "verdict\n", done.stderr


def test_killed_saver(borrowed: Path, img: Image) -> None:
    """Nothing passes for a state, and the next maker clears away what was left."""
    script = (
        "import sys, signal; from tests.lab import image, ram, state;"
        "ram.pages = lambda *_: (print('half', flush=True), signal.pause());"
        "state.open_guest(image.image(sys.argv[1]))"
    )
    command = [sys.executable, "-B", "-c", script, SERIES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saver:
        assert saver.stdout
        try:
            assert saver.stdout.readline() == "half\n"
        finally:
            saver.send_signal(signal.SIGKILL)
    assert not list((borrowed / "states").iterdir())
    assert list(borrowed.glob("tmp.*/state/ram"))
    with cache.scratch():
        assert len(list(borrowed.glob("tmp.*"))) == 1
    assert not list(borrowed.glob("tmp.*"))


def test_prune(borrowed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest states go, whole, and those of an old form, which were files."""
    monkeypatch.setattr(state, "MOST", 3)
    (borrowed / "initrds").unlink()
    for folder in ("initrds", "verified"):
        (borrowed / folder).mkdir(exist_ok=True)
        (borrowed / folder / "new").touch()
        (borrowed / folder / "old").touch()
        os.utime(borrowed / folder / "old", (0, 0))
    (borrowed / "states/file").touch()
    for age in range(5):
        place = plant(borrowed / f"states/{age}")
        used = time.time() - age * 3600 if age != 2 else 0
        os.utime(place, (used, used))
    state.prune()
    assert {path.name for path in (borrowed / "states").iterdir()} == {"0", "1", "3"}
    for folder in ("initrds", "verified"):
        assert [path.name for path in (borrowed / folder).iterdir()] == ["new"]
    monkeypatch.setattr(state, "MOST", 12)
    os.utime(borrowed / "states/1", (0, 0))
    state.prune()
    assert {path.name for path in (borrowed / "states").iterdir()} == {"0", "3"}


def test_memory_is_sparse(tmp_path: Path) -> None:
    """Zeros become holes; a sum speaks of the content, wherever the holes are."""
    with ram.fresh(64 * ram.PAGE) as memory:
        os.pwrite(memory.fileno(), bytes(8 * ram.PAGE), 0)
        os.pwrite(memory.fileno(), b"here", 9 * ram.PAGE - 2)
        os.pwrite(memory.fileno(), b"end", 64 * ram.PAGE - 3)
        ram.copy(memory, tmp_path / "sparse")
        whole = os.pread(memory.fileno(), 64 * ram.PAGE, 0)
    (tmp_path / "full").write_bytes(whole)
    assert (tmp_path / "sparse").read_bytes() == whole
    assert (tmp_path / "sparse").stat().st_blocks * 512 < 16 * ram.PAGE
    wanted = ram.digest(tmp_path / "sparse")
    assert ram.digest(tmp_path / "full") == wanted
    moved = whole[ram.PAGE :] + whole[: ram.PAGE]  # the same pages elsewhere
    for change in (whole + bytes(1), moved, whole[:-1]):
        (tmp_path / "full").write_bytes(change)
        assert ram.digest(tmp_path / "full") != wanted
