"""The Makefile's verbs: all are listed, and each leads somewhere."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.book.support import Plant, report
from tests.book.verbs import in_text, printed, targets

TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(?:[^#\n]*)(?:## (.+))?$", re.MULTILINE)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a reader would: not as a child of another make."""
    inherited = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PAGE", "PORT")
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={name: os.environ[name] for name in os.environ if name not in inherited},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )


def read_targets(folder: Path) -> dict[str, str]:
    """Return the targets of a Makefile and their texts; helpers have none."""
    return dict(TARGET.findall((folder / "Makefile").read_text(encoding="utf-8")))


def check_list(folder: Path) -> list[str]:
    """Return what is wrong with the list that make alone prints."""
    run = make(folder)
    lines = [line.split(maxsplit=1) for line in run.stdout.splitlines() if line]
    findings = [f"make: {run.stderr}"] if run.returncode else []
    for target, text in read_targets(folder).items():
        listed = [line for line in lines if line[0] == target]
        if text and listed != [[target, text]]:
            findings.append(f"{target}: expected one line with its text, got {listed}")
        if listed and not text:
            findings.append(f"{target}: listed, though it has no text")
    return findings


def test_make_lists_every_verb() -> None:
    """make alone shows each verb with its text, and no helper."""
    assert {"read", "check", "lab", "samples", "html"} <= set(read_targets(CHECKOUT))
    report(check_list(CHECKOUT))


@pytest.mark.parametrize(
    "verb", [v for v, text in read_targets(CHECKOUT).items() if text]
)
def test_verb_leads_somewhere(verb: str) -> None:
    """make knows how to make every verb that it lists."""
    run = make(CHECKOUT, "--dry-run", verb)
    assert (run.returncode, run.stderr) == (0, "")


def test_dry_runs_do_nothing() -> None:
    """make runs a line that has $(MAKE) under --dry-run, too: it has nothing else."""
    text = (CHECKOUT / "Makefile").read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if re.match(r"\t.*\$\(MAKE\)", line)]
    assert lines
    assert [
        line for line in lines if not re.match(r"\t@\$\(MAKE\)[^;&|]*$", line)
    ] == []


@pytest.mark.parametrize(
    ("makefile", "finding"),
    [
        ("all:\n\t@echo all\n", "all: listed, though it has no text"),
        (
            "all: ## make all\n\t@echo all make\n",
            "all: expected one line with its text",
        ),
        ("all: ## make all\n\t@echo other\n", "all: expected one line with its text"),
        ("all: ## make all\n\t@echo all make all; false\n", "Error 1"),
    ],
)
def test_wrong_list_is_found(makefile: str, finding: str, plant: Plant) -> None:
    """Each kind of wrong list is seen."""
    findings = check_list(plant({"Makefile": makefile}))
    assert len(findings) == 1
    assert finding in findings[0]


def test_nothing_is_said_of_what_is_done() -> None:
    """make's own words of a sub-make do not stand above what a verb prints."""
    assert make(CHECKOUT, "samples").returncode == 0
    again = make(CHECKOUT, "samples")
    assert (again.stdout, again.stderr) == ("", "")


def built_in() -> set[str]:
    """Return the names of the variables that make has before it reads a Makefile."""
    said = subprocess.run(
        ["make", "-p", "-f", "/dev/null"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    ).stdout
    origins = "default|automatic|makefile"
    return set(re.findall(rf"^# (?:{origins}).*\n([\w.%]+) :?\??=", said, re.M))


def defined(makefile: str) -> set[str]:
    """Return the names of the variables that a Makefile sets."""
    return set(re.findall(r"^([A-Za-z_]+)\s*[:?+]?=", makefile, re.MULTILINE))


def makefiles() -> dict[str, str]:
    """Return the text of each of our Makefiles."""
    command = ["git", "ls-files", "Makefile", "*/Makefile"]
    run = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return {n: (CHECKOUT / n).read_text(encoding="utf-8") for n in run.stdout.split()}


def test_variables_are_not_those_of_make() -> None:
    """A value that make has itself would be taken for the reader's."""
    known = built_in()
    assert {"AS", "CC", "MAKEFLAGS"} <= known
    used = {name: c.place for c in printed(CHECKOUT) for name in c.variables}
    for place, text in makefiles().items():
        used |= dict.fromkeys(defined(text), place)
    assert {"WHO", "KERNEL", "E", "PORT", "BUILD"} <= set(used)
    report([f"{used[n]}: make itself has {n}" for n in sorted(used.keys() & known)])


def test_variables_stand_where_they_count() -> None:
    """Before make, a variable that the Makefile sets does nothing."""
    sets = defined((CHECKOUT / "Makefile").read_text(encoding="utf-8"))
    lost = [c for c in printed(CHECKOUT) if c.before and sets & set(c.variables)]
    report([f"{c.place}: type the variable after make {c.verb}" for c in lost])


@pytest.mark.parametrize(
    ("words", "user"),
    [
        ("", "root"),
        ("WHO=reader", "reader"),
        ("AS=reader", "reader"),
        ("AS=reader WHO=root", "root"),
    ],
)
def test_old_name_of_who(words: str, user: str) -> None:
    """AS=reader, as older copies of the book have it, goes on working."""
    run = make(CHECKOUT, "--dry-run", "lab-shell", *words.split())
    assert run.stdout == f"tests/lab/lab-shell --user {user}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type ``make lab-shell\nWHO=reader``, or", ["lab-shell WHO"]),
        ("run 'make gone' first", ["gone"]),
        ("which make it, make lab, make do", ["lab"]),
        ("ends with a 'quote'\nand then make it", []),
        ('print("try: make lab "\n    f"KERNEL={x} now")', ["lab KERNEL"]),
        ("PORT=8001 make lab", ["lab PORT"]),
        ("    make lab KERNEL=5.10 PORT=1\n", ["lab KERNEL PORT"]),
        ("cmake lab, make-lab, $(MAKE) lab", []),
    ],
)
def test_printed_commands_are_found(text: str, expected: list[str]) -> None:
    """What is quoted as a command, or names a verb, and its variables."""
    found = in_text(text, "a page", {"lab", "lab-shell"})
    assert [str(command) for command in found] == expected


def test_printed_commands_exist() -> None:
    """No page, message or list names a verb that there is not."""
    known = targets(CHECKOUT) | {"unshare"}  # the last: make's own rule, and a sample
    lost = [
        f"{c.place}: no verb {c.verb}" for c in printed(CHECKOUT) if c.verb not in known
    ]
    report(lost)
