"""Units run in trees of their own, and again when something of theirs has changed."""

import argparse
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from book.files import kernels

from tests import changes, check, proven, results, stage, units
from tests.units import Unit

# A part's program: it counts what its files hold, and leaves a trace of each run.
PROGRAM = """\
#!/bin/sh
cat value 2>/dev/null >&2 || exit 3
echo "$@" $(ls) >>{log}
echo "$(cat value) passed, $(cat {failed}) failed, 0 skipped"
exit $(cat {failed})
"""
RUN = "tests/fake/run"


class Checkout:
    """A checkout with one part, whose units read the file value."""

    def __init__(self, root: Path) -> None:
        """Write it; what the program notes, and whether it fails, lies outside."""
        self.tree = root / "tree"
        self.log, self.failed = root / "log", root / "failed"
        (self.tree / "tests/fake").mkdir(parents=True)
        text = PROGRAM.format(log=self.log, failed=self.failed)
        (self.tree / RUN).write_text(text)
        (self.tree / RUN).chmod(0o755)
        (self.tree / "value").write_text("3")
        (self.tree / "other").write_text("")
        self.failed.write_text("0")
        self.units = [Unit("fake", "a", ("a",), "uts", frozenset({RUN, "value"}))]

    def runs(self) -> list[str]:
        """Return a line for each run since the last call."""
        text = self.log.read_text() if self.log.exists() else ""
        self.log.unlink(missing_ok=True)
        return text.splitlines()

    def check(self, fresh: bool = False, kernel: str = "6.12") -> tuple[int, list[str]]:
        """Run the check; return its counts, and what it says of the rest."""
        args = argparse.Namespace(part=[], only=[], fresh=fresh, kernel=kernel)
        results, notes = check.run_units(["fake"], args)
        if results:
            assert check.total(results)[1] == (3 * len(results), 0, 0)
        return len(results), notes


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Return a checkout, an empty cache, and no lots."""
    made = Checkout(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for module in (check, stage):
        monkeypatch.setattr(module, "CHECKOUT", made.tree)
    monkeypatch.setattr(proven.keys, "__defaults__", (made.tree,))
    monkeypatch.setattr(stage, "STAGES", made.tree / "build/stages")
    monkeypatch.setattr(proven, "machine", lambda series: series)
    monkeypatch.setattr(proven, "lot", lambda seconds: set())
    monkeypatch.setattr(units, "PARTS", {"fake": lambda: iter(made.units)})
    monkeypatch.setattr(check, "PARTS", ("fake",))
    monkeypatch.setattr(changes, "changed", set)
    return made


def test_what_passed_is_not_run_again(checkout: Checkout) -> None:
    """It is said in a line, and does not count as passed."""
    assert checkout.check() == (1, []) and len(checkout.runs()) == 1
    said = "reused: 1 units of 1 parts, 3 checks, proven here before; FRESH=1 runs all"
    assert checkout.check() == (0, [said]) and checkout.runs() == []


def test_fresh_runs_all(checkout: Checkout) -> None:
    """It does not look at what passed, and still notes it."""
    assert checkout.check(fresh=True) == (1, []) == checkout.check(fresh=True)
    assert checkout.check()[0] == 0


def test_what_changed_is_run_again(checkout: Checkout) -> None:
    """A file of the unit counts, and no other."""
    checkout.check()
    (checkout.tree / "other").write_text("new")
    assert checkout.check()[0] == 0
    (checkout.tree / "value").write_text("03")
    assert checkout.check()[0] == 1
    assert checkout.check(kernel="5.10")[0] == 1


def test_what_failed_is_not_noted(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is run until it passes, and its name is said."""
    checkout.failed.write_text("1")
    args = argparse.Namespace(part=[], only=[], fresh=False, kernel="6.12")
    results, _ = check.run_units(["fake"], args)
    assert results[0].counts == (3, 1, 0)
    assert "that was a, with nothing but what it may read" in capsys.readouterr().out
    checkout.failed.write_text("0")
    assert checkout.check()[0] == 1


def test_a_lot_that_fails_empties_the_record(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What passed before and fails now tells that the keys do not know enough."""
    second = Unit("fake", "b", ("b",), "uts", frozenset({RUN, "value"}))
    checkout.units.append(second)
    assert checkout.check()[0] == 2
    monkeypatch.setattr(proven, "lot", lambda seconds: {1})
    assert checkout.check()[0] == 1 and checkout.check()[0] == 1
    checkout.failed.write_text("1")
    args = argparse.Namespace(part=[], only=[], fresh=False, kernel="6.12")
    check.run_units(["fake"], args)
    checkout.failed.write_text("0")
    monkeypatch.setattr(proven, "lot", lambda seconds: set())
    assert checkout.check()[0] == 2
    checkout.failed.write_text("1")
    args.fresh = True
    check.run_units(["fake"], args)
    checkout.failed.write_text("0")
    assert checkout.check()[0] == 2


def test_tree_holds_what_may_be_read(checkout: Checkout) -> None:
    """What a rule misses is missing; nothing is left of the tree."""
    checkout.check()
    words = "--kernel 6.12 --jobs 1 --only a"
    assert checkout.runs() == [f"{words} build node_modules tests value"]
    checkout.units[0] = Unit("fake", "a", (), "", frozenset({RUN}))
    args = argparse.Namespace(part=[], only=[], fresh=False, kernel="6.12")
    results, _ = check.run_units(["fake"], args)
    assert results[0].counts == (0, 1, 0)
    assert list(stage.STAGES.iterdir()) == []


def test_text_in_place_of_a_file(checkout: Checkout) -> None:
    """A unit gets less of a file than there is."""
    (checkout.tree / "page").write_text("prose\nheading")
    files = frozenset({RUN, "value"})
    unit = Unit("fake", "a", (), "", files, frozenset(), {"page": "heading"})
    with stage.alone(), stage.staged(unit) as tree:
        assert (tree / "page").read_text() == "heading"
        assert (tree / RUN).stat().st_mode & 0o111
        listed = ["git", "-C", str(tree), "ls-files"]
        known = subprocess.run(listed, capture_output=True, text=True).stdout.split()
        assert {*known} >= {"page", RUN, "value"} and "node_modules" not in known
    assert not tree.exists()


def test_stage_of_who_was_killed_goes(checkout: Checkout) -> None:
    """The next run begins with an empty folder."""
    left = stage.STAGES / "fake-a/value"
    left.parent.mkdir(parents=True)
    left.write_text("2")
    assert checkout.check()[0] == 1


def test_content_that_changes_meanwhile(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is noted is the content that ran, not the one that came while it did."""

    def edited(run: Callable[..., check.UnitRun]) -> Callable[..., check.UnitRun]:
        def wrapped(*words: object) -> check.UnitRun:
            (checkout.tree / "value").write_text("003")
            return run(*words)

        return wrapped

    monkeypatch.setattr(check, "run_unit", edited(check.run_unit))
    checkout.check()
    assert checkout.check()[0] == 1 and checkout.check()[0] == 0


def test_rows_of_what_is_reused(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit that is not run cannot say that its row is stale: the check does."""
    monkeypatch.setattr(kernels, "PARTS", ("fake",))
    monkeypatch.setattr(results, "unrecorded", lambda part, series: ["a", series[0]])
    args = argparse.Namespace(part=[], only=[], fresh=False, kernel="6.12")
    assert check.total(check.run_units(["fake"], args)[0])[1] == (3, 0, 0)
    assert check.total(check.run_units(["fake"], args)[0])[1] == (0, 2, 0)


def test_record_is_beside_a_unit(checkout: Checkout) -> None:
    """It is compared with what ran, and no part of the key."""
    record = checkout.tree / kernels.FILE
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    unit = checkout.units[0]
    with stage.alone(), stage.staged(unit) as tree:
        assert (tree / kernels.FILE).read_text() == "{}"
    before = proven.keys(unit, "6.12")
    record.write_text("{ }")
    assert proven.keys(unit, "6.12") == before


@pytest.mark.parametrize(
    ("names", "turns"),
    [
        (("lint", "live"), [[["lint"]], [["live"]]]),
        (("samples", "faults"), [[["samples"]], [["faults"]]]),
        (
            ("lint", "book", "browser", "live", "samples"),
            [[["lint"]], [["book"], ["browser", "live"]], [["samples"]]],
        ),
    ],
)
def test_what_runs_beside_what(names: list[str], turns: list[list[list[str]]]) -> None:
    """Only what leaves a processor idle has company."""
    assert check.in_turn(names) == turns


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a part, one for the chapters, what was reused, the last."""
    results = [
        check.UnitRun("samples", (2, 0, 1), 3.0, "mnt"),
        check.UnitRun("faults", (4, 0, 0), 4.0, "uts"),
        check.UnitRun("faults", (1, 1, 0), 5.0, "mnt", "mnt/tied", ("why",)),
    ]
    assert check.summary(results, ["reused: some"], "all") == 1
    assert capsys.readouterr().out.splitlines() == [
        "samples         3.0 s   2 passed, 0 failed, 1 skipped",
        "faults          9.0 s   5 passed, 1 failed, 0 skipped",
        "by chapter: mnt 8 s, uts 4 s",
        "longest: faults/mnt/tied 5 s",
        "reused: some",
        "failed: faults/mnt/tied 1",
        "faults      | why",
        "7 passed, 1 failed, 1 skipped",
    ]


def test_failure_is_what_was_said_before_how_to_repeat_it() -> None:
    """The first; or the end, where a program does not say how."""
    said = [*map(str, range(20)), "  repeat: make it", "more", "  repeat: make that"]
    assert check.failure(said)[0] == "13"
    assert check.failure(said)[-1] == "  repeat: make it"
    assert check.failure(["torn"]) == ("torn",)


def test_nothing_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Then all was reused, and the last line says that nothing ran."""
    assert check.summary([], ["reused: all"], "all") == 0
    assert capsys.readouterr().out.endswith("0 passed, 0 failed, 0 skipped\n")
