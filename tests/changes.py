"""Which samples have other mutants, tests or code than what others have already.

That is what git says is upstream, where this branch has one, else the last commit but
one: what is not committed counts, and what is not pushed.
"""

import re
import subprocess
from collections.abc import Callable

from book.files.samples import FOLDER

from tests import CHECKOUT
from tests.mutants import mutants
from tests.mutants.mutants import Sample


def git(*words: str) -> str | None:
    """Return what git says, nothing where it fails: there is no such thing."""
    done = subprocess.run(
        ["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    return None if done.returncode else done.stdout


def base() -> str:
    """Return the commit with which this tree is compared."""
    shared = git("merge-base", "HEAD", "@{upstream}")
    before = shared or git("rev-parse", "--verify", "--quiet", "HEAD~1") or "HEAD"
    return before.strip()


def blocks(text: str, sample: str) -> str:
    """Return those wrong versions of a chapter that are of one sample."""
    parts = re.split(r"^(?=== )", text, flags=re.M)
    return "".join(p for p in parts if re.search(rf"^sample: {sample}$", p, re.M))


def tests(text: str, sample: str) -> str:
    """Return those tests of a bats file that are of one sample."""
    parts = re.split(r'^(?=@test ")', text, flags=re.M)
    return "".join(p for p in parts if p.startswith(f'@test "{sample}: '))


def matters(sample: Sample, read: Callable[[str], str]) -> tuple[str, str, str]:
    """Return of a sample its code, its mutants and its tests."""
    suite = f"tests/samples/{sample.suite.name}"
    wrong = f"tests/samples/{sample.topic}.mutants"
    return (
        read(f"{FOLDER}/{sample.path}"),
        blocks(read(wrong), sample.name),
        tests(read(suite), sample.name),
    )


def changed() -> set[str]:
    """Return the programs of the samples that changed."""
    commit = base()

    def now(name: str) -> str:
        return (CHECKOUT / name).read_text(encoding="utf-8")

    def then(name: str) -> str:
        return git("show", f"{commit}:{name}") or ""

    known = {mutant.sample for mutant in mutants.choose([])}
    return {s.program for s in known if matters(s, now) != matters(s, then)}
