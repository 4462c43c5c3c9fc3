"""LICENSE gives each file of the project one licence, in its own words."""

import subprocess
from pathlib import Path

import pytest

from tests.book import licence
from tests.book.support import report

TEXT = """\
The text is free (SPDX-License-Identifier: T). The text is what stands in docs/*.rst
and tests/*/hints. Figures are text.

The code is free (SPDX-License-Identifier: C). The code is what stands in docs/live/,
Makefile and tests/ but tests/*/hints.
"""
FILES = [
    "LICENSE",
    "Makefile",
    "docs/a.rst",
    "docs/live/b.js",
    "tests/c",
    "tests/d/hints",
]


def tracked(root: Path) -> list[str]:
    """Return the project's files as git knows them, with new ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted(name for name in run.stdout.splitlines() if (root / name).is_file())


def test_every_file_has_one_licence(root: Path) -> None:
    """Whatever is in the project is text or code, and LICENSE says which."""
    text = (root / "LICENSE").read_text(encoding="utf-8")
    found = [one.spdx for one in licence.read_licences(text)]
    assert found == ["CC-BY-SA-4.0", "MIT"]
    report(licence.unclear(text, tracked(root)))


def test_words_are_understood() -> None:
    """Folders, patterns, exceptions; a name stands for one file, not for its like."""
    assert licence.unclear(TEXT, FILES) == []


@pytest.mark.parametrize(
    ("old", "new", "file", "finding"),
    [
        ("", "", "code/Makefile", "gives no licence to code/Makefile"),
        ("", "", "docs/e/a.rst", "gives no licence to docs/e/a.rst"),
        ("docs/*.rst", "docs/*.rst, docs/live/", "", "gives T and C to docs/live/b.js"),
        (" but tests/*/hints", "", "", "gives T and C to tests/d/hints"),
        ("Makefile and", "Makefile, conf.py and", "", "conf.py: there is no such file"),
    ],
)
def test_unclear_words_are_found(old: str, new: str, file: str, finding: str) -> None:
    """A file without a licence or with two, and a name for no file, are findings."""
    files = [*FILES, file] if file else FILES
    found = licence.unclear(TEXT.replace(old, new), files)
    assert len(found) == 1
    assert finding in found[0]
