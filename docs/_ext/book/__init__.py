"""The book's additions to Sphinx.

What the book's files say stands in files/, which needs Python alone; pages/ teaches
Sphinx what to make of them, each module one thing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


# What pages are kept as between two builds: one more where a node's class has moved.
KEPT_AS = 1


def setup(app: "Sphinx") -> dict[str, bool | int]:
    """Register every part of the book's extension."""
    from .pages import (
        boxes,
        buttons,
        editions,
        exercise_box,
        failures,
        figures,
        folded,
        held,
        kernel_matrix,
        lexers,
        names,
        parts,
        printed,
        roles,
        sample_index,
        sample_listing,
        sweep,
        theme,
        transcript_block,
    )

    modules = (
        *(boxes, buttons, editions, exercise_box, failures, figures, folded),
        *(held, kernel_matrix, lexers, names, parts, printed, roles),
        *(sample_index, sample_listing, sweep, theme, transcript_block),
    )
    for module in modules:
        module.setup(app)
    safe = {"parallel_read_safe": True, "parallel_write_safe": True}
    return {**safe, "env_version": KEPT_AS}
