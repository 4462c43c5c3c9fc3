"""Run the transcripts of a page, in page order, in one guest."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vm"))
from compare import Names  # noqa: E402
from guest import Guest  # noqa: E402
from image import image  # noqa: E402
from session import Session  # noqa: E402
from state import open_guest  # noqa: E402
from transcript import (  # noqa: E402
    SessionError,
    Transcript,
    TranscriptError,
    file_for,
    page_transcripts,
    read_transcript,
    version,
)

SECONDS = 30.0

# A step that shows no value asks for no census, unless it may end what was there.
ENDS = re.compile(r"\b(exit|exec|kill\w*|u\w*mount|rm|unpin\S*|del\w*)\b|\^[CD]")


@dataclass
class Outcome:
    """What came of one transcript on one kernel: messages, none if it agrees."""

    name: str
    series: str
    wrong: list[str] = field(default_factory=list)
    skipped: str = ""
    written: bool = False


def living(guest: Guest, kind: str, values: set[str]) -> set[str]:
    """Return the values of the run that still belong to something in the guest."""
    if kind == "namespace":
        return values.intersection(guest.run("/lab/census", SECONDS)[1])
    if kind == "process":
        look = "for pid in {}; do [ -e /proc/$pid ] && echo $pid; done"
        return set(guest.run(look.format(" ".join(values)), SECONDS)[1])
    return values


def run_transcript(
    transcript: Transcript, session: Session, names: Names, record: bool
) -> Outcome:
    """Run one transcript in a page's guest.

    A step that differs does not stop it: what follows may agree again. One that
    cannot be executed does. Recording writes what differs, with the book's own
    values where it has them.
    """
    name = transcript.path.stem
    outcome = Outcome(
        f"{transcript.path.parent.name}/{name}", session.guest.image.series
    )
    if version(outcome.series) < version(transcript.needs):
        outcome.skipped = f"needs linux >= {transcript.needs}"
        return outcome
    session.begin(transcript)
    for step in transcript.steps:
        seen = session.run(step)
        wrong = names.compare(step.output, seen, step.where())
        if wrong:
            outcome.wrong += [step.where(), *(f"  {line}" for line in wrong)]
        if wrong and record:
            step.output = names.translate(seen)
        if names.shown or ENDS.search("\n".join(step.command)):
            names.bury()
    if outcome.wrong and record:
        transcript.path.write_text(transcript.text(), encoding="utf-8")
        outcome.wrong, outcome.written = [], True
    return outcome


def run_page(page: str, series: str, record: bool, last: str) -> list[Outcome]:
    """Run a page's transcripts up to the one named last, all if last is the page.

    Recording one transcript compares those before it.
    """
    todo = page_transcripts(page)
    if last != page:
        if last not in todo:
            raise TranscriptError(f"there is no transcript {last} in docs/{page}.rst")
        todo = todo[: todo.index(last) + 1]
    outcomes = []
    with open_guest(image(series)) as guest:
        session = Session(guest)
        names = Names(lambda kind, values: living(guest, kind, values))
        for name in todo:
            try:
                transcript = read_transcript(file_for(name, series))
                write = record and last in (page, name)
                outcome = run_transcript(transcript, session, names, write)
            except (SessionError, TranscriptError, OSError) as error:
                outcomes.append(Outcome(name, series, [str(error)]))
                break  # the terminals are not where the next one expects them
            outcomes.append(outcome)
    outcomes += [
        Outcome(name, series, ["not run, because of an earlier one"])
        for name in todo[len(outcomes) :]
    ]
    return outcomes
