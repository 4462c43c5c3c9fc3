"""What a page folds away until a reader asks for it: a hint, a starter, a session."""

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


class folded(nodes.General, nodes.Element):
    """What a reader unfolds: a summary, and what is behind it."""


class folded_summary(nodes.General, nodes.TextElement):
    """The line that is always there."""


def fold(summary: str, children: Iterable[nodes.Node]) -> folded:
    """Return nodes folded behind a summary."""
    return folded("", folded_summary("", summary), *children)


def open_details(translator: nodes.NodeVisitor, node: folded) -> None:
    """Begin what can be unfolded."""
    translator.body.append(translator.starttag(node, "details"))


def close_details(translator: nodes.NodeVisitor, _node: folded) -> None:
    """End it."""
    translator.body.append("</details>\n")


def open_summary(translator: nodes.NodeVisitor, node: folded_summary) -> None:
    """Begin the line that is always there."""
    translator.body.append(translator.starttag(node, "summary", suffix=""))


def close_summary(translator: nodes.NodeVisitor, _node: folded_summary) -> None:
    """End it."""
    translator.body.append("</summary>\n")


def pass_by(_translator: nodes.NodeVisitor, _node: nodes.Node) -> None:
    """Show, where nothing can be unfolded, all of it."""


def setup(app: Sphinx) -> None:
    """Register the nodes."""
    other = dict.fromkeys(("latex", "man", "texinfo", "text"), (pass_by, pass_by))
    for node, html in (
        (folded, (open_details, close_details)),
        (folded_summary, (open_summary, close_summary)),
    ):
        visitors: dict[str, Any] = {"html": html, **other}
        app.add_node(node, **visitors)
