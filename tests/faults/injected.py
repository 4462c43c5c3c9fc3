"""The cells of a program: each call that it makes, times what can go wrong with it."""

import re
import shlex
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests import part
from tests.faults import table
from tests.faults.cases import Case, cases
from tests.faults.cell import CleanGuests, Run, traced
from tests.faults.judge import WRONG, Fault, Judgement, always_wrong, judge
from tests.faults.strace import COUNTED, MARKER, Site, Trace, read
from tests.faults.subject import Subject, call_number
from tests.faults.table import SHORT, Call
from tests.faults.words import COMMAND_STATUS
from tests.lab.cache import DEFAULT


@dataclass(frozen=True)
class Cell:
    """One run, judged: where, what was done to it, what came of it."""

    subject: str
    name: str
    judgement: Judgement
    run: Run

    def show(self, series: str = DEFAULT) -> str:
        """Return what a reader of a red cell needs, on a kernel of that series."""
        head = "right" if self.judgement.right else "WRONG"
        outcome = self.judgement.outcome
        lines = [
            f"{head}  {self.subject}: {self.name}",
            f"  happened: {outcome}: {WRONG.get(outcome, 'as it should')}",
            f"  status:   {self.run.status}",
        ]
        if " number " in self.name:
            lines.append(f"  counted:  {COUNTED}")
        for key in ("stdout", "stderr"):
            text = getattr(self.run, key).strip()
            lines += [f"  {key}:   {line}" for line in text.splitlines()[-4:]]
        lines += [f"  {line}" for line in self.run.left]
        if self.judgement.expected:
            lines.append(f"  expected: {self.judgement.expected}")
        name = f"{self.subject}: {self.name}"
        shell = f"tests/faults/run --kernel {series} --shell --only {shlex.quote(name)}"
        lines.append(f"  repeat:   {part.repeat('faults', name, series)}")
        lines.append(f"  shell:    {shell}")
        return "\n".join(lines)


def faults(call: Call, site: Site) -> Iterator[Fault]:
    """Yield what can go wrong with one call."""
    for error in call.errors:
        yield Fault(call, error)
    if not call.short or site.result < 1:
        return
    # Only a stream moves less than it was given: a message is whole, and a file of
    # /proc ends where it ends. At 0 the other side has hung up.
    stream = site.what.startswith(("pipe:", "UNIX-STREAM", "UNIX:", "TCP"))
    if "write" in call.name or (stream and "send" in call.name):
        counts = {site.result // 2} - {0}
    else:
        counts = {0, site.result // 2} if stream else set()
    for count in sorted(counts):
        yield Fault(call, SHORT, count)


def injection(fault: Fault, site: Site, known: Trace) -> tuple[str, str]:
    """Return strace's option for a fault, and the PAD that marker.c needs for it."""
    effect = f"error={fault.error}"
    if fault.error == SHORT:
        effect = f"retval={fault.count}"
    when, pad = site.number, ""
    if known.crowded(site):
        most = known.most[site.call]
        when += most * (known.generations[site.process] + 1)
        pad = f"{call_number(site.call)}:{most}"
    return f"-e inject={site.call}:{effect}:when={when}", pad


class Injected:
    """Runs the cells of one program in one guest."""

    def __init__(
        self,
        subject: Subject,
        places: CleanGuests,
        only: str,
        every: int = 1,
    ) -> None:
        """Only names the one cell to run, if it is not empty; else one of every."""
        self.subject = subject
        self.places = places
        self.calls = table.known(subject.name)
        self.only = only
        self.every = 1 if only else every

    def cells(self) -> Iterator[Cell]:
        """Run and judge the cells of all cases, and of a wrong call."""
        for case in cases(self.subject.name, self.subject.header.usage):
            yield from self.case(case, case.usage.right())
        wrong = next(case.usage.counts(), None)
        if wrong:
            alone = replace(case, name=wrong[0], sender="", listener="")
            yield from self.case(alone, wrong[1])

    @property
    def success(self) -> int:
        """Return the status of a run without a fault: the command's own, or 0."""
        return COMMAND_STATUS if "COMMAND" in self.subject.header.usage else 0

    def case(self, case: Case, arguments: list[str]) -> Iterator[Cell]:
        """Run and judge the cells of one way to call the program."""
        clean = self.places.run(traced(self.subject, arguments), case, log=True)
        known = read(clean.log)
        label = f"{case.name}: " if case.name else ""
        wanted = 2 if arguments != case.usage.right() else self.success
        broken = always_wrong(clean, clean, set())
        if broken or clean.status != wanted:
            judgement = Judgement(broken or "broken", f"status {wanted}")
            yield Cell(self.subject.name, f"{label}no fault", judgement, clean)
            return
        if unknown := {site.call for site in known.sites} - set(self.calls):
            raise table.missing(unknown, self.subject.name)
        for site in known.sites:
            for fault in faults(self.calls[site.call], site):
                name = f"{label}{site} gives {fault}"
                wanted = zlib.crc32(name.encode()) % self.every == 0
                if wanted and self.only in ("", name):
                    yield self.cell(case, arguments, name, (fault, site, known), clean)

    def cell(
        self,
        case: Case,
        arguments: list[str],
        name: str,
        what: tuple[Fault, Site, Trace],
        clean: Run,
    ) -> Cell:
        """Run one cell and judge it."""
        fault, site, known = what
        option, pad = injection(fault, site, known)
        trace = f"-e trace={site.call},{MARKER}"
        words = traced(self.subject, arguments, f"{trace} {option}")
        if pad:
            words = ["env", f"PAD={pad}", *words]
        run = self.places.run(words, case, log=True)
        hits = run.log.count("(INJECTED")
        seen, compared = [
            replace(one, stdout=re.sub(case.varies, "", one.stdout))
            for one in (run, clean)
        ]
        judgement = judge(self.subject, fault, seen, compared, hits, case)
        return Cell(self.subject.name, name, judgement, run)
