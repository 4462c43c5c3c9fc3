"""What was last run on which kernel, as the page shows it.

A listing or session that docs/kernels.json knows gets a line below it; one that it
does not know gets none. The directive ::

    .. kernel-matrix::

shows the whole file as a table.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from ..files.headers import read_header
from ..files.kernels import FILE, Kernels, KernelsError, Row, availability, read_kernels
from ..files.samples import FOLDER
from .markup import literal, table_row


def recorded(env: BuildEnvironment) -> Kernels:
    """Return the results; the page depends on them."""
    env.note_dependency(str(FILE))
    return read_kernels(Path(env.srcdir))


def badge(row: Row | None, kernels: Kernels) -> list[nodes.Node]:
    """Return the line that says where something was last run, and how it ended."""
    if not row:
        return []
    line = nodes.paragraph(classes=["checked"])
    line += nodes.inline("", "Last run on Linux ")
    for series in (name for name in kernels.versions if name in row):
        outcome = row[series]
        word = nodes.inline("", series, classes=["kernel", outcome.partition(":")[0]])
        line += [word, nodes.Text(" ")]
        if outcome != "passed":
            line += nodes.Text(f"({outcome}) ")
    return [line]


class KernelMatrixDirective(SphinxDirective):
    """Show what passed where: a line a sample or transcript, a column a kernel."""

    def run(self) -> list[nodes.Node]:
        """Return the table, with the exact versions above it."""
        try:
            kernels = recorded(self.env)
        except KernelsError as error:
            raise self.error(str(error)) from error
        if not kernels.versions:
            return [nodes.paragraph("", "Nothing has been recorded yet.")]
        when = nodes.paragraph("", "The kernels are Debian's ")
        for found in kernels.versions.values():
            when += [literal(found), nodes.Text(", ")]
        when += nodes.Text(f"the results those of {kernels.date}.")
        rows = {**kernels.samples, **kernels.transcripts}
        return [when, *self.needs(kernels), matrix(rows, "What was run", kernels)]

    def needs(self, kernels: Kernels) -> list[nodes.Node]:
        """Return a table of what samples need, and which kernels have it."""
        folder = Path(self.env.srcdir, FOLDER)
        needed: dict[str, list[Row]] = {}
        for sample, row in kernels.samples.items():
            if (folder / sample).exists():
                for need in read_header(folder / sample).needs:
                    needed.setdefault(need, []).append(row)
        rows = {need: availability(found, kernels) for need, found in needed.items()}
        return [matrix(rows, "What samples need", kernels)] if rows else []


def matrix(rows: dict[str, Row], title: str, kernels: Kernels) -> nodes.table:
    """Return a table: a line a row, a column a kernel."""
    group = nodes.tgroup(cols=1 + len(kernels.versions))
    group += nodes.colspec(colwidth=4)
    group += [nodes.colspec(colwidth=2) for _ in kernels.versions]
    heads = [title, *(f"Linux {series}" for series in kernels.versions)]
    group += nodes.thead("", table_row([nodes.Text(head)] for head in heads))
    body = nodes.tbody()
    for name, row in sorted(rows.items()):
        cells = [row.get(series, "not run") for series in kernels.versions]
        body += table_row([[literal(name)], *([nodes.Text(cell)] for cell in cells)])
    group += body
    return nodes.table("", group, classes=["kernel-matrix"])


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("kernel-matrix", KernelMatrixDirective)
