"""The directive that shows a recorded shell session, and its lexer.

::

    .. transcript:: introduction/unshare
       :caption: the new namespace has one device
       :name: unshare-session

includes docs/transcripts/introduction/unshare.console.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from pygments.lexer import Lexer
from pygments.token import Generic, Text
from sphinx.application import Sphinx
from sphinx.directives.code import container_wrapper
from sphinx.util.docutils import SphinxDirective

from .sample_index import literal
from .kernels import KernelsError, badge, read_kernels
from .session import SessionError, alternatives, classify, parse_session

FOLDER = Path("docs", "transcripts")


class TranscriptLexer(Lexer):
    """Tell prompts, commands and output apart, and terminal from terminal.

    Pygments' own console lexer takes output that begins with # or $ for a
    command; this one knows nothing but our prompts.
    """

    name = "transcript"
    aliases = ["transcript"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Yield (position, token, text), as Pygments wants it."""
        position = 0
        for terminal, prompt, rest in classify(text):
            if terminal:
                yield position, getattr(Generic.Prompt, f"T{terminal}"), prompt
            position += len(prompt)
            yield position, Text if terminal else Generic.Output, rest
            position += len(rest)


class Transcript(SphinxDirective):
    """Show docs/transcripts/ARGUMENT.console without its header lines."""

    required_arguments = 1
    option_spec = {
        "caption": directives.unchanged_required,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return the session as a literal block, in a frame if it has a caption."""
        path = FOLDER / f"{self.arguments[0]}.console"
        try:
            block = self.session(path)
            kernels = read_kernels(self.env)
            others = self.others(path)
        except FileNotFoundError as error:
            raise self.error(f"no transcript {path}: record it first") from error
        except (SessionError, KernelsError) as error:
            raise self.error(str(error)) from error
        if "caption" in self.options:
            block = container_wrapper(self, block, self.options["caption"])
        self.add_name(block)
        row = kernels.transcripts.get(self.arguments[0])
        return [block, *badge(row, kernels), *others]

    def session(self, path: Path) -> nodes.Element:
        """Return the session in a file as a literal block."""
        self.env.note_dependency(str(path))
        text = Path(self.env.srcdir, path).read_text(encoding="utf-8")
        shown = parse_session(text, path).text
        block = nodes.literal_block(
            shown, shown, language="transcript", classes=["transcript"]
        )
        self.set_source_info(block)
        return block

    def others(self, path: Path) -> list[nodes.Node]:
        """Return what older kernels print, with a line that says which do."""
        found: list[nodes.Node] = []
        for series, other in alternatives(Path(self.env.srcdir, path)):
            words = f"On Linux {series} and older, the same commands print this:"
            note = nodes.container(classes=["older-kernel"])
            note += nodes.paragraph("", words)
            note += self.session(other.relative_to(self.env.srcdir))
            found.append(note)
        return found


class FreshLab(SphinxDirective):
    """Tell the reader to go on in a lab in which nothing has happened yet.

    The suite starts a new guest there, too.
    """

    def run(self) -> list[nodes.Node]:
        """Return the sentence."""
        text = nodes.paragraph(classes=["fresh-lab"])
        text += [nodes.Text("Go on in a fresh lab: leave yours with "), literal("exit")]
        text += [nodes.Text(", and open it again with "), literal("make lab")]
        text += nodes.Text(".")
        return [text]


def setup(app: Sphinx) -> None:
    """Register the lexer and the directive."""
    app.add_lexer("transcript", TranscriptLexer)
    app.add_directive("transcript", Transcript)
    app.add_directive("fresh-lab", FreshLab)
