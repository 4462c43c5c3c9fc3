"""What a session leans on, by experiment: what must have run before it in a fresh lab.

A transcript agrees in a guest in which those before it on the page have run. Here it
must agree with no others before it than its head names, ``#: after: TOPIC/NAME``, and
those that these name. Recording tries which are enough, fewest first, and writes them.
"""

from collections.abc import Callable
from itertools import chain as joined

from book.files.transcripts import AFTER, leans_on, read_session

from tests.transcripts.page import Outcome, run_session
from tests.transcripts.transcript import chain, guest_up_to, plain_file, read_transcript

HELP = "'make record' finds out what it leans on"

Try = Callable[[list[str]], bool]  # tells whether transcripts agree in a fresh guest


def lists(names: list[str]) -> list[list[str]]:
    """Return what to run in a guest each, so that each of some sessions ran alone.

    A list that another one begins with needs no guest of its own.
    """
    every = [chain(name) for name in names]
    return [
        one
        for one in every
        if not any(one != other and one == other[: len(one)] for other in every)
    ]


def prove(names: list[str], series: str) -> list[Outcome]:
    """Run sessions with nothing before them but what they lean on; return what failed.

    Those of one guest stop at the first that fails.
    """
    found: list[Outcome] = []
    for todo in lists(names):
        failed = next((o for o in run_session(todo, series) if o.wrong), None)
        if failed and failed.name not in [one.name for one in found]:
            name = failed.name.partition("@")[0]
            before = ", ".join(todo[: todo.index(name)]) or "nothing"
            failed.wrong.insert(0, f"in a fresh lab, after {before}:")
            failed.wrong.append(HELP)
            found.append(failed)
    return found


def fewest(name: str, agree: Try) -> list[str]:
    """Return the transcripts that one needs itself.

    First none is tried, then one with all that it leans on, then as few as will do.
    """
    if agree([name]):
        return []
    before = guest_up_to(name)[:-1]
    # Of chains of one length the nearest is what a reader has just typed.
    for other in sorted(reversed(before), key=lambda one: len(chain(one))):
        if agree([*chain(other), name]):
            return [other]
    kept = before
    for other in reversed(before):
        fewer = [one for one in kept if one != other]
        if agree([*fewer, name]):
            kept = fewer
    inherited = set(joined.from_iterable(chain(one)[:-1] for one in kept))
    return [one for one in kept if one not in inherited]


def record(name: str, series: str) -> bool:
    """Write what a session leans on into its head; tell whether that is new.

    What stands there is kept where it will do and none of it can be left out.
    """

    def agree(todo: list[str]) -> bool:
        return not any(outcome.wrong for outcome in run_session(todo, series))

    old = leans_on(read_session(plain_file(name)).headers)
    if needed(name, old, agree):
        return False
    new = fewest(name, agree)
    transcript = read_transcript(plain_file(name))
    others = [header for header in transcript.headers if header[0] != AFTER]
    transcript.headers = (*((AFTER, one) for one in new), *others)
    transcript.path.write_text(transcript.text(), encoding="utf-8")
    return new != old


def needed(name: str, named: list[str], agree: Try) -> bool:
    """Tell whether a session agrees after all that it names, and not after less."""
    order = guest_up_to(name)
    if not set(named) <= set(order[:-1]) or not agree(chain(name)):
        return False
    for one in named:
        rest = {x for other in named if other != one for x in chain(other)}
        if agree([x for x in order if x in rest | {name}]):
            return False
    return True
