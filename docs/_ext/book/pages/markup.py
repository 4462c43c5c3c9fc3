"""Small pieces that several directives make their tables and sentences of."""

from collections.abc import Iterable

from docutils import nodes


def literal(text: str) -> nodes.Node:
    """Return text in the type of code."""
    return nodes.literal(text, text)


def table_row(cells: Iterable[list[nodes.Node]]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))
