"""What was last run on which kernel, as the page shows it.

docs/kernels.json is written by the suite: for each sample and transcript, what came
of it on each kernel. A listing or session that it knows gets a line below it; one
that it does not know gets none. The directive ::

    .. kernel-matrix::

shows the whole file as a table.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from .headers import read_header, version
from .sample_index import literal, table_row
from .samples import FOLDER

FILE = Path("docs", "kernels.json")
SKIPPED = "skipped: "

Row = dict[str, str]  # kernel series -> "passed", "failed" or "skipped: REASON"


class KernelsError(ValueError):
    """docs/kernels.json is not what the suite writes; the text says why."""


@dataclass(frozen=True)
class Kernels:
    """docs/kernels.json: the kernels by series, and the rows of results."""

    date: str
    versions: dict[str, str]
    samples: dict[str, Row]
    transcripts: dict[str, Row]


def parse_kernels(text: str) -> Kernels:
    """Return the results in the text of docs/kernels.json."""
    try:
        data = json.loads(text)
        rows = data["samples"], data["transcripts"]
        versions = {
            key: data["kernels"][key] for key in sorted(data["kernels"], key=version)
        }
        return Kernels(data["date"], versions, *rows)
    except (ValueError, KeyError, TypeError) as error:
        raise KernelsError(f"{FILE}: {error!r}: run 'make matrix' anew") from error


def read_kernels(env: BuildEnvironment) -> Kernels:
    """Return the results, none if nothing was recorded; the page depends on them."""
    env.note_dependency(str(FILE))
    path = Path(env.srcdir, FILE)
    if not path.exists():
        return Kernels("", {}, {}, {})
    return parse_kernels(path.read_text(encoding="utf-8"))


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


class KernelMatrix(SphinxDirective):
    """Show what passed where: a line a sample or transcript, a column a kernel."""

    def run(self) -> list[nodes.Node]:
        """Return the table, with the exact versions above it."""
        try:
            kernels = read_kernels(self.env)
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


def availability(rows: list[Row], kernels: Kernels) -> Row:
    """Return where a need is met: where some sample that has it passed."""
    return {
        series: "yes" if any(row.get(series) == "passed" for row in rows) else "no"
        for series in kernels.versions
        if any(series in row for row in rows)
    }


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
    app.add_directive("kernel-matrix", KernelMatrix)
