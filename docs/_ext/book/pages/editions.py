"""The directive that links the book in other forms, as far as they were made.

::

    .. editions::

stands for links to what "make epub" and "make pdf" have left in build/. The files
become part of the site. Nothing is there before, and nothing in the book's other
forms.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .outdated import make_again, mark

FORMS = ("epub", "pdf")


class EditionLinks(nodes.paragraph):
    """The place of the links, until the page is written."""


class EditionsDirective(SphinxDirective):
    """Leave a place for the links."""

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        mark(self.env, "editions")
        return [EditionLinks()]


def find_editions(app: Sphinx) -> list[Path]:
    """Return the files of the other forms that exist."""
    name = app.config.epub_basename
    paths = [Path(app.srcdir, "build", form, f"{name}.{form}") for form in FORMS]
    return [path for path in paths if path.is_file()]


def made(app: Sphinx) -> list[tuple[str, float]]:
    """Return the files of the other forms, and when each was made."""
    return [(str(path), path.stat().st_mtime) for path in find_editions(app)]


def link_editions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the place, and put the files next to the page."""
    for place in list(doctree.findall(EditionLinks)):
        links = nodes.paragraph(classes=["editions"])
        for path in find_editions(app) if app.builder.name == "html" else []:
            shutil.copy(path, Path(app.outdir, docname).parent)
            size = f"{path.stat().st_size / 1e6:.1f} MB"
            text = f"{path.suffix[1:].upper()}, {size}"
            links += nodes.reference("", text, refuri=path.name, classes=["edition"])
        place.replace_self(links if links.children else [])


def setup(app: Sphinx) -> None:
    """Register the directive; its page is made again when a form is."""
    app.add_node(EditionLinks)
    app.add_directive("editions", EditionsDirective)
    make_again(app, "editions", made)
    app.connect("doctree-resolved", link_editions)
