"""Mutants run in guests: whether the tests catch each, and each test catches one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import part
from tests.lab.cache import Image, LabError
from tests.lab.guest import Guest
from tests.lab.state import open_guest
from tests.mutants import mutants
from tests.mutants.mutants import Mutant, MutantError, Sample

HERE = Path(__file__).resolve().parent


class Guests:
    """A guest that is ready for a mutant: a fresh one after each that broke it."""

    def __init__(self, img: Image) -> None:
        """Open none yet."""
        self.image = img
        self.stack = ExitStack()
        self.open: Guest | None = None

    def __enter__(self) -> "Guests":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, mutant: Mutant) -> list[str]:
        """Return the tests that fail on a mutant."""
        if self.open is None:
            guest = open_guest(self.image, cache_mode="loose")
            self.open = self.stack.enter_context(guest)
            mutants.prepare(self.open)
        try:
            failed, ended = mutants.run(self.open, mutant)
        except (LabError, MutantError):
            self.close()
            raise
        if not ended:
            self.close()
        return failed

    def close(self) -> None:
        """End the guest, if there is one."""
        self.open = None
        self.stack.close()


@dataclass
class Tally:
    """What came of mutants of one sample: a count, and what is wrong."""

    passed: int = 0
    failed: int = 0

    def good(self, name: str, text: str) -> None:
        """Count what is as it should be."""
        self.passed += 1
        print(f"{name}: {text}", flush=True)

    def wrong(self, name: str, text: str, series: str) -> None:
        """Count what is wrong, and say how to repeat it alone."""
        self.failed += 1
        again = part.repeat("mutants", name, series)
        print(f"{name}: WRONG: {text}\n  repeat: {again}", flush=True)


def run_sample(img: Image, mine: list[Mutant], whole: bool) -> Tally:
    """Run mutants of one sample; when they are all of them, look at its tests, too."""
    result = Tally()
    caught: set[str] = set()
    with Guests(img) as guests:
        for mutant in mine:
            try:
                tests = guests.run(mutant)
            except (LabError, MutantError) as error:
                result.wrong(str(mutant), str(error), img.series)
                continue
            caught.update(tests)
            if tests:
                result.good(str(mutant), f"caught by {len(tests)}")
            else:
                result.wrong(str(mutant), "no test fails on it", img.series)
    sample = mine[0].sample
    for test in sample.tests if whole else ():
        if test in caught:
            result.passed += 1
        else:
            result.wrong(sample.program, f"no mutant fails '{test}'", img.series)
    return result


def run_all(img: Image, chosen: list[Mutant], jobs: int) -> Tally:
    """Run mutants, those of one sample after each other in a guest."""
    total = Counter(mutant.sample for mutant in mutants.choose([]))
    by_sample: dict[Sample, list[Mutant]] = {}
    for mutant in chosen:
        by_sample.setdefault(mutant.sample, []).append(mutant)
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            pool.submit(run_sample, img, mine, len(mine) == total[sample])
            for sample, mine in by_sample.items()
        ]
        results = [future.result() for future in running]
    return Tally(sum(r.passed for r in results), sum(r.failed for r in results))
