"""The directive that lists what can go wrong: ``.. failures::``.

Every failure stands in the head of a transcript that shows it (files/failures.py): the
messages, why they come, how to tell that cause from others, and the way out. What is
seen comes first, by the number of the error that the kernel returned; then its causes,
the likeliest first. Sessions that no chapter shows are transcripts of the page itself,
named in the order in which they run::

    .. failures::

       .. transcript:: failures/unshare-chroot

Above the list is a box that narrows it (docs/theme/static/failures.js). The page of the
search gets the messages, too. What stands before the first session is said between the
box and the list.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..files.failures import OWN, SILENT, VARIES, Message, Trap, error_number, traps
from ..files.transcripts import FOLDER, SessionError, parse_session
from .buttons import pass_by
from .folded import fold
from .outdated import make_again, mark
from .transcript_block import ShownSession, session_id

# The titles of what is no error.
TITLES = {SILENT: "Nothing is said", OWN: "In a program's own words"}

BOX = """\
<form class="narrow" role="search" aria-label="Narrow the failures down">
<label for="message">Your message</label>
<textarea id="message" rows="2" spellcheck="false" autocapitalize="off"
 autocomplete="off" placeholder="Paste it as it is, or type words of it"></textarea>
<p><output for="message"></output> <button type="reset">Clear</button></p>
</form>
"""

Found = tuple[Trap, str, str]  # a failure, its session's name and text


class narrowing_box(nodes.General, nodes.Element):
    """The field for a message, which narrows the list below it."""


class failure(nodes.definition_list):
    """A failure in the list; "patterns" has its messages, for the search."""


class FailuresDirective(SphinxDirective):
    """Make the list from all transcripts."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the box, and a section for each error."""
        mark(self.env, "failures")
        above, self.own = self.content_parts()
        try:
            found = in_order(list(self.find()))
            sections = [
                self.error_section(error, list(entries))
                for error, entries in groupby(found, key=lambda entry: entry[0].error)
            ]
        except SessionError as error:
            raise self.error(str(error)) from error
        if silent := [name for name, parts in self.own.items() if parts]:
            raise self.error(f"no failure stands in the head of {', '.join(silent)}")
        return [narrowing_box(), *above, *sections]

    def content_parts(self) -> tuple[list[nodes.Node], dict[str, list[nodes.Node]]]:
        """Return what is said above the list, and the sessions of the page by label.

        A session is followed by what belongs to it: its button, and where it ran.
        """
        shown: nodes.Element = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, shown)
        above: list[nodes.Node] = []
        sessions: dict[str, list[nodes.Node]] = {}
        part = above
        for node in shown.children:
            if isinstance(node, ShownSession):
                part = sessions[node["ids"][-1]] = []
            part.append(node)
        return above, sessions

    def find(self) -> Iterator[Found]:
        """Yield all failures that transcripts tell of."""
        folder = Path(self.env.srcdir, FOLDER)
        for path in sorted(folder.glob("*/*.console")):
            if "@" in path.stem:
                continue  # shows the failure of the plain one, on an older kernel
            self.env.note_dependency(str(path.relative_to(self.env.srcdir)))
            name = path.relative_to(folder).with_suffix("").as_posix()
            session = parse_session(path.read_text(encoding="utf-8"), path)
            for trap in traps(session, path):
                yield trap, name, session.text

    def error_section(self, error: str, found: list[Found]) -> nodes.section:
        """Return what is known of one error."""
        words = TITLES.get(error) or f"{os.strerror(error_number(error))} ({error})"
        section = nodes.section("", nodes.title("", words), ids=[f"failure-{error}"])
        self.state.document.note_explicit_target(section, section)
        for group, causes in groupby(found, key=lambda entry: entry[0].group):
            section += self.entry(group, list(causes))
        return section

    def entry(self, group: str, found: list[Found]) -> list[nodes.Node]:
        """Return one failure: its messages, then its causes."""
        if len(found) > 1:
            check_told_apart(found)
        target = nodes.make_id(f"failure-{group}")
        messages = different(found)
        entries = [
            ("single", f"{message.text} (failure)", target, "", None)
            for message in messages
        ]
        terms = [
            nodes.term("", "", *show(message, found[0][0].printed))
            for message in messages
        ]
        terms[0]["ids"].append(target)
        causes = [self.cause(*cause) for cause in found]
        body = nodes.definition("", *causes[0])
        if len(causes) > 1:
            items = [nodes.list_item("", *cause) for cause in causes]
            numbered = nodes.enumerated_list("", *items, enumtype="arabic", suffix=".")
            body = nodes.definition("", numbered)
        item = nodes.definition_list_item("", *terms, body)
        patterns = [pattern(message) for message in messages]
        listed = failure("", item, classes=["failure"], target=target)
        listed["patterns"] = patterns if found[0][0].printed else []
        return [addnodes.index(entries=entries), listed]

    def cause(self, trap: Trap, name: str, session: str) -> list[nodes.Node]:
        """Return a cause, how to tell it apart, the way out, and the session."""
        parts: list[nodes.Node] = [nodes.paragraph("", "", *self.prose(trap.cause))]
        if trap.tell:
            parts.append(self.line("Is it this?", trap.tell))
        way_out = self.line("Way out.", trap.remedy)
        parts.append(way_out)
        if trap.source:
            return [*parts, self.line("Source.", trap.source)]
        target = session_id(name)
        if target not in self.own:
            way_out += [nodes.Text(" More in "), self.link(target), nodes.Text(".")]
        copy = ShownSession(
            session, session, language="transcript", classes=["transcript"]
        )
        whole = self.own.get(target) or [copy]
        if target in self.own:
            self.own[target] = []  # its button and its label stand once in the page
        return [*parts, fold("The session", whole)]

    def line(self, title: str, text: str) -> nodes.paragraph:
        """Return a paragraph that begins with what it is about."""
        head = nodes.strong("", title)
        return nodes.paragraph("", "", head, nodes.Text(" "), *self.prose(text))

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


def in_order(found: list[Found]) -> list[Found]:
    """Return failures by error, those with most causes first, the likeliest on top."""
    causes = Counter(trap.group for trap, _, _ in found)

    def place(entry: Found) -> tuple[int, int, str, int, str]:
        trap, name, _ = entry
        most = -causes[trap.group]
        return error_number(trap.error), most, trap.group.lower(), trap.rank, name

    return sorted(found, key=place)


def check_told_apart(found: list[Found]) -> None:
    """Refuse causes of one failure that no command tells apart, or of equal rank."""
    ranks = [trap.rank for trap, _, _ in found]
    for trap, name, _ in found:
        if not trap.tell:
            raise SessionError(f"{name}: one of several causes needs '#: tell:'")
        if ranks.count(trap.rank) > 1:
            raise SessionError(f"{name}: another cause is number {trap.rank}, too")


def different(found: list[Found]) -> list[Message]:
    """Return the messages of a failure, those once that say or show the same."""
    said: dict[str, Message] = {}
    for message in (message for trap, _, _ in found for message in trap.messages):
        said.setdefault(message.text, message)
    shown: dict[str, Message] = {}
    for message in said.values():
        known = shown.setdefault(line(message), message)
        if len(message.text) < len(known.text):
            shown[line(message)] = message  # leaves more to the reader
    return list(shown.values())


def line(message: Message) -> str:
    """Return a message as it was printed."""
    return "".join(piece.text for piece in message.seen)


def show(message: Message, printed: bool) -> list[nodes.Node]:
    """Return a message as it was printed, with what is another's set apart."""
    if not printed:
        return [nodes.Text(message.text)]
    shown = nodes.literal(classes=["message"])
    for piece in message.seen:
        same = nodes.Text(piece.text)
        shown += same if piece.same else nodes.inline("", "", same, classes=["yours"])
    return [shown]


def pattern(message: Message) -> dict[str, Any]:
    """Return a message for the search: as it was printed, and what all readers see."""
    return {
        "text": line(message),
        "parts": message.text.split(VARIES),
    }


def tell_search(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page of the search the messages, and where each is explained."""
    if pagename != "search":
        return
    pages = [page for page, data in app.env.metadata.items() if "failures" in data]
    context["failures"] = [
        {**known, "href": f"{context['pathto'](page)}#{listed['target']}"}
        for page in pages
        for listed in app.env.get_doctree(page).findall(failure)
        for known in listed["patterns"]
    ]


def visit_box(self: HTML5Translator, _node: narrowing_box) -> None:
    """Write the box where there is a list to narrow: on a page of its own."""
    if self.builder.name == "html":
        self.body.append(BOX)
    raise nodes.SkipNode


def visit_failure(self: Any, node: failure) -> None:
    """Write a failure as the list that it is."""
    self.visit_definition_list(node)


def depart_failure(self: Any, node: failure) -> None:
    """End it."""
    self.depart_definition_list(node)


def setup(app: Sphinx) -> None:
    """Register the directive; a page may bring a new transcript at any time."""
    app.add_directive("failures", FailuresDirective)
    formats = ("html", "latex", "man", "texinfo", "text")
    shown: dict[str, Any] = dict.fromkeys(formats, (visit_failure, depart_failure))
    app.add_node(failure, **shown)
    hidden: dict[str, Any] = dict.fromkeys(formats[1:], (pass_by, None))
    app.add_node(narrowing_box, html=(visit_box, None), **hidden)
    app.connect("html-page-context", tell_search)
    make_again(app, "failures")
