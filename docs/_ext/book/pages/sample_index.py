"""The directive that lists all samples: ``.. sample-index::``.

The table is made from the samples themselves while the page is read. Which
chapter shows a sample is known only when all pages have been read, so that
cell is filled in later.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from ..files.headers import HeaderError, parse_header
from ..files.samples import FOLDER, find_samples, flags, system_calls
from .markup import literal, table_row
from .outdated import make_again, mark
from .roles import manual_page

TITLES = ("Sample", "Chapter", "Calls", "Flags", "Needs")
WIDTHS = (25, 16, 21, 23, 15)

logger = logging.getLogger(__name__)


class ShownIn(nodes.paragraph):
    """The place of the link to a sample's listing, until it is known."""


class SampleIndexDirective(SphinxDirective):
    """Make the table of all samples."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        mark(self.env, "sample-index")
        body = nodes.tbody()
        for sample in find_samples(Path(self.env.srcdir)):
            body += self.make_row(sample)
        group = nodes.tgroup("", cols=len(TITLES))
        group += [nodes.colspec(colwidth=width) for width in WIDTHS]
        titles = [[nodes.paragraph("", title)] for title in TITLES]
        group += [nodes.thead("", table_row(titles)), body]
        return [nodes.table("", group, classes=["sample-index", "colwidths-given"])]

    def make_row(self, sample: str) -> nodes.row:
        """Return what the table says of one sample."""
        path = Path(FOLDER, sample)
        self.env.note_dependency(str(path))
        source = Path(self.env.srcdir, path).read_text(encoding="utf-8")
        try:
            header = parse_header(source, path)
        except HeaderError as error:
            raise self.error(str(error)) from error
        code = source if path.suffix == ".c" else ""
        calls = [manual_page(name, "2", self.config) for name in system_calls(code)]
        return table_row(
            [
                self.describe(path, sample, header.summary),
                [ShownIn(sample=sample)],
                [words(calls)],
                [words([literal(name) for name in flags(code)])],
                [words([literal(term) for term in header.needs])],
            ]
        )

    def describe(self, path: Path, sample: str, summary: str) -> list[nodes.Node]:
        """Return a link that downloads a sample, and what it does."""
        link = addnodes.download_reference(
            "",
            "",
            literal(sample),
            reftarget=f"/{path}",
            refdoc=self.env.docname,
            classes=["download"],
        )
        return [nodes.paragraph("", "", link), nodes.paragraph("", summary)]


def words(items: Sequence[nodes.Node]) -> nodes.Node:
    """Return the items as one paragraph, separated by commas."""
    paragraph = nodes.paragraph()
    for item in items:
        if paragraph.children:
            paragraph += nodes.Text(", ")
        paragraph += item
    return paragraph


def link_listings(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill in where each sample is shown."""
    for place in list(doctree.findall(ShownIn)):
        place.replace_self(nodes.paragraph("", "", *links(app, docname, place)))


def links(app: Sphinx, docname: str, place: ShownIn) -> list[nodes.Node]:
    """Return the chapter that shows a sample and the number of its listing."""
    sample = place["sample"]
    domain = cast(StandardDomain, app.env.get_domain("std"))
    shown_in, label = domain.anonlabels.get(sample.lower(), ("", ""))
    if not shown_in:
        logger.warning(
            "no page shows %s/%s: put '.. sample:: %s' into its chapter",
            *(FOLDER, sample, sample),
            location=docname,
        )
        return []
    numbers = (
        app.env.toc_fignumbers.get(shown_in, {}).get("code-block", {}).get(label, ())
    )
    listing = app.config.numfig_format["code-block"] % ".".join(map(str, numbers))
    title = nodes.Text(app.env.titles[shown_in].astext())
    return [
        make_refnode(app.builder, docname, shown_in, "", title),
        nodes.Text(", "),
        make_refnode(app.builder, docname, shown_in, label, nodes.Text(listing)),
    ]


def setup(app: Sphinx) -> None:
    """Register the directive; a page may begin to show a sample at any time."""
    app.add_node(ShownIn)
    app.add_directive("sample-index", SampleIndexDirective)
    make_again(app, "sample-index")
    app.connect("doctree-resolved", link_listings)
