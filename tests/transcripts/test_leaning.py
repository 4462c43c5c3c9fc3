"""What a session leans on: what it says is proved, and found where it says wrong."""

from pathlib import Path

import pytest

from tests.lab.cache import DEFAULT
from tests.transcripts import leaning, retype
from tests.transcripts.test_corpus import docs, write_page
from tests.transcripts.transcript import SessionError, TranscriptError

__all__ = ["docs"]

SESSIONS = {
    "page/one": "sh1# echo 1 >/tmp/one\n",
    "page/two": "sh1# echo 2 >/tmp/two\n",
    "page/other": "sh1# true\n",
    "page/inside": "sh1# cat /tmp/one\n1\nsh1# bash\n",
    "page/both": "sh1+# cat /tmp/one /tmp/two\n1\n2\n",
}
RIGHT = {"page/inside": ["page/one"], "page/both": ["page/two", "page/inside"]}


def write(folder: Path, named: dict[str, list[str]]) -> None:
    """Write the page, with what each session names."""
    texts = {}
    for name, session in SESSIONS.items():
        head = "".join(f"#: after: {other}\n" for other in named.get(name, []))
        texts[name.partition("/")[2]] = head + session
    write_page(folder, "page", texts)


def named(folder: Path) -> dict[str, list[str]]:
    """Return what each session names now, if anything."""
    found = {}
    for name in SESSIONS:
        lines = (folder / f"transcripts/{name}.console").read_text().splitlines()
        found[name] = [line[10:] for line in lines if line.startswith("#: after: ")]
    return {name: others for name, others in found.items() if others}


def test_right(docs: Path) -> None:
    """What names all that it leans on agrees, and is left as it is."""
    write(docs, RIGHT)
    assert leaning.prove(list(SESSIONS), DEFAULT) == []
    for name in SESSIONS:
        assert not leaning.record(name, DEFAULT)
    assert named(docs) == RIGHT


def test_lists(docs: Path) -> None:
    """Who runs alone at the head of another list is not run again."""
    write(docs, RIGHT | {"page/two": ["page/one"]})
    assert leaning.lists(["page/one", "page/two", "page/other"]) == [
        ["page/one", "page/two"],
        ["page/other"],
    ]


def test_missing(docs: Path) -> None:
    """What does not name it fails, by what it printed, and is told what to do."""
    write(docs, {"page/both": ["page/inside"]})
    (inside,) = leaning.prove(list(SESSIONS), DEFAULT)
    assert inside.name == "page/inside"
    assert inside.wrong[0] == "in a fresh lab, after nothing:"
    assert "No such file" in "\n".join(inside.wrong)
    assert inside.wrong[-1] == leaning.HELP
    write(docs, {"page/inside": ["page/one"], "page/both": ["page/inside"]})
    (both,) = leaning.prove(list(SESSIONS), DEFAULT)
    assert both.wrong[0] == "in a fresh lab, after page/one, page/inside:"


@pytest.mark.parametrize(
    "wrong", [{}, {"page/other": ["page/one"]}, RIGHT | {"page/both": ["page/other"]}]
)
def test_found(docs: Path, wrong: dict[str, list[str]]) -> None:
    """What is missing is found, and what is not needed goes."""
    write(docs, wrong)
    for name in SESSIONS:
        changed = wrong.get(name, []) != RIGHT.get(name, [])
        assert leaning.record(name, DEFAULT) == changed
    assert named(docs) == RIGHT


def test_goal(docs: Path) -> None:
    """It is reached by what it leans on, but for what the kernel is too old for."""
    write(docs, RIGHT)
    goal = retype.Goal.of("page/inside", DEFAULT)
    assert [one.path.stem for one in goal.before] == ["one"]
    assert goal.terminals == {1: "root"}
    file = docs / "transcripts/page/one.console"
    file.write_text("#: needs: linux >= 99.1\n" + file.read_text())
    assert retype.Goal.of("page/inside", DEFAULT).before == ()
    with pytest.raises(TranscriptError, match="page/one needs Linux 99.1: add KERNEL="):
        retype.Goal.of("page/one", DEFAULT)
    with pytest.raises(TranscriptError, match="no transcript page/no in docs/page"):
        retype.Goal.of("page/no", DEFAULT)
    write(docs, {"page/one": ["page/two"]})
    with pytest.raises(SessionError, match="is no session above it"):
        retype.Goal.of("page/one", DEFAULT)
