"""What the tests of the book share: where it is, and how they report."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import CHECKOUT

# Writes files, by path, into an empty folder, and returns the folder.
Plant = Callable[[dict[str, str]], Path]


def report(findings: list[str]) -> None:
    """Fail with the findings alone: they say more than a traceback."""
    if findings:
        pytest.fail("\n".join(findings), pytrace=False)


@dataclass(frozen=True)
class Build:
    """The result of building the book: where it lies and what Sphinx said."""

    html: Path
    doctrees: Path
    status: int
    log: str


def build_book(folder: Path) -> Build:
    """Build the book into a folder, as strictly as Sphinx can."""
    html, doctrees = folder / "html", folder / "doctrees"
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going"]
    run = subprocess.run(
        [*command, "-b", "html", "-d", doctrees, CHECKOUT, html],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Build(html, doctrees, run.returncode, run.stdout)
