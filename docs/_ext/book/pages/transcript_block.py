"""The directive that shows a recorded shell session, and its lexer.

::

    .. transcript:: introduction/create-unshare
       :caption: the new namespace has one device
       :name: unshare-session

includes docs/transcripts/introduction/create-unshare.console. The page names its
terminals above it, and shows what one of them did without a break as one turn.

::

    .. excerpt:: introduction/create-unshare
       :steps: 1 3

quotes two of its commands with their output where another page shows the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from docutils.parsers.rst import directives
from pygments.lexer import Lexer
from pygments.token import Generic, Text
from sphinx.application import Sphinx
from sphinx.directives.code import container_wrapper
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from ..files.kernels import KernelsError
from ..files.transcripts import (
    FOLDER,
    SessionError,
    alternatives,
    before,
    chain,
    classify,
    leans_on,
    page_reason,
    parse_session,
    read_session,
    serving,
)
from .buttons import buttons, page_kernel
from .kernel_matrix import badge, recorded
from .markup import literal


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


class ShownSession(nodes.literal_block):
    """A session on a page; to all builders but HTML a literal block."""


@dataclass(frozen=True)
class ShownStep:
    """One command of a session with its output, as it stands there."""

    terminal: str
    user: str
    text: str


def steps(session: str) -> list[ShownStep]:
    """Return a session's commands, each with what it printed."""
    found: list[ShownStep] = []
    for terminal, prompt, rest in classify(session):
        if terminal and prompt.startswith("sh"):
            found.append(ShownStep(terminal, prompt.strip()[-1], prompt + rest))
        else:
            last = found.pop()
            text = last.text + prompt + rest
            found.append(ShownStep(last.terminal, last.user, text))
    return found


def visit_session(self: HTML5Translator, node: ShownSession) -> None:
    """Write a session into the page: its terminals' names, then turn by turn."""
    done = steps(node.astext() + "\n")
    firsts = {step.terminal: step for step in reversed(done)}
    self.body.append(self.starttag(node, "div", CLASS="session"))
    self.body.append('<div class="terminals">')
    for terminal, first in sorted(firsts.items()):
        who = "root" if first.user == "#" else "user"
        if "+" in first.text.partition(" ")[0]:
            who = "shell inside"  # whoever opened the terminal may be another
        self.body.append(
            f'<span class="terminal t{terminal}">sh{terminal} <i>{who}</i></span>'
        )
    self.body.append('</div>\n<div class="highlight"><pre>')
    for terminal, turn in groupby(done, key=lambda step: step.terminal):
        self.body.append(f'<span class="turn t{terminal}">')
        for step in turn:
            code = self.highlighter.highlight_block(step.text, "transcript")
            code = code.removeprefix('<div class="highlight"><pre><span></span>')
            code = code.removesuffix("</pre></div>\n")
            self.body.append(f'<span class="step">{code}</span>')
        self.body.append("</span>")
    self.body.append("</pre></div></div>\n")
    raise nodes.SkipNode


def session_id(name: str) -> str:
    """Return the label of the place that shows a transcript, TOPIC/NAME."""
    return str(nodes.make_id(f"session-{name}"))


class TranscriptDirective(SphinxDirective):
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
            leaning = self.leaning(path)
            block = self.session(path)
            press = self.button(path)
            ran = badge(self.env, "transcripts", self.arguments[0])
            others = self.others(path)
        except FileNotFoundError as error:
            raise self.error(f"no transcript {path}: record it first") from error
        except (SessionError, KernelsError) as error:
            raise self.error(str(error)) from error
        if "caption" in self.options:
            block = container_wrapper(self, block, self.options["caption"])
        self.add_name(block)
        self.label(block)
        return [*leaning, block, *press, *ran, *others]

    def leaning(self, path: Path) -> list[nodes.Node]:
        """Return the line that says what it leans on, and how to get there."""
        name, root = self.arguments[0], Path(self.env.srcdir)
        text = (root / path).read_text(encoding="utf-8")
        named = leans_on(parse_session(text, path).headers)
        if not named:
            return []
        above = before(root, name)
        chain(root / FOLDER, above)  # what is named must be there
        line = nodes.paragraph("", "Leans on ", classes=["leans"])
        for position, other in enumerate(named):
            words = "the session above" if other == above[-2] else "an earlier session"
            line += nodes.Text(" and " if position else "")
            line += nodes.reference(
                "", words, refid=session_id(other), internal=True, reftitle=other
            )
        line += [nodes.Text(". To be there in a fresh lab: "), self.command(name)]
        return [line]

    def command(self, name: str) -> nodes.Node:
        """Return what to type for a lab in which a session can begin."""
        return literal(f"make lab BEFORE={name}")

    def label(self, block: nodes.Element) -> None:
        """Let other pages refer to the session."""
        label = session_id(self.arguments[0])
        block["ids"].append(label)
        domain = cast(StandardDomain, self.env.get_domain("std"))
        domain.anonlabels[label] = self.env.docname, label

    def button(self, path: Path) -> list[nodes.Node]:
        """Return the button that runs it in the page, if the page's machine can."""
        series = page_kernel(self.env)
        if not series:
            return []
        shown = read_session(serving(Path(self.env.srcdir, path), series))
        if page_reason(shown.headers, series):
            return []
        return buttons(self.env, "run", self.arguments[0])

    def session(self, path: Path) -> nodes.Element:
        """Return the session in a file as a literal block."""
        self.env.note_dependency(str(path))
        text = Path(self.env.srcdir, path).read_text(encoding="utf-8")
        block = self.show(parse_session(text, path).text)
        self.set_source_info(block)
        return block

    def show(self, text: str) -> ShownSession:
        """Return the block that a page shows of a session."""
        return ShownSession(text, text, language="transcript", classes=["transcript"])

    def others(self, path: Path) -> list[nodes.Node]:
        """Return what older kernels print, with a line that says which did.

        It names those that ran: others may differ, and so may other tools.
        """
        found: list[nodes.Node] = []
        plain = Path(self.env.srcdir, path)
        for series, other in alternatives(plain):
            kernels = recorded(self.env).versions
            ran = [one for one in kernels if serving(plain, one) == other] or [series]
            listed = " and ".join(filter(None, [", ".join(ran[:-1]), ran[-1]]))
            words = f"On Linux {listed}, with the lab's tools, the same commands print"
            note = nodes.container(classes=["older-kernel"])
            note += nodes.paragraph("", f"{words} this:")
            note += self.session(other.relative_to(self.env.srcdir))
            found.append(note)
        return found


class FreshLabDirective(SphinxDirective):
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


class ExcerptDirective(TranscriptDirective):
    """Show some commands of a transcript that another page shows."""

    option_spec = {"steps": directives.positive_int_list}

    def leaning(self, path: Path) -> list[nodes.Node]:
        """Return nothing: it is to be read, not to be typed."""
        return []

    def label(self, block: nodes.Element) -> None:
        """The session itself is on another page."""

    def button(self, path: Path) -> list[nodes.Node]:
        """Return none: the page's machine runs whole transcripts, where they stand."""
        return []

    def show(self, text: str) -> ShownSession:
        """Return the block with the chosen steps alone."""
        done = steps(text)
        chosen = self.options.get("steps", range(1, len(done) + 1))
        if max(chosen) > len(done):
            raise self.error(f"{self.arguments[0]} has {len(done)} steps")
        return super().show("".join(done[number - 1].text for number in chosen))


def setup(app: Sphinx) -> None:
    """Register the lexer, the node and the directives."""
    app.add_lexer("transcript", TranscriptLexer)
    app.add_node(ShownSession, html=(visit_session, None))
    app.add_directive("transcript", TranscriptDirective)
    app.add_directive("excerpt", ExcerptDirective)
    app.add_directive("fresh-lab", FreshLabDirective)
