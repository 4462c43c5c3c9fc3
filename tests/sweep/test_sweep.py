"""The sweep goes over what Debian serves, once, and keeps one kernel at a time.

Kernels come from a mirror of our own, and what runs on them says what we like.
"""

import argparse
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import check
from tests.lab import cache, fetch
from tests.lab.cache import Image, Kernel, LabError
from tests.lab.debian import private_apt
from tests.lab.guest import machine
from tests.lab.mirror import Repository
from tests.samples.suite import SampleResult, SampleTests
from tests.sweep import bare, claims, record, run, served
from tests.sweep.claims import Claim
from tests.sweep.record import PARTS, PartOutcome, Package
from tests.sweep.served import Served

CLAIM = Claim("statmount", "6.8", "statmount(2)", "ask 457", ("EFAULT",), ("ENOSYS",))
KEYS = dict.fromkeys(PARTS, "now")
SUITES = {
    "bookworm": {"6.1.0-50": "6.1.176-1", "6.1.0-9": "6.1.27-1"},
    "trixie": {"6.12.117+deb13": "6.12.117-1"},
    "trixie-backports": {
        "6.12.120+deb13": "6.12.120-1~bpo13+1",
        "6.18.9+deb13": "6.18.9-1~bpo13+1",
        "6.18.15+deb13": "6.18.15-1~bpo13+1",
        "6.18.20+deb13-cloud": "6.18.20-1~bpo13+1",
        "7.0.4+deb13": "7.0.4-1~bpo13+1",
        "7.4-rc1": "7.4~rc1-1",
    },
}
VERSIONS = ["6.1.176-1", "6.12.117-1", "6.18.15-1~bpo13+1", "7.0.4-1~bpo13+1"]


class SweepRun(NamedTuple):
    """A part that ran on a kernel, and which kernels were in the cache then."""

    series: str
    part: str
    kernels: list[str]


def fetched() -> list[str]:
    """Return the kernels in the cache."""
    return sorted(place.name for place in cache.folder().glob("kernels/*"))


def names(listed: list[SweepRun]) -> list[tuple[str, str]]:
    """Return what ran where."""
    return [(ran.series, ran.part) for ran in listed]


@pytest.fixture
def debian(
    mirror: Repository, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """Have a mirror with three suites, and a lab of three kernels."""
    for name, versions in SUITES.items():
        mirror.suite(name, **versions)
    kernels = [Kernel("6.1", "bookworm"), Kernel("6.12", "trixie")]
    kernels.append(Kernel("7.0", "trixie-backports"))
    monkeypatch.setattr(cache, "kernels", lambda: kernels)
    return mirror


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a record of our own."""
    (tmp_path / "checkout/docs").mkdir(parents=True)
    monkeypatch.setattr(record, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr(claims, "claims", lambda: [CLAIM])
    monkeypatch.setattr(run, "keys", lambda: dict(KEYS))
    return tmp_path / "checkout"


@pytest.fixture
def ran(
    debian: Repository, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> list[SweepRun]:
    """Have parts that only note that they ran; return the notes."""
    notes: list[SweepRun] = []

    def image(series: str) -> Image:
        lock = cache.read_lock()
        if series not in lock:
            raise LabError("not there")
        place = cache.folder() / "kernels" / lock[series]["release"]
        initrd = cache.folder() / "initrds" / series
        initrd.parent.mkdir(exist_ok=True)
        initrd.touch()
        return Image(series, lock[series]["version"], place / "vmlinuz", initrd, place)

    def part(name: str) -> Callable[[Image, int], PartOutcome]:
        def work(img: Image, _: int) -> PartOutcome:
            notes.append(SweepRun(img.series, name, fetched()))
            return PartOutcome(passed=1)

        return work

    def probes(one: Served) -> PartOutcome:
        notes.append(SweepRun(one.series, "probes", fetched()))
        answer = "no: ENOSYS" if one.series == "6.1" else "yes: ok"
        return PartOutcome(passed=1, claims={"statmount": answer})

    monkeypatch.setattr(served, "image", image)
    monkeypatch.setattr(served.state, "path", lambda _: cache.folder() / "state")
    monkeypatch.setattr(run, "RUNS", {name: part(name) for name in run.RUNS})
    monkeypatch.setattr(run, "probes", probes)
    return notes


def sweep(*only: str, kernel: list[str] | None = None) -> tuple[int, int, int]:
    """Sweep; return the counts."""
    return run.sweep(argparse.Namespace(only=only, kernel=kernel or [], jobs=1))


def test_newest_of_each_series(debian: Repository) -> None:
    """Other flavours and candidates do not count, nor a lab's series elsewhere."""
    debian.suite("trixie", **SUITES["trixie"], **{"6.9.1+deb13": "6.9.1-1"})
    with ExitStack() as stack:
        found = [one.version for one in served.served(stack)]
    assert found == [VERSIONS[0], "6.9.1-1", *VERSIONS[1:]]


def test_lab_s_own_kernel_stays(
    debian: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lab has is measured, and is there afterwards, though a newer came."""
    kernel = Kernel("6.12", "trixie")
    private_apt(tmp_path / "apt", kernel.suite)
    fetch.fetch_kernel(tmp_path / "apt", kernel)
    debian.suite("trixie", **{"6.12.118+deb13": "6.12.118-1"})
    monkeypatch.setattr(served, "image", lambda series: series)
    with ExitStack() as stack:
        one = next(o for o in served.served(stack) if o.kernel == kernel)
        assert one.version == "6.12.117-1"
        with served.here(one):
            assert fetched() == ["6.12.117+deb13-amd64"]
    assert fetched() == ["6.12.117+deb13-amd64"]


def signed(mirror: Repository) -> None:
    """Have a series of which nothing but the signed package is left."""
    name = "6.19.14+deb13-amd64"
    parts = ", ".join(f"linux-{part}-{name}" for part in ("binary", "modules", "base"))
    index = mirror.package(f"linux-image-{name}", "6.19.14-1", parts)
    index += mirror.package(f"linux-binary-{name}", "6.19.14-1", place=name)
    mirror.publish("trixie-backports", index)


def test_kernel_without_modules(ran: list[SweepRun], debian: Repository) -> None:
    """It is asked, and no test runs there; the record says why."""
    signed(debian)
    assert sweep()[1] == 0
    assert ("6.19", "probes") in names(ran)
    assert [part for series, part in names(ran) if series == "6.19"] == ["probes"]
    kernels = record.read()["kernels"]
    assert {series for series in kernels if not kernels[series]["modules"]} == {"6.19"}


def test_kernel_alone(ran: list[SweepRun], debian: Repository) -> None:
    """To be asked, nothing but vmlinuz is taken, and it does not stay."""
    signed(debian)
    with ExitStack() as stack:
        found = {one.series: one for one in served.served(stack)}
        for series, version in {"6.1": "6.1.176-1", "6.19": "6.19.14-1"}.items():
            with served.vmlinuz(found[series]) as kernel:
                assert kernel.read_text() == version
            assert not kernel.exists()
        with served.here(found["6.1"]):
            pass
        with served.vmlinuz(found["6.1"]) as kernel:
            assert kernel == cache.folder() / "kernels/6.1.0-50-amd64/vmlinuz"
        assert kernel.exists()
    assert fetched() == ["6.1.0-50-amd64"]


def test_whole(ran: list[SweepRun]) -> None:
    """Every part on every kernel, two processors on one; all of it is recorded."""
    assert sweep() == (17, 0, 0)
    series = ["6.1", "6.12", "6.18", "7.0"]
    every = [(s, p) for s in series for p in PARTS]
    wanted = [(s, p) for s, p in every if p != "processors" or s == run.TWO]
    assert names(ran) == wanted
    data = record.read()
    assert list(data["kernels"]) == series
    assert data["claims"]["statmount"]["answers"]["6.1"] == "no: ENOSYS"


def test_one_kernel_at_a_time(ran: list[SweepRun], debian: Repository) -> None:
    """Beside the lab's own, on the disk; none is left."""
    own = {"6.1.0-50-amd64", "6.12.117+deb13-amd64", "7.0.4+deb13-amd64"}
    debian.suite(
        "trixie-backports",
        **{"6.16.1+deb13": "6.16.1-1", **SUITES["trixie-backports"]},
    )
    sweep()
    assert "6.16" in {note.series for note in ran}
    for note in ran:
        others = set(note.kernels) - own
        here = note.part != "probes" and note.series in ("6.16", "6.18")
        assert len(others) == here, note
    assert set(fetched()) == own
    served.clear()
    assert set(fetched()) == own
    assert set(cache.read_lock()) == {"6.1", "6.12", "7.0"}
    left = sorted(place.name for place in (cache.folder() / "initrds").iterdir())
    assert left == ["6.1", "6.12", "7.0"]


def test_goes_on(ran: list[SweepRun], monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted sweep has lost what ran last, and nothing else."""

    def interrupted(*_: object) -> PartOutcome:
        raise KeyboardInterrupt

    whole: dict[str, Callable[..., PartOutcome]] = dict(run.RUNS)
    monkeypatch.setattr(run, "RUNS", {**whole, "processors": interrupted})
    with pytest.raises(KeyboardInterrupt):
        sweep()
    before = names(ran)
    ran.clear()
    monkeypatch.setattr(run, "RUNS", whole)
    sweep()
    after = names(ran)
    assert ("6.18", "samples") in before
    assert after[0] == ("6.18", "processors")
    assert len(before) + len(after) == len({*before, *after}) == 17
    ran.clear()
    sweep()
    assert not ran


def test_what_was_left_goes(ran: list[SweepRun]) -> None:
    """A sweep that was killed could remove nothing: the next one does, at once."""
    with ExitStack() as stack:
        one = next(o for o in served.served(stack) if o.series == "6.18")
        fetch.fetch_kernel(one.apt, one.kernel)
    assert fetched() == ["6.18.15+deb13-amd64"]
    sweep("samples", kernel=["6.1"])
    assert [note.kernels for note in ran] == [["6.1.0-50-amd64"]]
    assert "6.18" not in cache.read_lock()


@pytest.mark.parametrize("what", ["key", "version"])
def test_what_changed_runs_again(
    ran: list[SweepRun], debian: Repository, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Another content of a part, or another package of a series; nothing else."""
    sweep()
    ran.clear()
    if what == "key":
        monkeypatch.setattr(run, "keys", lambda: KEYS | {"samples": "later"})
        wanted = [(series, "samples") for series in ("6.1", "6.12", "6.18", "7.0")]
    else:
        newer = {"6.18.16+deb13": "6.18.16-1~bpo13+1", "7.0.4+deb13": VERSIONS[3]}
        debian.suite("trixie-backports", **newer)
        wanted = [("6.18", name) for name in PARTS]
    sweep()
    assert names(ran) == wanted


def test_named_kernel_runs_again(ran: list[SweepRun]) -> None:
    """It was asked for, and nothing else."""
    sweep("probes")
    ran.clear()
    sweep("probes", kernel=["6.18"])
    assert names(ran) == [("6.18", "probes")]


def test_kernel_that_fails_counts(
    ran: list[SweepRun],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is a failure, has no row, is removed, and the others follow."""

    def broken(img: Image, _: int) -> PartOutcome:
        if img.series == "6.18":
            raise LabError("the guest ended")
        return PartOutcome(passed=1)

    monkeypatch.setattr(run, "RUNS", {**run.RUNS, "samples": broken})
    assert sweep() == (13, 1, 0)
    assert "sweep: 6.18: the guest ended" in capsys.readouterr().out
    kernels = record.read()["kernels"]
    assert list(kernels) == ["6.1", "6.12", "6.18", "7.0"]
    assert set(kernels["6.18"]) == {"version", "modules", "probes"}
    assert "6.18.15+deb13-amd64" not in fetched()


def test_full_disk(
    ran: list[SweepRun],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is downloaded that has no room; the message says how to go on."""
    usage = shutil.disk_usage("/")._replace(free=served.ROOM - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert sweep("samples") == (0, 4, 0)
    assert not fetched()
    with ExitStack() as stack:
        one = served.served(stack)[0]
        with pytest.raises(LabError, match="MB are free"), served.vmlinuz(one):
            pass
    assert "go on by 'make sweep'" in capsys.readouterr().out


def test_thing_that_went_away_fails(
    ran: list[SweepRun],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A beginning that cannot be said is no result."""

    def answers(one: Served) -> PartOutcome:
        said = "no: ENOSYS" if one.series == "6.18" else "yes: EFAULT"
        return PartOutcome(passed=1, claims={"statmount": said})

    monkeypatch.setattr(run, "probes", answers)
    assert sweep("probes") == (4, 1, 0)
    wanted = "statmount: Linux 6.1 has it, and Linux 6.18 has it no more"
    assert wanted in capsys.readouterr().out


OUTCOME = PartOutcome(passed=1, claims={"statmount": "yes: EFAULT"})


def enter(series: str, version: str, key: str = "now", part: str = "probes") -> None:
    """Enter an outcome."""
    record.enter(Package(series, version), part, key, OUTCOME, [CLAIM])


def test_told_release_is_compared(checkout: Path) -> None:
    """A claim that began elsewhere than is told of it is a failure."""
    enter("6.12", "6.12.117-1")
    assert record.contradictions(record.read(), [CLAIM]) == []
    enter("6.1", "6.1.176-1")
    (wrong,) = record.contradictions(record.read(), [CLAIM])
    assert wrong == "statmount: told of Linux 6.8, measured by 6.1"


def test_need_is_compared(checkout: Path) -> None:
    """A needs: line is told, too."""
    found = PartOutcome(needs={"linux >= 6.2": "yes: passed"})
    record.enter(Package("6.1", "6.1.176-1"), "samples", "now", found, [])
    (wrong,) = record.contradictions(record.read(), [])
    assert wrong == "linux >= 6.2: told of Linux 6.2, measured by 6.1"


def test_other_package_takes_the_row(checkout: Path) -> None:
    """What its predecessor answered stands no longer, and nothing of another."""
    enter("6.1", "6.1.9-1", part="samples")
    enter("6.12", "6.12.1-1")
    other = Package("6.1", "6.1.10-1", modules=False)
    record.enter(other, "exercises", "now", PartOutcome(), [CLAIM])
    data = record.read()
    row = data["kernels"]["6.1"]
    assert set(row) == {"version", "modules", "exercises"} and not row["modules"]
    assert data["claims"]["statmount"]["answers"] == {"6.12": "yes: EFAULT"}


def test_claim_that_is_no_more_goes(checkout: Path) -> None:
    """The record holds what the table has."""
    enter("6.1", "6.1.9-1")
    record.enter(Package("6.1", "6.1.9-1"), "probes", "now", PartOutcome(), [])
    assert record.read()["claims"] == {}


def test_a_row_is_a_line(checkout: Path) -> None:
    """A difference shows which kernel or claim is another; nothing else is left."""
    enter("6.12", "6.12.1-1")
    enter("6.1", "6.1.9-1")
    lines = record.path().read_text().splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith("  ")] == [
        '  "6.1"',
        '  "6.12"',
        '  "statmount"',
    ]
    assert [place.name for place in record.path().parent.iterdir()] == ["sweep.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kernels": {"x": {}}}'])
def test_damaged_record_is_refused(checkout: Path, text: str) -> None:
    """Nothing is written over what is not ours; the message says what to do."""
    record.path().write_text(text)
    with pytest.raises(LabError, match="'make sweep' writes it anew, once it is"):
        enter("6.1", "6.1.9-1")
    assert record.path().read_text() == text


@pytest.fixture
def fresh(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Have a record that stands for what is here; return the cache's lock file."""
    lock = {"6.12": {"version": "6.12.117-1"}}
    kernels = [Kernel("6.1", "bookworm"), Kernel("6.12", "trixie")]
    monkeypatch.setattr(cache, "read_lock", lambda: lock)
    monkeypatch.setattr(cache, "kernels", lambda: kernels)
    enter("6.1", "6.1.176-1")
    enter("6.12", "6.12.117-1")
    return lock


def test_fresh_record_warns_of_nothing(fresh: dict[str, Any]) -> None:
    """Neither does a kernel that is not in the cache, nor a part that did not run."""
    assert run.warnings() == []


def test_newer_kernel_warns(fresh: dict[str, Any]) -> None:
    """The lab's has moved on."""
    fresh["6.12"] = {"version": "6.12.118-1"}
    wanted = ["of Linux 6.12 it has 6.12.117-1, the lab 6.12.118-1"]
    assert record.stale(KEYS) == wanted


def test_new_series_warns(
    fresh: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab has one that was never swept."""
    monkeypatch.setattr(cache, "kernels", lambda: [Kernel("7.4", "forky")])
    assert record.stale(KEYS) == ["it lacks Linux 7.4"]


def test_other_content_warns(fresh: dict[str, Any]) -> None:
    """Probes, or tests, are not those that ran."""
    enter("6.12", "6.12.117-1", key="old")
    assert record.stale(KEYS) == ["its probes have changed since, on Linux 6.12"]


def test_check_prints_the_warning(
    fresh: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Among its last lines, and it does not fail for it."""
    fresh["6.12"] = {"version": "6.12.118-1"}
    ran = [check.UnitRun("lint", (1, 0, 0), 1.0)]
    monkeypatch.setattr(check, "run_units", lambda *_: (ran, []))
    monkeypatch.setattr(sys, "argv", ["tests/check", "--kernel=all"])
    monkeypatch.setattr(check.part, "end_at_once", lambda: None)
    monkeypatch.setenv("PYTHONPATH", "")  # main takes it away
    assert check.main() == 0
    lines = capsys.readouterr().out.splitlines()
    wanted = "docs/sweep.json is stale: of Linux 6.12 it has 6.12.117-1, the lab 6."
    assert lines[-2].startswith(wanted)


def verdict(sample: str, **counts: Any) -> SampleResult:
    """Return what came of a sample."""
    return SampleResult("6.1", SampleTests(Path(), sample, ("x",)), **counts)


def test_needs_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sample that passed is proof; a skip is a no, a failure is neither."""
    needs = {"a": "linux >= 6.8", "b": "linux >= 6.8", "c": "linux >= 6.9"}
    needs["d"] = "linux >= 7.0"
    monkeypatch.setattr(run.suite, "needs", lambda name: ("root", needs[name]))
    skip = ["x (needs linux >= 6.9)"]
    found = run.counted(
        [
            verdict("a", passed=1),
            verdict("b", failed=1),
            verdict("c", skipped=skip),
            verdict("d", failed=1),
        ]
    )
    assert (found.passed, found.failed, found.skipped) == (1, 2, 1)
    assert found.needs == {
        "linux >= 6.8": "yes: passed",
        "linux >= 6.9": "no: skipped: x (needs linux >= 6.9)",
        "linux >= 7.0": "unclear: failed",
    }


def test_two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guest has them, and a beginning is measured with one."""

    def all_run(images: list[Image], *_: object) -> list[SampleResult]:
        assert [image.processors for image in images] == [2]
        return [verdict("a", passed=1)]

    monkeypatch.setattr(run, "run_all", all_run)
    monkeypatch.setattr(run.suite, "needs", lambda _: ("linux >= 6.8",))
    img = Image("6.18", "6.18.15-1", Path("k"), Path("i"), Path("r"))
    found = run.processors(img, 1)
    assert (found.passed, found.needs) == (1, {})
    smp = machine(replace(img, processors=2))
    assert smp[smp.index("-smp") + 1] == "2"


GOOD = "name | 6.8 | it is there | ask it | ok, E* | ENOSYS\n"


def test_answers_are_judged() -> None:
    """An answer that the table does not know is none."""
    (claim,) = claims.parse(GOOD)
    said = ["ok", "EFAULT", "ENOSYS", "killed", ""]
    assert [claim.judge(word).partition(":")[0] for word in said] == [
        *("yes", "yes", "yes", "unclear", "unclear")
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("name | 6.8 | it is there | ask it | ok", "write NAME"),
        (GOOD.replace("ask it", ""), "write NAME"),
        (GOOD.replace("6.8", "six"), "a release is like"),
        (GOOD.replace("name", "Name"), "small letters"),
        (GOOD + GOOD, "there is another name"),
    ],
)
def test_bad_line_is_named(line: str, why: str) -> None:
    """The message says which line, and how one is written."""
    with pytest.raises(LabError, match=f"claims.txt:[12]: .*{why}"):
        claims.parse(line)


SAID = """Linux says something
answer name EPERM ok\x20
answers come in lines
no answer name ok
answer other
answer third sh: a: not found
"""


def test_answers_are_read() -> None:
    """What else the kernel prints is passed over."""
    wanted = {"name": "EPERM ok", "other": "", "third": "sh: a: not found"}
    assert bare.read(SAID) == wanted


def test_claims_are_asked(monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    """By their names; what a kernel did not come to is no answer."""
    asked = claims.parse(GOOD + GOOD.replace("name", "other"))

    def pack(questions: dict[str, str], programs: list[Path], tree: Path) -> Path:
        assert questions == {"name": "ask it", "other": "ask it"}
        assert "pin_mnt" in {program.name for program in programs}
        assert all(program.stat().st_mode & 0o100 for program in programs)
        return tree

    monkeypatch.setattr(bare, "pack", pack)
    monkeypatch.setattr(bare, "answers", lambda *_: {"name": "ok"})
    found = claims.ask(Path("vmlinuz"), asked)
    assert found == {"name": "yes: ok", "other": "unclear: it said nothing"}


def test_unclear_answer_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, with its kernel."""
    found = run.count_answers("6.1", {"a": "yes: ok", "b": "unclear: EPERM"})
    assert (found.passed, found.failed) == (1, 1)
    assert capsys.readouterr().out == "sweep: 6.1: b: unclear: EPERM\n"


@pytest.mark.parametrize("dead", ["#!/bin/sh\necho no\n", "#!/bin/sh\nexit 1\n"])
def test_kernel_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: str
) -> None:
    """It is a failure, with the last that was heard."""
    (tmp_path / "qemu").write_text(dead)
    (tmp_path / "qemu").chmod(0o755)
    monkeypatch.setattr(bare, "qemu", lambda: str(tmp_path / "qemu"))
    monkeypatch.setattr(bare, "accelerator", lambda: "tcg")
    with pytest.raises(LabError, match="vmlinuz answered nothing"):
        bare.answers(Path("vmlinuz"), Path("initrd"))


def test_kernel_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is bounded."""
    (tmp_path / "qemu").write_text("#!/bin/sh\nexec sleep 1000\n")
    (tmp_path / "qemu").chmod(0o755)
    monkeypatch.setattr(bare, "qemu", lambda: str(tmp_path / "qemu"))
    monkeypatch.setattr(bare, "accelerator", lambda: "tcg")
    monkeypatch.setattr(bare, "SECONDS", 0.1)
    with pytest.raises(LabError, match="vmlinuz was asked for 0 seconds"):
        bare.answers(Path("vmlinuz"), Path("initrd"))


def test_key_is_of_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that is asked otherwise has another key; a sample that is used, too."""
    monkeypatch.setattr(claims, "claims", lambda: [CLAIM])
    before = claims.key()
    assert before == claims.key()
    other = Claim(*("statmount", "6.8", "statmount(2)", "ask 458"), ("x",), ("y",))
    monkeypatch.setattr(claims, "claims", lambda: [other])
    assert before != claims.key()


def test_every_probe_is_used() -> None:
    """What no claim asks with goes."""
    asked = " ".join(claim.ask for claim in claims.claims())
    unused = [
        p.stem for p in (claims.HERE / "probes").glob("*.c") if p.stem not in asked
    ]
    assert not unused


def test_committed_record_stands() -> None:
    """What is printed began once, and when it is told to have begun."""
    known = claims.claims()
    assert record.contradictions(record.read(), known) == []
