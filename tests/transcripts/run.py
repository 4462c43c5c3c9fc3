"""Run the transcripts of the book in a guest, and compare or record them.

All transcripts of a page run in page order in one guest, as for a reader who types
the chapter from top to bottom. Recording rewrites only what differs from the book
beyond renaming, and nothing of a transcript in which a step ended unexpectedly. On the
default kernel each also runs with nothing before it but what it leans on: leaning.py.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from tests import part, results
from tests.lab.cache import DEFAULT, LabError
from tests.results import FAILED, PASSED, Ran, Rows
from tests.transcripts import leaning
from tests.transcripts.page import Outcome, run_page
from tests.transcripts.transcript import TranscriptError, page_sessions, pages


def show(outcomes: list[Outcome]) -> None:
    """Print what came of a page on a kernel, and how to repeat what failed."""
    bad = [outcome for outcome in outcomes if outcome.wrong]
    series = outcomes[0].series
    page = outcomes[0].name.partition("/")[0]
    ran = sum(not outcome.skipped for outcome in outcomes)
    print(f"{series:5} {page}: {ran - len(bad)} of {ran} agree")
    for outcome in outcomes:
        if outcome.skipped:
            print(f"  skipped {outcome.name}: {outcome.skipped}")
        if outcome.written:
            print(f"  recorded {outcome.name}")
        if outcome.wrong:
            print(f"  {outcome.name}")
            print("\n".join(f"    {line}" for line in outcome.wrong))
    if bad:
        print(f"  repeat: {part.repeat('transcripts', bad[0].name, series)}")
        print(f"  shell:  make lab KERNEL={series}, and type the page up to there")
    sys.stdout.flush()


def work(only: list[str]) -> list[tuple[str, str]]:
    """Return pages to run, and for each where to stop: at its end, or a transcript.

    A transcript is run with those before it, on which it leans.
    """
    whole = [(page, page) for page in pages()]
    single = [
        (page, name)
        for page in pages()
        for group in page_sessions(page)
        for name in group
    ]
    if not only:
        return whole
    return part.chosen(whole + single, only, lambda item: [item[1]])


def options(parser: argparse.ArgumentParser) -> None:
    """Add what only this part takes."""
    parser.add_argument("--record", action="store_true", help="rewrite what differs")
    results.options(parser)


def ran(outcome: Outcome) -> Ran:
    """Return the row of what came of a transcript."""
    name = outcome.name.partition("@")[0]
    said = f"skipped: {outcome.skipped}" if outcome.skipped else PASSED
    came_to = FAILED if outcome.wrong else said
    return Ran(name, outcome.series, came_to, name.partition("/")[0])


def work_on(page: str, last: str, series: str, record: bool) -> list[Outcome]:
    """Run or record a page's transcripts up to the one named last, and how they lean.

    Of one transcript only its own leaning is tried; of a page in which something
    differs none is.
    """
    outcomes = run_page(page, series, record, last, tidy=True)
    if series != DEFAULT or any(outcome.wrong for outcome in outcomes):
        return outcomes
    asked = [o for o in outcomes if last in (page, o.name.partition("@")[0])]
    known = {outcome.name.partition("@")[0]: outcome for outcome in asked}
    names = [name for name, outcome in known.items() if not outcome.skipped]
    if record:
        for name in names:
            known[name].written |= leaning.record(name, series)
    else:
        for failed in leaning.prove(names, series):
            known[failed.name.partition("@")[0]].wrong += failed.wrong
    return outcomes


def run(args: argparse.Namespace) -> part.Counts:
    """Run or record what was asked for; return what it came to."""
    if args.record and args.kernel == "all":
        raise LabError("record one kernel at a time: they share files")
    if args.record and args.results:
        raise LabError("what was only recorded has not agreed yet: run it again")
    todo = work(args.only)
    rows = Rows("transcripts", args.results)
    with ThreadPoolExecutor(args.jobs) as pool:
        running = [
            pool.submit(work_on, page, last, name, args.record)
            for name in part.kernels(args.kernel)
            for page, last in todo
        ]
        outcomes = []
        for future in running:
            outcomes += future.result()
            show(future.result())
    stale = 0 if args.record else rows.settle([ran(outcome) for outcome in outcomes])
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    skipped = sum(bool(outcome.skipped) for outcome in outcomes)
    return len(outcomes) - failed - skipped, failed + stale, skipped


if __name__ == "__main__":
    sys.exit(part.main("transcripts", __doc__, run, options, (TranscriptError,)))
