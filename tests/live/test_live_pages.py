"""What the page is told of transcripts: what runs there, and what does not, and why."""

import json
from pathlib import Path

import pytest

from tests.live import pages
from tests.live.pages import GUEST, write_pages
from tests.transcripts import transcript

SESSION = """\
#: setup: mkdir /tmp/a
#: status: 1 false
sh1# false
sh2$ cat /tmp/a
> ^D
cat: /tmp/a: Is a directory
"""
STEPS = [(1, "#", ["false"], 1), (2, "$", ["cat /tmp/a", "^D"], 0)]


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that counts as the book's, with an empty page."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    (tmp_path / "transcripts/uts").mkdir(parents=True)
    return tmp_path


def write(docs: Path, **sessions: str) -> None:
    """Write a page and its transcripts."""
    for name, text in sessions.items():
        (docs / f"transcripts/uts/{name}.console").write_text(text)
    (docs / "uts.rst").write_text(
        "".join(f".. transcript:: uts/{name}\n" for name in sessions)
    )


def test_steps_and_reasons(docs: Path, tmp_path: Path) -> None:
    """A lab is a list: of what runs the steps, of what does not the reason."""
    write(
        docs,
        runs=SESSION,
        cannot="#: page: it has no compiler\n" + SESSION,
        newer="#: page: it has no compiler\n#: needs: linux >= 99.1\n" + SESSION,
    )
    write_pages(tmp_path / "pages")
    (lab,) = json.loads((tmp_path / "pages/uts.json").read_text())
    runs, *others = lab
    assert others == [
        {"name": "uts/cannot", "cannot": "it has no compiler"},
        {"name": "uts/newer", "cannot": "needs Linux 99.1"},
    ]
    steps = runs.pop("steps")
    assert runs == {"name": "uts/runs", "setup": ["mkdir /tmp/a"]}
    keys = ("terminal", "mark", "command", "status")
    assert [tuple(step[key] for key in keys) for step in steps] == STEPS


def test_the_file_that_serves_its_kernel(docs: Path, tmp_path: Path) -> None:
    """An alternative for the machine's kernel is what it runs, or does not."""
    write(docs, a=SESSION)
    series = json.loads(GUEST.read_text())["kernel"]
    other = docs / f"transcripts/uts/a@{series}.console"
    other.write_text("#: page: it prints more\n" + SESSION)
    assert pages.transcript("uts/a", series)["cannot"] == "it prints more"
    assert "steps" in pages.transcript("uts/a", "99.1")
