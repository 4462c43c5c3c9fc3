"""The book's additions to Sphinx.

What the book's files say stands in files/, which needs Python alone; pages/ teaches
Sphinx what to make of them, each module one thing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: "Sphinx") -> dict[str, bool]:
    """Register every part of the book's extension."""
    from .pages import (
        boxes,
        buttons,
        editions,
        exercise_box,
        failures,
        figures,
        kernel_matrix,
        lexers,
        names,
        printed,
        roles,
        sample_index,
        sample_listing,
        sweep,
        theme,
        transcript_block,
    )

    parts = (
        *(boxes, buttons, editions, exercise_box, failures, figures, kernel_matrix),
        *(lexers, names, printed, roles),
        *(sample_index, sample_listing, sweep, theme, transcript_block),
    )
    for part in parts:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
