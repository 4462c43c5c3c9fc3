"""List the sentences of pages that claim something and that nothing holds.

A sentence is held by a fact, a test whose name is a piece of it, or by a line of
docs/sources/PAGE: docs/_ext/book/files/sources.py has the forms. A page that has a file
of sources is held as a whole: tests/book/test_coverage.py.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from book.files import sources
from book.files.sources import Holder, plain

from tests import CHECKOUT
from tests.book.claims import kinds, sentences
from tests.book.prose import read_doctree

DOCTREES = CHECKOUT / "build/doctrees"


@dataclass
class Coverage:
    """A page: its sentences that claim something, by what holds them."""

    page: str
    sentences: int = 0
    held: Counter[str] = field(default_factory=Counter)
    open: list[str] = field(default_factory=list)


def read(page: str, doctrees: Path = DOCTREES) -> list[str]:
    """Return the sentences of a page as Sphinx has built it."""
    path = "index" if page == "index" else f"docs/{page}"
    tree = read_doctree(doctrees / f"{path}.doctree")
    return [plain(sentence) for sentence in dict.fromkeys(sentences(tree))]


def cover(page: str, said: list[str], known: list[Holder]) -> Coverage:
    """Return which sentences of a page are held, and which are not."""
    found = Coverage(page, len(said))
    for sentence in said:
        if not kinds(sentence):
            continue
        by = [
            one.kind for one in known if one.piece in sentence or sentence in one.piece
        ]
        if by:
            found.held[by[0]] += 1
        else:
            found.open.append(sentence)
    return found


def strangers(said: list[str], known: list[Holder]) -> list[str]:
    """Return which pieces no sentence of the page has, with where they stand."""
    text = " ".join(said)
    return [f"{one.where}: {one.piece}" for one in known if one.piece not in text]


def line(found: Coverage) -> str:
    """Return the figures of a page."""
    claims = sum(found.held.values()) + len(found.open)
    kinds_of = ", ".join(f"{count} {kind}" for kind, count in found.held.most_common())
    return (
        f"{found.page}: {found.sentences} sentences, {claims} claim something; "
        f"{kinds_of or 'nothing held'}; {len(found.open)} open"
    )


def main() -> int:
    """List what is open on the pages that were asked for, the figures last."""
    parser = argparse.ArgumentParser(
        prog="tests/facts/coverage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="as uts; all if none")
    pages = parser.parse_args().pages or sources.sourced(CHECKOUT)
    total = [cover(page, read(page), sources.holders(CHECKOUT, page)) for page in pages]
    for found in total:
        for sentence in found.open:
            print(f"{found.page}: {sentence} ({', '.join(kinds(sentence))})")
    print("\n".join(map(line, total)))
    return 1 if any(found.open for found in total) else 0


if __name__ == "__main__":
    sys.exit(main())
