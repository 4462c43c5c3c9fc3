"""The parts of the book: named where its chapters are listed, and numbered on."""

import re
from pathlib import Path

import pytest

from tests.book.support import Plant
from tests.book.test_extension import run_sphinx

# Two parts in one list, with a list of what is in none.
BOOK = {
    "index.rst": "Book\n====\n\n"
    ".. toctree::\n   :numbered: 1\n\n   docs/a\n   docs/b\n   docs/c\n\n"
    ".. toctree::\n   :caption: More\n\n   docs/d\n",
    "docs/a.rst": ":part: Part One\n\n.. _a:\n\nA\n=\n\nText.\n",
    "docs/b.rst": "B\n=\n\nText.\n",
    "docs/c.rst": ":part: Part Two\n\nC\n=\n\nText.\n",
    "docs/d.rst": "D\n=\n\nText.\n",
}

# What a reader sees of a list: names of parts, and chapters with their numbers.
ENTRY = re.compile(
    r'<span class="caption-text">(.*?)</span>|<li class="toctree-l1.*?<a.*?>(.*?)</a>'
)
WHOLE = ["Part One", "1. A", "2. B", "Part Two", "3. C", "More", "D"]


def listed(html: str) -> list[str]:
    """Return the entries of a list of chapters, in their order."""
    return [name or title for name, title in ENTRY.findall(html)]


@pytest.fixture
def book(plant: Plant) -> Path:
    """Return the folder of a small book with two parts."""
    return plant(BOOK)


def test_lists_name_the_parts(book: Path) -> None:
    """In the sidebar of every page, and on the first page; the numbers run on."""
    assert run_sphinx(book, "html") == ""
    for page in ("index", "docs/a", "docs/b", "docs/c", "docs/d"):
        html = (book / f"out/html/{page}.html").read_text()
        sidebar, rest = html.split("</nav>", 1)
        assert listed(sidebar) == [*WHOLE, "Look up"]
        assert listed(rest) == (WHOLE if page == "index" else [])


def test_order_of_pages_knows_no_parts(book: Path) -> None:
    """From the last page of a part the way leads to the first of the next."""
    run_sphinx(book, "html")
    html = (book / "out/html/docs/b.html").read_text()
    assert re.findall(r'rel="(prev|next)" href="(.*?)"', html)[:2] == [
        ("prev", "a.html"),
        ("next", "c.html"),
    ]


@pytest.mark.parametrize(
    ("builder", "files"),
    [
        ("html", "docs/[a-d].html"),
        ("epub", "docs/[a-d].xhtml"),
        ("singlehtml", "index.html"),
    ],
)
def test_first_page_of_a_part_names_it(book: Path, builder: str, files: str) -> None:
    """Above the title, in every form of the book, and on no other page."""
    assert run_sphinx(book, builder) == ""
    paths = sorted((book / "out" / builder).glob(files))
    html = "".join(path.read_text() for path in paths)
    named = re.findall(r'class="part-name">(.*?)</p>\s*<h\d>(?:<.*?>)*.*?(\w)<', html)
    assert named == [("Part One", "A"), ("Part Two", "C")]
    assert html.count('class="part-name"') == 2


def test_epub_lists_the_parts(book: Path) -> None:
    """Its first page has the list, and is divided as on the web."""
    run_sphinx(book, "epub")
    assert listed((book / "out/epub/index.xhtml").read_text()) == WHOLE


def test_book_without_parts_has_its_list(plant: Plant) -> None:
    """Nothing is lost where no page begins a part."""
    folder = plant(BOOK | {"docs/a.rst": "A\n=\n", "docs/c.rst": "C\n=\n"})
    assert run_sphinx(folder, "html") == ""
    html = (folder / "out/html/index.html").read_text().split("</nav>", 1)[1]
    assert listed(html) == ["1. A", "2. B", "3. C", "More", "D"]
