"""The closing line of every run: what CI reads, and people too."""

import subprocess
import sys

from support import ROOT, Plant

TESTS = """\
import pytest

def test_pass(): pass

def test_fail(): assert False

@pytest.mark.skip(reason="to be counted")
def test_skip(): pass

@pytest.fixture
def broken(): raise OSError

def test_error(broken): pass
"""


def last_line(plant: Plant, tests: str) -> str:
    """Return the last line of a run of some tests with the book's conftest.py."""
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    folder = plant({"pytest.ini": "", "conftest.py": conftest, "test_it.py": tests})
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    return run.stdout.splitlines()[-1]


def test_run_ends_with_its_counts(plant: Plant) -> None:
    """An error counts as a failure."""
    assert last_line(plant, TESTS) == "1 passed, 2 failed, 1 skipped"


def test_unreadable_tests_are_a_failure(plant: Plant) -> None:
    """A file that cannot be imported must not pass as no tests."""
    assert last_line(plant, "import no_such_module\n") == (
        "0 passed, 1 failed, 0 skipped"
    )
