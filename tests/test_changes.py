"""Mutants run for the samples that changed, by what git says: code, tests, mutants."""

import subprocess
from pathlib import Path

import pytest

from tests import changes
from tests.mutants import mutants
from tests.mutants.mutants import Mutant, Sample
from tests.wrong import Block

SAMPLES = ("one", "two")
FILES = {
    **{f"code-samples/uts/{name}.c": "int main;\n" for name in SAMPLES},
    "tests/samples/uts.bats": "load helper\n"
    + "".join(f'@test "{name}: fact" {{\n    true\n}}\n' for name in SAMPLES),
    "tests/samples/uts.mutants": "# uts\n"
    + "".join(f"== wrong\nsample: {name}\n-int main;\n" for name in SAMPLES),
}


class GitTree:
    """A repository with two samples, and its upstream."""

    def __init__(self, folder: Path) -> None:
        """Make both, with two commits."""
        self.folder = folder / "clone"
        self.git("init", "-q", "--bare", "-b", "main", str(folder / "up"), cwd=folder)
        self.git("clone", "-q", str(folder / "up"), str(self.folder), cwd=folder)
        for name, text in FILES.items():
            self.write(name, text)
        self.commit()
        self.write("README", "a file of no sample\n")
        self.commit()

    def git(self, *words: str, cwd: Path | None = None) -> None:
        """Run git in the clone."""
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        command = ["git", *who, *words]
        subprocess.run(command, cwd=cwd or self.folder, check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change the last place where a file has a text."""
        before, found, after = (self.folder / name).read_text().rpartition(old)
        assert found
        self.write(name, before + new + after)

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", ".")
        self.git("commit", "-q", "-m", "test: change")

    def push(self) -> None:
        """Have it upstream, and know it."""
        self.git("push", "-q", "-u", "origin", "HEAD:main")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitTree:
    """Return a repository; the mutants are those of its samples."""
    made = GitTree(tmp_path)
    suite = made.folder / "tests/samples/uts.bats"
    known = [Sample("uts", f"uts/{name}.c", suite, ()) for name in SAMPLES]
    wrong = [Mutant(sample, Block("wrong", "")) for sample in known]
    monkeypatch.setattr(mutants, "choose", lambda names: wrong)
    monkeypatch.setattr(changes, "CHECKOUT", made.folder)
    return made


EDITS = [
    ("code-samples/uts/two.c", "main", "other"),
    ("tests/samples/uts.bats", "true", "false"),
    ("tests/samples/uts.mutants", "-int", "+int"),
]


@pytest.mark.parametrize("edit", EDITS)
def test_change_of_one_sample(repository: GitTree, edit: tuple[str, ...]) -> None:
    """It is found before it is committed, and after; the other sample is not it."""
    assert changes.changed() == set()
    repository.edit(*edit)
    assert changes.changed() == {"uts/two"}
    repository.commit()
    assert changes.changed() == {"uts/two"}


def test_others_do_not_have_it_yet(repository: GitTree) -> None:
    """What is not upstream counts, however many commits ago; what is does not."""
    repository.push()
    repository.edit(*EDITS[0])
    repository.commit()
    repository.write("README", "another\n")
    repository.commit()
    assert changes.changed() == {"uts/two"}
    repository.push()
    assert changes.changed() == set()


def test_new_sample(repository: GitTree) -> None:
    """A file that git does not know yet has changed."""
    repository.git("rm", "-q", "--cached", "code-samples/uts/one.c")
    repository.git("commit", "-q", "-m", "test: forget")
    assert changes.changed() == set()  # of the last commit it is the same
    repository.write("README", "another\n")
    repository.git("commit", "-q", "-am", "test: go on")
    assert changes.changed() == {"uts/one"}


def test_first_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone of one commit alone has no change, and no error."""
    made = GitTree(tmp_path)
    shallow = tmp_path / "shallow"
    source = f"file://{made.folder}"
    made.git("clone", "-q", "--depth=1", source, str(shallow), cwd=tmp_path)
    made.git("checkout", "-q", "--detach", cwd=shallow)
    monkeypatch.setattr(changes, "CHECKOUT", shallow)
    assert changes.base() == "HEAD"
