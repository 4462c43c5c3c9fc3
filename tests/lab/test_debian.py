"""Which kernel is fetched, and from where, as time goes by.

The repositories are small ones of our own: see mirror.py.
"""

from pathlib import Path

import pytest

from tests.lab import cache, debian, fetch
from tests.lab.cache import Kernel, LabError
from tests.lab.mirror import Repository

KERNEL = Kernel("6.12", "trixie")
META = "linux-image-amd64"
TRUST = debian.trust


def chosen(
    tmp_path: Path, kernel: Kernel = KERNEL, flavour: str = "amd64", kept: str = ""
) -> list[str]:
    """Return the packages that hold a kernel's files."""
    debian.private_apt(tmp_path / "apt", kernel.suite)
    return debian.kernel_packages(tmp_path / "apt", kernel, flavour, kept)[1]


def test_newest_of_the_series(mirror: Repository, tmp_path: Path) -> None:
    """Versions count as Debian counts them; other flavours and series do not."""
    names = {"6.12.9+deb13": "6.12.9-1", "6.12.117+deb13": "6.12.117-1"}
    names |= {"6.12.20+bpo": "6.12.20-1~bpo12+1", "6.120.1+deb13": "6.120.1-1"}
    names |= {"6.12.200+deb13-cloud": "6.12.200-1", "6.12.200+deb13-rt": "6.12.200-1"}
    mirror.suite("trixie", **names)
    assert chosen(tmp_path) == ["linux-image-6.12.117+deb13-amd64"]


@pytest.mark.parametrize("kept", ["", "5.10.0-9-amd64", "5.10.0-30-amd64"])
def test_older_names(mirror: Repository, tmp_path: Path, kept: str) -> None:
    """Names with a number for the interface; one that is in use stays."""
    names = {
        "5.10.0-9": "5.10.70-1",
        "5.10.0-32": "5.10.223-1",
        "5.10.0-8": "5.10.46-5",
    }
    mirror.suite("bullseye", **names)
    wanted = kept if kept == "5.10.0-9-amd64" else "5.10.0-32-amd64"
    found = chosen(tmp_path, Kernel("5.10", "bullseye"), kept=kept)
    assert found == [f"linux-image-{wanted}"]


def test_metapackage_points_elsewhere(mirror: Repository, tmp_path: Path) -> None:
    """The suite has moved on to the next series, and still has ours."""
    parts = "linux-binary-7.3.4+deb13-amd64, linux-modules-7.3.4+deb13-amd64"
    index = mirror.package(META, "7.4.1-1", "linux-image-7.4.1+deb13-amd64 (= 7.4.1-1)")
    index += mirror.package("linux-image-7.4.1+deb13-amd64", "7.4.1-1")
    index += mirror.package("linux-image-7.3.4+deb13-amd64", "7.3.4-1", parts)
    mirror.publish("trixie-backports", index)
    assert chosen(tmp_path, Kernel("7.3", "trixie-backports")) == [
        "linux-binary-7.3.4+deb13-amd64",
        "linux-modules-7.3.4+deb13-amd64",
        "linux-base-7.3.4+deb13-amd64",
    ]


def test_series_is_gone(mirror: Repository, tmp_path: Path) -> None:
    """The message says what there is, and what can be done."""
    mirror.suite("trixie", **{"6.13.1+deb13": "6.13.1-1"})
    wanted = "trixie has no kernel 6.12, .* 6.13.1.deb13-amd64: change .*kernels.txt"
    with pytest.raises(LabError, match=wanted):
        chosen(tmp_path)


@pytest.mark.parametrize("named", [False, True])
def test_suite_is_in_the_archive(
    mirror: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    named: bool,
) -> None:
    """It is beside the mirror, or where DEBIAN_ARCHIVE says; the mirror has others."""
    mirror.suite("trixie", **{"6.12.1+deb13": "6.12.1-1"})
    place = tmp_path / ("elsewhere" if named else "debian-archive/debian")
    archive = Repository(place)
    archive.suite("bullseye", **{"5.10.0-32": "5.10.223-1"})
    if named:
        monkeypatch.setenv("DEBIAN_ARCHIVE", archive.uri)
    found = chosen(tmp_path, Kernel("5.10", "bullseye"))
    assert found == ["linux-image-5.10.0-32-amd64"]
    said = f"has no bullseye any more: trying {archive.uri}"
    assert said in capsys.readouterr().err


def test_suite_is_nowhere(
    mirror: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names what would help, and what was said where."""
    monkeypatch.setattr(debian, "trust", TRUST)
    mirror.suite("trixie", **{"6.12.1+deb13": "6.12.1-1"})
    said = "debian-archive/debian bullseye Release' does not have a Release file"
    with pytest.raises(LabError, match=f"set DEBIAN_ARCHIVE(.|\n)*{said}"):
        chosen(tmp_path, Kernel("5.10", "bullseye"))


def test_other_trouble_is_not_the_archive_s(
    mirror: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that is damaged is said as such."""
    mirror.suite("trixie", **{"6.12.1+deb13": "6.12.1-1"})
    (mirror.place / "dists/trixie/main/binary-amd64/Packages").write_text("x")
    with pytest.raises(LabError, match="apt-get failed"):
        chosen(tmp_path)
    assert "archive" not in capsys.readouterr().err


def test_signature_is_asked_for(
    mirror: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody signed is refused, wherever it comes from."""
    monkeypatch.setattr(debian, "trust", TRUST)
    mirror.suite("trixie", **{"6.12.1+deb13": "6.12.1-1"})
    with pytest.raises(LabError, match="is not signed"):
        chosen(tmp_path)


def test_old_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the mirror's address: beside it, or on a host of that name."""
    monkeypatch.delenv("DEBIAN_ARCHIVE", raising=False)
    assert debian.old_releases("http://deb.example.org/debian/") == [
        "http://deb.example.org/debian-archive/debian",
        "http://archive.example.org/debian/",
    ]
    local = ["http://localhost:80/mirrors/debian-archive/debian"]
    assert debian.old_releases("http://localhost:80/mirrors/debian") == local
    monkeypatch.setenv("DEBIAN_ARCHIVE", "http://old.example.org/")
    only = ["http://old.example.org/"]
    assert debian.old_releases("http://deb.example.org/debian") == only


def test_package_that_has_gone_is_replaced(
    mirror: Repository,
    empty: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the lock file names is fetched again while it is there, then the newest."""

    def fetched(name: str) -> tuple[str, str]:
        debian.private_apt(tmp_path / name, KERNEL.suite)
        fetch.fetch_kernel(tmp_path / name, KERNEL)
        entry = cache.read_lock()[KERNEL.series]
        vmlinuz = cache.folder() / "kernels" / entry["release"] / "vmlinuz"
        assert vmlinuz.read_text() == entry["version"]
        return entry["version"], capsys.readouterr().err

    first, second = {"6.12.1+deb13": "6.12.1-1"}, {"6.12.2+deb13": "6.12.2-1"}
    mirror.suite("trixie", **first)
    assert fetched("new")[0] == "6.12.1-1"
    mirror.suite("trixie", **first, **second)
    version, said = fetched("again")
    assert version == "6.12.1-1"
    assert "has gone" not in said
    mirror.suite("trixie", **second)
    version, said = fetched("later")
    assert version == "6.12.2-1"
    lines = [line for line in said.splitlines() if "6.12.1-1" in line]
    notice = "lab: kernel 6.12.1-1 has gone from trixie: 6.12.2-1 takes its place"
    assert lines == [notice]
