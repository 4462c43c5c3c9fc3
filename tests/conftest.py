"""What all Python tests of the book share: one closing line, a language, and a lab."""

import os

import pytest

pytest_plugins = ["tests.lab.fixtures", "tests.lab.mirror"]

os.environ["LC_ALL"] = "C.UTF-8"  # what programs say is compared


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End every run with one line that counts what ran; an error is a failure."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return

    def count(*outcomes: str) -> int:
        return sum(len(reporter.getreports(outcome)) for outcome in outcomes)

    passed, failed = count("passed"), count("failed", "error")
    skipped = count("skipped")
    reporter.write_line(f"{passed} passed, {failed} failed, {skipped} skipped")
