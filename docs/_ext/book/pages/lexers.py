"""Listings: Pygments' lexers, without the tokens that book.css gives no colour.

Every name, operator and bracket in a <span> of its own would double the size of a
page, and change nothing on it.
"""

from collections.abc import Iterator
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers.c_cpp import CLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Comment, Keyword, Name, Number, String, Text
from sphinx.application import Sphinx

COLOURED = (
    *(Comment, Keyword, Number, String),
    *(Name.Builtin, Name.Function, Name.Variable),
)


class QuietLexer(Lexer):
    """Turn what has no colour into plain text."""

    def get_tokens(self, text: str, unfiltered: bool = False) -> Iterator[Any]:
        """Yield (token, text)."""
        for token, value in super().get_tokens(text, unfiltered):
            coloured = any(token in family for family in COLOURED)
            yield (token if coloured else Text), value


class QuietCLexer(QuietLexer, CLexer):
    """C."""


class QuietBashLexer(QuietLexer, BashLexer):
    """Shell scripts."""


def setup(app: Sphinx) -> None:
    """Put the lexers into the place of Pygments' own."""
    app.add_lexer("c", QuietCLexer)
    app.add_lexer("bash", QuietBashLexer)
