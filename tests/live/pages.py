"""What the page must know of the transcripts and exercises that its machine runs.

build/html/live/pages/PAGE.json has, in page order, a list of transcripts for each fresh
lab; a transcript that the machine cannot run has a reason instead of steps.
"""

import json
from pathlib import Path
from typing import Any

from book.files.exercises import labels
from book.files.transcripts import page_reason

from tests.exercises import catalogue
from tests.transcripts.transcript import (
    CHECKOUT,
    Step,
    file_for,
    page_sessions,
    pages,
    read_transcript,
)

TESTS = Path(__file__).resolve().parents[1]

GUEST = CHECKOUT / "docs/live/guest.json"


def described(step: Step) -> dict[str, Any]:
    """Return a step as docs/live/session.js executes it."""
    return {
        "terminal": step.terminal,
        "mark": step.mark,
        "command": step.command,
        "output": step.output,
        "status": step.status,
        "waits": step.waits,
    }


def transcript(name: str, series: str) -> dict[str, Any]:
    """Return a transcript as the page runs it on its kernel."""
    found = read_transcript(file_for(name, series))
    if reason := page_reason(found.headers, series):
        return {"name": name, "cannot": reason}
    return {
        "name": name,
        "setup": found.setup,
        "steps": [described(step) for step in found.steps],
    }


def write_pages(target: Path) -> None:
    """Write a file for each page that has transcripts."""
    series = json.loads(GUEST.read_text(encoding="utf-8"))["kernel"]
    target.mkdir()
    for page in pages():
        labs = [
            [transcript(name, series) for name in names]
            for names in page_sessions(page)
            if names
        ]
        write(target / f"{page}.json", labs)


def write_exercises(target: Path) -> None:
    """Write what the exercises are, and where the labels of their graders lead."""
    known = {one.name: {"suffix": one.suffix} for one in catalogue.offered()}
    write(target / "exercises.json", known)
    places = labels(CHECKOUT)
    write(
        target / "reads.json",
        {label: catalogue.where_to_read(label) for label in sorted(places)},
    )


def write(path: Path, data: Any) -> None:
    """Write JSON as small as it can be."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
