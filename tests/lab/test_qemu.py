"""A QEMU that is missing, too old, silent or mad ends in a message, in time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab import accel, guest, qmp, state
from tests.lab.cache import HERE, Image, LabError
from tests.lab.fixtures import (
    PROGRAMS,
    SERIES,
    Fake,
    Typist,
    call,
    must_end,
    plant,
    refused,
    wait_for,
)
from tests.lab.guest import Guest
from tests.lab.image import image

# Finds the descriptors that it was given, as QEMU does, and has something to say.
PUPPET = """#!/usr/bin/python3 -BS
import os, re, sys
ports = dict(re.findall(r"id=(\\w+),fd=(\\d+)", " ".join(sys.argv)))
def say(port, data):
    os.write(int(ports[port]), data)
def hear(port):
    return os.read(int(ports[port]), 65536)
"""

READY = 'say("control", b"ready\\n")\nsay("wake", b"\\n")\n'  # as a guest that is up

SILENT = "#!/bin/sh\nexec sleep 1000\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_missing(img: Image, checkout: Path, tmp_path: Path, program: str) -> None:
    """The message names the package to install."""
    done = call(PROGRAMS[program], checkout, PATH=str(tmp_path))
    refused(done, 1, "install the package qemu-system-x86")


def test_missing_for_the_lab(img: Image, checkout: Path, tmp_path: Path) -> None:
    """The same from the lab itself, on a terminal."""
    lab = Typist(["tests/lab/lab"], checkout, PATH=str(tmp_path))
    lab.expect_exact("install the package qemu-system-x86")
    assert lab.finish() == 1
    assert "Traceback" not in lab.before


@pytest.mark.parametrize("program", PROGRAMS)
def test_too_old(fake: Fake, checkout: Path, program: str) -> None:
    """What QEMU says of an option that it does not know is shown."""
    fake(
        "#!/bin/sh\n"
        "echo \"qemu-system-x86_64: 'virtio-9p-pci' is not a valid device\" >&2\n"
        "exit 1\n"
    )
    done = call(PROGRAMS[program], checkout)
    refused(done, 1, "'virtio-9p-pci' is not a valid device")


def test_ends_without_a_word(fake: Fake, checkout: Path) -> None:
    """There is nothing to show but that."""
    fake("#!/bin/sh\nexit 0\n")
    refused(call(PROGRAMS["exec"], checkout), 1, "the guest (", "ended")


def test_hangs(fake: Fake, borrowed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up, and killed, when its time is over; a hang is not tried twice."""
    fake(f'#!/bin/sh\necho >>"{borrowed}/starts"\nexec sleep 1000\n')
    monkeypatch.setattr(guest, "BOOT_SECONDS", 0.5)
    with pytest.raises(LabError, match="stopped answering"):
        state.open_guest(image(SERIES))
    wait_for(lambda: not [pid for pid in os.listdir("/proc") if below_us(pid)])
    assert (borrowed / "starts").read_text() == "\n"
    assert not list(borrowed.glob("tmp.*"))


def below_us(pid: str) -> bool:
    """Tell whether a process is a child of this one that sleeps as SILENT does."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
        return False
    return f"\nPPid:\t{os.getpid()}\n" in status and status.startswith("Name:\tsleep\n")


def test_restore_hangs(
    fake: Fake, borrowed: Path, monkeypatch: pytest.MonkeyPatch, quick_boot: list[Image]
) -> None:
    """A state that does not come to life in time is given up for a boot."""
    real = guest.qemu()
    fake(
        f'#!/bin/sh\n[ -e "{borrowed}/once" ] && exec {real} "$@"\n'
        f'touch "{borrowed}/once"\nexec sleep 1000\n'
    )
    img = image(SERIES)
    plant(state.path(img))
    monkeypatch.setattr(state, "RESTORE_SECONDS", 0.5)
    with state.open_guest(img) as opened:
        assert opened.run("echo here", 30) == (0, ["here"])
    assert len(quick_boot) == 1


def test_control_port_talks_garbage(
    fake: Fake, borrowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is heard out until the deadline, not believed and not a traceback."""
    fake(PUPPET + 'say("control", bytes(range(256)) * 64)\nhear("qmp")\n')
    monkeypatch.setattr(guest, "BOOT_SECONDS", 0.5)
    with Guest(image(SERIES), CHECKOUT) as opened:
        with pytest.raises(LabError, match="stopped answering"):
            opened.wait_until_ready()


@pytest.mark.parametrize(
    "words", ["no json\\n", "[]\\n", '"x"\\n', "{}\\n", "\\xff\\n"]
)
def test_monitor_talks_garbage(
    fake: Fake, borrowed: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """The guest is up, and QEMU makes no sense: that is a LabError, as any trouble."""
    fake(
        PUPPET
        + f"{READY}say(\"qmp\", b'{{}}\\n{words}')\n"
        + 'while hear("qmp"): pass\n'
    )
    monkeypatch.setattr(qmp, "SECONDS", 1.0)
    monkeypatch.setattr(state, "RESTORE_SECONDS", 0.2)
    target = borrowed / "states/new"
    with pytest.raises((LabError, OSError)), state.boot(image(SERIES)) as guest:
        state.save(guest, target)
    assert not target.exists()
    assert not list(borrowed.glob("tmp.*"))


def test_monitor_hangs_up(fake: Fake, borrowed: Path) -> None:
    """QEMU dies while it saves."""
    fake(PUPPET + READY + 'say("qmp", b"{}\\n")\nhear("qmp")\n')
    wanted = pytest.raises((LabError, OSError), match="QEMU|peer|pipe")
    with wanted, state.boot(image(SERIES)) as guest:
        state.save(guest, borrowed / "states/new")
    assert not list(borrowed.glob("tmp.*"))


def test_probe_can_say_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The boot sector boots: else the answer would be no on every machine."""
    monkeypatch.setattr(accel, "SECONDS", 30.0)
    assert accel.guest_works("tcg", "max")


def test_kvm_that_hangs(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/kvm is there, and the first guest hangs: software emulation it is."""
    fake(SILENT)
    monkeypatch.delenv("LAB_ACCEL")
    monkeypatch.setattr(os, "access", lambda *_: True)
    monkeypatch.setattr(accel, "SECONDS", 0.2)
    assert accel.accelerator() == "tcg"


def test_kvm_that_fails(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the exit status of the boot sector is a yes."""
    monkeypatch.delenv("LAB_ACCEL")
    monkeypatch.setattr(os, "access", lambda *_: True)
    fake("#!/bin/sh\nexit 0\n")
    assert accel.accelerator() == "tcg"


def test_kvm_that_works(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is kept: a second question starts no QEMU."""
    monkeypatch.delenv("LAB_ACCEL")
    monkeypatch.setattr(os, "access", lambda *_: True)
    fake('#!/bin/sh\nrm "$0"\nexit 99\n')
    assert accel.accelerator() == "kvm"
    assert accel.accelerator() == "kvm"


def test_accelerator_is_named_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word of LAB_ACCEL that QEMU would stumble over is refused by us."""
    monkeypatch.setenv("LAB_ACCEL", "xen")
    with pytest.raises(LabError, match="LAB_ACCEL is kvm or tcg, not xen"):
        accel.accelerator()


def test_probe_ends_with_its_parent(fake: Fake, tmp_path: Path) -> None:
    """KVM hangs and the runner is killed: nothing is left, no file either."""
    fake(f'#!/bin/sh\necho $$ >"{tmp_path}/pid"\nexec sleep 1000\n')
    script = (
        "import os; from tests.lab import accel;"
        "os.access = lambda *_: True; accel.SECONDS = 1000; accel.kvm_works()"
    )
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-B", "-c", script, str(HERE)]
    env = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(command, env=env) as runner:
        try:
            wait_for(lambda: (tmp_path / "pid").exists())
            wait_for(lambda: (tmp_path / "pid").read_text().strip())
            with must_end([int((tmp_path / "pid").read_text())]):
                runner.kill()
        finally:
            runner.kill()
    assert not list((tmp_path / "tmp").iterdir())
