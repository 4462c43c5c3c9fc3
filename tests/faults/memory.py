"""Programs under tools that see every access to memory, and every descriptor."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from tests.faults.cases import Case, cases, reason
from tests.faults.cell import LOG, CleanGuests, Run
from tests.faults.sandbox import Sandbox
from tests.faults.subject import BUILD, GUEST_BUILD, Subject, compiled
from tests.faults.words import COMMAND_STATUS

SUPPRESSIONS = "/book/tests/faults/valgrind.supp"
SAME = 2  # descriptors that one call opens, and may leave for exit to close: a pipe's
BLOCK = re.compile(r"(?:^==\d+== .*\n)+", re.MULTILINE)
QUIET = re.compile(
    r"Open (?:file descriptor|\S+ socket)"  # counted on their own
    r"|Warning: noted but unhandled ioctl|<inherited from parent>"
)


@dataclass(frozen=True)
class Tool:
    """A tool that looks for mistakes while a program runs."""

    name: str
    flags: str
    words: str
    thorough: bool  # fast enough for every wrong call


TOOLS = (
    # Its search for leaks hangs in who has entered a pid namespace: valgrind has one.
    Tool(
        "sanitizers",
        "-fsanitize=address,undefined -fno-sanitize-recover=all",
        "env ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1",
        True,
    ),
    Tool(
        "valgrind",
        "",
        # No --error-exitcode: what counts is its log. A descriptor that exit closes is
        # an error for version 3.24.
        "valgrind -q --vgdb=no --track-fds=yes --leak-check=full"
        f" --suppressions={SUPPRESSIONS} --log-file={LOG}",
        False,
    ),
)


def by_process(log: str) -> str:
    """Return a log with the lines of each process together: several write to it."""
    return "".join(sorted(log.splitlines(True), key=lambda line: line.split("==")[1:2]))


def findings(run: Run) -> list[str]:
    """Return what a tool found in a run."""
    said = [line for line in run.stderr.splitlines() if "runtime error: " in line]
    said += re.findall(r"ERROR: \w+Sanitizer: .*", run.stderr)
    opened: Counter[tuple[str, str]] = Counter()
    log = re.sub(r"^==\d+== FILE DESCRIPTORS.*\n", "", by_process(run.log), flags=re.M)
    for block in BLOCK.findall(log.replace("== \n", "==\n")):
        lines = [re.sub(r"^==\d+== *", "", line) for line in block.splitlines()]
        if not QUIET.match(lines[0]):
            said += lines
        elif lines[0].startswith("Open") and "<inherited" not in block:
            opened[block.split()[0], "; ".join(lines[1:])] += 1  # in this process
    said += [f"{n} open: {at}" for (_, at), n in opened.items() if n > SAME]
    return said


def calls(subject: Subject, thorough: bool) -> Iterator[tuple[str, Case, list[str]]]:
    """Yield, with a name, the ways to call a program."""
    first, *more = cases(subject.name, subject.header.usage)
    rightly = [] if reason(subject.name, "guest") else [first, *more]
    for case in rightly:
        yield case.name or "called rightly", case, case.usage.right()
    alone = Case("", first.usage)
    wrong = [*first.usage.counts(), *first.usage.options()]
    for name, arguments in wrong if thorough else wrong[:1]:
        yield name, alone, arguments
    if thorough:
        for name, arguments, _ in first.usage.wrong():
            yield name, first, arguments


def check(subject: Subject, tool: Tool) -> tuple[int, list[str]]:
    """Return how many runs of a program there were, and what was found in them."""
    name = f"{tool.name}/{subject.name}"
    flags = ["gcc", "-std=gnu17", "-O1", "-g", *tool.flags.split()]
    compiled(subject.source, BUILD / name, flags)
    runs, wrong = 0, []
    with closing(CleanGuests(Sandbox)) as places:
        for what, case, arguments in calls(subject, tool.thorough):
            words = [*tool.words.split(), f"{GUEST_BUILD}/{name}", *arguments]
            run = places.run(words, case, log=not tool.thorough)
            runs += 1
            found = findings(run)
            if what == "called rightly" and run.status not in (0, COMMAND_STATUS):
                found.append(f"it ended with {run.status}: {run.stderr.strip()}")
            if found or run.hang:
                where = f"WRONG  {subject.name}, {tool.name}: {what}"
                wrong.append("\n  ".join([where, *(found or ["it did not end"])]))
    return runs, wrong
