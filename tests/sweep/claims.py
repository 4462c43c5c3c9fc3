"""What tests/sweep/claims.txt says began with some release, and what a kernel answers.

The programs that ask are those of tests/sweep/probes. They need the C library alone,
and print the name of the error, or "ok".
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests import CHECKOUT
from tests.lab import cache
from tests.lab.cache import LabError
from tests.lab.debian import run
from tests.sweep import bare

HERE = Path(__file__).resolve().parent
FILE = HERE / "claims.txt"
SAMPLE = "code-samples/mnt/pin_mnt"  # asked for what befell its readers
COMPILER = ["gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
NAME = re.compile("[a-z][a-z0-9-]*")
SINCE = re.compile(r"-|\d+\.\d+(-\d+\.\d+)?")


@dataclass(frozen=True)
class Claim:
    """A line of the table: what began, since when, and what to ask."""

    name: str
    since: str  # a release, two with - between, or "-"
    text: str
    ask: str
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @property
    def ends(self) -> bool:
        """Tell whether a later release has it no more."""
        return "-" in self.since[1:]

    def judge(self, said: str) -> str:
        """Return what an answer means: "yes: ANSWER", "no: ...", or "unclear: ..."."""
        for verdict, patterns in (("yes", self.yes), ("no", self.no)):
            if any(fnmatchcase(said, pattern) for pattern in patterns):
                return f"{verdict}: {said}"
        return f"unclear: {said or 'it said nothing'}"


def parse(text: str, path: Path = FILE) -> list[Claim]:
    """Return the claims of a table; raises LabError, naming a line that is none."""
    found: dict[str, Claim] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split(" | ")]
        if len(fields) != 6 or not all(fields):
            why = "write NAME | SINCE | CLAIM | ASK | YES | NO"
        elif not NAME.fullmatch(fields[0]) or not SINCE.fullmatch(fields[1]):
            why = "a name has small letters, a release is like 6.12, or -"
        elif fields[0] in found:
            why = f"there is another {fields[0]}"
        else:
            yes, no = (tuple(word.split(", ")) for word in fields[4:])
            name, since, claim, ask = fields[:4]
            found[name] = Claim(name, since, claim, ask, yes, no)
            continue
        raise LabError(f"{path}:{number}: {why}")
    return list(found.values())


def claims() -> list[Claim]:
    """Return all claims, in the order of the table."""
    return parse(FILE.read_text(encoding="utf-8"))


def key() -> str:
    """Return a hash of what is asked, and of the programs that ask."""
    lines = [repr((one.name, one.ask, one.yes, one.no)) for one in claims()]
    return cache.key(*lines, HERE / "init", HERE / "probes", CHECKOUT / f"{SAMPLE}.c")


def build(folder: Path) -> list[Path]:
    """Compile the programs that ask; raises LabError with the compiler's words."""
    sources = [*(HERE / "probes").glob("*.c"), CHECKOUT / f"{SAMPLE}.c"]
    for source in sources:
        run([*COMPILER, "-o", folder / source.stem, source])
    return [folder / source.stem for source in sources]


def ask(kernel: Path, asked: list[Claim]) -> dict[str, str]:
    """Return what a kernel answers to each claim, by its name: see Claim.judge."""
    with cache.scratch() as tmp:
        questions = {claim.name: claim.ask for claim in asked}
        initrd = bare.pack(questions, build(tmp), tmp / "tree")
        said = bare.answers(kernel, initrd)
    return {claim.name: claim.judge(said.get(claim.name, "")) for claim in asked}
