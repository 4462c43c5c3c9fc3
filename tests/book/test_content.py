"""A content key changes with all that can change a result, and with nothing else."""

from pathlib import Path

import pytest

from book.files import content
from tests.book.support import Plant

SUITE = """\
# uts.bats - checks samples
load helper

@test "try: it tries" {
    run ./try
}

@test "ask.sh: it asks" {
    run uts/ask.sh
}
"""
SESSION = (
    "#: status: 1 false\n#: trap: own no\n#: cause: C.\n#: remedy: R.\nsh1# x\nno\n"
)
PAGE = """\
Text.

.. transcript:: uts/first

.. transcript:: uts/second

.. fresh-lab::

.. transcript:: uts/third
"""
TREE = {
    "docs/uts.rst": PAGE,
    "docs/transcripts/uts/first.console": "sh1# ./try\nyes\n",
    "docs/transcripts/uts/second.console": SESSION,
    "docs/transcripts/uts/third.console": "sh1# cc /book/code-samples/uts/ask.sh\n",
    "docs/transcripts/uts/hidden.console": "sh1# ls\n",
    "code-samples/try.c": "int main(void) {}\n",
    "code-samples/uts/ask.sh": "#!/bin/sh\n",
    "code-samples/uts/calls.sh": "#!/bin/sh\n",
    "tests/samples/uts.bats": SUITE,
    "tests/samples/more.bats": '@test "calls.sh: it calls" {\n    ./try\n}\n',
    "tests/samples/helper.bash": "# help\n",
    "tests/exercises/uts-do/grader.c": "int main(void) {}\n",
    "tests/exercises/uts-do/solution.c": "int main(void) {}\n",
    "tests/exercises/uts-do/foreign": "exec /book/build/samples/try\n",
    "tests/exercises/uts-do/task.rst": ":title: Do\n\nDo it.\n",
    "tests/exercises/library/facts.c": "int facts;\n",
}
ALL = {
    *("try.c", "uts/ask.sh", "uts/calls.sh"),
    *("uts/first", "uts/second", "uts/third", "uts/hidden"),
    "uts-do",
}
FIRST_GUEST = {"uts/first", "uts/second"}


def keys(root: Path) -> dict[str, str]:
    """Return all keys of a tree."""
    parts = ("samples", "transcripts", "exercises")
    return {n: k for part in parts for n, k in content.keys(root, part).items()}


def after(text: str, old: str, new: str) -> str:
    """Return a text that was edited; what is edited must be there."""
    assert old in text
    return text.replace(old, new)


# What is written where, and the rows that it makes stale.
CHANGES = [
    # A sample, all that runs it, and what comes after that in its guest.
    (
        "code-samples/try.c",
        "int main;\n",
        {"try.c", "uts/calls.sh", "uts-do"} | FIRST_GUEST,
    ),
    ("code-samples/uts/ask.sh", "#!/bin/bash\n", {"uts/ask.sh", "uts/third"}),
    # A test, but for those of others in its file; what is around all.
    ("tests/samples/uts.bats", after(SUITE, "run ./try", "run ./try 1"), {"try.c"}),
    ("tests/samples/uts.bats", after(SUITE, "it asks", "it does"), {"uts/ask.sh"}),
    (
        "tests/samples/uts.bats",
        after(SUITE, "load helper\n", "load helper\nx=1\n"),
        {"try.c", "uts/ask.sh"},
    ),
    ("tests/samples/net.bats", '@test "try: again" {\n}\n', {"try.c"}),
    ("tests/samples/more.bats", '@test "calls.sh: it calls" {\n}\n', {"uts/calls.sh"}),
    # A session, and those after it in its guest; a form of it for an older kernel.
    ("docs/transcripts/uts/first.console", "sh1# ./try\nno\n", FIRST_GUEST),
    ("docs/transcripts/uts/second.console", "sh1# y\n", {"uts/second"}),
    ("docs/transcripts/uts/first@5.10.console", "sh1# ./try\nno\n", FIRST_GUEST),
    (
        "docs/transcripts/uts/second.console",
        after(SESSION, "status: 1", "status: 2"),
        {"uts/second"},
    ),
    ("docs/transcripts/uts/hidden.console", "sh1# ls -l\n", {"uts/hidden"}),
    # The order of a page, and where a guest begins.
    (
        "docs/uts.rst",
        after(PAGE, ".. fresh-lab::\n\n", ""),
        {"uts/third"},
    ),
    ("docs/uts.rst", after(PAGE, "/first", "/hidden"), {"uts/second"}),
    # An exercise: its grader, its programs, and whatever else lies in its folder.
    ("tests/exercises/uts-do/grader.c", "int main;\n", {"uts-do"}),
    ("tests/exercises/uts-do/solution.c", "int main;\n", {"uts-do"}),
    ("tests/exercises/uts-do/wrong", "x\n", {"uts-do"}),
]

# What is read or judges, and is not content.
SAME = [
    ("docs/uts.rst", after(PAGE, "Text.", "More text.")),
    ("docs/pid.rst", "PID\n===\n"),
    ("docs/transcripts/uts/second.console", after(SESSION, "cause: C", "cause: D")),
    ("docs/transcripts/uts/second.console", "#: page: no\n" + SESSION),
    ("tests/samples/helper.bash", "# more help\n"),
    ("tests/samples/uts.bats", SUITE + '\n@test "other: it is" {\n}\n'),
    ("tests/samples/uts.bats", "\n" + SUITE.replace("\n\n", "\n\n\n")),
    ("tests/exercises/uts-do/task.rst", ":title: Do\n\nDo that.\n"),
    ("tests/exercises/uts-do/hints", "do:\n- Do.\n"),
    ("tests/exercises/uts-do/notes", "Done.\n"),
    ("tests/exercises/library/facts.c", "int more;\n"),
    ("tests/samples/run.py", "x = 1\n"),
]


@pytest.mark.parametrize(("path", "text", "stale"), CHANGES)
def test_changes(path: str, text: str, stale: set[str], plant: Plant) -> None:
    """These rows, and no others, get another key."""
    before = keys(plant(TREE))
    assert set(before) == ALL
    now = keys(plant({path: text}))
    assert {name for name in now if now[name] != before.get(name)} == stale


@pytest.mark.parametrize(("path", "text"), SAME)
def test_same(path: str, text: str, plant: Plant) -> None:
    """Nothing that ran has changed."""
    before = keys(plant(TREE))
    assert keys(plant({path: text})) == before


def test_where_and_how_it_is_written(plant: Plant, tmp_path: Path) -> None:
    """Another folder, and lines that end as elsewhere, make no difference."""
    before = keys(plant(TREE))
    moved = {f"elsewhere/{path}": text for path, text in TREE.items()}
    plant(moved)
    for path in (tmp_path / "elsewhere").rglob("*.*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert keys(tmp_path / "elsewhere") == before


def test_no_file_passes_for_two(plant: Plant) -> None:
    """A file that is gone is missed, though another took in its name and text."""
    root = plant(TREE)
    before = keys(root)["uts-do"]
    folder = root / "tests/exercises/uts-do"
    gone = (folder / "solution.c").read_text()
    (folder / "solution.c").unlink()
    grader = (folder / "grader.c").read_text()
    (folder / "grader.c").write_text(f"{grader}solution.c\n{gone}")
    assert keys(root)["uts-do"] != before


def test_keys_are_short_and_differ(root: Path) -> None:
    """In this checkout, too."""
    found = list(keys(root).values())
    assert len(found) == len(set(found)) > 100
    assert {len(key) for key in found} == {content.LENGTH}
    assert all(set(key) <= set("0123456789abcdef") for key in found)
