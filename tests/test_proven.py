"""What passed here is not run again, and is never taken for more than that."""

import os
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import proven
from tests.proven import Proof
from tests.units import Unit

ENTRY = Proof(5, 1, 2.5)


@pytest.fixture(autouse=True)
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache folder, and kernels that nobody has fetched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(proven, "machine", lambda series: f"kernel {series}")
    return tmp_path / "cache/linux-namespaces"


def test_entry() -> None:
    """What is written is read; of another key nothing is known."""
    assert proven.read("a") is None
    proven.write("a", ENTRY)
    assert proven.read("a") == ENTRY and proven.read("b") is None
    proven.forget()
    assert proven.read("a") is None


@pytest.mark.parametrize(
    "content", [b"", b"5 1", b"5 1 2.5", b"5 1 2.5\n6", b"-5 1 2.5\n", b"\xff\n"]
)
def test_damaged_entry_is_none(content: bytes) -> None:
    """One that is cut off, or of another form, is written anew."""
    proven.write("a", ENTRY)
    (proven.folder() / "a").write_bytes(content)
    assert proven.read("a") is None
    proven.write("a", ENTRY)
    assert proven.read("a") == ENTRY


def test_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were not used for the longest time do; reading is using."""
    monkeypatch.setattr(proven, "MOST", 3)
    for age, name in enumerate("edcba"):
        proven.write(name, ENTRY)
        os.utime(proven.folder() / name, (age, age))
    assert proven.read("e") == ENTRY
    proven.prune()
    assert {path.name for path in proven.folder().iterdir()} == {"a", "b", "e"}


def test_pruning_without_a_record() -> None:
    """Where there is none yet, nothing goes."""
    proven.prune()


def test_two_runs_at_once(cached: Path) -> None:
    """Entries are there whole, or not at all, while others write, prune and forget."""

    def work(number: int) -> set[Proof | None]:
        seen = set()
        for turn in range(40):
            proven.write(f"{turn % 4}", ENTRY)
            seen.add(proven.read(f"{turn % 4}"))
            (proven.prune if number else proven.forget)()
        return seen

    with ThreadPoolExecutor(4) as pool:
        seen = set().union(*pool.map(work, [0, 1, 2, 3]))
    assert seen <= {None, ENTRY}
    assert not list(cached.glob("tmp.*"))


def test_cache_that_cannot_be_written(cached: Path) -> None:
    """Nothing is noted then, and nobody is stopped by it."""
    cached.parent.mkdir()
    cached.write_text("a file in its place")
    proven.write("a", ENTRY)
    assert proven.read("a") is None


def test_lot() -> None:
    """Some twenty seconds are drawn; what takes longer seldom, and alone."""
    random.seed(1)
    for _ in range(50):
        seconds = [float(second) for second in range(1, 20)]
        drawn = proven.lot(seconds)
        assert drawn and sum(seconds[number] for number in drawn) <= proven.LOT
    long = [proven.lot([200.0]) for _ in range(500)]
    assert 20 < long.count({0}) < 90
    assert proven.lot([]) == set()


Keys = Callable[[], list[str]]
UNIT = Unit("samples", "a", (), "", frozenset({"a", "b"}), frozenset(), {"c": "text"})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with the files of UNIT."""
    (tmp_path / "a").write_text("one")
    (tmp_path / "b").symlink_to("a")
    return tmp_path


def other_link(tree: Path) -> None:
    """Have the link lead elsewhere."""
    (tree / "b").unlink()
    (tree / "b").symlink_to("c")


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "a").write_text("two"),
        lambda tree: (tree / "a").chmod(0o755),
        other_link,
    ],
)
def test_key_knows_every_file(tree: Path, change: Callable[[Path], None]) -> None:
    """Its content, whether it can be executed, where a link leads; not its time."""
    before = proven.keys(UNIT, "6.12", tree)
    os.utime(tree / "a", (1, 1))
    assert proven.keys(UNIT, "6.12", tree) == before
    change(tree)
    assert proven.keys(UNIT, "6.12", tree) != before


@pytest.mark.parametrize(
    "other",
    [
        Unit("transcripts", *list(vars(UNIT).values())[1:]),
        Unit("samples", "b", *list(vars(UNIT).values())[2:]),
        Unit("samples", "a", ("x",), *list(vars(UNIT).values())[3:]),
        Unit("samples", "a", (), "", frozenset({"a"}), frozenset(), {"c": "text"}),
        Unit("samples", "a", (), "", frozenset({"a", "b"}), frozenset(), {"c": ""}),
    ],
)
def test_key_knows_the_unit(tree: Path, other: Unit) -> None:
    """Part, name, what is chosen, which files, the texts in place of some."""
    assert proven.keys(other, "6.12", tree) != proven.keys(UNIT, "6.12", tree)


def test_key_knows_the_machine(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernel and image, and the versions of tools."""
    before = proven.keys(UNIT, "6.12", tree)
    monkeypatch.setattr(proven, "tools", lambda part: "gcc 13")
    assert proven.keys(UNIT, "6.12", tree) != before
    before = proven.keys(UNIT, "6.12", tree)
    monkeypatch.setattr(proven, "machine", lambda series: "another image")
    assert proven.keys(UNIT, "6.12", tree) != before


def test_all_kernels_prove_the_labs(tree: Path) -> None:
    """Who ran on all has run on the lab's own; not the other way round."""
    lab, *rest = proven.keys(UNIT, "6.12", tree)
    assert rest == [] and proven.keys(UNIT, "all", tree)[1:] == [lab]
    assert proven.keys(UNIT, "5.10", tree)[0] not in proven.keys(UNIT, "all", tree)


def test_tools_of_a_part() -> None:
    """The compiler itself is known, not only the package that names it."""
    versions = proven.tools("samples")
    assert f"\ngcc {proven.installed()['gcc'][0]}" in versions
    for name in (r"gcc-\d+", "libc6-dev", "qemu-system-x86", "python3"):
        assert any(re.match(rf"{name} \S", line) for line in versions.split("\n"))
    assert "\nstrace " in proven.tools("faults") and "\nstrace " not in versions


def test_without_dpkg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On another distribution the commands are known by their files."""
    (tmp_path / "gcc").write_text("#!/bin/sh\n")
    (tmp_path / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert proven.installed.__wrapped__() == {}
    monkeypatch.setattr(proven, "installed", dict)
    assert f"\ngcc {tmp_path}/gcc 10 " in proven.tools.__wrapped__("samples")
