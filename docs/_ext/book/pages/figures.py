"""Figures drawn by Graphviz, put into the page itself as SVG.

::

    .. graphviz::
       :name: lifetime
       :alt: Three arrows point at one namespace: a process, a descriptor, a mount.
       :caption: What keeps a namespace alive

       digraph { ... }

    .. recorded-figure:: introduction/create-map
       :alt: ...

draws what a program printed in a transcript, from the line that begins a graph.

    .. steps::

       .. graphviz:: ...

       #. What is drawn first, ``class="step1"`` and more.
       #. Then, ``class="step2 step3"``: what is there in the second and third step.

is a figure that a reader goes through step by step: of what has a class ``stepN``,
the page shows what belongs to the step. On paper all is there at once.

Inline, a figure takes the colours of the page: what is black in Graphviz is the
colour of the text, and ``class="..."`` on a node or an edge is for book.css.
"""

import re
import subprocess
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.ext.graphviz import Graphviz, graphviz, html_visit_graphviz
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..files.transcripts import FOLDER, SessionError, classify, parse_session

STEP = re.compile(r"\bstep(\d+)\b")
GRAPH = re.compile(r"(?:strict )?(?:di)?graph\b")

logger = logging.getLogger(__name__)


def visit_graphviz(self: HTML5Translator, node: graphviz) -> None:
    """Write a figure into the HTML page."""
    if self.builder.name == "epub":
        # Reading devices want a picture in a file of its own. Sphinx puts the text
        # for those who cannot see it between quotes as it is.
        node["alt"] = node.get("alt", "").replace('"', "'")
        html_visit_graphviz(self, node)
    if "alt" not in node:
        logger.warning(
            "a figure needs :alt:, the sentence for those who cannot see it",
            location=node,
        )
    dot = [self.config.graphviz_dot, *self.config.graphviz_dot_args, "-Tsvg"]
    try:
        drawing = subprocess.run(
            dot, input=node["code"], capture_output=True, check=True, text=True
        )
    except FileNotFoundError:
        logger.warning("no program 'dot': install graphviz", location=node)
    except subprocess.CalledProcessError as error:
        logger.warning("dot: %s", error.stderr.strip(), location=node)
    else:
        svg = adapt_svg(drawing.stdout, node.get("alt", ""))
        self.body.append(f'<div class="diagram">{svg}</div>\n')
    raise nodes.SkipNode


def adapt_svg(svg: str, alt: str) -> str:
    """Make Graphviz' SVG part of a page: its colours, one label, no ids."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:id|font-family|xmlns:xlink)="[^"]*"', "", svg)
    svg = re.sub(r'"(?:black|#000000)"', '"currentColor"', svg)
    svg = re.sub(r"<text(?![^>]* fill=)", '<text fill="currentColor"', svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)


class RecordedFigureDirective(Graphviz):
    """Draw the graph that docs/transcripts/ARGUMENT.console shows."""

    arguments: list[str]
    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the figure, made by Sphinx's graphviz directive."""
        path = FOLDER / f"{self.arguments[0]}.console"
        self.env.note_dependency(str(path))
        try:
            text = Path(self.env.srcdir, path).read_text(encoding="utf-8")
            graph = recorded_graph(parse_session(text, path).text)
        except FileNotFoundError as error:
            raise self.error(f"no transcript {path}: record it first") from error
        except SessionError as error:
            raise self.error(str(error)) from error
        if not graph:
            raise self.error(f"{path}: no output begins a graph")
        self.arguments = []
        self.content = StringList(graph, source=str(path))
        return list(super().run())


class StepsDirective(SphinxDirective):
    """Tie a figure to the list that says what its steps are."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return figure and list in one box, for book.js to find."""
        box = nodes.container(classes=["steps"])
        self.state.nested_parse(self.content, self.content_offset, box)
        lists = list(box.findall(nodes.enumerated_list))
        drawn = " ".join(node["code"] for node in box.findall(graphviz))
        named = {int(number) for number in STEP.findall(drawn)}
        if len(lists) != 1 or named != set(range(1, len(lists[0]) + 1)):
            raise self.error(
                'steps holds a graphviz figure with class="step1" and so on, and one '
                "list with as many items"
            )
        return [box]


def recorded_graph(session: str) -> list[str]:
    """Return the lines of the first graph in a session's output, none if none."""
    graph: list[str] = []
    for terminal, _, line in classify(session):
        if terminal is None and (graph or GRAPH.match(line)):
            graph.append(line.rstrip("\n"))
            if line.startswith("}"):
                return graph
    return []


def draw_for_epub(app: Sphinx) -> None:
    """Choose PNG for EPUB, where dot's SVG would not be valid."""
    if app.builder.name == "epub":
        app.config["graphviz_output_format"] = "png"


def drop_style(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Leave out Graphviz' style sheet, which is copied after the EPUB is packed."""
    sheets = context.get("css_files", [])
    context["css_files"] = [
        sheet
        for sheet in sheets
        if not str(getattr(sheet, "filename", sheet)).endswith("graphviz.css")
    ]


def setup(app: Sphinx) -> None:
    """Replace the visitor for HTML; all other builders keep Sphinx's own."""
    app.setup_extension("sphinx.ext.graphviz")
    app.add_directive("recorded-figure", RecordedFigureDirective)
    app.add_directive("steps", StepsDirective)
    app.connect("html-page-context", drop_style)
    app.add_node(graphviz, override=True, html=(visit_graphviz, None))
    app.connect("builder-inited", draw_for_epub)
