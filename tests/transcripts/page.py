"""Run the transcripts of a page, in page order, in one guest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.lab import cache, inventory
from tests.lab.guest import Guest
from tests.lab.image import image
from tests.lab.state import open_guest
from tests.transcripts.compare import Names
from tests.transcripts.session import Session
from tests.transcripts.transcript import (
    SessionError,
    Transcript,
    TranscriptError,
    file_for,
    file_to_record,
    guest_up_to,
    page_sessions,
    read_transcript,
    version,
)


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
    return guest.alive(values) if kind in ("namespace", "process") else values


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
        if record and session.count_shells(step):
            outcome.wrong.append(step.where())
        seen = session.run(step)
        wrong = names.compare(step.output, seen, step.where())
        if wrong:
            outcome.wrong += [step.where(), *(f"  {line}" for line in wrong)]
        if wrong and record:
            step.output = names.translate(seen)
        names.bury()
    if outcome.wrong and record:
        target = file_to_record(transcript.path, outcome.series, cache.DEFAULT)
        target.write_text(transcript.text(), encoding="utf-8")
        outcome.wrong, outcome.written = [], True
    return outcome


def chosen(page: str, last: str) -> list[list[str]]:
    """Return the transcripts to run, a list for each guest: all if last is the page.

    For one transcript, those are it and what comes before it in its guest.
    """
    if last == page:
        return [names for names in page_sessions(page) if names]
    return [guest_up_to(last)]


def run_session(
    todo: list[str], series: str, recorded: Sequence[str] = (), tidy: bool = False
) -> list[Outcome]:
    """Run transcripts, one after the other, in one guest; write those of recorded.

    If tidy, the guest must then be as it was before.
    """
    outcomes = []
    with open_guest(image(series), cache_mode="loose") as guest:
        before = inventory.take(guest) if tidy else []
        session = Session(guest)
        names = Names(lambda kind, values: living(guest, kind, values))
        for name in todo:
            try:
                transcript = read_transcript(file_for(name, series))
                outcome = run_transcript(transcript, session, names, name in recorded)
            except (SessionError, TranscriptError, OSError) as error:
                outcomes.append(Outcome(name, series, [str(error)]))
                break  # the terminals are not where the next one expects them
            outcomes.append(outcome)
        else:
            if tidy and (left := session.left_behind(before)):
                outcomes[-1].wrong += ["in the guest, after all transcripts:", *left]
    return outcomes + [
        Outcome(name, series, ["not run, because of an earlier one"])
        for name in todo[len(outcomes) :]
    ]


def run_page(
    page: str, series: str, record: bool, last: str, tidy: bool = False
) -> list[Outcome]:
    """Run a page's transcripts up to the one named last, all if last is the page.

    Recording one transcript compares those before it. If tidy, all transcripts of a
    guest must leave it as it was.
    """
    outcomes = []
    whole = page_sessions(page)
    for todo in chosen(page, last):
        recorded = (todo if last == page else [last]) if record else []
        outcomes += run_session(todo, series, recorded, tidy and todo in whole)
    return outcomes
