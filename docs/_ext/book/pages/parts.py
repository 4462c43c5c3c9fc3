"""The parts of the book.

The first page of a part names it at its head, before anything else::

    :part: First namespaces

All chapters stand in one toctree, so that their numbers run on. Where that list is
shown, the name goes before the first chapter of its part. It also stands above the
title of that page: paper and reading devices show no other list.
"""

from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

Number = tuple[int, ...]


def parts(env: BuildEnvironment) -> dict[str, str]:
    """Return the names of the parts, by the page that begins each."""
    return {page: data["part"] for page, data in env.metadata.items() if "part" in data}


def numbered_parts(env: BuildEnvironment) -> dict[Number, str]:
    """Return the names of the parts, by the number of the chapter that begins each."""
    return {
        tuple(env.toc_secnumbers[page][""]): name
        for page, name in parts(env).items()
        if page in env.toc_secnumbers
    }


def number_of(item: nodes.Node) -> Number:
    """Return the number that the first link of an item has; none is empty."""
    return tuple(next(item.findall(nodes.reference)).get("secnumber") or ())


def divide(chapters: nodes.Element, names: dict[Number, str]) -> None:
    """Cut a list of chapters before each that begins a part, and name the parts."""
    pieces: list[nodes.Element] = []
    for item in list(chapters.children):
        if name := names.get(number_of(item)):
            pieces += [nodes.title("", name), nodes.bullet_list(classes=["part"])]
        elif not pieces:
            pieces.append(nodes.bullet_list())
        pieces[-1] += item
    chapters.replace_self(pieces)


def visit_list(self: HTML5Translator, node: addnodes.compact_paragraph) -> None:
    """Divide what a toctree has become, in the page and beside it."""
    if node.get("toctree"):
        names = numbered_parts(self.builder.env)
        for child in list(node.children):
            if isinstance(child, nodes.bullet_list):
                divide(child, names)


def depart_list(self: HTML5Translator, node: addnodes.compact_paragraph) -> None:
    """Nothing was opened."""


def name_above_title(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the name of a part above the title of the page that begins it.

    It is no paragraph, or it would begin what a link to the page shows of it.
    """
    pages: dict[str, nodes.Element] = {docname: doctree}
    for page in doctree.findall(addnodes.start_of_file):
        pages[page["docname"]] = page
    for name, page in pages.items():
        if part := parts(app.env).get(name):
            line = f'<p class="part-name">{escape(part)}</p>'
            section = next(page.findall(nodes.section))
            section.insert(0, nodes.raw("", line, format="html"))


def setup(app: Sphinx) -> None:
    """Register what divides the list, and what names a part above a title."""
    app.add_node(
        addnodes.compact_paragraph, override=True, html=(visit_list, depart_list)
    )
    app.connect("doctree-resolved", name_above_title)
