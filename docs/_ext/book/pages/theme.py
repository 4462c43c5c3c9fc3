"""The theme in docs/theme, and what pages need to fit into it."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .outdated import make_again

THEME = Path(__file__).parents[3] / "theme"
STYLE = THEME / "static" / "book.css"


def compact(style: str) -> str:
    """Return a style sheet without what only its writers read."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))


def add_style(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the layout the style sheet, which stands in the page itself.

    On a slow network a request costs half a second, and nobody can read before the
    sheet is there; its 6 KB in each page cost nothing that can be measured.
    """
    context["style"] = compact(STYLE.read_text(encoding="utf-8"))


def changed(app: Sphinx) -> float:
    """Return when the style sheet was last changed."""
    return STYLE.stat().st_mtime


def let_tables_scroll(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put each table into a box, which may be narrower than the table."""
    for table in list(doctree.findall(nodes.table)):
        parent, place = table.parent, table.parent.index(table)
        parent[place] = box = nodes.container(classes=["wide"])
        box += table


def setup(app: Sphinx) -> None:
    """Register the theme and what it needs of Sphinx."""
    app.add_html_theme("book", str(THEME))
    app.add_html_theme("book-epub", str(THEME / "epub"))
    app.connect("html-page-context", add_style)
    make_again(app, shown=changed)
    app.connect("doctree-resolved", let_tables_scroll)
