"""What strace saw: which calls a program made after main had started, and where.

A site is one call of one process of the program: the third read of the second
process. The command that the program executes is not part of it.
"""

import re
from collections import Counter
from dataclasses import dataclass

MARKER = "personality"  # see marker.c
# What the numbers of a Site are.
COUNTED = "calls of that name after main began; processes as they come to a first call"
STARTED = re.compile(r"(\d+) +(\w+)\((.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
RESULT = re.compile(r"\)? += (-?\d+|0x[0-9a-f]+|\?)")
FORKS = ("clone", "clone3", "fork", "vfork")


class TraceError(Exception):
    """A log is not what a run of a marked program leaves."""


@dataclass(frozen=True)
class Site:
    """One call: the process that makes it, its name, and which of that name it is."""

    process: int  # 0 is the first, then in the order of their first calls
    call: str
    number: int  # what strace counts: from 1, for each process and call
    after_main: int  # the same, counted from main
    what: str  # the descriptor it is for, where strace can tell
    result: int  # what it returned, -1 where nobody knows

    def __str__(self) -> str:
        """Return the name that a reader of a red cell sees."""
        where = f" of process {self.process + 1}" if self.process else ""
        return f"{self.call} number {self.after_main}{where}"


@dataclass
class Trace:
    """A log, read: the sites, and how often each process makes a call at most."""

    sites: list[Site]
    most: dict[str, int]
    generations: dict[int, int]

    def crowded(self, site: Site) -> bool:
        """Tell whether strace's number of a site is reached by another process."""
        same = {s.process for s in self.sites if s.call == site.call}
        return len(same) > 1


def lines(log: str) -> list[tuple[int, str, str, int | None]]:
    """Return (pid, call, arguments, result) for each call in the order of starts."""
    found: list[list[object]] = []
    waiting: dict[int, list[object]] = {}
    for line in log.splitlines():
        started, resumed = STARTED.match(line), RESUMED.match(line)
        if started:
            result = RESULT.search(started[3])
            value = number(result[1]) if result else None
            entry: list[object] = [int(started[1]), started[2], started[3], value]
            found.append(entry)
            waiting[int(started[1])] = entry
        elif resumed and int(resumed[1]) in waiting:
            result = RESULT.search(resumed[3])
            entry = waiting[int(resumed[1])]
            entry[2] = f"{entry[2]}{resumed[3]}"
            entry[3] = number(result[1]) if result else None
    return [(p, c, a, r) for p, c, a, r in found]  # type: ignore[misc]


def number(text: str) -> int:
    """Return what a call returned."""
    return -1 if text == "?" else int(text, 0)


def read(log: str) -> Trace:
    """Return the sites of a program from its log, all before a command it became."""
    calls = lines(log)
    order: dict[int, int] = {}
    generations: dict[int, int] = {}
    counts: Counter[tuple[int, str]] = Counter()
    before: Counter[tuple[int, str]] = Counter()
    sites: list[Site] = []
    most: Counter[str] = Counter()
    main, gone = False, set()
    for pid, call, arguments, result in calls:
        if pid not in order:
            order[pid] = len(order)
            generations.setdefault(pid, 0)
        if call in FORKS and result and result > 0:
            generations[result] = generations[pid] + 1
        if pid in gone:
            continue
        process = order[pid]
        if call == "execve" and not order[pid] and not main and result == 0:
            continue  # the program itself: strace does not count it
        counts[process, call] += 1
        most[call] = max(most[call], counts[process, call])
        if call == MARKER and process == 0 and not main:
            main, before = True, counts.copy()
            continue
        if not main:
            continue
        fd = re.match(r"\d+<([^>]*)>", arguments)
        after = counts[process, call] - (before[process, call] if not process else 0)
        value = -1 if result is None else result
        what = fd[1] if fd else ""
        sites.append(Site(process, call, counts[process, call], after, what, value))
        if call == "execve" and result == 0:
            gone.add(pid)
    if not main:
        raise TraceError("the program never came to its main")
    numbered = {order[pid]: depth for pid, depth in generations.items() if pid in order}
    return Trace(sites, most, numbered)
