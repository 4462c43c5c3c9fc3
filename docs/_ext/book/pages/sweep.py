"""What began with which kernel, as docs/sweep.json has it. The directives ::

    .. sweep:: kernels
    .. sweep:: claims

show what ran on each kernel, and between which two of them something began.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ..files.headers import KERNEL, read_header
from ..files.samples import FOLDER, find_samples
from ..files.sweep import FILE, Sweep, SweepError, began_and_ended, interval, read_sweep
from .markup import literal, table_row

HEADS = {
    "probes": "Questions",
    "samples": "Tests of samples",
    "facts": "Facts",
    "exercises": "Graders",
}


def counts(row: dict[str, Any], part: str) -> str:
    """Return what came of a part on a kernel."""
    if part not in row:
        return "not run" if row["modules"] or part == "probes" else "no modules"
    found = row[part]
    if part == "probes":
        unclear = f", {found['failed']} unclear" if found["failed"] else ""
        return f"{found['passed']} answered{unclear}"
    words = ("passed", "failed", "skipped")
    return ", ".join(f"{found[w]} {w}" for w in words if found[w] or w == "passed")


def kernel_rows(sweep: Sweep) -> list[list[str]]:
    """Return a row a kernel; what ran with two processors has one of its own."""
    rows = []
    for series, row in sweep.kernels.items():
        rows.append([series, row["version"], *(counts(row, part) for part in HEADS)])
        if "processors" in row:
            two = counts(row, "processors")
            cells = [two if part == "samples" else "" for part in HEADS]
            rows.append([f"{series}, two processors", row["version"], *cells])
    return rows


def claim_rows(sweep: Sweep, root: Path) -> list[list[str]]:
    """Return a row for each claim, and for each release that a sample needs."""
    rows = [[row["claim"], began_and_ended(row)] for row in sweep.claims.values()]
    needed = {
        need
        for sample in find_samples(root)
        for need in read_header(root / FOLDER / sample).needs
        if need.startswith(KERNEL)
    }
    for need in sorted(needed):
        rows.append(
            [
                f"what samples with `needs: {need}` need",
                interval(sweep.needs.get(need, {})),
            ]
        )
    return rows


def cell(text: str) -> list[nodes.Node]:
    """Return the content of a cell; what stands between backquotes is code."""
    shown = nodes.paragraph()
    for number, part in enumerate(text.split("`")):
        if part:
            shown += literal(part) if number % 2 else nodes.Text(part)
    return [shown]


def table(heads: list[str], rows: list[list[str]]) -> nodes.table:
    """Return a table of text, as cell has it."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", table_row([nodes.Text(head)] for head in heads))
    body = nodes.tbody()
    body += [table_row(map(cell, row)) for row in rows]
    group += body
    return nodes.table("", group, classes=["kernel-matrix"])


class SweepTable(SphinxDirective):
    """Show one of the two tables."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table; the page depends on the record and on all samples."""
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(FILE))
        for sample in find_samples(root):
            self.env.note_dependency(str(Path(FOLDER, sample)))
        try:
            sweep = read_sweep(root)
            if not sweep.kernels:
                return [nodes.paragraph("", "No kernel has been asked yet.")]
            if self.arguments[0] == "kernels":
                heads = ["Linux", "Debian's package", *HEADS.values()]
                return [table(heads, kernel_rows(sweep))]
            if self.arguments[0] == "claims":
                return [table(["What", "Began"], claim_rows(sweep, root))]
        except SweepError as error:
            raise self.error(str(error)) from error
        raise self.error(f"sweep: kernels or claims, not {self.arguments[0]}")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("sweep", SweepTable)
