"""The book's additions to Sphinx.

exercises, headers, samples and session read the book's files and need Python alone: the
harness and the tests use them too. The other modules teach Sphinx what to make
of these files, each one thing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: "Sphinx") -> dict[str, bool]:
    """Register every part of the book's extension."""
    from . import boxes, editions, exercise, failures, figures, kernels, listing, live
    from . import names, roles, sample, sample_index, theme, transcript

    parts = (
        *(boxes, editions, exercise, failures, figures, kernels, listing, live),
        *(names, roles, sample, sample_index, theme, transcript),
    )
    for part in parts:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
