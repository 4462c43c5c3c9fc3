"""docs/kernels.json keeps what was not run, and says so where it lacks what was."""

import argparse
import time
from pathlib import Path

import pytest

from book.files.content import key
from book.files.kernels import Kernels, Row, format_kernels, parse_kernels
from tests import results
from tests.lab import cache
from tests.lab.cache import LabError
from tests.results import Ran, Rows

LOCK = {"6.1": {"version": "6.1.9-1"}, "6.12": {"version": "6.12.5-1"}}
SAMPLE = "code-samples/unshare.c"
OTHER = "code-samples/user/other.c"
SESSION = "docs/transcripts/uts/name.console"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have two samples and a transcript, and two kernels that were fetched."""
    monkeypatch.setattr(cache, "read_lock", lambda: LOCK)
    monkeypatch.setattr(results, "CHECKOUT", tmp_path)
    for name in (SAMPLE, OTHER, SESSION):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("sh1# ls\n")
    return tmp_path


@pytest.fixture
def old(checkout: Path) -> Kernels:
    """Return what earlier runs came to, which stands in the checkout's file."""
    sample = Row(
        key(checkout, "samples", "unshare.c"), {"5.10": "failed", "6.1": "passed"}
    )
    other = Row(key(checkout, "samples", "user/other.c"), {"6.1": "skipped: why"})
    session = Row(key(checkout, "transcripts", "uts/name"), {"6.1": "passed"})
    rows: dict[str, dict[str, Row]] = {
        "samples": {"unshare.c": sample, "user/other.c": other},
        "transcripts": {"uts/name": session},
        "facts": {},
        "exercises": {},
    }
    known = Kernels("2020-02-02", {"5.10": "5.10.3-1", "6.1": "6.1.9-1"}, rows)
    file(checkout).write_text(format_kernels(known))
    return known


def file(checkout: Path) -> Path:
    """Return where the results of a checkout stand."""
    return checkout / "docs/kernels.json"


def read(checkout: Path) -> Kernels:
    """Return the results as they stand there now."""
    return parse_kernels(file(checkout).read_text())


def ran(series: str, outcome: str = "passed", name: str = "unshare.c") -> Ran:
    """Return what came of a sample on a kernel."""
    return Ran(name, series, outcome, f"x/{Path(name).stem}")


def enter(checkout: Path, *outcomes: Ran) -> Kernels:
    """Enter what came of samples; return the results."""
    assert Rows("samples", file(checkout)).settle(list(outcomes)) == 0
    return read(checkout)


def edit(checkout: Path, path: str = SAMPLE) -> None:
    """Change a file of the checkout."""
    (checkout / path).write_text("sh1# ls -l\n")


def test_merges(checkout: Path, old: Kernels) -> None:
    """What ran is new; kernels, rows and parts that did not run stay."""
    new = enter(checkout, ran("6.12"))
    outcomes = {"5.10": "failed", "6.1": "passed", "6.12": "passed"}
    row = Row(old.rows["samples"]["unshare.c"].key, outcomes)
    assert new == Kernels(
        results.today(),
        {**old.versions, "6.12": "6.12.5-1"},
        {**old.rows, "samples": {**old.rows["samples"], "unshare.c": row}},
    )
    assert not file(checkout).with_suffix(".tmp").exists()


def test_failure_is_not_hidden(checkout: Path, old: Kernels) -> None:
    """Nor by an older run that agreed."""
    Rows("transcripts", file(checkout)).settle(
        [Ran("uts/name", "6.1", "failed", "uts")]
    )
    new = read(checkout)
    assert new.rows["transcripts"]["uts/name"].outcomes == {"6.1": "failed"}
    assert new.rows["samples"] == old.rows["samples"]


@pytest.mark.parametrize("order", [1, -1])
def test_one_failure_decides(checkout: Path, old: Kernels, order: int) -> None:
    """A sample may have tests in two files; no file's passes hide a failure."""
    new = enter(checkout, *[ran("6.1", "failed"), ran("6.1")][::order])
    assert new.rows["samples"]["unshare.c"].outcomes["6.1"] == "failed"
    new = enter(checkout, *[ran("6.1", "skipped: x"), ran("6.1")][::order])
    assert new.rows["samples"]["unshare.c"].outcomes["6.1"] == "passed"


def test_other_kernels_say_nothing_of_other_content(
    checkout: Path, old: Kernels
) -> None:
    """A row of what has changed begins anew, with the kernel that ran it."""
    edit(checkout)
    new = enter(checkout, ran("6.12")).rows["samples"]
    now = key(checkout, "samples", "unshare.c")
    assert now != old.rows["samples"]["unshare.c"].key
    assert new["unshare.c"] == Row(now, {"6.12": "passed"})
    assert new["user/other.c"] == old.rows["samples"]["user/other.c"]


def test_what_changes_meanwhile_is_not_entered(
    checkout: Path, old: Kernels, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ran is not what is there now: neither form has been seen to pass."""
    rows = Rows("samples", file(checkout))
    edit(checkout)
    assert rows.settle([ran("6.1"), ran("6.12", name="user/other.c")]) == 1
    assert "unshare.c: it was changed while it ran" in capsys.readouterr().out
    new = read(checkout).rows["samples"]
    assert new["unshare.c"] == old.rows["samples"]["unshare.c"]
    assert new["user/other.c"].outcomes["6.12"] == "passed"


def test_first_results(checkout: Path) -> None:
    """It does not take an old file."""
    new = enter(checkout, ran("6.1"))
    row = Row(key(checkout, "samples", "unshare.c"), {"6.1": "passed"})
    known = Kernels(results.today(), {"6.1": "6.1.9-1"})
    known.rows["samples"]["unshare.c"] = row
    assert new == known


def test_what_is_gone_leaves(checkout: Path, old: Kernels) -> None:
    """A badge for a sample that was removed would stand on nothing."""
    (checkout / OTHER).unlink()
    assert list(enter(checkout, ran("6.1")).rows["samples"]) == ["unshare.c"]


def test_nothing_new(checkout: Path, old: Kernels) -> None:
    """A run that says the same again makes no difference to commit."""
    assert enter(checkout, ran("6.1")) == old


def test_half_a_file_is_never_seen(
    checkout: Path, old: Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails, the old one is there, whole."""

    def full(path: Path, text: str, encoding: str) -> int:
        with path.open("w", encoding=encoding) as half:
            half.write(text[:100])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError):
        Rows("samples", file(checkout)).settle([ran("6.12")])
    assert read(checkout) == old


@pytest.mark.parametrize("zone", ["<-12>12", "<+14>-14"])
def test_date(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same day everywhere: for half of these zones it is another there."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        found = results.today()
    time.tzset()
    assert found == time.strftime("%Y-%m-%d", time.gmtime())


@pytest.mark.parametrize("text", ["", "[]", '{"samples": {"unshare.c": 1}}'])
def test_broken_file_is_refused(checkout: Path, text: str) -> None:
    """The message names the file, which stays as it is: somebody may mend it."""
    file(checkout).write_text(text)
    for into in (file(checkout), None):
        with pytest.raises(LabError, match="kernels.json is damaged"):
            Rows("samples", into).settle([ran("6.1")])
    assert file(checkout).read_text() == text


def test_what_is_recorded_passes(
    checkout: Path, old: Kernels, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it ran; and what failed has been told, and is not told again."""
    everything = [ran("6.1"), ran("6.1", "skipped: why", "user/other.c")]
    assert Rows("samples", None).settle([*everything, ran("6.12", "failed")]) == 0
    assert capsys.readouterr().out == ""
    assert read(checkout) == old


STALE = {
    "no row": ([], ran("6.1", name="user/new.c"), "user/new.c: it has no row"),
    "another form": (
        [SAMPLE],
        ran("6.1"),
        "unshare.c: it has changed since it was recorded",
    ),
    "another kernel": (
        [],
        ran("6.12"),
        "unshare.c: of Linux 6.12 its row says: nothing",
    ),
    "another outcome": (
        [],
        ran("5.10"),
        "unshare.c: of Linux 5.10 its row says: failed",
    ),
    "another reason": (
        [],
        ran("6.1", "skipped: because", "user/other.c"),
        "user/other.c: of Linux 6.1 its row says: skipped: why",
    ),
}


@pytest.mark.parametrize(("edited", "one", "why"), STALE.values(), ids=STALE)
def test_stale_row_fails(
    edited: list[str],
    one: Ran,
    why: str,
    checkout: Path,
    old: Kernels,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The row alone is at fault; it is said so, with what records it."""
    (checkout / "code-samples/user/new.c").touch()
    for path in edited:
        edit(checkout, path)
    assert Rows("samples", None).settle([one]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "samples: this ran as it should; only docs/kernels.json does not say so yet:",
        f"  {why}",
        f"  record: make matrix PART=samples ONLY={one.only}",
    ]
    assert read(checkout) == old


def test_stale_rows_are_recorded_at_once(
    checkout: Path, old: Kernels, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command for all of them; a row counts once, on however many kernels."""
    everything = [ran("6.12"), ran("6.12", name="user/other.c")]
    edit(checkout)
    assert Rows("samples", None).settle([ran("6.1"), *everything]) == 2
    said = capsys.readouterr().out
    assert said.count("unshare.c: ") == 1
    assert said.endswith(" PART=samples ONLY='x/other x/unshare'\n")


def test_option() -> None:
    """All parts that have rows take the same."""
    parser = argparse.ArgumentParser()
    results.options(parser)
    assert parser.parse_args([]).results is None
    given = parser.parse_args(["--results", "docs/kernels.json"])
    assert given.results == Path("docs/kernels.json")


def test_rows_that_are_missing_or_stale(checkout: Path, old: Kernels) -> None:
    """By the file alone, whether or not anything runs."""
    assert results.unrecorded("samples", ["6.1"]) == []
    assert results.unrecorded("samples", ["5.10", "6.1"]) == ["user/other.c"]
    (checkout / SAMPLE).write_text("sh1# ls -l\n")
    assert results.unrecorded("samples", ["6.1"]) == ["unshare.c"]
