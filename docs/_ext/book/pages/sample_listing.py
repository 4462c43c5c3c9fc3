"""The directive that shows a whole sample.

::

    .. sample:: introduction/show_ns.c
       :emphasize-lines: 17-19

The caption links the file for download and repeats the one line that its head
comment says of it. The path is its name: :numref:`introduction/show_ns.c`. Below
stands on which kernels its tests were last run.
"""

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralInclude

from ..files.headers import HeaderError, parse_header
from ..files.kernels import KernelsError
from ..files.samples import FOLDER, LANGUAGES
from .buttons import buttons
from .kernel_matrix import badge


class SampleDirective(LiteralInclude):
    """Show code-samples/ARGUMENT as a numbered listing."""

    option_spec = {"emphasize-lines": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the listing, made by Sphinx's literalinclude."""
        sample = self.arguments[0]
        path = Path(FOLDER, sample)
        if path.suffix not in LANGUAGES:
            raise self.error(f"{path} is no sample: expected a .c or .sh file")
        try:
            text = Path(self.env.srcdir, path).read_text(encoding="utf-8")
            header = parse_header(text, path)
            ran = badge(self.env, "samples", sample)
        except FileNotFoundError as error:
            raise self.error(f"no sample {path}") from error
        except (HeaderError, KernelsError) as error:
            self.env.note_dependency(str(path))
            raise self.error(str(error)) from error
        self.arguments[0] = f"/{path}"
        self.options |= {
            "caption": f":download:`{sample} </{path}>` {escape(header.summary)}",
            "language": LANGUAGES[path.suffix],
            "linenos": None,
            "name": sample,
            "tab-width": 4,
        }
        shown = super().run()
        entry = ("single", f"{path.name} (sample)", nodes.make_id(sample), "", None)
        index = addnodes.index(entries=[entry])
        press = buttons(self.env, "edit", sample, header.needs)
        return [index, *shown, *press, *ran]


def escape(text: str) -> str:
    """Return plain text so that reStructuredText reads it as it is."""
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("sample", SampleDirective)
