"""What "make dist" makes: its sums are right, and its lab boots by itself."""

import filecmp
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pexpect
import pytest

from tests import CHECKOUT
from tests.dist import make
from tests.lab.cache import DEFAULT, Image
from tests.lab.guest import command_line
from tests.lab.image import image
from tests.lab.state import open_guest
from tests.lab.test_sources import tables

DIST = CHECKOUT / "tests" / "dist"
BOOT_SECONDS = 120


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the lab alone, as a reader unpacks it."""
    folder = tmp_path_factory.mktemp("dist") / "lab"
    make.make_lab(DEFAULT, folder)
    return folder


def test_lab_boots_without_a_checkout(lab: Path) -> None:
    """A root shell among the samples, a second one by a socket, and a clean end."""
    boot = pexpect.spawn(str(lab / "boot"), timeout=BOOT_SECONDS, encoding="utf-8")
    boot.expect("sh1# ")
    boot.sendline("./unshare ip -brief link; ls /book/code-samples/unshare.c")
    boot.expect("lo +DOWN")
    boot.expect("/book/code-samples/unshare.c")
    boot.expect("sh1# ")
    assert (lab / "sh2").is_socket()
    boot.sendline("exit")
    boot.expect(pexpect.EOF)
    boot.close()
    assert boot.exitstatus == 0
    assert not (lab / "sh2").exists()


def test_machine_is_the_one_that_is_tested(lab: Path, tmp_path: Path) -> None:
    """QEMU gets the words that a guest of the tests gets, but for the host's part."""
    fake = tmp_path / "qemu"
    fake.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    fake.chmod(0o755)
    run = subprocess.run(
        [lab / "boot"],
        env={"PATH": "/usr/bin:/bin", "QEMU": str(fake)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    files = Image("", "", Path("vmlinuz"), Path("initrd"), Path("root.squashfs"))
    tested = command_line(files, CHECKOUT, {}, 0, booting=True, writable=False)
    tested = tested[tested.index("-nodefaults") :]
    assert options(run.stdout.splitlines()) == options(tested)


def options(words: list[str]) -> list[str]:
    """Return what a command line says of the machine, sorted.

    Not what differs: the accelerator, where terminals lead, how the harness keeps the
    guest's memory, lends the checkout and talks to the guest.
    """
    joined = re.sub("\n(?!-[a-z])", " ", "\n".join(words)).splitlines()
    joined = [word.replace(",memory-backend=memory", "") for word in joined]
    harness = re.compile(
        "-(accel|chardev|fsdev|mon|object|serial) |"
        "-device (virtio-9p-pci|virtserialport),"
    )
    return sorted(word for word in joined if not harness.match(word))


def installed(series: str) -> set[tuple[str, ...]]:
    """Return the packages that dpkg knows in a guest, with versions and sources.

    What is linked statically, as tini is, has the C library for a second source.
    """
    fields = "${Package} ${Version} ${source:Package} (= ${source:Version})"
    fields += " ${Built-Using}"
    with open_guest(image(series)) as guest:
        status, lines = guest.run(f"dpkg-query -W -f '{fields}\\n'", BOOT_SECONDS)
    assert status == 0
    words = [line.split(maxsplit=2) for line in lines]
    return {
        (name, version, *source)
        for name, version, sources in words
        for source in re.findall(r"(\S+) \(= (\S+)\)", sources)
    }


def test_sources_are_those_of_the_lab(lab: Path) -> None:
    """A row for each package that dpkg knows in the lab, and none for another."""
    assert filecmp.cmp(lab / "root.squashfs", image(DEFAULT).root, shallow=False)
    _, root, _ = tables((lab / "SOURCES").read_text())
    assert root == installed(DEFAULT)


def test_sources_have_the_kernel_and_what_is_static(lab: Path) -> None:
    """The kernel with its own configuration; busybox, and the C library within."""
    kernel, _, static = tables((lab / "SOURCES").read_text())
    version = image(DEFAULT).version  # of the package, as in 6.12.117-1
    assert {row[2:] for row in kernel} >= {("linux", version)}
    config = (lab / "kernel-config").read_text()
    assert f"Linux/x86 {version.partition('-')[0]} Kernel Configuration" in config
    assert "\nCONFIG_NET_NS=y\n" in config
    assert {row[2] for row in static} == {"busybox", "glibc"}


def test_missing_qemu_is_explained(lab: Path) -> None:
    """The message says what to install."""
    run = subprocess.run(
        [lab / "boot"],
        env={"PATH": "/usr/bin:/bin", "QEMU": "no-such-qemu"},
        capture_output=True,
        text=True,
    )
    expected = "boot: no no-such-qemu: install QEMU for x86 machines\n"
    assert (run.returncode, run.stderr) == (1, expected)


def test_wrong_call_prints_the_usage(lab: Path) -> None:
    """And exits 2, as every program here."""
    run = subprocess.run([lab / "boot", "it"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (2, "usage: boot\n")


def test_samples_come_with_their_licence(tmp_path: Path) -> None:
    """Whoever has the archive alone can read what he may do."""
    packed = tmp_path / "samples.tar.gz"
    make.pack_samples(packed)
    with tarfile.open(packed) as tar:
        licence = tar.extractfile("code-samples/LICENSE")
        assert licence and licence.read() == (CHECKOUT / "LICENSE").read_bytes()
        assert "code-samples/unshare.c" in tar.getnames()


def test_samples_come_with_what_exercises_start_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They compile as the samples do, by the same Makefile."""
    shown = [one for one in make.offered() if one.name != "init-first"]
    monkeypatch.setattr(make, "offered", lambda: shown)
    packed = tmp_path / "samples.tar.gz"
    make.pack_samples(packed)
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path)
    folder = tmp_path / "code-samples"
    words = [f"BUILD={tmp_path}", f"{tmp_path}/exercises/introduction-command"]
    subprocess.run(["make", "-s", "-C", folder, *words], check=True)
    assert (folder / "exercises/introduction-pin.sh").exists()
    assert not (folder / "exercises/init-first.c").exists()  # no page shows it now


def test_archives_are_the_same_each_time(tmp_path: Path) -> None:
    """Whoever makes the same book gets the same sums."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("a")
    made = []
    for name in ("one.tar.gz", "two.tar.gz"):
        make.archive(source, tmp_path / name, "book")
        made.append((tmp_path / name).read_bytes())
        shutil.copy(source / "a", source / "a.new")
        (source / "a.new").replace(source / "a")  # the same text, another time
    assert made[0] == made[1]
