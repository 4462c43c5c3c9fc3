"""The prose of every page is spelled right, by aspell and docs/wordlist.txt.

What some page sets as code, or defines as a term, is a name and no mistake elsewhere;
so the list has only names that no page sets as code.
"""

from pathlib import Path

import pytest
from docutils import nodes

from tests.book import prose
from tests.book.support import Build, report

WORDS = "docs/wordlist.txt"
Pages = dict[Path, nodes.document]


@pytest.fixture(scope="module")
def pages(build: Build) -> Pages:
    """Return the pages of the book."""
    paths = sorted(build.doctrees.rglob("*.doctree"))
    return {
        path.relative_to(build.doctrees).with_suffix(".rst"): prose.read_doctree(path)
        for path in paths
    }


def derived(pages: Pages) -> set[str]:
    """Return the names that no list needs."""
    return prose.kernel_names().union(*map(prose.names, pages.values()))


def listed(root: Path) -> set[str]:
    """Return the words of the list."""
    return set((root / WORDS).read_text(encoding="utf-8").split())


def mistakes(page: nodes.document, known: set[str]) -> list[str]:
    """Return what aspell does not know of a page."""
    return prose.misspelled(" ".join(prose.prose(page)), known)


def test_pages_are_spelled_right(pages: Pages, root: Path) -> None:
    """Whatever aspell does not know is a mistake, or a word for the list."""
    known = listed(root) | derived(pages)
    report(
        [
            f"{path}: misspelled: {word} (or add it to {WORDS})"
            for path, page in pages.items()
            for word in mistakes(page, known)
        ]
    )


def test_word_list_has_no_more(pages: Pages, root: Path) -> None:
    """A word goes from the list when no page has it, or when some page explains it.

    What aspell knows is not asked, for its dictionaries differ.
    """
    names = derived(pages)
    text = " ".join(word for page in pages.values() for word in prose.prose(page))
    words = set(prose.WORD.findall(text))
    words |= {word[:1].lower() + word[1:] for word in words}
    report(
        [f"{WORDS}: not needed: {w}" for w in sorted(listed(root) - (words - names))]
    )


def test_word_list_is_sorted(root: Path) -> None:
    """A sorted list has a place for each new word, and shows no word twice."""
    words = (root / WORDS).read_text(encoding="utf-8").splitlines()
    assert words == sorted(set(words), key=lambda word: (word.lower(), word))


def test_misspelling_is_found() -> None:
    """A word on the list may be capitalised and may own something."""
    text = "The mnt\N{RIGHT SINGLE QUOTATION MARK}s namespce: /procc, CLONE_NEWN. Nsfs!"
    assert prose.misspelled(text, {"nsfs", "mnt"}) == ["namespce"]
    assert prose.misspelled(text, {"nsfs", "mnt", "namespce"}) == []


def test_names_need_no_list() -> None:
    """Code, terms and manual pages are names; other links are not."""
    page = nodes.document(None, None)
    page += nodes.literal("", "uid_map 4 nsfs")
    page += nodes.term("", "bind mnt")
    page += nodes.reference("", "clone(2)", classes=["manpage"])
    page += nodes.reference("", "a lnik")
    assert prose.names(page) == {"uid", "map", "nsfs", "bind", "mnt", "clone"}
    assert {"EPERM", "EOPNOTSUPP", "SIGCHLD"} <= prose.kernel_names()
