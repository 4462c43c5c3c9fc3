"""A look line that shows nothing, is never the same, or leaves something, is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.exercises import looks
from tests.exercises.grading import ThrowAwayLab
from tests.lab import inventory
from tests.lab.fixtures import SERIES

PLANTED = CHECKOUT / "build/planted-looks"
WORDS = {"right": "echo right", "wrong": "echo wrong; touch /tmp/made"}
MADE = "left behind: file - /tmp/made"
PROGRAM = "/book/work/program"
LINES: dict[str, list[str]] = {
    f"{PROGRAM}; rm -f /tmp/made": [],
    f"{PROGRAM} >/tmp/made; rm /tmp/made": ["with wrong: it shows what the solution"],
    f"echo $RANDOM; {PROGRAM}; rm -f /tmp/made": ["once more: the text differs"],
    f"{PROGRAM}; : /tmp/made": [f"with wrong: {MADE}"],
    f"{PROGRAM}; rm -f /tmp/made; touch /tmp/left": [
        "with the solution: left behind: file - /tmp/left",
        "with wrong: left behind: file - /tmp/left",
    ],
    f"{PROGRAM}; sysctl -qw user.max_net_namespaces=9": [
        "with the solution: left behind: max_net_namespaces:9",
        "with wrong: left behind: max_net_namespaces:9",
    ],
    f"{PROGRAM} | grep right || sleep 60": [],
    f"{PROGRAM} | grep wrong || sleep 60": ["with the solution: no prompt after"],
}


@pytest.fixture
def programs() -> Iterator[dict[str, Path]]:
    """A right program and a wrong one, of one name."""
    made = {name: PLANTED / name / "program" for name in WORDS}
    for name, path in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{WORDS[name]}\n")
        path.chmod(0o755)
    yield made


def test_planted_lines(
    programs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line is told for what it does, and no other; one that hangs is seen."""
    monkeypatch.setattr(looks, "SECONDS", 3.0)
    monkeypatch.setattr(inventory, "GRACE", 1.0)
    wrong = {"wrong": programs["wrong"]}
    planted = [looks.Look("new", line, wrong) for line in LINES]
    with ThrowAwayLab(SERIES) as lab:
        told = [said for said in looks.check(lab, programs["right"], planted) if said]
    for line, expected in LINES.items():
        found = [said for said in told if said.endswith(f"\n    {line}")]
        assert len(found) == len(expected), found
        for said, words in zip(found, expected):
            assert words in said.replace(":\n    ", ": ")
