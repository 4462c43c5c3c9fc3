"""The box of an exercise: what it shows, and what stops the build."""

import re
from pathlib import Path

import pytest

from tests.book.support import Plant
from tests.book.test_extension import PROJECT, read_page, run_sphinx

TASK = """\
:title: Do *it*

Call :linuxman:`unshare(2)`.

.. hint::

   Which call?
"""
FOLDER = "tests/exercises/uts-do"
FILES = {
    "docs/page.rst": "Page\n====\n\n.. exercise:: uts-do\n",
    f"{FOLDER}/task.rst": TASK,
    f"{FOLDER}/starter.c": "int main(void) { }\n",
}


def warnings(
    plant: Plant, builder: str = "html", files: dict[str, str | None] | None = None
) -> str:
    """Build a page with the exercise, some of its files changed or left out."""
    kept: dict[str, str | None] = {**PROJECT, **FILES}
    kept.update(files or {})
    folder = plant({name: text for name, text in kept.items() if text is not None})
    return run_sphinx(folder, builder)


def test_box_has_all_parts(plant: Plant, tmp_path: Path) -> None:
    """Title, task, what to type, starter and hint, in that order."""
    assert warnings(plant) == ""
    html = re.sub(r"</?span[^>]*>", "", read_page(tmp_path))
    parts = [
        'id="exercise-uts-do"',
        "Exercise uts-do: Do *it*</p>",
        "unshare(2)",
        "make start E=uts-do",
        "<summary>The starter</summary>",
        "int main",
        "<summary>Hint</summary>",
        "Which call?",
    ]
    places = [html.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("builder", ["epub", "text", "latex", "man"])
def test_other_formats_have_it(builder: str, plant: Plant) -> None:
    """What cannot be unfolded is shown."""
    assert warnings(plant, builder) == ""


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        ({f"{FOLDER}/starter.c": None}, f"no {FOLDER}/starter.c or .sh"),
        ({f"{FOLDER}/task.rst": None}, f"no task {FOLDER}/task.rst"),
        ({f"{FOLDER}/task.rst": "Do it.\n"}, "expected ':title: TITLE'"),
    ],
)
def test_missing_files_are_found(
    files: dict[str, str | None], finding: str, plant: Plant
) -> None:
    """The build says which file an exercise lacks."""
    assert finding in warnings(plant, files=files)
