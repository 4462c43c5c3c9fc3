"""Every class of wrong cell is found, on programs that are wrong on purpose."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import wrong as blocks
from tests.faults import cell, judge, memory, strace, table, usage, words
from tests.faults.calling import Calling
from tests.faults.cases import Case
from tests.faults.cell import CleanGuests
from tests.faults.injected import Cell, Injected
from tests.faults.lines import LineError
from tests.faults.sandbox import Sandbox
from tests.faults.subject import (
    BUILD,
    GUEST_BUILD,
    Subject,
    build,
    choose,
    of_file,
    subjects,
)
from tests.faults.untraced import Untraced
from tests.lab import cache
from tests.lab.image import image
from tests.lab.state import open_guest

HERE = Path(__file__).resolve().parent

# The class that a cell must be found to be; the program in wrong/, named after it
# unless two show the same; the cell.
MATRIX = [
    ("unisolated", "unisolated", "unshare number 1 gives EPERM"),
    ("silent", "silent", "write number 1 gives ENOSPC"),
    ("silent", "silent", "write number 1 gives EPIPE"),
    ("chatty", "chatty", "chdir number 1 gives EIO"),
    ("other call", "other-call", "openat number 1 gives ENOENT"),
    ("mute", "mute", "chdir number 1 gives EACCES"),
    ("garrulous", "garrulous", "chdir number 1 gives EACCES"),
    ("status", "status", "chdir number 1 gives ENOMEM"),
    ("hang", "hang", "chdir number 1 gives EACCES"),
    ("left", "left", "chdir number 1 gives EACCES"),
    ("broken", "broken", "no fault"),
]
NATURAL = [
    ("silent", "silent", "stdout full"),
    ("silent", "silent", "stdout closed"),
    ("silent", "silent", "1 arguments"),
    ("silent", "unflushed", "stdout full, line by line"),
    ("reported", "unflushed", "stdout full"),
    ("silent", "clamps", "NUMBER beyond 64 bits"),
    ("reported", "clamps", "NUMBER with more behind it"),
    ("hang", "other-call", "FILE FIFO"),
    ("other call", "other-call", "FILE missing"),
    ("unisolated", "unisolated", "as reader"),
    ("status", "unisolated", "COMMAND directory"),
]
CALLING = blocks.read(HERE / "wrong/calling", ("sample", "cell", "found"))


def wrong(name: str) -> Subject:
    """Return a program that is wrong on purpose."""
    return of_file(HERE / "wrong" / f"{name}.c", f"wrong/{name}")


def parse(line: str) -> usage.Usage:
    """Return a usage line, read with the words that all chapters have."""
    return usage.parse(line, words.known(""), "x.faults")


@pytest.fixture(scope="module", autouse=True)
def built() -> Iterator[None]:
    build([wrong(path.stem) for path in (HERE / "wrong").glob("*.c")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell, "SECONDS", 8)  # some of them hang
        yield


@pytest.fixture(scope="module")
def places() -> Iterator[CleanGuests]:
    with closing(CleanGuests(Sandbox)) as places:
        yield places


@pytest.fixture(scope="module")
def guests() -> Iterator[CleanGuests]:
    with closing(
        CleanGuests(lambda: open_guest(image(cache.DEFAULT), "loose"))
    ) as guests:
        yield guests


def one(
    kind: type[Injected] | type[Untraced], name: str, only: str, at: CleanGuests
) -> Cell:
    """Return the cell of that name, which must exist."""
    cells = kind(wrong(name), at, only).cells()
    return {cell.name: cell for cell in cells}[only]


@pytest.mark.parametrize(("found", "name", "only"), MATRIX)
def test_injected_finds(places: CleanGuests, found: str, name: str, only: str) -> None:
    run = one(Injected, name, only, places)
    assert run.judgement.outcome == found
    shown = run.show("7.3")
    assert f"wrong/{name}: {only}" in shown and judge.WRONG[found] in shown
    cell = f"'wrong/{name}: {only}'"
    assert f"make test PART=faults ONLY={cell} KERNEL=7.3" in shown
    assert f"tests/faults/run --kernel 7.3 --shell --only {cell}" in shown


@pytest.mark.parametrize(("found", "name", "only"), NATURAL)
def test_untraced_finds(guests: CleanGuests, found: str, name: str, only: str) -> None:
    assert one(Untraced, name, only, guests).judgement.outcome == found


class Broken(Subject):
    """A wrong version of a sample, which keeps its name and so its cases."""

    @property
    def in_guest(self) -> str:
        """Return where it lies: beside its source."""
        return f"{GUEST_BUILD}/{self.source.relative_to(BUILD).with_suffix('')}"


def named(block: blocks.Block) -> str:
    """Return the name of a wrong version of a sample."""
    return f"{block.value('sample')}-{block.name}"


@pytest.mark.parametrize("block", CALLING, ids=named)
def test_calling_finds(places: CleanGuests, block: blocks.Block) -> None:
    [sample] = choose([block.value("sample")])
    source = BUILD / "wrong" / named(block) / sample.source.name
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(blocks.apply(sample.source.read_text(), block))
    build([sample, of_file(source, f"wrong/{named(block)}/{sample.program}")])
    broken = Broken(sample.name, source, sample.header)
    only = block.value("cell")
    for version, outcome in ((broken, block.value("found")), (sample, "tolerated")):
        [cell] = Calling(version, places, only).cells()
        assert cell.judgement.outcome == outcome


def test_what_is_left_is_named(places: CleanGuests) -> None:
    shown = one(Injected, "left", "chdir number 1 gives EIO", places).show()
    assert "left behind: process /book/build/faults/wrong/left" in shown
    assert "left behind: file - /tmp/faults/cwd/left" in shown


def test_output_arrives_as_it_was(places: CleanGuests) -> None:
    """Every byte does, in lines of ASCII on their way."""
    words = ["printf", r"\\101 \t\303\251\177\n\n"]
    run = places.run(words, Case("", parse("x [ARG]...")))
    assert (run.status, run.stdout) == (0, "\\101 \t\u00e9\x7f\n\n")


def test_a_mount_that_stays_is_looked_at(places: CleanGuests) -> None:
    folder = f"{usage.PLACE}/folder"
    effect = f"mountpoint -q {folder} && echo mounted"
    case = Case("", parse("x FOLDER"), effect=effect)
    run = places.run(["mount", "-t", "tmpfs", "none", folder], case)
    assert run.mounted == "mounted" and not run.left
    nothing = places.run(["true"], case)
    assert nothing.effect() != run.effect()


@pytest.mark.parametrize(
    ("ended", "count", "outcome"),
    [({"read"}, 0, "reported"), ({"read"}, 3, "mute"), ({"write"}, 0, "mute")],
)
def test_another_process_says_why(ended: set[str], count: int, outcome: str) -> None:
    case = Case("", parse("x PID"), ended=frozenset(ended))
    fault = judge.Fault(table.known()["read"], table.SHORT, count)
    run, clean = cell.Run(status=1), cell.Run(status=0)
    judgement = judge.judge(wrong("mute"), fault, run, clean, 1, case)
    assert judgement.outcome == outcome


@pytest.mark.parametrize(
    ("stderr", "status", "outcome"),
    [
        ("mute: tool: No such file or directory\nsorry\n", 1, "reported"),
        ("mute: tool: No such file or directory\n", 127, "status"),
        ("mute: other: No such file or directory\n", 1, "other call"),
        ("sorry\n", 1, "mute"),
    ],
)
def test_a_tool_has_words_of_its_own(stderr: str, status: int, outcome: str) -> None:
    case = Case("", parse("x PID"), tools=frozenset({"tool"}))
    fault = judge.Fault(table.known()["execve"], "ENOENT")
    run, clean = cell.Run(status=status, stderr=stderr), cell.Run(status=0)
    assert judge.judge(wrong("mute"), fault, run, clean, 1, case).outcome == outcome


def test_every_class_is_seen() -> None:
    classes = {found for found, _, _ in MATRIX}
    classes |= {block.value("found") for block in CALLING}
    assert classes == set(judge.WRONG) - {"not injected"}


def test_all_samples_are_found() -> None:
    names = [subject.name for subject in subjects()]
    assert "unshare" in names and "introduction/leave_ns" in names
    solutions = list(HERE.parent.glob("exercises/*/solution.c"))
    assert len([n for n in names if n.startswith("exercises/")]) == len(solutions) > 0


def test_errnos_stand_in_the_manual() -> None:
    assert table.page("openat"), "install the package manpages-dev"
    calls = table.known()
    for subject in subjects():
        calls |= table.known(subject.name)
    for call in calls.values():
        known = table.listed(call.name)
        assert not known or set(call.errors) <= known | {"ENOSYS"}, call.name


@pytest.mark.parametrize("line", ["fork ENOTHING", "a b-c", "fork=", "fork >x EPERM"])
def test_table_refuses(line: str) -> None:
    with pytest.raises(LineError, match="here:1"):
        table.parse(line, "here:1")


def test_usage_is_read() -> None:
    read = parse("nsenter [-o TYPE] FILE COMMAND [ARG]...")
    probe = f"{usage.PLACE}/probe"
    file = f"{usage.PLACE}/ns/net"
    assert read.right() == ["-o", "net", file, probe, "42 and words"]
    assert read.short() == [file, probe]
    assert dict(read.counts()) == {"0 arguments": [], "1 arguments": [file]}
    options = dict(read.options())
    assert options["-o and no more"] == ["-o"]
    assert options["-o twice"] == ["-o", "net", "-o", "net", file, probe]
    two = dict(parse("compare_ns PID PID").counts())
    assert two["3 arguments"] == ["@PID@", "@PID@", "more"]


@pytest.mark.parametrize("line", ["x THING", "x [PID", "x -t", "x [--long PID]"])
def test_usage_refuses(line: str) -> None:
    with pytest.raises(LineError, match="usage: x"):
        parse(line)


def test_trace_tells_processes_apart() -> None:
    log = """\
7     execve("./x", ["./x"], 0x7ffc /* 1 var */) = 0
7     read(3</a>, "", 1)               = 0
7     personality(0xffffffff)          = 0 (PER_LINUX)
7     clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
8     read(3<pipe:[5]>,  <unfinished ...>
7     <... clone resumed>)             = 8
7     read(3</a>, "abc", 3)            = 3
8     <... read resumed>"", 1)         = 0
8     execve("/probe", ["probe"], 0x7ffc /* 1 var */) = 0
8     read(3</b>, "", 1)               = 0
7     write(1</o>, "x", 1)             = -1 EIO (Input/output error) (INJECTED)
"""
    trace = strace.read(log)
    seen = [(s.process, s.call, s.number, s.after_main, s.what) for s in trace.sites]
    assert seen == [
        (0, "clone", 1, 1, ""),
        (1, "read", 1, 1, "pipe:[5]"),
        (0, "read", 2, 1, "/a"),
        (1, "execve", 1, 1, ""),
        (0, "write", 1, 1, "/o"),
    ]
    assert trace.generations == {0: 0, 1: 1}
    assert trace.crowded(trace.sites[1]) and not trace.crowded(trace.sites[4])
    with pytest.raises(strace.TraceError):
        strace.read("7  read(3, 1) = 0\n")


def test_a_hole_in_the_output() -> None:
    assert judge.punched("cd net:[2]", 2, "abcd net:[1]")
    assert judge.punched("ab net:[2]", 2, "abcd net:[1]")
    assert not judge.punched("abcd net:[1]", 2, "abcd net:[1]")


# mount(NULL, FOLDER, NULL, MS_REMOUNT | MS_BIND, NULL), as its root would try it.
REMOUNT = "perl -e 'syscall(165, 0, shift, 0, 4128, 0) and die $!' FOLDER"
SEEN = ("/book", "/lab", "/usr", "/etc")
WAYS = {
    "remounted": REMOUNT,
    "in a copy": f"mount --rbind / /mnt && {REMOUNT.replace('FOLDER', '/mntFOLDER')}",
    "in a new namespace": f"unshare --mount {REMOUNT}",
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_the_machine_can_be_written(way: str) -> None:
    """Root in the sandbox finds no way to mount writable what it is shown."""
    with tempfile.NamedTemporaryFile("w+", dir=BUILD) as witness, Sandbox() as sandbox:
        print("I am as I was", file=witness, flush=True)
        for folder in SEEN:
            status, said = sandbox.run(WAYS[way].replace("FOLDER", folder), 10)
            assert status, f"{folder} could be {way}"
            assert sandbox.run(f"[ -w {folder} ]", 10) == (1, [])
        file = f"{GUEST_BUILD}/{Path(witness.name).name}"
        for harm in ("echo x >>FILE", "mv FILE FILE.moved", "rm -f FILE"):
            status, said = sandbox.run(harm.replace("FILE", file), 10)
            assert status and "Read-only file system" in said[-1]
        assert Path(witness.name).read_text() == "I am as I was\n"


def test_alone_there_is_one_processor() -> None:
    """Whatever the machine has."""
    with Sandbox(alone=True) as sandbox:
        assert sandbox.run("nproc", 10) == (0, ["1"])


def test_memory_finds() -> None:
    sanitizers, valgrind = memory.TOOLS
    runs, found = memory.check(wrong("memory"), sanitizers)
    assert runs and "AddressSanitizer: heap-use-after-free" in found[0]
    _, found = memory.check(wrong("undefined"), sanitizers)
    assert "runtime error: signed integer overflow" in found[0]
    _, found = memory.check(wrong("memory"), valgrind)
    assert "Invalid read of size 1" in found[0]
    assert "definitely lost" in found[0]
    assert "3 open: at " in found[0]


def test_memory_tells_processes_apart() -> None:
    """An empty line of one process does not cut a block of another in two."""
    log = (
        "==7== Open file descriptor 4:\n==8== \n==7==    by 0x1: main (a.c:1)\n==7== \n"
    )
    assert memory.findings(cell.Run(log=log)) == []
    assert memory.findings(cell.Run(log=log.replace("Open", "Wrong"))) != []
