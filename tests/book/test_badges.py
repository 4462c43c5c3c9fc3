"""A badge goes when what it stands for changes, and no writer is stopped by that."""

import os
import re
from pathlib import Path

import pytest

from book.files.content import key
from book.files.kernels import FILE, Kernels, Row, format_kernels
from book.pages.kernel_matrix import NOT_RUN
from tests.book.support import Plant
from tests.book.test_exercise import FILES
from tests.book.test_extension import PROJECT, SESSION, read_page, run_sphinx

SUITE = "tests/samples/uts.bats"
GRADER = "tests/exercises/uts-do/grader.c"
TEST = '@test "try: it tries" {\n    true\n}\n'
PLACES = {"samples": "uts/try.c", "transcripts": "uts/look", "exercises": "uts-do"}
TREE = {
    **PROJECT,
    **FILES,
    "index.rst": PROJECT["index.rst"] + "   docs/kernels\n",
    "docs/kernels.rst": "Kernels\n=======\n\n.. kernel-matrix::\n",
    "docs/page.rst": "Page\n====\n\n.. sample:: uts/try.c\n\n"
    ".. transcript:: uts/look\n\n.. exercise:: uts-do\n",
    "docs/live/guest.json": '{"kernel": "6.12"}',  # a page that lacks it is always read
    SUITE: TEST,
    GRADER: "int main(void) { }\n",
}


@pytest.fixture
def folder(plant: Plant) -> Path:
    """Return a book in which everything has run in the form it has, and is shown."""
    root = plant(TREE)
    record(root)
    assert run_sphinx(root, "html") == ""
    return root


def record(folder: Path) -> None:
    """Write that everything has run as it is now."""
    ran = {"6.1": "passed", "6.12": "failed"}
    rows = {p: {name: Row(key(folder, p, name), ran)} for p, name in PLACES.items()}
    versions = {"6.1": "6.1.9-1", "6.12": "6.12.5-1"}
    known = Kernels("2026-01-02", versions, {**Kernels().rows, **rows})
    write(folder, str(FILE), format_kernels(known))


def badges(folder: Path) -> list[str]:
    """Return the lines that say where something ran, as a reader sees them."""
    lines = re.findall(r'<p class="checked">(.*?)</p>', read_page(folder), re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", line).split()) for line in lines]


def not_run(folder: Path) -> list[str]:
    """Return the rows of the appendix that are said not to have run."""
    html = (folder / "out/html/docs/kernels.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    stale = [re.sub("<[^>]+>", " ", row).split() for row in rows if NOT_RUN in row]
    return [words[0] for words in stale]


def write(folder: Path, path: str, text: str) -> None:
    """Change a file; the build looks at its time."""
    newer = (folder / path).exists()
    (folder / path).write_text(text)
    if newer:
        os.utime(folder / path, (2e9, 2e9))


def test_what_ran_is_said(folder: Path) -> None:
    """Sample, transcript and exercise alike."""
    assert badges(folder) == ["Last run on Linux 6.1 6.12 (failed)"] * 3
    assert not_run(folder) == ["try.sh"]


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        (
            "code-samples/uts/try.c",
            PROJECT["code-samples/uts/try.c"] + "\n",
            "uts/try.c",
        ),
        (SUITE, TEST.replace("true", "run true"), "uts/try.c"),
        ("docs/transcripts/uts/look.console", SESSION + "more\n", "uts/look"),
        (GRADER, "int main;\n", "uts-do"),
    ],
)
def test_what_changed_has_no_badge(
    path: str, text: str, name: str, folder: Path
) -> None:
    """It is built without a warning; what did not change keeps its badge, and it
    gets one again when it has run."""
    write(folder, path, text)
    assert run_sphinx(folder, "html") == ""
    assert len(badges(folder)) == 2
    assert sorted(not_run(folder)) == ["try.sh", name]
    record(folder)
    assert run_sphinx(folder, "html") == ""
    assert len(badges(folder)) == 3
    assert not_run(folder) == ["try.sh"]


def test_hint_and_task_are_no_content(folder: Path) -> None:
    """A writer may mend them; what ran stays as it was."""
    path = "tests/exercises/uts-do/task.rst"
    write(folder, path, TREE[path].replace("Call", "Now call"))
    assert run_sphinx(folder, "html") == ""
    assert len(badges(folder)) == 3
