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

# The class of a section that can wait: not of the main path through a page.
CAN_WAIT = "second-reading"

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
MADE = {"checked", "leans"}  # the classes of lines that a program writes
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"\b\w*_\w*|/\S+")


def read_doctree(path: Path) -> nodes.document:
    """Return a page as Sphinx keeps it between builds."""
    doctree: nodes.document = pickle.loads(path.read_bytes())
    return doctree


def has_exercises(node: nodes.Element) -> bool:
    """Tell whether a node is the section with a page's exercises."""
    children = (child for child in node.children if isinstance(child, nodes.Element))
    return any("exercise" in child.get("classes", ()) for child in children)


def count_words(node: nodes.Node, without: str = "") -> int:
    """Return how many words the paragraphs of a page have, exercises aside.

    What a program writes, or has the class without, does not count either.
    """
    if isinstance(node, nodes.paragraph):
        return 0 if MADE & {*node["classes"]} else len(node.astext().split())
    if not isinstance(node, nodes.Element) or has_exercises(node):
        return 0
    if without and without in node.get("classes", ()):
        return 0
    return sum(count_words(child, without) for child in node.children)


def chapters(index: nodes.document) -> list[str]:
    """Return the names of the chapters: what the contents of the book number."""
    trees = index.findall(addnodes.toctree)
    return [name for tree in trees if tree["numbered"] for name in tree["includefiles"]]


def wrong_length(page: nodes.document) -> str:
    """Say what is wrong with the length of a chapter; nothing if it is right.

    A long one marks what can wait, and the rest of it is read in a sitting.
    """
    whole, path = count_words(page), count_words(page, without=CAN_WAIT)
    if not 1500 <= whole <= 6000:
        return f"{whole} words, expected 1500 to 6000"
    if whole > 4500 and path > 3500:
        return (
            f"{whole} words, {path} of them on the main path, expected 3500 or less: "
            f"mark a section with '.. rst-class:: {CAN_WAIT}'"
        )
    return ""


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
    """Return the names of errors, all that a number has, and of signals."""
    errors = {name for name in vars(errno) if name.startswith("E")}
    return errors | {one.name for one in signal.Signals}


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
