"""What holds the sentences of a page: its facts, and the lines of docs/sources/PAGE.

A fact is a test of tests/facts/PAGE.bats, whose name is a piece of a sentence. A line
of sources is "piece | what holds it", in one of these forms:

    session PAGE/NAME       a session of the book that prints what it says
    NAME(N), SECTION        a manual page
    linux VERSION PATH:LINE the source of a version or commit, of other programs, too
    sweep NAME              the interval in which a line of tests/sweep/claims.txt began
    definition, advice      it claims nothing: it says what a word means, or what to do
"""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("docs", "sources")
FACTS = Path("tests", "facts")
FACT = re.compile(r'^@test "([^"\\$`]+)" \{$', re.MULTILINE)
FORMS = {
    "session": re.compile(r"session ([a-z-]+/[\w-]+)"),
    "manual": re.compile(r"[\w.:-]+\(\d\w*\), .+"),
    "source": re.compile(r"[\w.+-]+ \w\S* \S+:\d+"),
    "sweep": re.compile(r"sweep ([a-z][a-z0-9-]*)"),
    "mark": re.compile(r"definition|advice"),
}
STRAIGHT = str.maketrans("\u201c\u201d\u2018\u2019", "\"\"''")


class SourceError(ValueError):
    """A line of docs/sources is none; the text says where."""


@dataclass(frozen=True)
class Holder:
    """What holds a piece of a page."""

    piece: str
    kind: str  # "fact", or one of FORMS
    what: str  # the fact, the session, the place
    where: str  # the line that says so


def plain(text: str) -> str:
    """Return a text as it is compared: straight quotes, single blanks."""
    return " ".join(text.translate(STRAIGHT).split())


def parse_sources(text: str, where: str) -> list[Holder]:
    """Return the lines of a file of sources.

    Raises SourceError, with the line, for one that has another form.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        piece, _, what = (word.strip() for word in line.rpartition(" | "))
        fitting = [kind for kind, form in FORMS.items() if form.fullmatch(what)]
        if not piece or not fitting:
            at = f"{where}:{number}"
            raise SourceError(f"{at}: expected PIECE | WHAT HOLDS IT: {line}")
        found.append(Holder(plain(piece), fitting[0], what, f"{where}:{number}"))
    return found


def facts_of(root: Path, page: str) -> list[str]:
    """Return the names of a page's facts, in their order."""
    file = root / FACTS / f"{page}.bats"
    return FACT.findall(file.read_text(encoding="utf-8")) if file.exists() else []


def holders(root: Path, page: str) -> list[Holder]:
    """Return what holds the sentences of a page: its facts, then its sources."""
    suite = str(FACTS / f"{page}.bats")
    found = [Holder(plain(f), "fact", f, suite) for f in facts_of(root, page)]
    file = root / FOLDER / page
    if file.exists():
        text = file.read_text(encoding="utf-8")
        found += parse_sources(text, str(FOLDER / page))
    return found


def sourced(root: Path) -> list[str]:
    """Return the pages that have a file of sources."""
    return sorted(path.name for path in (root / FOLDER).glob("*"))
