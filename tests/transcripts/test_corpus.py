"""Transcripts that must agree, and transcripts that must fail with a message.

corpus/NAME.console must agree, all as one page in the order of PASS. With a
corpus/NAME.message beside it, it must fail, as a page of its own, and say that; its
values are compared by their form.
"""

import os
from concurrent.futures import ThreadPoolExecutor
import re
from pathlib import Path

import pytest

import transcript
from cache import DEFAULT
from compare import form, read_kinds
from page import Outcome, run_page

CORPUS = Path(__file__).parent / "corpus"
FAIL = sorted(path.stem for path in CORPUS.glob("*.message"))
PASS = """
    nested nested-busybox no-newline utf-8 carriage-return here-document input
    keys setup needs needs-newer user four-terminals widths ids reuse not-a-prompt
    last long
""".split()


def write_page(docs: Path, name: str, texts: dict[str, str]) -> None:
    """Write a page and its transcripts."""
    folder = docs / "transcripts" / name
    folder.mkdir(parents=True)
    directives = [f".. transcript:: {name}/{key}\n" for key in texts if "@" not in key]
    (docs / f"{name}.rst").write_text("".join(directives))
    for key, text in texts.items():
        (folder / f"{key}.console").write_text(text)


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
    texts = {path.stem: path.read_text() for path in CORPUS.glob("*.console")}
    write_page(folder, "pass", {name: texts[name] for name in PASS})
    for name in FAIL:
        write_page(folder, name, {name: texts[name]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcript, "DOCS", folder)
        found = run_page("pass", DEFAULT, False, "pass")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for outcomes in pool.map(lambda n: run_page(n, DEFAULT, False, n), FAIL):
                found += outcomes
    return {outcome.name.rpartition("/")[2]: outcome for outcome in found}


def test_corpus_is_complete() -> None:
    """A transcript of the corpus that no test runs is noticed."""
    assert {path.stem for path in CORPUS.glob("*.console")} == {*PASS, *FAIL}


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
