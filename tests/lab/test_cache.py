"""What lies in the cache is used only as it was fetched; damage ends in a message."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.lab import cache
from tests.lab.cache import LabError
from tests.lab.fixtures import PROGRAMS, SERIES, call, refused, wait_for
from tests.lab.image import image

FETCH = f"tests/lab/fetch {SERIES}"

BROKEN_LOCKS = {
    "missing": None,
    "empty": b"",
    "cut off": b'{"6.12": {"modules": "5c',
    "zeros": bytes(4096),
    "no text": b"\xff\xfe\x00\xd8",
    "another shape": b"[1, 2]",
    "nothing": b"null",
    "another format": b'{"format": 1, "6.12": {"release": "6.12.117"}, "root": {}}',
    "without a format": b'{"6.12": {"release": "6.12.117"}, "root": {}}',
    "entries of another shape": b'{"format": 2, "6.12": "6.12.117", "root": []}',
    "entries without sums": b'{"format": 2, "6.12": {"release": "x"}, "root": {}}',
}


def break_lock(folder: Path, name: str) -> None:
    """Replace the lock file."""
    (folder / "lock.json").unlink()
    content = BROKEN_LOCKS[name]
    if content is not None:
        (folder / "lock.json").write_bytes(content)


@pytest.mark.parametrize("name", BROKEN_LOCKS)
def test_broken_lock_file_is_none(borrowed: Path, name: str) -> None:
    """Nothing is used whose sums are not known; the message says what to do."""
    break_lock(borrowed, name)
    with pytest.raises(LabError, match=FETCH):
        image(SERIES)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_say_so(borrowed: Path, checkout: Path, program: str) -> None:
    """No program prints a traceback about a broken lock file."""
    break_lock(borrowed, "cut off")
    refused(call(PROGRAMS[program], checkout), 1, FETCH)


def without_network(tmp_path: Path) -> dict[str, str]:
    """Return variables with which apt reaches nothing."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/apt-get").write_text("#!/bin/sh\necho E: no network >&2\nexit 1\n")
    (tmp_path / "bin/apt-get").chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    return {"PATH": path, "DEBIAN_MIRROR": "http://mirror.invalid/debian"}


def replaced(folder: Path, name: str) -> Path:
    """Put a copy in the place of a link to the real cache; return it."""
    real = (folder / name).resolve()
    (folder / name).unlink()
    (folder / name).mkdir()
    for entry in real.iterdir():
        (folder / name / entry.name).symlink_to(entry)
    return folder / name


def test_damaged_kernel_is_refused(borrowed: Path) -> None:
    """One byte counts, also where size and date stay; what was right is forgotten."""
    entry = cache.read_lock()[SERIES]
    place = replaced(borrowed, "kernels") / entry["release"]
    real = place.resolve()
    place.unlink()
    shutil.copytree(real, place)
    image(SERIES)

    vmlinuz = place / "vmlinuz"
    seen = vmlinuz.stat()
    with vmlinuz.open("r+b") as file:
        file.seek(seen.st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    os.utime(vmlinuz, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    with pytest.raises(LabError, match=f"vmlinuz is gone or damaged: run {FETCH}"):
        image(SERIES)

    vmlinuz.unlink()
    with pytest.raises(LabError, match=f"vmlinuz is gone or damaged: run {FETCH}"):
        image(SERIES)


def test_damaged_root_image_is_refused(borrowed: Path) -> None:
    """A download that was cut off is not a root image."""
    (borrowed / "roots").unlink()
    root = cache.root_image(cache.read_lock())
    root.parent.mkdir()
    root.write_bytes(b"hsqs" + bytes(4096))
    with pytest.raises(LabError, match=f"{root.name} is gone or damaged: run {FETCH}"):
        image(SERIES)


def test_program_names_what_is_damaged(borrowed: Path, checkout: Path) -> None:
    """The message comes before QEMU is started."""
    (borrowed / "roots").unlink()
    done = call(PROGRAMS["exec"], checkout, PATH="/nonexistent")
    refused(done, 1, ".squashfs is gone or damaged", FETCH)


def test_damaged_modules_are_refused(borrowed: Path) -> None:
    """They are compared when an initramfs is made of them."""
    entry = cache.read_lock()[SERIES]
    place = replaced(borrowed, "kernels") / entry["release"]
    real = place.resolve()
    place.unlink()
    shutil.copytree(real, place)
    (borrowed / "initrds").unlink()
    next(place.rglob("9p.ko")).write_bytes(b"cut off")
    with pytest.raises(LabError, match=f"modules in .* are damaged: run {FETCH}"):
        image(SERIES)
    assert not list((borrowed).glob("initrds/*"))


@pytest.mark.parametrize("tool", ["gcc", "cpio"])
def test_initramfs_is_whole_or_not_there(
    borrowed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    """A tool that fails, as on a full disk, is named; nothing half made is left."""
    (borrowed / "initrds").unlink()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / tool).write_text("#!/bin/sh\necho no space left >&2\nexit 1\n")
    (tmp_path / "bin" / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    with pytest.raises(LabError, match=f"{tool}(.|\n)*no space left"):
        image(SERIES)
    assert not list(borrowed.glob("tmp.*")) + list(borrowed.glob("initrds/*"))


def test_failed_download_leaves_no_trace(
    borrowed: Path, checkout: Path, tmp_path: Path
) -> None:
    """The connection breaks at the second file: all as before, and it says why."""
    (borrowed / "kernels").unlink()
    script = """#!/bin/sh
    case $0-$* in
    */apt-cache-search*)
        echo 'linux-image-6.12.99+x-amd64 - a kernel' ;;
    */apt-cache-*)
        echo 'SHA256: 00' ;;
    *\\ download\\ *)
        echo half >linux-image-6.12.99+x-amd64_6.12.99-1_amd64.deb.partial
        echo 'E: Connection reset by peer' >&2
        exit 100 ;;
    esac
    """
    (tmp_path / "bin").mkdir()
    for name in ("apt-get", "apt-cache"):
        (tmp_path / "bin" / name).write_text(script)
        (tmp_path / "bin" / name).chmod(0o755)
    before = {path: path.lstat().st_mtime_ns for path in borrowed.iterdir()}
    lock = (borrowed / "lock.json").read_text()
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    mirror = "http://mirror.invalid/debian"
    done = call(FETCH.split(), checkout, PATH=path, DEBIAN_MIRROR=mirror)
    refused(done, 1, "downloading kernel 6.12.99", "E: Connection reset by peer")
    after = {path.name for path in borrowed.iterdir()}
    assert after - {path.name for path in before} <= {"fetch.lock", "verified"}
    assert (borrowed / "lock.json").read_text() == lock


@pytest.mark.parametrize("name", ["config", "dpkg"])
def test_kernel_without_its_sources_is_fetched_anew(
    borrowed: Path, checkout: Path, tmp_path: Path, name: str
) -> None:
    """What was fetched before these were kept; here it gets no further than that."""
    place = replaced(borrowed, "kernels") / cache.read_lock()[SERIES]["release"]
    real = place.resolve()
    place.unlink()
    place.mkdir()
    for entry in real.iterdir():
        (place / entry.name).symlink_to(entry)
    offline = without_network(tmp_path)
    assert call(FETCH.split(), checkout, **offline).returncode == 0
    (place / name).unlink()
    done = call(FETCH.split(), checkout, **offline)
    refused(done, 1, "reading the package lists", "E: no network")


@pytest.mark.parametrize("name", [name for name in BROKEN_LOCKS if name != "missing"])
def test_fetch_takes_a_broken_lock_file_for_none(
    borrowed: Path, checkout: Path, tmp_path: Path, name: str
) -> None:
    """It goes on to fetch all anew; here it gets no further than that."""
    break_lock(borrowed, name)
    done = call(FETCH.split(), checkout, **without_network(tmp_path))
    refused(done, 1, "reading the package lists", "E: no network")


def test_lock_file_is_replaced_whole(borrowed: Path) -> None:
    """What is written is read again, under our format."""
    entries = cache.read_lock()
    cache.write_lock(entries)
    assert cache.read_lock() == entries
    written = json.loads((borrowed / "lock.json").read_text())
    assert written["format"] == cache.LOCK_FORMAT
    assert not list(borrowed.glob("tmp.*"))


def test_half_made_things_of_others_stay(borrowed: Path) -> None:
    """Only what nobody works on any more is cleared away: see test_killed_saver."""
    with cache.scratch() as mine:
        (mine / "half").touch()
        with cache.scratch() as other:
            assert other != mine
        assert (mine / "half").exists()
    assert not list(borrowed.glob("tmp.*"))


def test_who_waits_says_so(borrowed: Path, checkout: Path) -> None:
    """A second run waits for what another makes, and does not wait in silence."""
    (borrowed / "initrds").unlink()
    with cache.locked("initrd"):
        command = [str(checkout / "tests/lab/exec"), "true"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as waiting:
            assert waiting.stderr
            try:
                assert "wait" in waiting.stderr.readline()
            finally:
                waiting.send_signal(signal.SIGKILL)
    wait_for(lambda: waiting.poll() is not None)
