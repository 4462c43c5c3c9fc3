"""The prose of every page is spelled right, by aspell and docs/wordlist.txt."""

from pathlib import Path

from tests.book import prose
from tests.book.support import Build, report

WORDS = "docs/wordlist.txt"


def test_pages_are_spelled_right(build: Build, root: Path) -> None:
    """Whatever aspell does not know is a mistake, or a word for the list."""
    known = set((root / WORDS).read_text(encoding="utf-8").split())
    findings = []
    for path in sorted(build.doctrees.rglob("*.doctree")):
        page = path.relative_to(build.doctrees).with_suffix(".rst")
        text = " ".join(prose.prose(prose.read_doctree(path)))
        findings += [
            f"{page}: misspelled: {word} (or add it to {WORDS})"
            for word in prose.misspelled(text, known)
        ]
    report(findings)


def test_word_list_is_sorted(root: Path) -> None:
    """A sorted list has a place for each new word, and shows no word twice."""
    words = (root / WORDS).read_text(encoding="utf-8").splitlines()
    assert words == sorted(set(words), key=lambda word: (word.lower(), word))


def test_misspelling_is_found() -> None:
    """A word on the list may be capitalised and may own something."""
    text = "The mnt\N{RIGHT SINGLE QUOTATION MARK}s namespce: /procc, CLONE_NEWN. Nsfs!"
    assert prose.misspelled(text, {"nsfs", "mnt"}) == ["namespce"]
    assert prose.misspelled(text, {"nsfs", "mnt", "namespce"}) == []
