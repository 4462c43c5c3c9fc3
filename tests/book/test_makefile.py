"""The Makefile's verbs: all are listed, and each leads somewhere."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.book.support import Plant, report

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
