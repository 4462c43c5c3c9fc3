"""Wrong versions of the samples: all can be made, and what is amiss is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import CHECKOUT, wrong
from tests.lab.cache import Image, LabError
from tests.mutants import mutants, mutating
from tests.mutants.mutants import FOLDER, Mutant
from tests.part import UnknownName

HERE = Path(__file__).resolve().parent

Answer = Callable[[str], list[str]]
TOO_LONG = "its tests take more than 300 s: bound what it has hang"


class FakeGuest:
    """Stands for a guest: it answers each command with lines, or ends."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __enter__(self) -> "FakeGuest":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Answer as Guest.run does: a command fails by its last line."""
        lines = self.answer(command)
        return int(lines[-1:] == [TOO_LONG]), lines


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[str]]:
    """Return a function that runs all mutants of unshare with a fake guest's answers.

    It returns what was opened and the counts.
    """

    def run(answer: Answer) -> list[str]:
        opened: list[str] = []

        def open_guest(img: Image, cache_mode: str) -> FakeGuest:
            opened.append(cache_mode)
            return FakeGuest(answer)

        monkeypatch.setattr(mutating, "open_guest", open_guest)
        img = Image("6.12", "6.12.1", Path("k"), Path("i"), Path("r"))
        result = mutating.run_all(img, mutants.choose(["unshare"]), 1)
        return [*opened, f"{result.passed} passed, {result.failed} failed"]

    return run


def all_tests(command: str) -> list[str]:
    """Return TAP in which every test of unshare fails."""
    tests = mutants.choose(["unshare"])[0].sample.tests
    return [f"not ok {n} {test}" for n, test in enumerate(tests, 1)]


@pytest.mark.parametrize("mutant", mutants.choose([]), ids=str)
def test_mutant_can_be_made(mutant: Mutant) -> None:
    """Its lines are in the source, as it is today."""
    source = (CHECKOUT / FOLDER / mutant.sample.path).read_text(encoding="utf-8")
    assert wrong.apply(source, mutant.block) != source


def test_every_sample_with_tests_has_mutants() -> None:
    """Without one, nobody has seen its tests fail."""
    have = {mutant.sample.name for mutant in mutants.choose([])}
    assert set(mutants.tested()) == have


def test_names() -> None:
    """A chapter, a sample by its path or its name, a mutant."""
    chapter = mutants.choose(["uts"])
    assert {one.sample.topic for one in chapter} == {"uts"}
    by_path = mutants.choose(["uts/copy_uts"])
    assert by_path == mutants.choose(["copy_uts"]) == chapter[: len(by_path)]
    (one,) = mutants.choose(["uts/copy_uts:no-unshare"])
    assert str(one) == "uts/copy_uts:no-unshare"
    with pytest.raises(UnknownName, match="nothing is called 'uts_cop' here"):
        mutants.choose(["uts", "uts_cop"])


def test_all_is_well(answering: Callable[[Answer], list[str]]) -> None:
    """One guest runs all mutants of a sample; mutants and tests are counted."""
    mine = mutants.choose(["unshare"])
    count = len(mine) + len(mine[0].sample.tests)
    assert answering(all_tests) == ["loose", f"{count} passed, 0 failed"]


def test_mutant_that_nothing_catches(
    answering: Callable[[Answer], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line names it, the next repeats it alone."""
    answering(lambda command: all_tests("") if "no-unshare" not in command else [])
    said = capsys.readouterr().out.splitlines()
    at = said.index("unshare:no-unshare: WRONG: no test fails on it")
    repeat = "  repeat: make test PART=mutants ONLY=unshare:no-unshare KERNEL=6.12"
    assert said[at + 1] == repeat


def test_test_that_catches_nothing(
    answering: Callable[[Answer], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, for a test that cannot fail is none."""
    first = mutants.choose(["unshare"])[0].sample.tests[0]
    assert answering(lambda command: all_tests("")[1:])[-1].endswith(", 1 failed")
    assert f"unshare: WRONG: no mutant fails '{first}'" in capsys.readouterr().out


def test_mutant_that_hangs(
    answering: Callable[[Answer], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """That is a failure of its tests, which have no bound, and not of the others."""

    def answer(command: str) -> list[str]:
        if "no-unshare" in command:
            return ["ok 1 unshare: a test", TOO_LONG]
        return all_tests("")

    assert answering(answer)[-1].endswith(", 1 failed")
    said = capsys.readouterr().out.splitlines()
    assert f"unshare:no-unshare: WRONG: {TOO_LONG}" in said


def test_mutant_that_hangs_after_a_test_failed(
    answering: Callable[[Answer], list[str]],
) -> None:
    """It is caught, and the next one has a fresh guest."""

    def answer(command: str) -> list[str]:
        return all_tests("") + [TOO_LONG] * ("no-unshare" in command)

    opened = answering(answer)
    assert opened[:-1] == ["loose", "loose"] and opened[-1].endswith(", 0 failed")


def test_mutant_that_ends_the_guest(
    answering: Callable[[Answer], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a failure, and the next one has a fresh guest."""

    def answer(command: str) -> list[str]:
        if "no-unshare" in command:
            raise LabError("the guest ended")
        return all_tests("")

    opened = answering(answer)
    assert opened[:-1] == ["loose", "loose"] and opened[-1].endswith(", 1 failed")
    said = capsys.readouterr().out
    assert "unshare:no-unshare: WRONG: the guest ended\n" in said
