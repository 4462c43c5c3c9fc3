"""The closing line of every run: what CI reads, and people too."""

import subprocess
import sys

from tests import CHECKOUT
from tests.book.support import Plant

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
    conftest = (CHECKOUT / "tests" / "conftest.py").read_text(encoding="utf-8")
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


BROWSER_TESTS = """\
import { describe, test } from "node:test";

test("pass", () => {});
test("fail", () => { throw new Error("why"); });
test.skip("skip", () => {});
describe("group", () => {
    test("pass", () => {});
    test("fail", () => Promise.reject("why"));
});
"""


def run_node(plant: Plant, tests: str) -> list[str]:
    """Return what node's test runner prints with the book's reporter."""
    folder = plant({"it.test.mjs": tests})
    reporter = CHECKOUT / "tests" / "browser" / "reporter.mjs"
    command = ["node", "--test", f"--test-reporter={reporter}", "it.test.mjs"]
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    return run.stdout.splitlines()


def test_browser_run_ends_with_its_counts(plant: Plant) -> None:
    """Groups and files are not tests; a failure is shown with its reason."""
    lines = run_node(plant, BROWSER_TESTS)
    assert lines[-1] == "2 passed, 2 failed, 1 skipped"
    assert lines[:2] == ["FAILED  fail", "    Error: why"]


def test_unreadable_browser_tests_are_a_failure(plant: Plant) -> None:
    """A file that cannot be loaded must not pass as no tests."""
    lines = run_node(plant, 'import "./gone.mjs";')
    assert lines[-1] == "0 passed, 1 failed, 0 skipped"
