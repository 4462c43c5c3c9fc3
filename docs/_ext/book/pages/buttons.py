"""The buttons that run something on the kernel in the page.

Transcripts, samples and exercises that the page's machine, docs/live/guest.json, can
run get a button below them. What a press needs is loaded by the press; other builders
than HTML, which cannot press, show none. A site is made without the machine: as long as
it has none, its pages say so in the place of the buttons.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from ..files.headers import newer_kernel
from ..files.machine import tell_missing

FILE = Path("docs", "live", "guest.json")
LABELS = {
    "run": "Run it here",
    "edit": "Change it and run it",
    "try": "Do it here",
}


class live_button(nodes.General, nodes.Element):
    """A button: what it does, a key of LABELS, and the name of what it does it to."""


def page_kernel(env: BuildEnvironment) -> str:
    """Return the kernel of the machine, "" without one; the page depends on it."""
    env.note_dependency(str(FILE))
    path = Path(env.srcdir, FILE)
    if not path.exists():
        return ""
    return str(json.loads(path.read_text(encoding="utf-8"))["kernel"])


def buttons(
    env: BuildEnvironment, action: str, name: str, needs: Iterable[str] = ()
) -> list[nodes.Node]:
    """Return a button that does something to a transcript, a sample or an exercise.

    There is none where the kernel of the page's machine is older than what it needs.
    """
    series = page_kernel(env)
    if not series or newer_kernel(needs, series):
        return []
    return [live_button(action=action, target=name)]


def visit_button(self: HTML5Translator, node: live_button) -> None:
    """Write the button; only a page of its own can carry the machine."""
    if self.builder.name == "html":
        action, target = node["action"], self.attval(node["target"])
        self.body.append(
            f'<p class="live"><button type="button" data-{action}="{target}">'
            f"{LABELS[action]}</button></p>\n"
        )
    raise nodes.SkipNode


def pass_by(_translator: nodes.NodeVisitor, _node: nodes.Node) -> None:
    """Show nothing."""
    raise nodes.SkipNode


def finish(app: Sphinx, error: Exception | None) -> None:
    """Have the pages told that there is no machine, unless there is."""
    if app.builder.name == "html" and error is None:
        tell_missing(Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Register the button, and what pages without a machine are told."""
    app.connect("build-finished", finish)
    app.add_node(
        live_button,
        html=(visit_button, None),
        latex=(pass_by, None),
        man=(pass_by, None),
        texinfo=(pass_by, None),
        text=(pass_by, None),
    )
