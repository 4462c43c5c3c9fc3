"""What a unit may read is found by rule in each part; what it need not, is not."""

import re
from functools import cache

import pytest

from tests import CHECKOUT, check, reads, units
from tests.units import PARTS, Unit

PAGES = re.compile(r"docs/\w+\.rst")
RECORDED = "docs/kernels.json"


@cache
def every() -> dict[str, Unit]:
    """Return all units by PART/NAME."""
    return {
        f"{unit.part}/{unit.name}": unit for make in PARTS.values() for unit in make()
    }


def test_every_part_has_units() -> None:
    """And each has a name of its own."""
    assert set(PARTS) == set(check.PARTS)
    found = [(unit.part, unit.name) for make in PARTS.values() for unit in make()]
    assert len(found) == len(set(found))
    assert {part for part, _ in found} == set(PARTS)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lint/gcc", "code-samples/mnt/cover_folder.c"),
        ("lint/gcc", "tests/exercises/library/facts.h"),
        ("lint/black", "pyproject.toml"),
        ("lint/flake8", ".flake8"),
        ("lint/clang-format", ".clang-format"),
        ("lint/mypy", "docs/_ext/book/pages/roles.py"),
        ("lint/mypy", "tests/lint/run"),
        ("lint/shellcheck", "tests/samples/helper.bash"),
        ("lint/codespell", "docs/mnt.rst"),
        ("book/book", "docs/mnt.rst"),
        ("book/book", RECORDED),
        ("book/test_lab", "tests/lab/fetch.py"),
        ("book/test_lab", "tests/lab/guest/init"),
        ("book/test_doer", "tests/exercises/uts-name/grader.c"),
        ("live/verdict", "docs/live/verdict.js"),
        ("live/verdict", "tests/exercises/show.py"),
        ("live/exercises", "tests/exercises/uts-name/solution.c"),
        ("samples/mnt", "tests/samples/mnt.bats"),
        ("samples/mnt", "tests/samples/helper.bash"),
        ("samples/mnt", "tests/samples/suite.py"),
        ("samples/mnt", "tests/samples/run"),
        ("samples/mnt", "tests/python"),
        ("samples/mnt", "code-samples/mnt/cover_folder.c"),
        ("samples/mnt", "code-samples/Makefile"),
        ("samples/mnt", "docs/_ext/book/files/headers.py"),
        ("samples/mnt", "tests/lab/kernels.txt"),
        ("facts/index", "tests/samples/uts.bats"),
        ("facts/index", "code-samples/uts/copy_uts.c"),
        ("facts/introduction", "code-samples/mnt/cover_folder.c"),
        ("facts/uts", "tests/facts/helper.bash"),
        ("transcripts/uts", "docs/transcripts/classes.json"),
        ("transcripts/uts", "code-samples/uts/copy_uts.c"),
        ("transcripts/uts", "code-samples/nsenter.c"),
        ("transcripts/uts", "tests/transcripts/session.py"),
        ("exercises/uts-name", "tests/exercises/uts-name/wrong"),
        ("exercises/uts-name", "tests/exercises/uts-name/hints"),
        ("exercises/uts-name", "tests/probe.c"),
        ("exercises/mnt-repair", "code-samples/mnt/cover_folder.c"),
        ("exercises/attacks", "tests/exercises/attacks/remounts.c"),
        ("faults/mnt/cover_folder", "code-samples/mnt/cover_folder.c"),
        ("faults/mnt/cover_folder", "tests/samples/mnt.faults"),
        ("faults/mnt/cover_folder", "tests/faults/words.txt"),
        (
            "faults/introduction/receive_ns",
            "code-samples/introduction/send_ns.c",
        ),
        ("faults/exercises/user-range", "tests/exercises/user-range/faults"),
        ("sanitizers/mnt/cover_folder", "tests/faults/valgrind.supp"),
        ("mutants/mnt/cover_folder", "tests/samples/mnt.bats"),
        ("mutants/mnt/cover_folder", "tests/mutants/mutant"),
    ],
)
def test_may_read(name: str, file: str) -> None:
    """A change of it is found: the unit runs again."""
    assert file in reads.tracked() and file in every()[name].files


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lint/gcc", "tests/samples/mnt.bats"),
        ("samples/mnt", "tests/samples/uts.bats"),
        ("samples/mnt", "code-samples/uts/copy_uts.c"),
        ("samples/mnt", "tests/samples/test_suite.py"),
        ("samples/mnt", "tests/check.py"),
        ("samples/mnt", "tests/lab/fetch.py"),
        ("facts/uts", "code-samples/mnt/cover_folder.c"),
        ("transcripts/uts", "docs/transcripts/mnt/tied.console"),
        ("exercises/uts-name", "tests/exercises/uts-join/solution.c"),
        ("exercises/uts-name", "code-samples/uts/copy_uts.c"),
        ("faults/mnt/cover_folder", "code-samples/mnt/try_propagation.c"),
        ("faults/mnt/cover_folder", "tests/samples/mnt.bats"),
        ("mutants/mnt/cover_folder", "tests/samples/mnt.mutants"),
    ],
)
def test_need_not_read(name: str, file: str) -> None:
    """A change of it costs nothing."""
    assert file not in every()[name].files


def test_prose_is_for_book_and_browser() -> None:
    """So are recorded results. Spelling of code reads all that is written."""
    for name, unit in every().items():
        if unit.part in ("book", "browser") or name == "lint/codespell":
            continue
        pages = {file for file in unit.files if PAGES.fullmatch(file)}
        assert not pages and RECORDED not in unit.files, name


def test_outline_has_no_prose() -> None:
    """What a page shows, in its order, and headings: no sentence."""
    page = reads.text("docs/mnt.rst")
    shown = reads.outline("mnt", units.SHOWN, ["mnt"])
    lines = shown.splitlines()
    assert lines[:4] == page.splitlines()[:4] and ".. exercise:: mnt-private" in lines
    order = [line.strip() for line in page.splitlines() if ".. transcript:: " in line]
    assert [line for line in lines if ".. transcript:: " in line] == order
    assert "A script wants a place" in page and "A script" not in shown


def test_exercise_reads_headings_of_its_facts() -> None:
    """Others may change."""
    texts = every()["exercises/uts-name"].texts
    assert "introduction-unshare:" in texts["docs/introduction.rst"]
    assert "introduction-pin" not in texts["docs/introduction.rst"]
    assert ".. exercise:: uts-name" in texts["docs/uts.rst"]


def test_mutants_are_those_of_the_sample() -> None:
    """Those of the chapter's other samples may change."""
    (text,) = (
        t
        for n, t in every()["mutants/mnt/cover_folder"].texts.items()
        if "mutants" in n
    )
    assert set(re.findall("^sample: (.*)$", text, re.M)) == {"cover_folder"}


def test_imports() -> None:
    """Those of packages, of names, and of JavaScript, with the Python in it."""
    assert "tests/lab/cache.py" in reads.imports("tests/part.py")
    assert "tests/__init__.py" in reads.imports("tests/part.py")
    assert "docs/_ext/book/files/samples.py" in reads.imports("tests/faults/subject.py")
    assert "docs/live/verdict.js" in reads.imports("tests/live/verdict.test.mjs")
    assert "tests/exercises/catalogue.py" in reads.imports("tests/live/solutions.mjs")
    assert "tests/exercises/grading.py" in reads.imports("tests/live/verdict.test.mjs")


def test_files_of_a_text() -> None:
    """By their places in the lab: patterns, folders, and files."""
    assert reads.seen_in("cc /book/code-samples/unshare.c") == {
        "code-samples/unshare.c"
    }
    assert "tests/samples/uts.bats" in reads.seen_in("/book/tests/samples/*.bats")
    for folder in ("/book/code-samples/$name", "in /book/code-samples"):
        assert "code-samples/uts/copy_uts.c" in reads.seen_in(folder)
    assert not reads.seen_in("/book/build/samples")


def test_samples_of_a_text() -> None:
    """A path is one, of whatever folder; a word is none, nor is a longer name."""
    assert reads.run_by("./unshare true") == {"unshare"}
    assert reads.run_by("run mnt/cover_folder slave") == {"mnt/cover_folder"}
    assert reads.run_by("unshare ./unshare_clone") == {"unshare_clone"}
    assert reads.run_by("sed x /book/code-samples/mnt/pin_mnt.c") == {"mnt/pin_mnt"}


def test_files_exist() -> None:
    """What a table names is there: a file that was renamed is noticed."""
    for table in (units.APART, units.READ):
        for name, places in table.items():
            for place in places:
                if not place.startswith("build/"):
                    assert reads.below(place), f"{name}: no {place}"
    for name in units.APART:
        assert (CHECKOUT / f"{name}.py").exists()


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        (["...", "FAILED tests/a.py::test_a - Timeout", *"abcdefghij"], "FAILED", "g"),
        ([*"abcdefghij", "repeat: make test", "more"], "d", "repeat:"),
        ([*"abcdefghij"], "c", "j"),
    ],
    ids=["pytest", "facts", "none"],
)
def test_what_is_said_again_of_a_failure(
    said: list[str], first: str, last: str
) -> None:
    """Its name is among it, however long the rest is."""
    shown = check.failure(said)
    assert shown[0].startswith(first) and shown[-1].startswith(last)
    assert len(shown) == check.LINES
