"""The theme in docs/theme, and code colours for light and for dark pages."""

from pathlib import Path

from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx

THEME = Path(__file__).parents[2] / "theme"

# Both styles keep a contrast of 4.5 or more on their own background.
LIGHT = "default"
DARK = "github-dark"


def colour_rules(style: str, scope: str) -> str:
    """Return the rules of a Pygments style for tokens alone.

    Backgrounds, line numbers and emphasised lines belong to book.css, and so
    do sessions: :where() keeps its rules the stronger ones.
    """
    rules = HtmlFormatter(style=style).get_token_style_defs(f"{scope} .highlight")
    return "\n".join(rule for rule in rules if ".hll" not in rule)


def write_colours(app: Sphinx, exception: Exception | None) -> None:
    """Replace Sphinx's pygments.css, which knows one style, by one for both."""
    if exception or app.builder.format != "html" or app.builder.name == "epub":
        return
    sheet = f"""\
{colour_rules(LIGHT, ":where(:root)")}
{colour_rules(DARK, ":where(:root[data-theme=dark])")}
@media (prefers-color-scheme: dark) {{
{colour_rules(DARK, ":where(:root[data-theme=auto])")}
}}
"""
    path = Path(app.outdir, "_static", "pygments.css")
    path.write_text(sheet, encoding="utf-8")


def let_tables_scroll(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put each table into a box, which may be narrower than the table."""
    for table in list(doctree.findall(nodes.table)):
        parent, place = table.parent, table.parent.index(table)
        parent[place] = box = nodes.container(classes=["wide"])
        box += table


def setup(app: Sphinx) -> None:
    """Register the theme and what it needs of Sphinx."""
    app.add_html_theme("book", str(THEME))
    app.connect("doctree-resolved", let_tables_scroll)
    app.connect("build-finished", write_colours)
