"""Sentences that claim what a kernel, a tool or a manual could contradict.

A claim is found by its words: those that speak of all or of none, of what must or
cannot be, of versions, errors and numbers, of reasons; and those that say what
something of the kernel's does. Whatever was wrong in earlier editions (tests/facts/
refuted) tuned the lists. What speaks of the session beside it, and a question, claims
nothing of that kind: the session is run. Nor does what leads to one, with a colon.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from tests.book.prose import MADE, has_exercises

# The words of a claim by its kind.
WORDS = {
    "all or none": r"only|never|always|every\w*|all|none|nobody|nothing|anybody|"
    r"anything|no|neither|nor|exactly|whoever|whatever|any|for good|at once|"
    r"as long as|whole|nowhere|same|at most|at least|up to|more than|less than",
    "must or cannot": r"must|cannot|may|has to|have to|needs?|possible|impossible|"
    r"allowed|permitted|refuses?|forbids?|without|enough|wants|asks? for|can't|can",
    "version": r"since|newer|older|came with|Linux \d\S*|version \S+|until",
    "error or number": r"E[A-Z]{3,}\w*|SIG[A-Z]+|CAP_\w+|CLONE_\w+|MS_\w+|\d+",
    "reason": r"because|so that|therefore|thus|that is why|which is why|for the same",
}
# What does something, and what it does: together they are a claim, too.
ACTORS = (
    r"kernel|calls?|namespaces?|process(?:es)?|programs?|capabilit\w+|maps?|mounts?|"
    r"peers?|slaves?|descriptors?|links?|files?|pins?|sockets?|folder|child|children|"
    r"parent|owner|user|root|\w+\(\d\w*\)|flags?|option|tools?|group|shell|exec|names?"
)
DOES = (
    r"is|are|has|have|begins?|belongs?|changes?|checks?|closes?|copied|copies|counts?|"
    r"creates?|decides?|drops?|ends|enters?|executes?|finds?|forks?|gets?|gives?|goes|"
    r"hears?|holds?|ignores?|keeps?|leads?|looks?|loses?|makes?|moves?|opens?|passes|"
    r"reads?|removes?|sets?|shows?|stands?|stays?|takes?|unshares?|waits?|writes?"
)
# Of the session beside it, in which what it says is seen.
BESIDE = re.compile(
    r"\b(?:here|above|below|(?:first|second|third|fourth|last|upper|lower|middle|left|"
    r"right|next) (?:\w+ )?(?:lines?|half|commands?|columns?|terminals?|ones?|session|"
    r"shell|number|field|part|call)|this time|in the lab|session|transcript|the page|"
    r"chapter|you (?:have|had) seen|figure\S*)\b|\b(?:was|were|did|had|got|went|came|"
    r"printed|said|saw|gave|took|showed|refused)\b",
    re.IGNORECASE,
)
STRONG = re.compile(
    r"\b(?:only|never|always|every\w*|cannot|must|exactly|for good|since|all|none|no|"
    r"nothing|nobody|because)\b|\b(?:E[A-Z]{3,}|CAP_[A-Z]+|Linux \d)",
    re.IGNORECASE,
)


def words_of(*choice: str) -> re.Pattern[str]:
    """Return what finds some words where they stand by themselves."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(choice)})(?![\w-])", re.IGNORECASE)


CLAIMS = {kind: words_of(words) for kind, words in WORDS.items()}
ACTOR, ACTION = words_of(ACTORS), words_of(DOES)
STOP = re.compile(r"(?<=[.!?])[\"')\N{RIGHT DOUBLE QUOTATION MARK}]*\s+(?=[^a-z])")


def kinds(sentence: str) -> list[str]:
    """Return what kinds of claim a sentence makes, nothing if it makes none."""
    if sentence.endswith(("?", ":")) or len(sentence.split()) < 3:
        return []  # it asks, or leads to what is shown, or answers a question
    if BESIDE.search(sentence) and not STRONG.search(sentence):
        return []
    found = [kind for kind, words in CLAIMS.items() if words.search(sentence)]
    acts = ACTOR.search(sentence) and ACTION.search(sentence)
    return found or (["effect"] if acts else [])


def sentences(page: nodes.document) -> Iterator[str]:
    """Yield the sentences of a page, exercises and what programs write aside."""
    for paragraph in paragraphs(page):
        text = " ".join(paragraph.astext().split())
        yield from (one for one in STOP.split(text) if one)


def paragraphs(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield what holds running text: paragraphs, captions, what a glossary explains."""
    if not isinstance(node, nodes.Element) or has_exercises(node):
        return
    if isinstance(node, nodes.paragraph | nodes.caption):
        if not MADE & {*node["classes"]}:
            yield node
        return
    if "literal-block-wrapper" in node.get("classes", ()):
        return  # its caption is the usage line, which has tests of its own
    for child in node.children:
        yield from paragraphs(child)
