"""What a command is given by a program that runs it, and what both do about signals.

Whoever calls such a program should be able to take it for the command: the command
has the caller's environment, folder, streams and signals, ^C is for it, its status
comes back, and it is gone when the program is. The first is compared with what the
command has where it is called without the program.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.cases import Case, cases
from tests.faults.cell import CleanGuests, Run
from tests.faults.injected import Cell
from tests.faults.judge import TOLERATED, Judgement, always_wrong, messages
from tests.faults.subject import Subject
from tests.faults.untraced import shell
from tests.faults.words import COMMAND_STATUS

IDS = {"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}
GIVEN = {"cmdline", "environ", "cwd", "root", "streams", "fds", "limits", "Umask"}
GIVEN |= {"SigIgn", "SigBlk", "NoNewPrivs", "Seccomp"} | IDS
KILLED = 128 + 9
CALLER = (
    "cd /tmp/faults/folder; umask 027; ulimit -n 99; ulimit -c 0;"
    " exec env --ignore-signal=USR1 -u HOME TERM=odd 'ODD=a  b' EMPTY="
)


@dataclass(frozen=True)
class Way:
    """A way to call a program: shell text before it, what cell.c is told, the status.

    Where there is no status the caller compares what the command was given.
    """

    name: str
    before: str = "exec"
    how: tuple[str, ...] = ()
    status: tuple[int, ...] = ()


INTERRUPT = "^C"
TRAPS = "exec env PROBE=traps"
DEAF = "exec env PROBE=deaf"
TERMINAL = ("-T", "-s")
WAYS = (
    Way("by an odd caller", CALLER),
    Way("SIGCHLD ignored by the caller", "exec env --ignore-signal=CHLD"),
    Way("all signals ignored by the caller", "exec env --ignore-signal"),
    Way("all signals blocked by the caller", how=("-B",)),
    Way("children of the caller's", how=("-K",)),
    Way("on a terminal", how=("-T",)),
    Way(INTERRUPT, how=(*TERMINAL, "INT"), status=(128 + 2,)),
    Way("^C, trapped", TRAPS, (*TERMINAL, "INT"), (COMMAND_STATUS,)),
    # It may be passed on, too.
    Way("SIGTERM", how=(*TERMINAL, "TERM"), status=(128 + 15, COMMAND_STATUS)),
    Way("SIGKILL", how=(*TERMINAL, "KILL"), status=(KILLED,)),
    Way("SIGKILL, deaf command", DEAF, (*TERMINAL, "KILL"), (KILLED,)),
)
ORPHAN = Way("SIGKILL before the command", "exec env ORPHAN=", status=(KILLED,))


class Calling:
    """Runs the cells of one program about the command that it runs, if it runs one."""

    def __init__(self, subject: Subject, places: CleanGuests, only: str) -> None:
        """Only names the one cell to run, if it is not empty."""
        self.subject = subject
        self.places = places
        self.only = only

    def cells(self) -> Iterator[Cell]:
        """Run and judge all cells of all cases."""
        if "COMMAND" not in self.subject.header.usage:
            return
        for case in cases(self.subject.name, self.subject.header.usage):
            yield from self.case(case)

    def case(self, case: Case) -> Iterator[Cell]:
        """Run and judge the cells of one way to call the program."""
        clean = self.called(Way(""), case)
        for way in WAYS:
            name = f"{case.name}: {way.name}" if case.name else way.name
            if self.only not in ("", name) or not possible(way, clean):
                continue
            run = self.called(way, case)
            given = None if way.status else self.directly(way, case)
            judgement = self.judge(way, case, run, clean, given)
            yield self.cell(name, judgement, run)
        name = f"{case.name}: {ORPHAN.name}" if case.name else ORPHAN.name
        if self.only in ("", name) and waits(clean):
            run = self.called(ORPHAN, case)
            yield self.cell(name, orphaned(run), run)

    def cell(self, name: str, judgement: Judgement, run: Run) -> Cell:
        """Return a cell of this program."""
        return Cell(self.subject.name, name, judgement, run)

    def called(self, way: Way, case: Case) -> Run:
        """Call the program in a way."""
        words = shell(way.before, "", [self.subject.in_guest, *case.usage.right()])
        return self.places.run(words, case, how=way.how)

    def directly(self, way: Way, case: Case) -> Run:
        """Call its command in the same way, without it."""
        values = case.usage.values
        words = shell(way.before, "", [values["COMMAND"], values["ARG"]])
        return self.places.run(words, Case("", case.usage), how=way.how)

    def judge(
        self, way: Way, case: Case, run: Run, clean: Run, given: Run | None
    ) -> Judgement:
        """Judge a run, by one without the program if what is given matters."""
        wrong = always_wrong(run, clean, set())
        if wrong:
            return Judgement(wrong)
        statuses = way.status or (COMMAND_STATUS,)
        if run.status not in statuses:
            return Judgement("status", f"status {' or '.join(map(str, statuses))}")
        if messages(run):
            return Judgement("chatty")
        if given is None:
            return Judgement(TOLERATED)
        return self.compared(case, run, given)

    def compared(self, case: Case, run: Run, given: Run) -> Judgement:
        """Judge what the command was given: all that the program is not about."""
        if len(run.probes) != 1 or len(given.probes) != 1:
            return Judgement("broken", "one command")
        has, wanted = run.probes[0], given.probes[0]
        about = "UID" in self.subject.header.usage or has["user"] != wanted["user"]
        same = GIVEN - case.gives - (IDS if about else set())
        changed = [
            f"{key} {wanted.get(key)!r}, not {has.get(key)!r}"
            for key in sorted(same)
            if has.get(key) != wanted.get(key)
        ]
        if changed:
            return Judgement("changed", "; ".join(changed))
        return Judgement(TOLERATED)


def waits(run: Run) -> bool:
    """Tell whether a program waits for its command, and does not become it."""
    return any(probe.get("who") != "itself" for probe in run.probes)


def possible(way: Way, run: Run) -> bool:
    """Tell whether a command can be treated in a way.

    Process 1 of a pid namespace is not killed by a signal that it does not trap.
    """
    first = any(probe.get("number") == "1" for probe in run.probes)
    return not (first and way.name == INTERRUPT)


def orphaned(run: Run) -> Judgement:
    """Judge a run whose program was killed as soon as it had a child."""
    if run.hang or run.left:
        return Judgement("hang" if run.hang else "left")
    if run.status != KILLED:
        return Judgement("not injected", f"status {KILLED}")
    if run.probes:
        return Judgement("deserted", "no command")
    return Judgement(TOLERATED)
