"""The directive that lists what can go wrong: ``.. failures::``.

Every entry stands in the head of a transcript that shows it (files/transcripts.py): the
message, why it comes, and the way out. They are sorted by the number of the error
that the kernel returned; what fails without a message comes first, what a program
says in words of its own comes last.
"""

import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ..files.transcripts import (
    FOLDER,
    OWN,
    SILENT,
    SessionError,
    Trap,
    error_number,
    parse_session,
    traps,
)
from .markup import literal
from .outdated import make_again, mark
from .transcript_block import ShownSession, session_id

# The titles of what is no error.
TITLES = {SILENT: "No message at all", OWN: "Messages that name no error"}


class FailuresDirective(SphinxDirective):
    """Make the list from all transcripts."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each error."""
        mark(self.env, "failures")
        found: list[tuple[Trap, str, str]] = []
        folder = Path(self.env.srcdir, FOLDER)
        for path in sorted(folder.glob("*/*.console")):
            if "@" in path.stem:
                continue  # shows the failure of the plain one, on an older kernel
            self.env.note_dependency(str(path.relative_to(self.env.srcdir)))
            name = path.relative_to(folder).with_suffix("").as_posix()
            try:
                session = parse_session(path.read_text(encoding="utf-8"), path)
                found += [(trap, name, session.text) for trap in traps(session, path)]
            except SessionError as error:
                raise self.error(str(error)) from error
        found.sort(key=lambda entry: (error_number(entry[0].error), entry[1]))
        return [
            self.error_section(error, entries)
            for error, entries in groupby(found, key=lambda entry: entry[0].error)
        ]

    def error_section(
        self, error: str, entries: Iterable[tuple[Trap, str, str]]
    ) -> nodes.section:
        """Return what is known of one error."""
        words = TITLES.get(error) or f"{error}: {os.strerror(error_number(error))}"
        section = nodes.section("", nodes.title("", words), ids=[f"failure-{error}"])
        self.state.document.note_explicit_target(section, section)
        for trap, name, session in entries:
            section += self.entry(trap, name, session)
        return section

    def entry(self, trap: Trap, name: str, session: str) -> list[nodes.Node]:
        """Return one failure: message, cause, way out, and the session."""
        target = f"failure-{self.env.new_serialno('failure')}"
        index = addnodes.index(
            entries=[("single", f"{trap.message} (failure)", target, "", None)]
        )
        message = literal(trap.message) if trap.printed else nodes.Text(trap.message)
        term = nodes.term("", "", message, ids=[target])
        way_out = nodes.paragraph("", "", nodes.strong("", "Way out."), nodes.Text(" "))
        way_out += [*self.prose(trap.remedy), nodes.Text(" More in ")]
        way_out += [self.link(session_id(name)), nodes.Text(".")]
        cause = nodes.paragraph("", "", *self.prose(trap.cause))
        body = nodes.definition("", cause, way_out)
        item = nodes.definition_list_item("", term, body)
        body += ShownSession(
            session, session, language="transcript", classes=["transcript"]
        )
        return [index, nodes.definition_list("", item, classes=["failure"])]

    def prose(self, text: str) -> list[nodes.Node]:
        """Return a line of reStructuredText as what stands in a paragraph."""
        found, messages = self.state.inline_text(text, self.lineno)
        return [*found, *messages]

    def link(self, target: str) -> nodes.Node:
        """Return a link to the place that shows a session."""
        return addnodes.pending_xref(
            "",
            nodes.inline("", "the chapter", classes=["std", "std-ref"]),
            refdomain="std",
            reftype="ref",
            refexplicit=True,
            reftarget=target,
            refdoc=self.env.docname,
            refwarn=True,
        )


def setup(app: Sphinx) -> None:
    """Register the directive; a page may bring a new transcript at any time."""
    app.add_directive("failures", FailuresDirective)
    make_again(app, "failures")
