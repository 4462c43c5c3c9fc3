"""Type the "look" line of each fact, as a doer would, and see what it shows.

In a lab, as root, each line is typed twice with the solution in work/, and once with
each wrong version that fails on its fact. The solution shows the same both times, but
for values that the transcripts rename; a wrong version shows something else. The lab is
then as it was; after a wrong version, the files, mounts and limits that the line names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import CHECKOUT
from tests.exercises.grading import ThrowAwayLab
from tests.lab import inventory
from tests.lab.cache import LabError
from tests.transcripts.compare import Names
from tests.transcripts.session import SHELL, Terminal
from tests.transcripts.transcript import TranscriptError

WORK = "/book/work"
SECONDS = 10.0  # whoever waits longer sees that it hangs
LIMITS = "cd /proc/sys/user && grep . *"
PATH = re.compile(r"(?<![\w/])/[\w./:-]+|max_\w+")


@dataclass
class Look:
    """The line of a fact, and the wrong versions whose failure it must show."""

    fact: str
    line: str
    wrong: dict[str, Path] = field(default_factory=dict)

    def amiss(self, whose: str, what: list[str]) -> str:
        """Return what to say of a line, "" where there is nothing to say."""
        return "\n    ".join(
            [f"look of {self.fact}, {whose}:", *what, self.line] if what else []
        )


class Desk:
    """Where a doer sits: a lab, a terminal of root's in it, a program in work/."""

    def __init__(self, lab: ThrowAwayLab) -> None:
        """Sit down at a lab in which nothing has run."""
        self.lab = lab
        self.arrange()

    def arrange(self) -> None:
        """Make room for programs, see what there is, open a terminal."""
        self.do(f"mount -t tmpfs work {WORK}")
        self.before = [*inventory.take(self.lab), f"process {SHELL}"]
        self.limits = self.do(LIMITS)
        self.terminal = Terminal(self.lab.open(), 1, "root")

    def renew(self) -> None:
        """Take another lab."""
        self.lab.renew()
        self.arrange()

    def do(self, command: str) -> list[str]:
        """Run a command beside the terminal; return what it printed.

        Raises LabError when it fails.
        """
        status, lines = self.lab.run(command, inventory.SECONDS)
        if status:
            raise LabError(f"{command}: status {status}\n" + "\n".join(lines))
        return lines

    def changes(self) -> list[str]:
        """Return how the lab differs from what it was."""
        limits = inventory.difference(self.limits, self.do(LIMITS))
        return [*inventory.difference(self.before, inventory.take(self.lab)), *limits]

    def changes_at_rest(self) -> list[str]:
        """Return the same, once what ends by itself has ended."""
        inventory.left_behind(self.lab, self.before)
        return self.changes()

    def put(self, program: Path) -> None:
        """Make a program the doer's; what the last one still said goes."""
        path = f"/book/{program.relative_to(CHECKOUT)}"
        self.do(f"cp --remove-destination {path} {WORK}/")
        self.type("")

    def type(self, line: str) -> list[str]:
        """Return the lines that the terminal shows; the last is empty if all end.

        Raises TranscriptError when the prompt does not come back.
        """
        self.terminal.type([line])
        shown, _, _ = self.terminal.wait(SECONDS)
        return shown.split("\n")


def of_line(changes: list[str], line: str) -> list[str]:
    """Return the changes of files, mounts and limits that a line names."""
    named = set(PATH.findall(line))
    return [
        change
        for change in changes
        if named & set(PATH.findall(change)) and ": process " not in change
    ]


def differences(one: list[str], other: list[str]) -> list[str]:
    """Return how two outputs differ, but for values that differ from run to run."""
    return Names(lambda _, values: values).compare(one, other)


def with_solution(desk: Desk, look: Look, right: list[str]) -> Iterator[str]:
    """Yield what is amiss with a line for the solution, which is in work/."""
    again = differences(right, desk.type(look.line))
    yield look.amiss("with the solution once more", again)
    left = desk.changes_at_rest()
    yield look.amiss("with the solution", left)
    if left:
        desk.renew()


def with_wrong(desk: Desk, look: Look, name: str, right: list[str]) -> Iterator[str]:
    """Yield what is amiss with a line for a wrong version, which is in work/."""
    try:
        shown = desk.type(look.line)
    except TranscriptError:  # it hangs, as everybody sees
        desk.renew()
        return
    same = [] if differences(right, shown) else ["it shows what the solution shows"]
    yield look.amiss(f"with {name}", same)
    left = desk.changes()
    yield look.amiss(f"with {name}", of_line(left, look.line))
    if left:
        desk.renew()


def check(lab: ThrowAwayLab, solution: Path, looks: list[Look]) -> Iterator[str]:
    """Yield what is amiss with each line, "" for each thing that is as it should be."""
    desk = Desk(lab)
    for look in looks:
        desk.put(solution)
        try:
            right = desk.type(look.line)
            yield from with_solution(desk, look, right)
        except TranscriptError as error:
            yield look.amiss("with the solution", str(error).splitlines())
            desk.renew()
            continue
        for name, program in look.wrong.items():
            desk.put(program)
            yield from with_wrong(desk, look, name, right)
