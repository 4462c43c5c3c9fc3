"""Recording: what agrees stays as it is, what failed is not written."""

import subprocess
from pathlib import Path

import pytest

from tests.lab.cache import DEFAULT
from tests.transcripts.page import Outcome, run_page
from tests.transcripts.test_corpus import docs, write_page

__all__ = ["docs"]

# "first" shows A and B by numbers that no guest gives; "then" differs in one step.
FIRST = """\
#: status: 1 false
#: setup: touch /tmp/here
sh1# unshare --uts bash
sh1+# readlink /proc/self/ns/uts
uts:[4026532901]
sh1+# false
sh1+# echo "(pid $$)"
(pid 7)
"""
THEN = """\
#: needs: linux >= 5.10
sh1+# echo kept   "$((1 + 1))"
kept 2
sh1+# stat -L -c 'inode %i is here' /proc/self/ns/uts
inode   4026532901 is here
sh1+# cat <<END; readlink /proc/$$/ns/uts
> new
> END
{}
sh1+# readlink /proc/$$/ns/uts
uts:[4026532901]
"""
FRESH = ".. fresh-lab::\n\n.. transcript:: page/b"
OLD, NEW = THEN.format("old"), THEN.format("new\nuts:[4026532901]")


def run(page: str, record: bool = True, last: str = "") -> list[Outcome]:
    """Run a page, or as far as last."""
    return run_page(page, DEFAULT, record, last or page)


def text(docs: Path, name: str) -> str:
    """Return what the file of a transcript holds."""
    return (docs / "transcripts" / f"{name}.console").read_text()


def test_unchanged(docs: Path) -> None:
    """What agrees beyond renaming is not even written."""
    write_page(docs, "page", {"first": FIRST, "then": NEW})
    for file in (docs / "transcripts/page").iterdir():
        file.chmod(0o444)
    outcomes = run("page")
    assert [(o.wrong, o.written) for o in outcomes] == [([], False)] * 2
    assert text(docs, "page/first") == FIRST
    assert text(docs, "page/then") == NEW


def test_differing_step(docs: Path) -> None:
    """Only the step that differs is rewritten, with the book's own values."""
    write_page(docs, "page", {"first": FIRST, "then": OLD})
    assert [(o.wrong, o.written) for o in run("page")] == [([], False), ([], True)]
    assert text(docs, "page/first") == FIRST
    assert text(docs, "page/then") == NEW
    assert [o.wrong for o in run("page", record=False)] == [[], []]


def test_failed_step(docs: Path) -> None:
    """A transcript in which a step failed stays, and what follows does not run."""
    failing = "sh1# echo one\ntwo\n" + "sh1# false\n"
    write_page(docs, "page", {"bad": failing, "after": OLD})
    bad, after = run("page")
    assert bad.wrong == [
        "sh1# false\n  ended with 1, the book expects 0; the terminal shows:\n"
    ]
    assert after.wrong == ["not run, because of an earlier one"]
    assert text(docs, "page/bad") == failing
    assert text(docs, "page/after") == OLD


def test_shells(docs: Path) -> None:
    """A prompt counts the shells around its own, by the run; who types is not ours."""
    commands = ["unshare --uts bash", "exec bash", "bash", "exit", "^D", "true"]
    marks = ["", "+", "+", "++", "+", ""]
    end = {"exit": "exit\n", "^D": "exit\n"}
    plain, right = (
        "".join(
            f"sh1{mark}# {command}\n{end.get(command, '')}"
            for mark, command in zip(before, commands)
        )
        for before in ([""] * len(marks), marks)
    )
    write_page(docs, "page", {"it": plain})
    assert "prompt is sh1+#" in run("page", record=False)[0].wrong[0]
    assert text(docs, "page/it") == plain
    assert [(o.wrong, o.written) for o in run("page")] == [([], True)]
    assert text(docs, "page/it") == right
    write_page(docs, "other", {"it": "sh1# bash\nsh1$ exit\nexit\n"})
    assert "prompt is sh1+#" in run("other")[0].wrong[0]


def test_refused_output(docs: Path) -> None:
    """Neither colours nor what reads like a prompt get into a file."""
    for name, command in (("a", r"printf '\033[1mx\n'"), ("b", "echo 'sh1# ls'")):
        recorded = f"sh1# {command}\nx\n"
        write_page(docs, name, {"it": recorded})
        assert run(name)[0].wrong != []
        assert text(docs, f"{name}/it") == recorded


def test_one(docs: Path) -> None:
    """Recording one transcript compares those before it, and stops there."""
    wrong = "sh1# echo one\ntwo\n"
    write_page(docs, "page", {"a": wrong, "b": wrong, "c": wrong})
    a, b = run("page", last="page/b")
    assert (bool(a.wrong), a.written) == (True, False)
    assert (b.wrong, b.written) == ([], True)
    assert text(docs, "page/a") == text(docs, "page/c") == wrong
    assert text(docs, "page/b") == "sh1# echo one\none\n"
    with pytest.raises(Exception, match="no transcript page/d in docs/page.rst"):
        run("page", last="page/d")


def test_kernels(docs: Path) -> None:
    """A kernel may differ by its own file only."""
    command = "sh1# uname -r | cut -d. -f1,2\n"
    write_page(docs, "page", {"it": command + "99.1\n"})
    (outcome,) = run("page", record=False)
    assert outcome.wrong == [
        command.strip(),
        f"  the text differs\n    book '99.1'\n    run  '{DEFAULT}'",
    ]
    other = docs / f"transcripts/page/it@{DEFAULT}.console"
    other.write_text(command + f"{DEFAULT}\n")
    assert run("page", record=False)[0].wrong == []


def test_fresh_lab(docs: Path) -> None:
    """What stands behind a fresh lab sees nothing of what was done before."""
    look = "sh1# ls /tmp\nhere\n"
    write_page(docs, "page", {"a": f"sh1# touch /tmp/here\n{look}", "b": look})
    page = docs / "page.rst"
    assert [o.wrong for o in run("page", record=False)] == [[], []]
    page.write_text(page.read_text().replace(".. transcript:: page/b", FRESH))
    a, b = run("page", record=False)
    assert (a.wrong, b.wrong) == (
        [],
        ["sh1# ls /tmp", "  the run lacks a line: 'here'"],
    )
    assert [o.name for o in run("page", record=False, last="page/b")] == ["page/b"]


def test_leftovers(docs: Path) -> None:
    """A guest's last transcript is told what is left behind, an earlier one is not."""
    write_page(docs, "page", {"a": "sh1# touch /tmp/here\n", "b": "sh1# true\n"})
    a, b = run_page("page", DEFAULT, False, "page", tidy=True)
    assert (a.wrong, b.wrong) == (
        [],
        ["in the guest, after all transcripts:", "left behind: file - /tmp/here"],
    )
    assert run_page("page", DEFAULT, False, "page/a", tidy=True)[0].wrong == []
    assert run_page("page", DEFAULT, False, "page/b", tidy=True)[1].wrong == b.wrong


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--only", "uts/nme"], "nothing is called 'uts/nme' here; there is: uts/name"),
        (["--only", "no-such"], "nothing is called 'no-such' here"),
        (["--record", "--kernel", "all"], "record one kernel at a time"),
        (["--record", "--results", "x.json"], "has not agreed yet: run it again"),
    ],
)
def test_command_line(arguments: list[str], message: str) -> None:
    """What cannot be run is said, and is no success."""
    done = subprocess.run(
        [Path(__file__).parent / "run", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert message in done.stderr
