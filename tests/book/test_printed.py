"""Output that prose quotes must have been printed, or the build fails."""

import os
import re

import pytest

from book.files.kernels import Kernels, format_kernels
from tests.book.support import Plant
from tests.book.test_extension import read_page, run_sphinx, write_page

SHOWN = "sh1# cat secret\ncat: /tmp/a: not found\n  0   1000    1\n(none) it's\n"
OTHER = "sh1# ls\nelsewhere\n"
OLDER = "sh1# cat secret\nolder\n"
FILES = {
    "docs/transcripts/uts/look.console": SHOWN,
    "docs/transcripts/uts/look@6.1.console": OLDER,
    "docs/transcripts/uts/other.console": OTHER,
    # A page that lacks one of these is always read again.
    "docs/live/guest.json": '{"kernel": "6.12"}',
    "docs/kernels.json": format_kernels(Kernels()),
}

GOOD = [
    "not found",
    "cat: ... not found",
    "0 1000 1",
    "0 1000\n1",
    "(none)",
    "older",  # what an older kernel prints is shown, too
    "elsewhere <uts/other>",
    "older <uts/look@6.1>",
]
BAD = [
    ("secret", "no session of this page prints 'secret'"),  # typed, not printed
    ("found cat", "no session of this page prints 'found cat'"),
    ("not foun", "no session of this page prints 'not foun'"),  # no whole word
    ("t found", "no session of this page prints 't found'"),
    ("cat: ... it's", 'no session of this page prints "cat: ... it\'s"'),  # two lines
    ("elsewhere", "no session of this page prints 'elsewhere'"),
    ("Not found", "no session of this page prints 'Not found'"),
    ("not found <uts/other>", "the session uts/other does not print 'not found'"),
    ("older <uts/gone>", "the session uts/gone does not print 'older'"),
]


def warnings(plant: Plant, quote: str) -> str:
    """Build a page that shows a session and quotes; return what Sphinx says of it."""
    text = f"Text.\n\n.. transcript:: uts/look\n\nIt says :printed:`{quote}`.\n"
    folder = write_page(plant, text)
    plant(FILES)
    return run_sphinx(folder, "html")


@pytest.mark.parametrize("quote", GOOD)
def test_what_is_printed(quote: str, plant: Plant) -> None:
    """It is shown as code, without the name of the session."""
    assert warnings(plant, quote) == ""
    html = read_page(plant({}))
    shown = re.search(r'<code class="[^"]*printed[^"]*">(.*?)</code>', html, re.DOTALL)
    assert shown
    words = re.sub("<[^>]+>", "", shown[1])
    assert words == " ".join(quote.partition(" <")[0].split())


@pytest.mark.parametrize(("quote", "complaint"), BAD)
def test_what_is_not_printed(quote: str, complaint: str, plant: Plant) -> None:
    """The build names page, line and quote."""
    assert f"docs/page.rst:8: WARNING: {complaint}" in warnings(plant, quote)


@pytest.mark.parametrize("name", ["look", "other"])
def test_session_that_changes(name: str, plant: Plant) -> None:
    """The quote is compared again, wherever the session stands."""
    quote = {"look": "not found", "other": "elsewhere <uts/other>"}[name]
    assert warnings(plant, quote) == ""
    path = f"docs/transcripts/uts/{name}.console"
    folder = plant({path: "sh1# ls\nchanged\n"})
    os.utime(folder / path, (2e9, 2e9))
    assert "print" in run_sphinx(folder, "html")
