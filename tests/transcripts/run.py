"""Run the transcripts of the book in a guest, and compare or record them.

All transcripts of a page run in page order in one guest, as for a reader who types
the chapter from top to bottom. Recording rewrites only what differs from the book
beyond renaming, and nothing of a transcript in which a step ended unexpectedly.
"""

import argparse
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import cache, outside
from tests.lab.cache import LabError
from tests.samples import results
from tests.transcripts.page import Outcome, run_page
from tests.transcripts.transcript import TranscriptError, pages


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
        print(f"  repeat: tests/transcripts/run --kernel {series} {bad[0].name}")
    sys.stdout.flush()


def interrupted(number: int, _frame: object) -> None:
    """End at once: the guests die with this process, and nothing else is held."""
    os._exit(128 + number)


def main() -> int:
    """Run or record; return the exit status."""
    known = [kernel.series for kernel in cache.kernels()]
    parser = argparse.ArgumentParser(
        prog="tests/transcripts/run", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "what", nargs="*", metavar="PAGE", help="or PAGE/NAME; all pages when none"
    )
    parser.add_argument("--kernel", default=cache.DEFAULT, choices=[*known, "all"])
    parser.add_argument("--record", action="store_true", help="rewrite what differs")
    parser.add_argument("--results", type=Path, metavar="FILE.json")
    args = parser.parse_args()
    if args.record and args.kernel == "all":
        parser.error("record one kernel at a time: they share files")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    series = known if args.kernel == "all" else [args.kernel]
    work = [(item.partition("/")[0], item) for item in args.what or pages()]
    try:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            running = [
                pool.submit(run_page, page, name, args.record, last, tidy=True)
                for name in series
                for page, last in work
            ]
            outcomes = []
            for future in running:
                outcomes += future.result()
                show(future.result())
        if args.results:
            ran = [outcome for outcome in outcomes if not outcome.skipped]
            rows = [(o.name.partition("@")[0], o.series, not o.wrong) for o in ran]
            results.enter_transcripts(args.results, rows)
    except (LabError, TranscriptError, OSError) as error:
        print(f"transcripts: {outside.told(error)}", file=sys.stderr)
        print("0 passed, 1 failed, 0 skipped")
        return 1
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    skipped = sum(bool(outcome.skipped) for outcome in outcomes)
    passed = len(outcomes) - failed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
