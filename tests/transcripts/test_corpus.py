"""Transcripts that must agree, and transcripts that must fail with a message.

corpus/NAME.console must agree, all as one page in the order of PASS. With a
corpus/NAME.message beside it, it must fail, as a page of its own, and say that; its
values are compared by their form. What nobody would read is written by a function.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.lab import image
from tests.lab.cache import DEFAULT
from tests.transcripts import transcript
from tests.transcripts.compare import form, read_kinds
from tests.transcripts.page import Outcome, run_page
from tests.transcripts.session import Session

CORPUS = Path(__file__).parent / "corpus"
FAIL = sorted(path.stem for path in CORPUS.glob("*.message"))
ENDLESS = {"flood", "hang", "waits-not"}  # these wait for what does not come
PASS = """
    nested nested-busybox no-newline utf-8 carriage-return here-document input
    keys setup needs needs-newer page four-terminals widths ids reuse not-a-prompt
    last long
""".split()


def busybox() -> str:
    """Return the name and version that this machine's busybox gives itself.

    It is the guest's, too, and its shell begins with them.
    """
    done = subprocess.run([image.BUSYBOX], capture_output=True, text=True, check=True)
    return done.stdout.partition(" multi-call binary")[0]


def write_page(docs: Path, name: str, texts: dict[str, str]) -> None:
    """Write a page and its transcripts."""
    folder = docs / "transcripts" / name
    folder.mkdir(parents=True, exist_ok=True)
    directives = [f".. transcript:: {name}/{key}\n" for key in texts if "@" not in key]
    (docs / f"{name}.rst").write_text("".join(directives))
    for key, text in texts.items():
        (folder / f"{key}.console").write_text(text)


def read_corpus() -> dict[str, str]:
    """Return the texts by name, with one of more output than any buffer holds."""
    texts = {path.stem: path.read_text() for path in CORPUS.glob("*.console")}
    numbers = "".join(f"{number}\n" for number in range(1, 10001))
    return texts | {"long": f"sh1# seq 10000\n{numbers}"}


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that the runner takes for the book's."""
    monkeypatch.setattr(transcript, "DOCS", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Run the whole corpus, as many guests at a time as there are processors.

    What agrees runs alone: a console loses output that nobody fetches in time.
    """
    folder = tmp_path_factory.mktemp("docs")
    texts = read_corpus()
    texts["nested-busybox"] = texts["nested-busybox"].replace("@BUSYBOX@", busybox())
    write_page(folder, "pass", {name: texts[name] for name in PASS})
    for name in FAIL:
        write_page(folder, name, {name: texts[name]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcript, "DOCS", folder)
        found = run_page("pass", DEFAULT, False, "pass")
        found += run_pages([name for name in FAIL if name not in ENDLESS])
        patch.setattr(Session, "seconds", 1.0)
        found += run_pages(sorted(ENDLESS))
    return {outcome.name.rpartition("/")[2]: outcome for outcome in found}


def run_pages(names: list[str]) -> list[Outcome]:
    """Run pages, each in a guest of its own."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda name: run_page(name, DEFAULT, False, name), names)
        return [outcome for outcomes in found for outcome in outcomes]


def test_corpus_is_complete() -> None:
    """A transcript of the corpus that no test runs is noticed."""
    assert read_corpus().keys() == {*PASS, *FAIL}


@pytest.mark.parametrize("name", PASS)
def test_pass(outcomes: dict[str, Outcome], name: str) -> None:
    """What agrees is not complained of; a newer kernel's transcript is skipped."""
    assert outcomes[name].wrong == []
    newer = "needs linux >= 99.1" if name == "needs-newer" else ""
    assert outcomes[name].skipped == newer


@pytest.mark.parametrize("name", FAIL)
def test_fail(outcomes: dict[str, Outcome], name: str) -> None:
    """What differs is said, with the step, the book and the run."""
    said = "\n".join(outcomes[name].wrong)
    said = said[said.find("transcripts/") :] if said[0] == "/" else said
    wanted = (CORPUS / f"{name}.message").read_text().splitlines()
    assert [shape(line) for line in said.splitlines()] == [shape(x) for x in wanted]


def shape(line: str) -> str:
    """Return a line of a message without what the run happened to print.

    The number of a process stands bare in the message, where no class knows it.
    """
    return form(re.sub(r"(gave the same: )\d+\b", r"\1N", line), read_kinds())
