"""When a command that waits is taken to wait, by what the kernel says of it."""

from typing import cast

import pytest

from tests.lab.guest import Guest
from tests.transcripts.session import HVC, Session
from tests.transcripts.transcript import Step, TranscriptError

STEP = Step(1, "#", ["./parent sh"], waits=True)


def row(pid: int, name: str, state: str = "S", switches: int = 1) -> str:
    """Return a line as the guest prints it, for a process of the first terminal."""
    stat = f"{pid} ({name}) {state} 1 {pid} 1 {HVC} {pid} 0"
    return (
        f"{stat} Name:\t{name} State:\t{state} (sleeping)"
        f" voluntary_ctxt_switches:\t{switches} nonvoluntary_ctxt_switches:\t0"
    )


class Looked:
    """A guest whose terminal shows one picture after another, then the last."""

    def __init__(self, *pictures: list[str]) -> None:
        """Take what each look will find."""
        self.pictures = list(pictures)
        self.looks = 0

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Give the next picture."""
        self.looks += 1
        return 0, self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]


PARENT, CHILD = row(7, "a) (parent"), row(8, "sh")


@pytest.mark.parametrize(
    "restless",
    [
        [PARENT],  # the look began before there was a child
        [PARENT, row(8, "sh", "R")],
        [PARENT, row(8, "sh", switches=0)],
    ],
    ids=["child unborn", "running", "ran between two looks"],
)
def test_two_equal_looks(restless: list[str]) -> None:
    """A parent that sleeps may have a child that it has just made."""
    looked = Looked(restless, [PARENT, CHILD])
    Session(cast(Guest, looked)).until_asleep(STEP, [])
    assert looked.looks == 3


def test_never_asleep() -> None:
    """It ends with a message, after the time that a step may take."""
    session = Session(cast(Guest, Looked([row(7, "loop", "R")])))
    session.seconds = 0.01
    with pytest.raises(TranscriptError, match="has not come to wait after 0.01 s"):
        session.until_asleep(STEP, [])
