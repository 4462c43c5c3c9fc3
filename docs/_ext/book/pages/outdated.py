"""Pages that are made again although their own text stands.

What such a page shows lies elsewhere: all transcripts, a style sheet, the editions that
were made. Sphinx knows of it only when it is told.
"""

from collections.abc import Callable
from functools import partial

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Shown = Callable[[Sphinx], object]


def mark(env: BuildEnvironment, name: str) -> None:
    """Mark the page that is being read as one that shows what has this name."""
    env.metadata[env.docname][name] = True


def make_again(app: Sphinx, name: str = "", shown: Shown | None = None) -> None:
    """Have marked pages, or all, made again when what they show is no longer the same.

    Without a function that returns what they show, that is when any page has changed.
    """
    app.connect("env-get-outdated", partial(find_outdated, name, shown))


def find_outdated(
    name: str,
    shown: Shown | None,
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Return the pages to make again; what a builder's pages show is remembered."""
    if shown:
        known = getattr(env, "shown", {})
        key, now = (app.builder.name, name), shown(app)
        if known.get(key) == now:
            return []
        setattr(env, "shown", {**known, key: now})
    elif not (added or changed or removed):
        return []
    if not name:
        return list(env.found_docs)
    return [page for page, data in env.metadata.items() if name in data]
