"""Versions, errors and numbers in comments of samples, and in hints, have a source.

A comment's stands in tests/facts/comments, in the form of docs/sources; a hint names
its manual page itself. Of a hint's four levels the first two are looked at: the others
describe the solution, which is judged.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from book.files.samples import FOLDER, find_samples
from book.files.sources import parse_sources, plain

from tests import CHECKOUT
from tests.book.claims import STOP
from tests.exercises import catalogue
from tests.transcripts.transcript import plain_file

CLAIM = re.compile(r"Linux \d|\bE[A-Z]{3,}\b|(?<![\w.\\-])\d+\b|\\\d+")
BLOCK = {
    ".c": re.compile(r"/\*(.*?)\*/", re.S),
    ".sh": re.compile(r"^ *#(?!!)(.*)", re.M),
}
TOLD = re.compile(r"^(?:usage|needs|\s+or): .*", re.M)  # has tests of its own
MANUAL = re.compile(r"\b[\w.]+\(\d\w*\)")
HELD = CHECKOUT / "tests/facts/comments"


def comments(source: str, suffix: str) -> Iterator[str]:
    """Yield the sentences of a program's comments, without names of manual pages."""
    blocks = BLOCK[suffix].findall(source)
    if suffix == ".sh":
        blocks = ["\n".join(blocks)]
    for block in blocks:
        lines = [line.strip().removeprefix("*").strip() for line in block.split("\n")]
        text = "\n".join(
            "" if TOLD.match(line) else MANUAL.sub("", line) for line in lines
        )
        for paragraph in text.split("\n\n"):
            yield from STOP.split(plain(paragraph))


def claims_of(path: str) -> list[str]:
    """Return the sentences in comments of a sample that have a version or a number."""
    text = (CHECKOUT / FOLDER / path).read_text(encoding="utf-8")
    return [one for one in comments(text, Path(path).suffix) if CLAIM.search(one)]


def test_comments_are_held() -> None:
    """Each has a line, and each line a comment; a session that it names exists."""
    known = parse_sources(HELD.read_text(encoding="utf-8"), str(HELD.name))
    said = [one for path in find_samples(CHECKOUT) for one in claims_of(path)]
    open_ones = [one for one in said if not any(k.piece in one for k in known)]
    assert not open_ones, f"write a source into {HELD.relative_to(CHECKOUT)}"
    for one in known:
        assert any(one.piece in sentence for sentence in said), one.where
        if one.kind == "session":
            assert plain_file(one.what.removeprefix("session ")).exists(), one.where


def without_manual(hints: list[str]) -> list[str]:
    """Return those of the first two hints that claim something and name no manual."""
    found = []
    for hint in hints[:2]:
        said = plain(hint)
        if CLAIM.search(MANUAL.sub("", said)) and not MANUAL.search(said):
            found += [said] if "?" not in said else []
    return found


def test_hints_name_their_manual() -> None:
    """Where they have a version, an error or a number, and do not ask."""
    for exercise in catalogue.exercises():
        for fact, hints in catalogue.hints(exercise).items():
            assert not without_manual(hints), f"{exercise.name}: {fact}"


@pytest.mark.parametrize(
    ("text", "suffix", "found"),
    [
        ("/* Since Linux 6.2. */", ".c", ["Since Linux 6.2."]),
        ("/*\n * Waits.\n * It is EINVAL. */", ".c", ["Waits.", "It is EINVAL."]),
        ("#!/bin/sh\n# Takes\n# 128.\necho 7\n", ".sh", ["Takes 128."]),
        ("/*\n * a.c - b\n *\n * usage: a 7\n */", ".c", ["a.c - b"]),
    ],
)
def test_sentences(text: str, suffix: str, found: list[str]) -> None:
    """Of blocks, over lines; the usage line is none."""
    assert [one for one in comments(text, suffix) if one] == found


def test_a_claim_without_a_manual_is_found() -> None:
    """A question and what names a page are none."""
    assert without_manual(["Ids have 32 bits.", "It is EPERM"]) == [
        "Ids have 32 bits.",
        "It is EPERM",
    ]
    assert not without_manual(["Which is EPERM?", "open(2), ERRORS: ENOENT"])
