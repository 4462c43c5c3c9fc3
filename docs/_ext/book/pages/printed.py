"""The role that quotes what a session printed: ``:printed:`not mounted```.

A session that the page shows must have it in its output, word by word: on a terminal
more than one blank may stand between two words, and ``...`` in a quote stands for
whatever else there is on the line. What another page shows is quoted with its name,
``:printed:`lab <uts/name>```. The build says so where it is not printed, and fails.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from ..files.transcripts import FOLDER, classify, parse_session
from .transcript_block import ShownSession

NAMED = re.compile(r"(.+?)\s+<([\w-]+/[\w@.-]+)>", re.DOTALL)

logger = logging.getLogger(__name__)


class Printed(SphinxRole):
    """Quote output; it is compared when the whole page has been read."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the quote as code."""
        named = NAMED.fullmatch(self.text)
        words = " ".join((named[1] if named else self.text).split())
        quote = nodes.literal(self.rawtext, words, classes=["printed"])
        quote["session"] = named[2] if named else ""
        return [quote], []


def output(session: str) -> str:
    """Return what a session printed, without the commands."""
    return "".join(line for terminal, _, line in classify(session) if not terminal)


def prints(session: str, quote: str) -> bool:
    """Tell whether a session printed what is quoted."""
    parts = (r"[ \t]+".join(map(re.escape, p.split())) for p in quote.split("..."))
    return bool(re.search(rf"(?<!\w){'.*'.join(parts)}(?!\w)", output(session)))


def session_of(env: BuildEnvironment, name: str) -> list[str]:
    """Return the session that a quote names, none if there is no such transcript."""
    path = FOLDER / f"{name}.console"
    env.note_dependency(str(path))
    file = Path(env.srcdir, path)
    if not file.is_file():
        return []
    return [parse_session(file.read_text(encoding="utf-8"), path).text]


def compare_quotes(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each quote that no session printed."""
    shown = [session.astext() + "\n" for session in doctree.findall(ShownSession)]
    for quote in doctree.findall(nodes.literal):
        if "printed" not in quote["classes"]:
            continue
        name, words = quote["session"], quote.astext()
        sessions = session_of(app.env, name) if name else shown
        if not any(prints(session, words) for session in sessions):
            where = f"the session {name}" if name else "no session of this page"
            said = "does not print" if name else "prints"
            logger.warning(
                "%s %s %r: quote what it does", where, said, words, location=quote
            )


def setup(app: Sphinx) -> None:
    """Register the role and the comparison."""
    app.add_role("printed", Printed())
    app.connect("doctree-read", compare_quotes)
