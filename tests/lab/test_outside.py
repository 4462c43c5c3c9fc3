"""What the lab lacks of the world outside is said in a sentence, and ends in a failure.

Each lack is real: an address where nobody answers, a sandbox whose kernel refuses user
namespaces, a disk of a few megabytes.
"""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab import debian, outside
from tests.lab.fixtures import SECONDS, SERIES, call, refused

FETCH = ["tests/lab/fetch", SERIES]


@pytest.fixture
def closed() -> str:
    """Return the address of a mirror that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/debian"


@pytest.fixture
def rootless(borrowed: Path) -> Path:
    """Return a cache that lacks the root image: the next fetch is mmdebstrap's."""
    entries = json.loads((borrowed / "lock.json").read_text())
    del entries["root"]
    (borrowed / "lock.json").write_text(json.dumps(entries))
    (borrowed / "roots").unlink()
    return borrowed


def sandboxed(options: list[str], command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in the checkout, on this machine's files, with less."""
    bwrap = ["bwrap", "--dev-bind", "/", "/", "--die-with-parent", *options]
    nowhere = {"DEBIAN_MIRROR": "file:///nowhere"}  # should it come to that
    return call(["/usr/bin/env", *bwrap, "sh", "-c", command], CHECKOUT, **nowhere)


def test_mirror_does_not_answer(closed: str, tmp_path: Path) -> None:
    """The first fetch says that it is the mirror, and where another is named."""
    cold = {"XDG_CACHE_HOME": str(tmp_path), "DEBIAN_MIRROR": closed}
    done = call(FETCH, CHECKOUT, **cold)
    refused(done, 1, "lab: the Debian mirror gives no files (", "set DEBIAN_MIRROR to")
    assert not list((tmp_path / "linux-namespaces").glob("tmp.*"))


@pytest.mark.parametrize("tool", ["apt-get", "mmdebstrap"])
def test_mirror_is_asked(
    closed: str, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    """It is for these tools that it may be the reason, and no others."""
    monkeypatch.setenv("DEBIAN_MIRROR", closed)
    monkeypatch.setattr(outside, "no_namespaces", lambda: "")
    assert "the Debian mirror gives no files" in debian.reason(tool, "")
    assert debian.reason("depmod", "") == ""


def test_user_namespaces_are_not_allowed(rootless: Path) -> None:
    """mmdebstrap's "unable to pick chroot mode" is told in words of ours."""
    done = sandboxed(
        ["--unshare-user", "--disable-userns", "--uid", "1000"], " ".join(FETCH)
    )
    refused(done, 1, "lab: user namespaces are not allowed here (unshare: ")
    assert "sysctl user.max_user_namespaces" in done.stderr


def test_no_range_of_ids(rootless: Path, tmp_path: Path) -> None:
    """Who may make a user namespace, and has one number for it, is told what lacks."""
    (tmp_path / "empty").touch()
    nothing = ["--ro-bind", str(tmp_path / "empty"), "/etc/subuid"]
    done = sandboxed(["--unshare-user", "--uid", "1000", *nothing], " ".join(FETCH))
    refused(done, 1, "lab: this user has no range of ids", "a line in /etc/subuid")


def test_root_without_rights(rootless: Path) -> None:
    """Root in a container may be root by name only."""
    alone = ["--unshare-user", "--uid", "0", "--cap-drop", "ALL"]
    done = sandboxed(alone, " ".join(FETCH))
    refused(done, 1, "lab: root has no right to mount here", "on the machine itself")


def test_full_disk(borrowed: Path, tmp_path: Path) -> None:
    """A guest's initramfs that finds no room says so, and leaves nothing half made."""
    (borrowed / "initrds").unlink()
    disk = tmp_path / "disk"
    disk.mkdir()
    small = ["--size", "2000000", "--tmpfs", str(disk)]
    done = sandboxed(
        [*small, "--setenv", "XDG_CACHE_HOME", str(disk)],
        f"cp -a '{borrowed}' '{disk}' && tests/lab/exec true; ls '{disk}'/*/initrds",
    )
    assert f"the disk is full: free some of {disk}/linux-namespaces" in done.stderr
    assert done.stdout == ""


def test_full_disk_for_a_program_of_ours() -> None:
    """The same sentence for what is no tool's message but the kernel's."""
    error = OSError(28, os.strerror(28), "/a/file")
    assert outside.told(error).startswith("the disk is full: free some of ")
    assert outside.told(error).endswith("'/a/file'")
    assert outside.told(ValueError("No space left on device")) == str(
        ValueError("No space left on device")
    )


def test_nothing_is_missing() -> None:
    """No reason is invented for who lacks nothing."""
    assert outside.full_disk("E: 404  Not Found") == ""
    assert outside.complaint(["true"]) == ""


def test_question_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that is missing, and one that hangs, are complaints too."""
    monkeypatch.setattr(outside, "SECONDS", 0.1)
    assert "no-such-tool" in outside.complaint(["no-such-tool"])
    assert "timed out" in outside.complaint(["sleep", str(SECONDS)])
