"""The prose of the pages: what a person wrote, without code and sessions."""

import errno
import pickle
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.ext.graphviz import graphviz

# What a dictionary does not know, or what is checked elsewhere.
NOT_PROSE = (
    addnodes.download_reference,
    addnodes.index,
    addnodes.pending_xref,
    graphviz,
    nodes.comment,
    nodes.literal,
    nodes.literal_block,
    nodes.raw,
    nodes.reference,
)
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"\b\w*_\w*|/\S+")


def read_doctree(path: Path) -> nodes.document:
    """Return a page as Sphinx keeps it between builds."""
    doctree: nodes.document = pickle.loads(path.read_bytes())
    return doctree


def count_words(doctree: nodes.document) -> int:
    """Return how many words the paragraphs of a page have."""
    return sum(len(p.astext().split()) for p in doctree.findall(nodes.paragraph))


def prose(node: nodes.Node) -> Iterator[str]:
    """Yield the pieces of text that are prose."""
    if isinstance(node, nodes.Text):
        yield node.astext()
    elif not isinstance(node, NOT_PROSE):
        for child in node.children:
            yield from prose(child)


def names(doctree: nodes.document) -> set[str]:
    """Return the words that a page itself says are names: code, terms, manual pages."""
    found = [*doctree.findall(nodes.literal), *doctree.findall(nodes.term)]
    for link in doctree.findall(nodes.reference):
        if "manpage" in link.get("classes", ()):
            found.append(link)
    return {word for node in found for word in WORD.findall(node.astext())}


def kernel_names() -> set[str]:
    """Return the names of errors and of signals."""
    return {*errno.errorcode.values(), *(one.name for one in signal.Signals)}


def misspelled(text: str, known: set[str]) -> list[str]:
    """Return the words that are neither in aspell's dictionary nor known.

    A known word may begin with a capital and may have an owner's 's. Constants and
    paths are not looked at.
    """
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = CODE.sub(" ", plain)
    run = subprocess.run(
        ["aspell", "list", "--lang=en_US", "--encoding=utf-8", "--mode=none"],
        input=plain,
        capture_output=True,
        check=True,
        text=True,
    )
    stems = {word: word.removesuffix("'s") for word in run.stdout.split()}
    return sorted(
        word
        for word, stem in stems.items()
        if stem not in known and stem[:1].lower() + stem[1:] not in known
    )
