"""What holds the sentences of a page, at its end, for the reader who asks.

First the facts, with the kernels that they were put to, then the sources. What a
session of the page shows, a reader has seen.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from ..files.kernels import FILE, read_kernels, results
from ..files.sources import FACTS, FOLDER, Holder, facts_of, holders
from ..files.sweep import FILE as SWEEP
from ..files.sweep import Sweep, began_and_ended, read_sweep
from .folded import fold
from .outdated import make_again
from .sweep import table


SHOWN = ("manual", "source", "sweep")


def shown_as(one: Holder, sweep: Sweep) -> str:
    """Return what a reader is told of a source; of the sweep, what it measured."""
    if one.kind != "sweep":
        return one.what
    claim = sweep.claims.get(one.what.removeprefix("sweep "))
    return f"measured: {began_and_ended(claim)}" if claim else "not yet measured"


def tried(outcomes: dict[str, str]) -> str:
    """Return where the facts of a page held."""
    passed = [series for series, outcome in outcomes.items() if outcome == "passed"]
    if not passed:
        return (
            "Experiments, not yet run in this form. Each would refute what it is for:"
        )
    kernels = ", ".join(passed)
    return f"Experiments, run on Linux {kernels}. Each would refute what it is for:"


def add_to(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add to a page of HTML what holds it, folded away, below its last section."""
    page = docname.removeprefix("docs/")
    root = Path(app.srcdir)
    if app.builder.name != "html" or not facts_of(root, page):
        return
    held = holders(root, page)
    facts = [one.piece for one in held if one.kind == "fact"]
    sweep = read_sweep(root)
    sources = [[h.piece, shown_as(h, sweep)] for h in held if h.kind in SHOWN]
    pieces = [nodes.list_item("", nodes.paragraph("", piece)) for piece in facts]
    outcomes = results(root, read_kernels(root)).get(page, {})
    shown: list[nodes.Node] = [
        nodes.paragraph("", tried(outcomes)),
        nodes.bullet_list("", *pieces),
    ]
    if sources:
        shown.append(table(["Where it says", "the source is"], sources))
    line = f"What holds this page: {len(facts)} experiments, {len(sources)} sources"
    doctree += nodes.container("", fold(line, shown), classes=["held"])


def shown(app: Sphinx) -> list[str]:
    """Return what the pages show of this."""
    root = Path(app.srcdir)
    files = [root / FILE, root / SWEEP]
    for folder in (FACTS, FOLDER):
        files += sorted((root / folder).glob("*"))
    return [file.read_text("utf-8") for file in files if file.is_file()]


def setup(app: Sphinx) -> None:
    """Register what is added when a page is written."""
    app.connect("doctree-resolved", add_to)
    make_again(app, shown=shown)
