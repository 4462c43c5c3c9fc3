"""Every verb that the project prints is typed as it is printed, on a terminal.

Through make, as a reader does, in a copy of the checkout with a work/ of its own. What
is printed where is collected by tests/book/verbs.py: a command that is neither typed
here nor excused fails.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from book.files.content import key
from tests import CHECKOUT
from tests.book import verbs
from tests.lab.fixtures import SERIES, Typist, children, must_end

# What a make that runs the check would hand down to those typed here.
INHERITED = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
CHECKED = "the check itself runs what it runs, over everything"
MINUTES = "takes minutes; its program is what another part of the check tries"

EXCUSED = {
    "audit": "runs the whole check",
    "bench": "measures for minutes, on a machine that does nothing else",
    "browser": CHECKED,
    "check": "is what runs this",
    "check FRESH KERNELS": "is what runs this",
    "dist": MINUTES,
    "distclean": "removes the cache that all checkouts share",
    "elsewhere": "makes a clean Debian 12 and 13, and runs the whole check in each",
    "elsewhere RELEASE": "makes a clean Debian, and runs the whole check in it",
    "faults": CHECKED,
    "html BOOK_ADDRESS": "needs packages for publishing, which no reader has",
    "lint": CHECKED,
    "matrix": "rewrites what was recorded, on four kernels",
    "matrix ONLY PART": "runs on four kernels; it is typed with one",
    "matrix PART": "runs a whole part on four kernels; it is typed with one, on one",
    "mutants": MINUTES,
    "mutants PAGE": MINUTES,
    "pdf": MINUTES,
    "record": "rewrites all pages, after minutes",
    "replay": CHECKED,
    "sphinxes": "downloads three Debian suites",
    "sweep": "takes hours, on kernels that are downloaded for it",
    "sweep ONLY": "downloads every kernel that Debian serves",
    "test": "is the check itself",
    "test PART": CHECKED,
    "verify": CHECKED,
}

SECONDS = 300.0  # bounds what hangs when a test fails: a verb may take a minute
EXERCISE = "introduction-print"
SESSION = "uts/name"
SAMPLE = "uts/copy_uts"

TYPED: set[str] = set()  # by the tests below, as their decorators say

# Types a command line that begins with make, in the copy.
Type = Callable[..., Typist]
Test = Callable[..., None]


def types(*commands: str) -> Callable[[Test], Test]:
    """Say which commands a test types; the fixture compares."""

    def decorate(test: Test) -> Test:
        TYPED.update(commands)
        return pytest.mark.parametrize("promised", [set(commands)], ids=[""])(test)

    return decorate


def shape(line: str) -> str:
    """Return a command without the values: "try E" for "make try E=uts-name"."""
    names = sorted(re.findall(r"([A-Z_]+)=", line))
    words = [word for word in line.split()[1:] if "=" not in word]
    return " ".join([*(words or ["help"]), *names])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout: its sources, and what npm has installed."""
    folder = tmp_path_factory.mktemp("copy")
    folder.chmod(0o755)  # the lab's reader must be able to enter it
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name)
    (folder / "node_modules").symlink_to(CHECKOUT / "node_modules")
    return folder


@pytest.fixture
def make(copy: Path, promised: set[str]) -> Iterator[Type]:
    """Return a function that types; all that was promised must have been typed."""
    typed: set[str] = set()
    started: list[Typist] = []

    def run(line: str, cwd: Path = copy) -> Typist:
        typed.add(shape(line))
        clean = [word for name in INHERITED for word in ("-u", name)]
        started.append(Typist(["/usr/bin/env", *clean, *line.split()], cwd))
        started[-1].timeout = SECONDS
        return started[-1]

    yield run
    for typist in started:
        typist.close(force=True)
    assert typed == promised


def ends(typist: Typist, status: int, *words: str) -> str:
    """Read to the end; check the status, and that words come in this order."""
    for word in words:
        typist.expect_exact(word)
    said = typist.finish()
    assert said == status, typist.before
    return str(typist.before)


def test_every_printed_command_is_typed() -> None:
    """Or excused, with a reason that still is one: what nobody prints needs none."""
    where: dict[str, list[str]] = {}
    for command in verbs.printed(CHECKOUT):
        where.setdefault(str(command), []).append(command.place)
    missing = [f"{c}: {where[c][0]}" for c in sorted(where.keys() - TYPED - {*EXCUSED})]
    assert not missing, "printed, but neither typed nor excused"
    assert not EXCUSED.keys() - where.keys(), "excused, but nobody prints it"
    assert not EXCUSED.keys() & TYPED, "typed and excused"


@types("help", "samples", "node_modules", "html", "epub", "live")
def test_build(make: Type, copy: Path) -> None:
    """Each leaves what it is for."""
    ends(make("make"), 0, "help", "list these verbs")
    ends(make("make help"), 0, "help", "list these verbs")
    ends(make("make samples"), 0)
    assert os.access(copy / "build/samples/unshare", os.X_OK)
    ends(make("make node_modules"), 0, "is up to date")
    ends(make("make html"), 0, "html: rendering")
    assert (copy / "build/html/docs/introduction.html").stat().st_size > 10_000
    ends(make("make epub"), 0, "epub: rendering")
    assert list((copy / "build/epub").glob("*.epub"))
    ends(make("make live"), 0, "is ready")
    assert (copy / "build/html/live/state.zst").exists()


@types("unshare")
def test_compile_one(make: Type, copy: Path, tmp_path: Path) -> None:
    """Where there is no Makefile, make knows itself what to do."""
    shutil.copy(copy / "code-samples/unshare.c", tmp_path)
    ends(make("make unshare", tmp_path), 0)
    assert os.access(tmp_path / "unshare", os.X_OK)


@types("read", "read PORT")
def test_read(make: Type) -> None:
    """The book is served, where it is asked for; ^C ends it and all that it began."""
    reading = make("make read PORT=0")
    reading.expect(r"http://127\.0\.0\.1:\d+/")
    with urlopen(str(reading.after)) as page:
        assert b"Namespaces" in page.read()
    reading.expect_exact("read: the machine in the page is there")
    with must_end(children(reading.pid)):
        reading.sendintr()
        reading.finish()

    # 8000 may be somebody else's here; then it is said, and what to do.
    plain = make("make read")
    if plain.expect_exact(["at http://127.0.0.1:8000/", "make read PORT=8001"]) == 0:
        plain.sendintr()
    plain.finish()


@types("lab BEFORE", "lab BEFORE KERNEL", "lab-shell WHO")
def test_lab_before_a_session(make: Type) -> None:
    """What a session leans on is typed; a terminal of it is the first to be had."""
    ends(make("make lab BEFORE=uts/nme"), 2, "no transcript uts/nme in docs/uts.rst")
    lab = make("make lab BEFORE=introduction/pin-trap-leak")
    lab.expect_exact("What introduction/pin-trap-leak leans on is typed now")
    lab.expect_exact("sh1# ./pin-namespace.sh /tmp/my_net_ns")
    lab.expect_exact("sh1+# readlink /proc/self/fd/9")
    lab.expect_exact("sh1+# ")
    shown = lab.type("readlink /proc/self/fd/9", "sh1+# ")
    assert re.fullmatch(r"net:\[\d+\]\n", shown)
    lab.sendline("exit")
    lab.expect_exact("sh1# ")
    lab.sendline("exit")
    ends(lab, 0, "lab: the lab has ended")
    other = make(f"make lab BEFORE=user/nest-map KERNEL={SERIES}")
    other.expect_exact("'make lab-shell WHO=reader' goes to sh2 first")
    other.expect_exact("data")
    other.expect_exact("sh1# ")
    shell = make("make lab-shell WHO=reader")
    shell.expect_exact("sh2$ user/map_range 100000 65535 bash")
    shell.expect_exact("sh2+# ")
    assert shell.type("id -u", "sh2+# ") == "0\n"
    third = make("make lab-shell WHO=reader")
    third.expect_exact("sh3$ ")


@types("lab", "lab KERNEL", "lab-shell", "lab-shell WHO", "lab-shell AS")
def test_lab(make: Type) -> None:
    """As the pages have it: a lab, a second terminal as reader, a third one as root."""
    ends(make("make lab-shell"), 2, "start one with 'make lab'")
    lab = make("make lab")
    lab.expect_exact("'make lab-shell' elsewhere opens another terminal")
    lab.expect_exact("sh1# ")
    second = make("make lab-shell WHO=reader")
    second.expect_exact("sh2$ ")
    third = make("make lab-shell")
    third.expect_exact("sh3# ")
    fourth = make("make lab-shell AS=reader")  # as older copies of the book have it
    fourth.expect_exact("sh4$ ")
    for shell, prompt, uid in ((second, "sh2$ ", 1000), (third, "sh3# ", 0)):
        assert shell.type("id -u", prompt) == f"{uid}\n"
    third.sendline("exit")
    ends(third, 0, "lab-shell: the shell has ended")
    lab.sendline("exit")
    ends(lab, 0, "lab: the lab has ended")
    ends(second, 0, "lab-shell: the lab has ended")
    other = make(f"make lab KERNEL={SERIES}")
    other.expect_exact(f"Linux {SERIES}.")
    other.expect_exact("sh1# ")


def solve(copy: Path) -> None:
    """Put our solution in the place of the doer's work, as an editor would save it."""
    cut = (
        "import sys; from tests.exercises import catalogue;"
        "print(catalogue.solution(catalogue.find(sys.argv[1])))"
    )
    solution = subprocess.run(
        ["/usr/bin/python3", "-B", "-c", cut, EXERCISE],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "docs/_ext")},
        capture_output=True,
        text=True,
        check=True,
    )
    half = copy / "work/half"
    half.write_text(solution.stdout)
    half.rename(copy / f"work/{EXERCISE}.c")


@types(
    *("exercises", "start", "start E", "try", "try E", "watch", "watch E"),
    *("hint", "hint E", "solution", "solution E", "reset", "next"),
)
def test_exercise(make: Type, copy: Path) -> None:
    """From the starter to a pass, in the order of the page, and of what is printed."""
    for verb in ("start", "try", "watch", "hint", "solution", "reset"):
        ends(make(f"make {verb}"), 2, "which exercise? Add E=NAME; 'make exercises'")
    ends(make("make exercises"), 0, EXERCISE, "0 of", "make start E=NAME begins one")
    ends(make(f"make start E={EXERCISE}"), 0, f"Edit work/{EXERCISE}.c.")
    ends(make(f"make hint E={EXERCISE}"), 2, "nothing was judged yet: make try E=")
    ends(make(f"make try E={EXERCISE}"), 2, f"not yet; make hint E={EXERCISE} helps")
    ends(make(f"make hint E={EXERCISE}"), 0, "hint 1 of")
    ends(make(f"make solution E={EXERCISE}"), 2, "our solution is for those who")
    watch = make(f"make watch E={EXERCISE}")
    watch.expect_exact("not yet; make hint")
    watch.expect_exact("waiting for you to save")
    solve(copy)
    watch.expect_exact("facts hold")
    watch.expect_exact("waiting for you to save")
    watch.sendintr()
    watch.finish()
    ends(make(f"make try E={EXERCISE}"), 0, "facts hold", "make solution E=")
    ends(make(f"make solution E={EXERCISE}"), 0, "int main(")
    ends(make("make next"), 0, "make start E=")
    ends(make("make exercises"), 0, "passed", EXERCISE, "1 of")


@types("reset E", "reset E YES", "reset YES")
def test_reset(make: Type, copy: Path) -> None:
    """It asks first, and keeps what is there unless the answer is yes."""
    work = copy / f"work/{EXERCISE}.c"
    work.parent.mkdir(exist_ok=True)
    work.write_text("mine")
    for answer, status, kept in (("no", 2, True), ("yes", 0, False)):
        reset = make(f"make reset E={EXERCISE}")
        reset.expect_exact("throw away your work/")
        reset.sendline(answer)
        ends(reset, status)
        assert (work.read_text() == "mine") == kept
    work.write_text("mine")
    ends(make(f"make reset E={EXERCISE} YES=1"), 0, "is the starter again")
    assert work.read_text() != "mine"
    ends(make("make reset YES=1"), 2, "which exercise? Add E=NAME")


@types("replay PAGE", "record PAGE", "record KERNEL PAGE")
def test_transcripts(make: Type, copy: Path) -> None:
    """One session agrees, and recording it changes nothing."""
    file = copy / f"docs/transcripts/{SESSION}.console"
    before = file.read_text()
    ends(make(f"make replay PAGE={SESSION}"), 0, "1 passed, 0 failed, 0 skipped")
    ends(make(f"make record PAGE={SESSION}"), 0, "1 passed, 0 failed, 0 skipped")
    line = f"make record PAGE={SESSION} KERNEL={SERIES}"
    ends(make(line), 0, "1 passed, 0 failed, 0 skipped")
    assert file.read_text() == before


@types("test ONLY PART", "test KERNEL ONLY PART")
def test_parts(make: Type) -> None:
    """A part, one thing of it on one kernel, and what there is where nothing is."""
    ends(make("make test PART=live ONLY=verdict"), 0, " passed, 0 failed, 0 skipped")
    line = f"make test PART=samples ONLY=unshare KERNEL={SERIES}"
    ends(make(line), 0, "introduction/unshare", " passed, 0 failed, 0 skipped")
    missing = make("make test PART=transcripts ONLY=uts/nme")
    ends(missing, 2, "nothing is called 'uts/nme' here; there is: uts/name", "1 failed")


@pytest.fixture
def recorded(copy: Path) -> Iterator[Path]:
    """Edit a sample; return what is recorded. Both are as they were afterwards."""
    files = copy / f"code-samples/{SAMPLE}.c", copy / "docs/kernels.json"
    before = [file.read_text() for file in files]
    files[0].write_text(before[0] + "/* More. */\n")
    yield files[1]
    for file, text in zip(files, before):
        file.write_text(text)


@types("test KERNEL ONLY PART", "matrix KERNEL ONLY PART")
def test_recording(make: Type, copy: Path, recorded: Path) -> None:
    """What was edited passes, and fails for its row alone, until that is recorded."""
    old = recorded.read_text().splitlines()
    words = f"PART=samples ONLY={SAMPLE}"
    test = f"make test {words} KERNEL={SERIES}"
    said = ("it has changed since it was recorded", f"record: make matrix {words}")
    ends(make(test), 2, *said, " passed, 1 failed, 0 skipped")
    ends(make(f"make matrix {words} KERNEL={SERIES}"), 0, " passed, 0 failed, ")
    row = {"key": key(copy, "samples", f"{SAMPLE}.c"), SERIES: "passed"}
    new = recorded.read_text().splitlines()
    changed = [line for line in new if line not in old and '"date"' not in line]
    assert [line.rstrip(",") for line in changed] == [
        f'  "{SAMPLE}.c": {json.dumps(row)}'
    ]


@types("verify E", "faults S")
def test_graders_and_faults(make: Type) -> None:
    """Each does what it does for one exercise, and one sample."""
    ends(make("make verify E=uts-join"), 0, " passed, 0 failed, 0 skipped")
    ends(make("make faults S=unshare"), 0, "unshare, ", " passed, 0 failed, ")


@types("clean")
def test_clean(make: Type, copy: Path) -> None:
    """What was built goes, the doer's work stays."""
    (copy / "build").mkdir(exist_ok=True)
    (copy / "work").mkdir(exist_ok=True)
    (copy / "work/mine").touch()
    ends(make("make clean"), 0)
    assert not (copy / "build").exists()
    assert (copy / "work/mine").exists()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("make", "help"),
        ("make lab", "lab"),
        ("make record PAGE=uts KERNEL=5.10", "record KERNEL PAGE"),
    ],
)
def test_shape(line: str, expected: str) -> None:
    """What is typed is compared with what is printed by names alone."""
    assert shape(line) == expected
