"""The files of an exercise, as the tools read them."""

import re
from pathlib import Path

import pytest

from book.files.exercises import labels, plain

from tests import CHECKOUT
from tests.exercises import catalogue, grading, progress
from tests.exercises.catalogue import ExerciseError
from tests.lab.cache import LabError

SOURCE = """\
one

#ifdef STARTER

todo
#else
done
#endif

last
"""


@pytest.mark.parametrize(
    ("starter", "text"),
    [(True, "one\n\ntodo\n\nlast\n"), (False, "one\n\ndone\n\nlast\n")],
)
def test_cut(starter: bool, text: str) -> None:
    """Starter and solution come from one source; no two empty lines in a row."""
    assert catalogue.cut(SOURCE, starter) == text


def test_other_conditions_stay() -> None:
    """What the preprocessor is for is not ours."""
    text = "#ifndef X\n#define X 1\n#endif\n"
    assert catalogue.cut(text, starter=True) == text


def test_table(tmp_path: Path) -> None:
    """Cells, a comment, a line that goes on; the last cell may have bars."""
    path = tmp_path / "foreign"
    path.write_text("# a | b\n\nname | fact | s/a | b/c/;\n  s/d/e/\n")
    assert catalogue.table(path, 3) == [["name", "fact", "s/a | b/c/; s/d/e/"]]
    assert catalogue.table(tmp_path / "missing", 3) == []


def test_row_with_too_few_cells(plant_file: Path) -> None:
    """The message names file and line."""
    plant_file.write_text("name | fact\n")
    with pytest.raises(ExerciseError, match="planted:1: expected 3 cells"):
        catalogue.table(plant_file, 3)


@pytest.fixture
def plant_file() -> Path:
    """A file in the checkout, in the folder that git ignores."""
    path = CHECKOUT / "build" / "planted"
    path.parent.mkdir(exist_ok=True)
    return path


def test_hints(tmp_path: Path) -> None:
    """Paragraphs by fact; the lines of a hint stay as they are."""
    path = tmp_path / "hints"
    path.write_text("# on hints\n\nnew:\n- one\n  more\n- two\n\nold:\n- three\n")
    assert catalogue.read_hints(path) == {"new": ["one\nmore", "two"], "old": ["three"]}


def test_hint_without_a_fact(plant_file: Path) -> None:
    """The message names file and line."""
    plant_file.write_text("- a hint to what?\n")
    with pytest.raises(ExerciseError, match="planted:1: neither FACT: nor"):
        catalogue.read_hints(plant_file)


def test_every_exercise_is_whole() -> None:
    """Whatever has a grader has a task, a starter, wrong versions, hints and notes."""
    for exercise in catalogue.exercises():
        assert exercise.task().title
        assert exercise.starter.read_text() == catalogue.starter(exercise)
        assert len(catalogue.wrong_versions(exercise)) >= 8
        assert all(len(hints) == 4 for hints in catalogue.hints(exercise).values())
        assert catalogue.foreign(exercise)
        assert (exercise.folder / "notes").is_file()


def test_second_hint_is_the_manual() -> None:
    """Whoever asks twice is sent to a manual page, by its name and section."""
    files = [catalogue.COMMON_HINTS, *catalogue.HERE.glob("*/hints")]
    assert len(files) > 1
    for path in files:
        for fact, (_, manual, *_) in catalogue.read_hints(path).items():
            where = f"{path.parent.name}, {fact}: {manual}"
            assert re.search(r"\b[a-z][\w.-]*\([1-8]\)", manual), where


# What a program that forks must do is said to whoever forked, our solution or not.
OF_A_CHILD = {"status", "left", "killed"}

# What the library asks of each program that runs a command; and what a task speaks
# against, or says in its own words.
OF_A_COMMAND = {
    "runs", "own", "arguments", "given", "ids", "closed", "children",
    "status", "once", "unchanged", "left", "path", "killed", "absent",
    "denied", "fails", "harmless",
}  # fmt: skip
NOT_OF = {
    ("introduction-command", "absent"),  # it asks for 127 and 126
    ("introduction-keep", "closed"),  # it gives one file to the command
    ("user-range", "ids"),  # the command becomes another user
}


def runs_a_command(exercise: catalogue.Exercise) -> bool:
    """Tell whether the program of an exercise is given a command, by its usage."""
    usage = re.search(r"^[ #*]+usage: (.*)", catalogue.solution(exercise), re.M)
    assert usage, exercise.name
    return "COMMAND" in usage[1]


def test_commands_are_judged_alike() -> None:
    """What a command is given, and how it ends, is no matter of one exercise."""
    missing = {
        (exercise.name, fact)
        for exercise in catalogue.exercises()
        if runs_a_command(exercise)
        for fact in OF_A_COMMAND - catalogue.shared_facts(exercise)
    }
    assert missing == NOT_OF


def test_programs_that_print_leave_nobody() -> None:
    """Of programs without a command the library asks that they end as a whole."""
    for exercise in catalogue.exercises():
        if exercise.suffix == ".c" and not runs_a_command(exercise):
            assert "left" in catalogue.shared_facts(exercise), exercise.name


def test_facts_are_those_of_the_tables() -> None:
    """A grader's own rows, and those that it shares, in order."""
    facts = catalogue.facts(catalogue.find("uts-name"))
    assert facts[:5] == "runs own arguments given new".split()
    assert facts[-3:] == "denied fails harmless".split()


def test_hints_are_of_facts() -> None:
    """No hint waits for a fact that no grader judges."""
    shared, used = set(catalogue.read_hints(catalogue.COMMON_HINTS)), set()
    for exercise in catalogue.exercises():
        own = set(catalogue.read_hints(exercise.folder / "hints"))
        judged = set(catalogue.facts(exercise))
        assert own <= judged, exercise.name
        used |= judged - own
    assert used == shared


def test_last_hint_is_a_line_of_the_solution() -> None:
    """The call that a hint ends with is the exercise's, not one like it."""
    for exercise in catalogue.exercises():
        solution = "".join(catalogue.solution(exercise).split())
        own = catalogue.read_hints(exercise.folder / "hints")
        for fact, hints in catalogue.hints(exercise).items():
            line = hints[-1].partition("\n")[0]
            if fact in own or fact not in OF_A_CHILD:
                where = f"{exercise.name}, {fact}: {line}"
                assert "".join(line.split()) in solution, where


def test_hints_speak_of_the_calls_of_the_solution() -> None:
    """Who shall call setns hears nothing of unshare, unless it is not to be called."""
    calls = "clone execvp fork mount setgroups sethostname setns setresuid unshare"
    called = re.compile(rf"(?<!no )\b({calls.replace(' ', '|')})\b(?!\(\d\))")
    for exercise in catalogue.exercises():
        solution = catalogue.solution(exercise)
        for fact, (_, _, *told) in catalogue.hints(exercise).items():
            names = set() if fact in OF_A_CHILD else set(called.findall(f"{told}"))
            strange = {name for name in names if name not in solution}
            assert not strange, f"{exercise.name}, {fact}: {strange}"


def test_shared_hint_has_the_call_of_the_exercise() -> None:
    """With its own flags and numbers; none of a call that the solution lacks."""
    join = catalogue.find("uts-join")
    assert catalogue.hints(join)["runs"][-1] == "execvp(argv[2], &argv[2]);"
    with pytest.raises(ExerciseError, match="does not call unshare"):
        catalogue.call(join, "unshare")


def test_chapter_comes_first() -> None:
    """The order is that of the book, then that of the page."""
    names = [exercise.name for exercise in catalogue.exercises()]
    assert names[0] == "introduction-print"
    assert names.index("introduction-keep") < names.index("uts-name")


def write_book(root: Path, pages: dict[str, str], names: list[str]) -> None:
    """Write the files of a book that say which exercises there are."""
    toctree = "".join(f"   docs/{page}\n" for page in pages if page != "stray")
    files = {f"docs/{page}.rst": text for page, text in pages.items()}
    files |= {f"tests/exercises/{name}/grader.c": "" for name in names}
    for name, text in {"index.rst": toctree, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_offered_is_what_pages_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages in the book's order, exercises in the page's; the rest is only known."""
    monkeypatch.setattr(catalogue, "CHECKOUT", tmp_path)
    monkeypatch.setattr(catalogue, "HERE", tmp_path / "tests/exercises")
    pages = {
        "uts": ".. exercise:: uts-b\n\n.. exercise:: uts-a\n",
        "net": ".. exercise:: net-a\n",
        "stray": ".. exercise:: stray-a\n",
    }
    write_book(tmp_path, pages, ["net-a", "pid-a", "stray-a", "uts-a", "uts-b"])
    shown = ["uts-b", "uts-a", "net-a"]
    assert [one.name for one in catalogue.offered()] == shown
    assert [one.name for one in catalogue.exercises()] == [*shown, "pid-a", "stray-a"]
    with pytest.raises(ExerciseError, match="no page shows the exercise pid-a yet"):
        catalogue.find("pid-a")
    assert catalogue.find("pid-a", catalogue.exercises()).name == "pid-a"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "which exercise?"),
        ("uts", "is it one of uts-name"),
        ("zzz", "is it one of introduction-print, "),
    ],
)
def test_unknown_exercise(name: str, message: str) -> None:
    """The message says what there is."""
    with pytest.raises(ExerciseError, match=message):
        catalogue.find(name)


def test_labels_have_page_and_heading() -> None:
    """A label is shown as a reader would say it."""
    known = labels(CHECKOUT)
    page, title, heading = known["introduction-unshare"]
    assert (page, title) == ("introduction", "Introduction to namespaces")
    assert heading == "Leaving others: unshare"
    assert "Leaving others" in catalogue.where_to_read("introduction-unshare")


def test_plain() -> None:
    """A terminal shows a task without marks and without its hint."""
    text = "Call :linuxman:`unshare(2)`, ``a b``, *c*::\n\n.. hint::\n\n   No.\n"
    assert plain(text) == "Call unshare(2), a b, c:\n"


VERDICT = [
    "fact\tok\tstart\tit starts",
    "fact\tfailed\tnew\tit is new",
    "expected\tnet:[1]",
    "observed\ta\\011b\\033[2J",
    "said\tverdict\\011passed",
    "fact\tunknown\tleft\tnothing is left",
    "verdict\tfailed\tnew",
    "what comes after it",
]


def test_verdict() -> None:
    """What a program said stays text, whatever it is."""
    verdict = grading.parse(VERDICT)
    assert verdict.label() == "new"
    assert [fact.result for fact in verdict.facts] == ["ok", "failed", "unknown"]
    assert verdict.details["observed"] == "a\tb\\x1b[2J"
    assert verdict.said == ["verdict\tpassed"]


def test_no_verdict() -> None:
    """Facts without a verdict are none."""
    with pytest.raises(LabError, match="no verdict"):
        grading.parse(VERDICT[:-2])


def test_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exercise goes from started to passed to changed; a broken file is kept."""
    monkeypatch.setattr(progress, "FILE", tmp_path / "work/.exercises.json")
    monkeypatch.setattr(catalogue, "CHECKOUT", tmp_path)
    exercise = catalogue.Exercise("uts-name", ".c")
    assert progress.state(exercise) == ""
    exercise.work.parent.mkdir()
    exercise.work.write_text("one")
    assert progress.state(exercise) == "started"
    passed = progress.Entry(passed=progress.digest(exercise.work))
    progress.write(exercise, passed)
    assert progress.state(exercise) == "passed"
    exercise.work.write_text("two")
    assert progress.state(exercise) == "changed"
    progress.FILE.write_text("no json")
    assert progress.state(exercise) == "started"
    (aside,) = progress.FILE.parent.glob(".exercises.unreadable-*")
    assert aside.read_text() == "no json"


def test_facts_of_the_library_fail_somewhere() -> None:
    """A wrong version of some exercise is for each; there its verdict was looked at."""
    exercises = catalogue.exercises()
    shown = {w.fact for one in exercises for w in catalogue.wrong_versions(one)}
    assert {f for one in exercises for f in catalogue.shared_facts(one)} <= shown
