"""Each sentence that claims something is held, and what holds it is on its page."""

import re

import pytest
from book.files.sources import Holder, SourceError, holders, parse_sources, sourced
from book.files.sweep import agrees, periods, read_sweep

from tests import CHECKOUT
from tests.book.claims import STOP, kinds
from tests.book.support import Build
from tests.facts import coverage
from tests.facts.coverage import cover, strangers
from tests.facts.run import FOLDER, fact_files
from tests.transcripts.transcript import plain_file

BEGAN = re.compile(r"(?i)(?:since|until|with|before|in) Linux (\d+\.\d+)")
REFUTED = re.compile(r"^([RI]\d+): (.*)", re.MULTILINE)
HELD = sorted({*sourced(CHECKOUT), *(path.stem for path in fact_files())})


def test_what_was_refuted_is_found() -> None:
    """Of what was wrong, or true in the lab alone, the list of claims misses little."""
    text = (FOLDER / "refuted").read_text(encoding="utf-8")
    known = REFUTED.findall(text)
    found = [name for name, said in known if any(map(kinds, STOP.split(said)))]
    assert len(known) == 54
    assert sum(name.startswith("R") for name in found) >= 27, found
    assert sum(name.startswith("I") for name in found) >= 20, found


def test_no_claim() -> None:
    """Questions, what leads to a session and what speaks of it claim nothing."""
    assert not kinds("What does a slave never hear?")
    assert not kinds("Every name is copied, as here:")
    assert not kinds("The second line has the other number.")
    assert kinds("The second line is printed only once, on every kernel.")
    assert kinds("A slave hears what its master mounts.")


@pytest.mark.parametrize("page", sourced(CHECKOUT))
def test_a_page_is_held(page: str, build: Build) -> None:
    """No sentence of it that claims something stands alone."""
    found = cover(page, coverage.read(page, build.doctrees), holders(CHECKOUT, page))
    print(coverage.line(found))
    assert found.open == []


@pytest.mark.parametrize("page", HELD)
def test_what_holds_is_on_the_page(page: str, build: Build) -> None:
    """The name of a fact, and each piece that has a source, stand in a sentence."""
    assert strangers(coverage.read(page, build.doctrees), holders(CHECKOUT, page)) == []


@pytest.mark.parametrize("page", HELD)
def test_sessions_exist(page: str) -> None:
    """A session that holds a sentence is one of the book's."""
    for one in holders(CHECKOUT, page):
        if one.kind == "session":
            assert plain_file(one.what.removeprefix("session ")).exists(), one.where


@pytest.mark.parametrize("page", HELD)
def test_what_began_with_a_release_was_measured(page: str, build: Build) -> None:
    """By the sweep, in whose interval it lies, or it has a source; no fact shows it."""
    answers = {n: periods(row) for n, row in read_sweep(CHECKOUT).claims.items()}
    known = holders(CHECKOUT, page)
    for sentence in coverage.read(page, build.doctrees):
        if not (told := BEGAN.search(sentence)):
            continue
        pieces = [o for o in known if o.piece in sentence or sentence in o.piece]
        sources = [o for o in pieces if o.kind in ("manual", "source", "sweep")]
        assert sources, f"{page}: no sweep, manual or source of: {sentence}"
        for one in sources:
            if one.kind == "sweep":
                rows = answers[one.what.removeprefix("sweep ")]
                assert any(agrees(told[1], row) for row in rows), one.where


def test_a_page_shows_what_holds_it(build: Build) -> None:
    """At its end, folded away: experiments with their kernels, and sources."""
    html = (build.html / "docs/uts.html").read_text(encoding="utf-8")
    _, held = html.split("What holds this page:")
    assert "The kernel has one bell for this file" in held
    assert "hostname(1), DESCRIPTION" in held
    assert "session uts/two" not in held and ">definition<" not in held


LINES = {
    "session": "a name is copied | session uts/copy",
    "manual": "a name is copied | uts_namespaces(7), DESCRIPTION",
    "source": "a name is copied | linux 6.12 kernel/utsname.c:50",
    "sweep": "a name is copied | sweep ns-id",
    "mark": "a name is a word | definition",
}


@pytest.mark.parametrize("kind", LINES)
def test_lines(kind: str) -> None:
    """Each has its form."""
    (found,) = parse_sources(f"# names\n\n{LINES[kind]}\n", "uts")
    piece, _, what = LINES[kind].partition(" | ")
    assert found == Holder(piece, kind, what, "uts:3")


@pytest.mark.parametrize(
    "wrong", ["a name", "| definition", "a name | somewhere", "a name | linux 6.12"]
)
def test_wrong_lines(wrong: str) -> None:
    """What is none says where it stands."""
    with pytest.raises(SourceError, match=r"uts:1: expected PIECE"):
        parse_sources(wrong, "uts")


def test_open_and_strange() -> None:
    """What nothing holds is listed, and what holds nothing."""
    said = ["A name is always copied.", "Nobody keeps it.", "Here it was."]
    known = parse_sources("always copied | definition\nnever moved | definition", "uts")
    found = cover("uts", said, known)
    assert found.open == ["Nobody keeps it."]
    assert found.held == {"mark": 1}
    assert strangers(said, known) == ["uts:2: never moved"]
