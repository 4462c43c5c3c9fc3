"""What a program may do when something fails, and what never.

A fault is either reported, by the exit status and one message that names the call and
the error, or the program achieves all that it achieves without it.
"""

import errno
import os
import re
from dataclasses import dataclass

from tests.faults.cases import Case
from tests.faults.cell import Run
from tests.faults.subject import Subject
from tests.faults.table import SHORT, Call

TYPES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
REPORTED, TOLERATED = "reported", "tolerated"

# What a cell can be but must not: class, and what a reader is told.
WRONG = {
    "hang": "it did not end",
    "left": "it left something behind",
    "silent": "it ended as if nothing had failed, but the effect is missing",
    "chatty": "it ended as if nothing had failed, but said that something had",
    "unisolated": "the command ran, but not where it should",
    "mute": "it failed without a message",
    "garrulous": "it failed with more than one message",
    "other call": "its message is about another call or another error",
    "status": "it ended with the wrong status",
    "changed": "the command was given something else than the caller has",
    "deserted": "the command began, though nobody was there to report its end",
    "broken": "it fails without any fault",
    "not injected": "the fault did not happen: the harness is wrong",
}


# Calls that undo something.
UNDO = ("unlink", "unlinkat", "rmdir", "umount2", "kill")


@dataclass(frozen=True)
class Judgement:
    """What a cell is: reported, tolerated or a class of WRONG; and why."""

    outcome: str
    expected: str = ""

    @property
    def right(self) -> bool:
        """Tell whether a program may do so."""
        return self.outcome in (REPORTED, TOLERATED)


def always_wrong(run: Run, clean: Run, allowed: set[str]) -> str:
    """Return the class of what no program may ever do, "" if it did nothing so."""
    if run.hang:
        return "hang"
    if run.left:
        return "left"
    kept = [kind for kind in TYPES if kind not in allowed]
    wanted = [[probe.get(kind) for kind in kept] for probe in clean.probes]
    for probe in run.probes:
        if [probe.get(kind) for kind in kept] not in wanted:
            return "unisolated"
    return ""


def messages(run: Run) -> list[str]:
    """Return the messages of a run."""
    return [line for line in run.stderr.splitlines() if line]


def own_messages(run: Run, program: str, case: Case) -> list[str]:
    """Return the messages of a run, without those of tools that the program runs."""
    lines = messages(run)
    if not case.tools:
        return lines
    return [line for line in lines if line.startswith(f"{program}: ")]


def names(message: str, program: str, said: frozenset[str], error: str) -> bool:
    """Tell whether a message is the program's and names a call and an error."""
    texts = [os.strerror(getattr(errno, error))] if error else [""]
    start = "|".join(map(re.escape, sorted(said, key=len, reverse=True)))
    pattern = rf"{re.escape(program)}: ({start})\b.*"
    return bool(re.match(pattern, message)) and any(map(message.endswith, texts))


def status_for(call: str, error: str, call_is_new: bool) -> int:
    """Return the exit status that a fault deserves."""
    if call.startswith("execve"):
        return 127 if error == "ENOENT" else 126
    return 77 if error == "ENOSYS" and call_is_new else 1


@dataclass(frozen=True)
class Fault:
    """What is injected: an errno, or a count where less than all is moved."""

    call: Call
    error: str
    count: int = 0

    def __str__(self) -> str:
        """Return it as a reader sees it: an errno, or "short 3"."""
        return self.error if self.error != SHORT else f"{SHORT} {self.count}"


def punched(text: str, hole: int, clean: str) -> bool:
    """Tell whether a text is another one from which a piece was cut out."""
    if len(text) != len(clean) - hole:
        return False
    return any(
        renamed_equal(text, clean[:i] + clean[i + hole :]) for i in range(len(text) + 1)
    )


def renamed_equal(one: str, other: str) -> bool:
    """Tell whether texts are equal but for their digits."""
    return re.sub(r"\d", "0", one) == re.sub(r"\d", "0", other)


def achieved(run: Run, clean: Run, fault: Fault) -> bool:
    """Tell whether a run did all that the clean run did.

    Of a short write that strace pretends, nothing was written: the program must have
    gone on behind it, so that its output lacks as much as it was told is written.
    """
    if run.status != clean.status:
        return False
    if run.effect() == clean.effect():
        return True
    short = fault.error == SHORT and "write" in fault.call.name
    same_probes = run.effect()[1] == clean.effect()[1]
    return short and same_probes and punched(run.stdout, fault.count, clean.stdout)


def answered(fault: Fault, run: Run, case: Case) -> bool:
    """Tell whether a program whose output is the kernel's answer shows this one."""
    if fault.error == SHORT or fault.call.name not in case.answers:
        return False
    return os.strerror(getattr(errno, fault.error)) in run.stdout


def judge(
    subject: Subject, fault: Fault, run: Run, clean: Run, hits: int, case: Case
) -> Judgement:
    """Return what a run with an injected fault is."""
    wrong = always_wrong(run, clean, set())
    if wrong == "left" and fault.call.name in UNDO:
        wrong = ""  # what cannot be removed stays, but that is said
    if wrong:
        return Judgement(wrong)
    if hits == 0:
        return Judgement("not injected")
    said = own_messages(run, subject.program, case)
    if run.status == clean.status:
        if answered(fault, run, case):
            return Judgement(REPORTED)
        if not achieved(run, clean, fault):
            return Judgement("silent", f"the effect, or {expectation(subject, fault)}")
        lost = clean.stderr != ""  # a wrong call: the fault is in what it says of it
        return Judgement("chatty" if said and not lost else TOLERATED)
    if not said:
        if str(fault) == f"{SHORT} 0" and fault.call.name in case.ended:
            return Judgement(REPORTED)
        return Judgement("mute", expectation(subject, fault))
    if len(said) > hits:
        return Judgement("garrulous", expectation(subject, fault))
    error = "" if fault.error == SHORT else fault.error
    called = fault.call.said
    if fault.call.name.startswith("execve"):  # the command's name will do
        called |= {"/tmp/faults/probe"} | case.tools
    if not all(names(line, subject.program, called, error) for line in said):
        return Judgement("other call", expectation(subject, fault))
    new = bool(fault.call.since) and any("linux" in n for n in subject.header.needs)
    tool = any(names(said[0], subject.program, frozenset({t}), "") for t in case.tools)
    if run.status != (1 if tool else status_for(fault.call.name, error, new)):
        return Judgement("status", expectation(subject, fault))
    return Judgement(REPORTED)


def expectation(subject: Subject, fault: Fault) -> str:
    """Return what the right report of a fault looks like."""
    new = bool(fault.call.since)
    error = fault.error if fault.error != SHORT else ""
    text = os.strerror(getattr(errno, error)) if error else "..."
    said = "|".join(sorted(fault.call.said))
    status = status_for(fault.call.name, error, new)
    return f"status {status} and '{subject.program}: {said}...: {text}'"
