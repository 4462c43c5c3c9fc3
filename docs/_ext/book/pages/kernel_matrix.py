"""What was last run on which kernel, as the page shows it.

A listing, a session or an exercise gets a line below it if docs/kernels.json has it in
the form that it has now. What has changed since, or never ran, gets none. The
directive ::

    .. kernel-matrix::

shows as a table what ran of all that there is.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from ..files import content
from ..files.headers import HeaderError, read_header
from ..files.kernels import (
    FILE,
    PARTS,
    Kernels,
    KernelsError,
    Outcomes,
    availability,
    read_kernels,
    results,
)
from ..files.samples import FOLDER, find_samples
from .markup import literal, table_row
from .outdated import make_again, mark

NOT_RUN = "not run in this form"


def recorded(env: BuildEnvironment) -> Kernels:
    """Return the results; the page depends on them."""
    env.note_dependency(str(FILE))
    return read_kernels(Path(env.srcdir))


def badge(env: BuildEnvironment, part: str, name: str) -> list[nodes.Node]:
    """Return the line that says where something was last run in the form it has now.

    The page depends on all that makes up this form.
    """
    root = Path(env.srcdir)
    for file in content.files(root, part, name):
        env.note_dependency(str(file))
    kernels = recorded(env)
    return line(kernels.current(part, name, content.key(root, part, name)))


def line(outcomes: Outcomes) -> list[nodes.Node]:
    """Return the line for what came of something, none if that is nothing."""
    if not outcomes:
        return []
    made = nodes.paragraph(classes=["checked"])
    made += nodes.inline("", "Last run on Linux ")
    for series, outcome in outcomes.items():
        word = nodes.inline("", series, classes=["kernel", outcome.partition(":")[0]])
        made += [word, nodes.Text(" ")]
        if outcome != "passed":
            made += nodes.Text(f"({outcome}) ")
    return [made]


class KernelMatrixDirective(SphinxDirective):
    """Show what passed where: a line a sample or transcript, a column a kernel."""

    def run(self) -> list[nodes.Node]:
        """Return the table, with the exact versions above it."""
        mark(self.env, "kernel-matrix")
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
        rows = results(Path(self.env.srcdir), kernels)
        shown = matrix(rows, "What was run", kernels, NOT_RUN)
        return [when, *self.needs(rows, kernels), shown]

    def needs(self, ran: dict[str, Outcomes], kernels: Kernels) -> list[nodes.Node]:
        """Return a table of what samples need, and which kernels have it."""
        root = Path(self.env.srcdir)
        needed: dict[str, list[Outcomes]] = {}
        for sample in find_samples(root):
            try:
                needs = read_header(root / FOLDER / sample).needs
            except HeaderError:
                continue  # its listing says what is wrong
            for need in needs:
                needed.setdefault(need, []).append(ran[sample])
        rows = {need: availability(found, kernels) for need, found in needed.items()}
        title = "What samples need"
        return [matrix(rows, title, kernels, "not run")] if rows else []


def matrix(
    rows: dict[str, Outcomes], title: str, kernels: Kernels, unknown: str
) -> nodes.table:
    """Return a table: a line a row, a column a kernel; unknown fills what is empty."""
    group = nodes.tgroup(cols=1 + len(kernels.versions))
    group += nodes.colspec(colwidth=4)
    group += [nodes.colspec(colwidth=2) for _ in kernels.versions]
    heads = [title, *(f"Linux {series}" for series in kernels.versions)]
    group += nodes.thead("", table_row([nodes.Text(head)] for head in heads))
    body = nodes.tbody()
    for name, row in sorted(rows.items()):
        cells = [row.get(series, unknown) for series in kernels.versions]
        body += table_row([[literal(name)], *([nodes.Text(cell)] for cell in cells)])
    group += body
    return nodes.table("", group, classes=["kernel-matrix"])


def current_keys(app: Sphinx) -> dict[str, dict[str, str]]:
    """Return what the rows of the table stand for now."""
    return {part: content.keys(Path(app.srcdir), part) for part in PARTS}


def setup(app: Sphinx) -> None:
    """Register the directive; the table changes with all that it speaks of."""
    app.add_directive("kernel-matrix", KernelMatrixDirective)
    make_again(app, "kernel-matrix", current_keys)
