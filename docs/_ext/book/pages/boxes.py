"""Boxes beside the story: what bites, and what can be skipped.

::

    .. bites::

       What looks right and is wrong, with the session that shows it.

    .. aside:: Where the name comes from

       What is good to know and not needed.
"""

from docutils import nodes
from docutils.parsers.rst.directives.admonitions import BaseAdmonition
from sphinx.application import Sphinx


class Box(BaseAdmonition):
    """An admonition with a class and, unless an argument says more, a title."""

    node_class = nodes.admonition
    arguments: list[str]
    optional_arguments = 1
    final_argument_whitespace = True
    kind = ""
    title = ""

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        self.arguments = self.arguments or [self.title]
        self.options.setdefault("class", []).append(self.kind)
        return list(super().run())


class BitesDirective(Box):
    """What goes wrong without a message."""

    kind = "bites"
    title = "This one bites"


class AsideDirective(Box):
    """What a reader may skip."""

    kind = "aside"
    title = "Aside"


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("bites", BitesDirective)
    app.add_directive("aside", AsideDirective)
