"""The theme in docs/theme, and what pages need to fit into it."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

THEME = Path(__file__).parents[2] / "theme"


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
    app.connect("doctree-resolved", let_tables_scroll)
