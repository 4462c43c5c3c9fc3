"""One run of a program inside a guest: how it is asked for, what came of it."""

import re
import shlex
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from tests.faults.cases import Case
from tests.faults.subject import GUEST_BUILD, Subject
from tests.faults.usage import PLACE
from tests.lab import inventory
from tests.lab.runner import Runner
from tests.octal import decoded

SECONDS = 30  # for one run; on a busy machine the slowest takes a tenth of it
LOG = f"{PLACE}/log"
STRACE = f"strace -D -f -b execve -qq -yy -s 32 -o {LOG}"
STATUS = re.compile(
    r"(Uid|Gid|Groups|Cap\w+|Sig(?:Blk|Ign)|Umask|NoNewPrivs|Seccomp):\t(.*)"
)
# What only calling.py looks at: who the command is, and what else it was given.
MORE = {"who", "number", "cwd", "root", "environ", "limits", "streams", "Umask"}
MORE |= {"Groups", "CapInh", "CapPrm", "CapBnd", "CapAmb"}


@dataclass
class Run:
    """What a run looked like from outside."""

    status: int = -1
    hang: bool = False
    stdout: str = ""
    stderr: str = ""
    log: str = ""
    probes: list[dict[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    mounted: str = ""  # what Case.effect printed
    command: str = ""  # what runs it again in a guest, where setup has run

    def effect(self, without: Iterable[str] = ()) -> tuple[str, list[dict[str, str]]]:
        """Return what the run achieved, comparable with that of another run."""
        leave = MORE | set(without)
        probes = [
            {key: value for key, value in probe.items() if key not in leave}
            for probe in self.probes
        ]
        return renamed(self.stdout + self.mounted), probes


def renamed(text: str) -> str:
    """Return a text whose numbers are named in the order of their appearance."""
    names: dict[str, str] = {}
    return re.sub(r"\d+", lambda m: names.setdefault(m[0], f"#{len(names)}"), text)


def shell_command(
    words: list[str], case: Case, log: bool = False, how: tuple[str, ...] = ()
) -> str:
    """Return the shell command that runs a program in a guest, where setup has run.

    How is what cell.c takes beside.
    """
    cell = [f"{GUEST_BUILD}/cell", "-t", str(SECONDS), "-p", f"{PLACE}/probe", *how]
    if log:
        cell += ["-l", LOG]
    if case.listens:
        cell += ["-L", case.listens]
    if peer := case.sender or case.listener:
        cell += ["-P", f"cd /book/build/samples; {peer}"]
    inner = shlex.join([*cell, *words])
    if case.effect:  # what it mounts is gone with a mount namespace of its own
        inner += f' && echo "effect $({case.effect})"'
        inner = shlex.join(["unshare", "--mount", "sh", "-c", inner])
    return f"cd {PLACE}/cwd && {inner}".replace("@PID@", f"$(cat {PLACE}/pid)")


class PreparedGuest:
    """A guest in which setup has run: what is known there, and what lies there."""

    def __init__(self, guest: Runner) -> None:
        """Make what programs are called with."""
        self.guest = guest
        self.known: dict[str, str] = {}
        status, lines = guest.run("/book/tests/faults/setup", 60)
        if status:
            raise inventory.LabError("setup failed: " + "\n".join(lines))
        for line in lines:
            kind, _, link = line.partition(" ")
            self.known.setdefault(link, kind)
        self.before = inventory.take(guest)
        _, self.quick = guest.run(inventory.QUICK, SECONDS)

    def probe(self, lines: list[str]) -> dict[str, str]:
        """Return what is known of a probe: what depends on luck is taken out."""
        facts: dict[str, str] = {}
        for line in lines:
            kind, _, value = line.partition(" ")
            kind = kind.removeprefix("probe-")
            if kind == "ns":
                name, _, link = value.partition(" ")
                facts[name] = self.known.get(link, "new")
            elif kind == "fd":
                number, _, link = value.partition(" ")
                key = "fds" if int(number) > 2 else "streams"
                facts[key] = facts.get(key, "") + renamed(link) + " "
            elif kind == "status":
                text = decoded(value)
                facts.update(STATUS.findall(text))
                match = re.search(r"NSpid:\t(.*)", text)
                numbers = match[1].split() if match else []
                facts["pids"] = str(len(numbers)) if numbers else ""
                facts["number"] = numbers[-1] if numbers else ""
            elif kind == "mountinfo":
                mounts = [line.split() for line in decoded(value).splitlines()]
                facts["mounts"] = "\n".join(fields[4] for fields in mounts)
            else:
                facts[kind] = decoded(value)
        return facts

    def run(
        self,
        words: list[str],
        case: Case,
        log: bool = False,
        how: tuple[str, ...] = (),
    ) -> Run:
        """Run a program, with its peer if it has one, and look at what it left."""
        command = f"{shell_command(words, case, log, how)} && echo end"
        if case.listens:
            command += f"; rm -f {shlex.quote(case.listens)}"  # its peer's, not its own
        status, lines = self.guest.run(f"{command}; {inventory.QUICK}", 3 * SECONDS)
        if "end" not in lines:
            raise inventory.LabError("cell failed: " + "\n".join(lines))
        end = lines.index("end")
        run = self.read(lines[:end])
        run.command = shell_command(words, case, how=how)
        if inventory.difference(self.quick, lines[end + 1 :]):
            run.left += inventory.left_behind(self.guest, self.before)
        return run

    def read(self, lines: list[str]) -> Run:
        """Return what cell.c printed of a run."""
        run = Run()
        probes: list[list[str]] = []
        for line in lines:
            key, _, value = line.partition(" ")
            if key == "probe":
                probes.append([])
            elif key.startswith("probe-"):
                probes[-1].append(line)
            elif key == "status":
                run.status = int(value)
            elif key == "hang":
                run.hang = True
            elif key == "effect":
                run.mounted = value
            elif key == "left":
                words = decoded(value).replace("\0", " ").strip()
                run.left.append(f"left behind: process {words or '(a zombie)'}")
            elif key in ("stdout", "stderr", "log"):
                setattr(run, key, decoded(value))
        run.probes = [self.probe(lines) for lines in probes]
        return run


class CleanGuests:
    """A place that is always clean: one in which something was left is given up."""

    def __init__(self, opener: Callable[[], AbstractContextManager[Runner]]) -> None:
        """Open guests, or what takes their place, when they are needed."""
        self.opener = opener
        self.stack = ExitStack()
        self.place: PreparedGuest | None = None

    def run(
        self,
        words: list[str],
        case: Case,
        log: bool = False,
        how: tuple[str, ...] = (),
    ) -> Run:
        """Run a program as PreparedGuest.run does."""
        if self.place is None:
            self.place = PreparedGuest(self.stack.enter_context(self.opener()))
        run = self.place.run(words, case, log, how)
        if run.left or run.hang:
            self.close()
        return run

    def left(self) -> list[str]:
        """Return what a quick look after each run did not see."""
        if self.place is None:
            return []
        return inventory.left_behind(self.place.guest, self.place.before)

    def close(self) -> None:
        """End the guest, if there is one."""
        self.place = None
        self.stack.close()


def traced(subject: Subject, arguments: list[str], options: str = "") -> list[str]:
    """Return the command that runs a program under strace."""
    return [*STRACE.split(), *options.split(), subject.in_guest, *arguments]
