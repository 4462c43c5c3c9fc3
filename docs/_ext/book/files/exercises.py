"""The exercises as the book shows them: the text of a task, and where to read.

All of an exercise lies in tests/exercises/NAME; two of its files are text that the page
shows. task.rst begins with fields, of which :title: must be there, and goes on in
reStructuredText; `make start` prints it, too. starter.c or starter.sh is what a doer
begins with.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("tests", "exercises")
LABEL = re.compile(r"^\.\. _([a-z][\w-]*):\n\n((?:[-=^~]+\n)?)(\S.*)\n([-=^~]+)$", re.M)


class TaskError(ValueError):
    """The text of a task is missing or breaks the format; the text says how."""


@dataclass(frozen=True)
class Task:
    """A task: its title, what to do, and the hint that the page has folded."""

    title: str
    body: str
    line: int  # on which the body begins


def task_file(name: str) -> Path:
    """Return where the task of an exercise is, relative to the checkout."""
    return FOLDER / name / "task.rst"


def read_task(root: Path, name: str) -> Task:
    """Return the task of the exercise of that name."""
    path = task_file(name)
    try:
        text = (root / path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TaskError(f"no task {path}: write it first") from error
    match = re.match(r":title: (.+)\n\n(?=\S)", text)
    if not match:
        raise TaskError(f"{path}:1: expected ':title: TITLE', an empty line, the task")
    return Task(match[1], text[match.end() :], match[0].count("\n") + 1)


def find_starter(root: Path, name: str) -> Path | None:
    """Return the starter of an exercise, relative to the checkout."""
    for suffix in (".c", ".sh"):
        path = FOLDER / name / f"starter{suffix}"
        if (root / path).is_file():
            return path
    return None


def plain(text: str) -> str:
    """Return reStructuredText as a terminal shows it: without its marks.

    A hint is left out: there is a verb for hints.
    """
    text = re.sub(r"\n\.\. hint::.*", "\n", text, flags=re.DOTALL)
    text = re.sub(r":[a-z]+:`([^`<]+?)(?: <[^>]+>)?`", r"\1", text)
    text = re.sub(r"``([^`]+)``", r"\1", text)
    text = re.sub(r"\*{1,2}([^*\n]+)\*{1,2}", r"\1", text)
    return re.sub(r"::$", ":", text, flags=re.M).rstrip() + "\n"


def labels(root: Path) -> dict[str, tuple[str, str, str]]:
    """Return what each label before a heading names: page, its title, the heading."""
    found = {}
    for path in sorted((root / "docs").glob("*.rst")):
        matches = LABEL.findall(path.read_text(encoding="utf-8"))
        for label, _, heading, _ in matches:
            found[label] = (path.stem, matches[0][2], heading)
    return found
