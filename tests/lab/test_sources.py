"""A list of sources says what dpkg says, and can be read by machines."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.lab import sources
from tests.lab.cache import LabError
from tests.lab.debian import DATABASE, unpack
from tests.lab.sources import Origin

STATUS = """\
Package: kernel
Status: install ok unpacked
Architecture: amd64
Version: 6.1-1
Source: signed (6.1+1)
Built-Using: linux (= 6.1-1), gcc-12 (= 12.2-3)

Package: shell
Status: install ok unpacked
Architecture: amd64
Version: 1:5.2-2+b1
Source: bash (1:5.2-2)
Static-Built-Using: glibc (= 2.36-9)

Package: tool
Status: install ok unpacked
Architecture: amd64
Version: 3.0
"""
KERNEL = [
    Origin("kernel", "6.1-1", "gcc-12", "12.2-3"),
    Origin("kernel", "6.1-1", "linux", "6.1-1"),
    Origin("kernel", "6.1-1", "signed", "6.1+1"),
]
SHELL = [
    Origin("shell", "1:5.2-2+b1", "bash", "1:5.2-2"),
    Origin("shell", "1:5.2-2+b1", "glibc", "2.36-9"),
]
TOOL = [Origin("tool", "3.0", "tool", "3.0")]


def tables(text: str) -> list[set[tuple[str, ...]]]:
    """Return the rows below each heading of a list of sources, one a part."""
    _, *parts = re.split(r"^-+$", text, flags=re.MULTILINE)
    found = []
    for part in parts:
        cells = [re.split("  +", line) for line in part.splitlines() if "  " in line]
        assert cells[0] == list(sources.HEADS)
        assert all(len(row) == 4 and all(row) for row in cells)
        found.append({tuple(row) for row in cells[1:]})
    return found


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A dpkg database of three packages."""
    (tmp_path / "info").mkdir()
    (tmp_path / "status").write_text(STATUS)
    (tmp_path / "info/shell.list").write_text("/.\n/bin\n/bin/sh\n/doc\n")
    (tmp_path / "info/tool.list").write_text("/.\n/bin\n/bin/tool\n/doc\n")
    (tmp_path / "info/kernel.list").write_text("/.\n/boot\n/boot/vmlinuz\n")
    return tmp_path


def test_every_source_has_a_row(database: Path) -> None:
    """What was linked in or signed is a source, too."""
    assert sources.installed(database) == [*KERNEL, *SHELL, *TOOL]
    assert sources.installed(database, ["tool"]) == TOOL


def test_owners_of_files(database: Path) -> None:
    """A file may belong to several; nothing belongs to what has no such file."""
    assert sources.owners(database, ["/boot/vmlinuz"]) == ["kernel"]
    assert sources.owners(database, ["/bin/sh", "/doc"]) == ["shell", "tool"]
    with pytest.raises(LabError, match="dpkg does not know what is shipped: .*/bin/no"):
        sources.owners(database, ["/bin/no"])


def test_what_is_unpacked_is_known(tmp_path: Path) -> None:
    """A tree of packages can be asked what it is made of, file by file."""
    debs = []
    for name in ("one", "two"):
        package = tmp_path / name
        (package / "DEBIAN").mkdir(parents=True)
        control = (
            f"Package: {name}\nVersion: 2-1\nArchitecture: all\nSource: both (2)\n"
        )
        control += "Maintainer: Nobody <nobody@example.org>\nDescription: a test\n"
        (package / "DEBIAN/control").write_text(control)
        (package / "usr").mkdir()
        (package / "usr" / name).write_text(name)
        debs.append(tmp_path / f"{name}.deb")
        subprocess.run(["dpkg-deb", "-b", package, debs[-1]], check=True)
    unpack(debs, tmp_path / "tree")
    database = tmp_path / "tree" / DATABASE
    assert (tmp_path / "tree/usr/two").read_text() == "two"
    assert sources.owners(database, ["/usr/two"]) == ["two"]
    assert sources.owners(database, ["/usr"]) == ["one", "two"]
    rows = [Origin(name, "2-1", "both", "2") for name in ("one", "two")]
    assert sources.installed(database) == rows


def test_this_machine_is_asked(tmp_path: Path) -> None:
    """By whatever path a file is called; what dpkg does not know is told apart."""
    (tmp_path / "bios").write_text("a")
    found = sources.of_this_machine(
        Path("/usr/bin/../bin/dpkg-query"), tmp_path / "bios"
    )
    _, row, unknown = found.splitlines()
    assert row.split()[::2] == ["dpkg", "dpkg"]
    assert unknown.startswith(f"{tmp_path}/bios is of no Debian package; SHA-256 ca978")


def test_list_can_be_read(database: Path) -> None:
    """Rows stand below their headings, with the command that gets a source."""
    parts = {"One": sources.table(KERNEL), "Two": sources.table([*SHELL, *TOOL])}
    text = sources.listed("What it is", parts)
    assert "apt-get source SOURCE=VERSION" in text
    one, two = tables(text)
    assert one == {(r.package, r.version, r.source, r.source_version) for r in KERNEL}
    assert len(two) == 3
