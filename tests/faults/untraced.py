"""Faults without a tracer: wrong calls, and surroundings in which things are missing.

All of it follows from the usage: and needs: lines of a program. What is allowed stands
in tables here, as exit statuses and errnos, not as texts.
"""

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.cases import Case, cases
from tests.faults.cell import CleanGuests, Run
from tests.faults.injected import Cell
from tests.faults.judge import (
    REPORTED,
    TOLERATED,
    Judgement,
    always_wrong,
    messages,
    own_messages,
)
from tests.faults.subject import Subject
from tests.faults.usage import PLACE
from tests.faults.words import Wrong


@dataclass(frozen=True)
class Surrounding:
    """What surrounds a run: shell text before the command, and what may come of it.

    errors are those that it may be reported with; where it is none, the program must
    do its work. changes are facts about the command that are ours.
    """

    name: str
    before: str
    errors: frozenset[str] = frozenset()
    after: str = ""
    changes: tuple[str, ...] = ()
    no_stdout: bool = False
    no_stderr: bool = False


def errors(*names: str) -> frozenset[str]:
    """Return names of errnos, all of which must exist."""
    for name in names:
        getattr(errno, name)
    return frozenset(names)


READER = "exec setpriv --reuid=reader --regid=reader --clear-groups"
IDS = ("Uid", "Gid", "CapEff", "NoNewPrivs", "uid_map", "gid_map", "user", "pids")
DENIED = errors("EPERM", "EACCES", "ESRCH")
LIMITS = "for f in /proc/sys/user/max_*_namespaces; do echo 0 >$f; done;"
SURROUNDINGS = (
    Surrounding("as root", "exec"),
    Surrounding("as reader", READER, DENIED, changes=IDS),
    Surrounding(
        "in a user namespace",
        "exec unshare -Ur",
        DENIED | errors("EINVAL"),
        changes=IDS,
    ),
    Surrounding(
        "in a chroot",
        f"exec chroot {PLACE}/root",
        # EPERM: nobody makes a user namespace in a chroot.
        errors("ENOENT", "EINVAL", "EACCES", "EPERM"),
        changes=("mounts", "root"),
    ),
    Surrounding(
        "without /proc",
        "exec unshare -m sh -c 'umount -l /proc; exec \"$@\"' sh",
        errors("ENOENT", "ENOTDIR", "EINVAL"),
        changes=("mnt", "mounts"),
    ),
    Surrounding("stdin closed", "exec", after="<&-"),
    Surrounding("stdout closed", "exec", errors("EBADF"), ">&-", no_stdout=True),
    # Of a pipe that it opens, the end to write to becomes stdout.
    Surrounding(
        "stdin, stdout closed", "exec", errors("EBADF"), "<&- >&-", no_stdout=True
    ),
    Surrounding("stderr closed", "exec", after="2>&-", no_stderr=True),
    Surrounding("stdout full", "exec", errors("ENOSPC"), ">/dev/full", no_stdout=True),
    # What a flush before the last one met: marker.c reads the variable.
    Surrounding(
        "stdout full, line by line",
        "export STDOUT=lines; exec",
        errors("ENOSPC"),
        ">/dev/full",
        no_stdout=True,
    ),
    Surrounding("stderr full", "exec", after="2>/dev/full", no_stderr=True),
    Surrounding("RLIMIT_NOFILE 0", "ulimit -n 0; exec", errors("EMFILE")),
    Surrounding("RLIMIT_NPROC 0", "exec prlimit --nproc=0"),
    Surrounding(
        "RLIMIT_NPROC 0, as reader",
        f"{READER} prlimit --nproc=0",
        DENIED | errors("EAGAIN"),
        changes=IDS,
    ),
    Surrounding(
        "RLIMIT_NPROC 0, in reader's user namespace",
        f"{READER} unshare -Ur prlimit --nproc=0",
        DENIED | errors("EAGAIN", "EINVAL"),
        changes=IDS,
    ),
    Surrounding(
        "user.max_*_namespaces 0",
        f"exec unshare -Ur sh -c '{LIMITS} exec \"$@\"' sh",
        DENIED | errors("ENOSPC", "EINVAL"),
        changes=IDS,
    ),
    Surrounding(
        "SIGCHLD ignored",
        "exec env --ignore-signal=CHLD",  # dash would not leave it ignored
        errors("ECHILD"),
        changes=("SigIgn",),
    ),
)


class Untraced:
    """Runs the cells of one program without strace."""

    def __init__(self, subject: Subject, places: CleanGuests, only: str) -> None:
        """Only names the one cell to run, if it is not empty."""
        self.subject = subject
        self.places = places
        self.only = only
        self.case = cases(subject.name, subject.header.usage)[0]

    def wanted(self, name: str) -> bool:
        """Tell whether a cell of that name is to be run."""
        return self.only in ("", name)

    def cells(self) -> Iterator[Cell]:
        """Run and judge all cells."""
        first, *more = cases(self.subject.name, self.subject.header.usage)
        for case in (first, *more):
            clean = self.places.run([self.subject.in_guest, *case.usage.right()], case)
            yield from self.surroundings(case, clean)
        clean = self.places.run([self.subject.in_guest, *first.usage.right()], first)
        yield from self.usage(first, clean)
        for name, arguments, wrong in first.usage.wrong():
            if self.wanted(name):
                run = self.places.run([self.subject.in_guest, *arguments], first)
                yield self.cell(name, self.wrong_value(wrong, run, clean), run)

    def usage(self, case: Case, clean: Run) -> Iterator[Cell]:
        """Call it with a wrong number of arguments and with wrong options."""
        alone = Case(case.name, case.usage)
        calls = [*case.usage.counts(), *case.usage.options()]
        for name, arguments in calls:
            if self.wanted(name):
                run = self.places.run([self.subject.in_guest, *arguments], alone)
                yield self.cell(name, self.refused(run, clean, True), run)
            name += ", stderr full"
            if self.wanted(name):
                words = [self.subject.in_guest, *arguments]
                words = shell("exec", "2>/dev/full", words)
                run = self.places.run(words, alone)
                yield self.cell(name, self.refused(run, clean, False), run)

    def cell(self, name: str, judgement: Judgement, run: Run) -> Cell:
        """Return a cell of this program."""
        return Cell(self.subject.name, name, judgement, run)

    def refused(self, run: Run, clean: Run, said: bool) -> Judgement:
        """Judge a call against the usage: line."""
        usage = f"usage: {self.subject.header.usage}"
        wrong = always_wrong(run, clean, set())
        expected = f"status 2 and '{usage}'"
        if wrong:
            return Judgement(wrong, expected)
        if run.status != 2:
            return Judgement("status" if run.status else "silent", expected)
        if run.stdout or run.probes:
            return Judgement("chatty", expected)
        lines = messages(run)
        if said and not lines:
            return Judgement("mute", expected)
        if said and (len(lines) > 1 or not lines[0].startswith((usage, self.start))):
            return Judgement("other call", expected)
        return Judgement(REPORTED)

    @property
    def start(self) -> str:
        """Return how this program's messages begin."""
        return f"{self.subject.program}: "

    def surroundings(self, case: Case, clean: Run) -> Iterator[Cell]:
        """Run it, called rightly, where something is missing."""
        for around in SURROUNDINGS:
            name = f"{case.name}: {around.name}" if case.name else around.name
            if self.wanted(name):
                words = [self.subject.in_guest, *case.usage.right()]
                words = shell(around.before, around.after, words)
                run = self.places.run(words, case)
                yield self.cell(name, self.surrounded(around, run, clean), run)

    def surrounded(self, around: Surrounding, run: Run, clean: Run) -> Judgement:
        """Judge a run in a surrounding."""
        wrong = always_wrong(run, clean, set(around.changes))
        if wrong:
            return Judgement(wrong)
        lost = around.no_stdout and clean.stdout
        wanted, seen = clean.effect(around.changes), run.effect(around.changes)
        same = seen == wanted or (around.no_stdout and seen[1] == wanted[1])
        if run.status == clean.status and not lost:
            if not same:
                return Judgement("silent", "the effect")
            return Judgement("chatty" if messages(run) else TOLERATED)
        return self.reported(run, around.errors, (1, 126, 127), not around.no_stderr)

    def wrong_value(self, wrong: Wrong, run: Run, clean: Run) -> Judgement:
        """Judge a run with a wrong argument."""
        bad = always_wrong(run, clean, set())
        # Who needs no privilege enters nothing: any file is as good as another.
        fine = wrong.fine or (
            "EINVAL" in wrong.errors and not self.subject.header.needs
        )
        if bad and not (bad == "unisolated" and fine):
            return Judgement(bad)
        if run.status == clean.status:
            if fine:
                return Judgement("chatty" if messages(run) else TOLERATED)
            return Judgement("silent", self.allowed(wrong.errors, wrong.statuses))
        if any(map(self.is_foreign_usage, messages(run))):
            return Judgement("other call", self.allowed(wrong.errors, wrong.statuses))
        return self.reported(run, wrong.errors, wrong.statuses, True)

    def is_foreign_usage(self, line: str) -> bool:
        """Tell whether another program says how it should have been called."""
        start = re.match(r"usage: (\S+)", line, re.IGNORECASE)
        return start is not None and start[1] != self.subject.program

    def allowed(self, names: frozenset[str], statuses: tuple[int, ...]) -> str:
        """Return in words how something may be reported."""
        texts = " or ".join(os.strerror(getattr(errno, n)) for n in sorted(names))
        return f"status {' or '.join(map(str, statuses))} and a message: {texts}"

    def reported(
        self, run: Run, names: frozenset[str], statuses: tuple[int, ...], said: bool
    ) -> Judgement:
        """Judge a run that failed: its status, and one message with an errno."""
        expected = self.allowed(names, statuses)
        if run.status not in statuses:
            return Judgement("status" if run.status else "silent", expected)
        if not said:
            return Judgement(REPORTED)
        lines = own_messages(run, self.subject.program, self.case)
        if not lines and not messages(run):
            return Judgement("mute", expected)
        if run.status == 2 or not lines:  # a tool of its has said why
            return Judgement(REPORTED)
        texts = tuple(os.strerror(getattr(errno, name)) for name in names)
        texts += (self.case.says,) if self.case.says else ()
        each = [line.startswith(self.start) and line.endswith(texts) for line in lines]
        if not all(each):
            return Judgement("other call", expected)
        if len(lines) > 1 and len({re.sub(r".*: ", "", line) for line in lines}) > 1:
            return Judgement("garrulous", expected)
        return Judgement(REPORTED)


def shell(before: str, after: str, words: list[str]) -> list[str]:
    """Return the command that runs words behind and before shell text."""
    return ["sh", "-c", f'{before} "$@" {after}', "sh", *words]
