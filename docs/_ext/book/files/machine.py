"""live/machine.json: what a site's pages are told of the machine that runs in them.

A site without one has a folder live, too, with nothing else than the list of what the
machine is made of, to which every page has a link.
"""

import json
import os
from pathlib import Path

LIVE = "live"  # below the site
FILE = "machine.json"
SOURCES = "SOURCES.txt"
NO_SOURCES = """\
This copy of the book has no machine in its pages, and so nothing of what one is made
of: "make live" builds one, and lists here what that is.
"""

THERE = "there"
BUILDING = "building"
MISSING = "missing"


def is_there(site: Path) -> bool:
    """Return whether a site has its machine."""
    try:
        told = json.loads((site / LIVE / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(told["state"] == THERE)


def tell(folder: Path, state: str, why: str = "") -> None:
    """Tell the pages, whose folder live is given; who reads it now gets old or new."""
    folder.mkdir(exist_ok=True)
    text = json.dumps({"state": state, "why": why})
    new = folder / f".{FILE}.{os.getpid()}"
    new.write_text(text + "\n", encoding="utf-8")
    new.rename(folder / FILE)


def tell_missing(site: Path) -> None:
    """Say in a site without a machine that there is none."""
    if is_there(site):
        return
    tell(site / LIVE, MISSING)
    (site / LIVE / SOURCES).write_text(NO_SOURCES, encoding="utf-8")
