"""The table of what the guests hold: how it is read, and that it is kept to."""

import json
import os
from pathlib import Path

import pytest

from tests.lab import contents
from tests.lab.cache import LabError
from tests.lab.contents import FILE, Held, parse
from tests.lab.fixtures import SERIES, call, refused

TABLE = """\
# KIND NAME | GUESTS | WHY

package gcc       | lab                | compiles
package coreutils | page: cat ls       | looks
package coreutils | page: rm           | removes
package mount     | lab, page: mount   | mounts
package tcc       | page               | compiles, too
module 9p         | lab, page          | the checkout
module ext4       | lab                | a disk
"""


def test_table_is_read() -> None:
    """A line says what each of its guests holds, and of a package which programs."""
    assert parse(TABLE)[:2] == [
        Held("package", "gcc", "lab", ()),
        Held("package", "coreutils", "page", ("cat", "ls")),
    ]
    assert [e.guest for e in parse(TABLE) if e.name == "mount"] == ["lab", "page"]


def test_guests_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets its own, once, in the order of the table."""
    (tmp_path / "contents.txt").write_text(TABLE)
    monkeypatch.setattr(contents, "FILE", tmp_path / "contents.txt")
    assert contents.names("package", "lab") == ["gcc", "mount"]
    assert contents.names("package", "page") == ["coreutils", "mount", "tcc"]
    assert contents.names("module", "page") == ["9p"]
    assert contents.programs("page") == ["cat", "ls", "rm", "mount"]
    assert contents.programs("lab") == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("package gcc | lab", "not enough values"),
        ("package gcc | lab | why | more", "too many values"),
        ("package gcc g++ | lab | why", "too many values"),
        ("program gcc | lab | why", "cannot read 'program gcc"),
        ("package GCC | lab | why", "cannot read 'package GCC"),
        ("package gcc | lab |", "cannot read"),
        ("package gcc | | why", "there is no guest ''"),
        ("package gcc | lab page | why", "there is no guest 'lab page'"),
        ("package gcc | lab, alone | why", "there is no guest 'alone'"),
    ],
)
def test_what_cannot_be_read_is_refused(line: str, error: str) -> None:
    """The message names file and line, and the form that is asked for."""
    with pytest.raises(LabError, match=f"contents.txt:2: {error}.*write KIND NAME"):
        parse(f"# a comment\n{line}\n", Path("contents.txt"))


def test_a_program_is_named_once() -> None:
    """Of the programs in the table none is in two packages."""
    held = [one for entry in parse(FILE.read_text()) for one in entry.programs]
    assert len(held) == len(set(held))


@pytest.mark.parametrize(("noted", "fetched"), [(None, False), ("other", True)])
def test_another_driver_is_fetched(
    borrowed: Path, checkout: Path, tmp_path: Path, noted: str | None, fetched: bool
) -> None:
    """A kernel that was fetched with other drivers than the table has is fetched anew.

    One that an older version fetched, without a note, goes on. Here fetching gets no
    further than the network.
    """
    lock = json.loads((borrowed / "lock.json").read_text())
    lock[SERIES].pop("drivers", None)
    if noted:
        lock[SERIES]["drivers"] = noted
    (borrowed / "lock.json").unlink()
    (borrowed / "lock.json").write_text(json.dumps(lock))
    (tmp_path / "bin").mkdir()
    for name in ("apt-get", "mmdebstrap"):
        tool = tmp_path / "bin" / name
        tool.write_text(f"#!/bin/sh\necho E: no network for {name} >&2\nexit 1\n")
        tool.chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    mirror = "http://mirror.invalid/debian"
    command = ["tests/lab/fetch", SERIES]
    done = call(command, checkout, PATH=path, DEBIAN_MIRROR=mirror)
    if fetched:
        refused(done, 1, "reading the package lists", "no network for apt-get")
    else:
        assert "reading the package lists" not in done.stderr
