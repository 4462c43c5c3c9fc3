"""The lab as a reader has it: its shell, its folders, its end."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab.cache import Image, LabError
from tests.lab.fixtures import (
    SECONDS,
    Typist,
    call,
    guests,
    must_end,
    restored,
    wait_for,
)
from tests.lab.renewal import Programs

PROMPT = "sh1# "


@pytest.fixture
def lab(img: Image) -> Iterator[Typist]:
    """A lab at its first prompt; it is ended when the test is."""
    typist = Typist(["tests/lab/lab"], CHECKOUT)
    typist.expect_exact(PROMPT)
    try:
        yield typist
    finally:
        typist.close(force=True)


def shell(user: str = "root") -> Typist:
    """Open another terminal of the lab."""
    return Typist(["tests/lab/lab-shell", "--user", user], CHECKOUT)


def test_folders(lab: Typist) -> None:
    """The shell is where the samples are; the book is at hand, and cannot be spoilt."""
    assert lab.type("pwd", PROMPT) == "/book/build/samples\n"
    assert "usage: unshare COMMAND" in lab.type("./unshare", PROMPT)
    said = lab.type("echo x >/book/README.md; rm /book/LICENSE", PROMPT)
    assert said.count("Read-only file system") == 2


def test_host_changes_are_seen(lab: Typist) -> None:
    """What is saved on the host is read in the guest the next time."""
    file = CHECKOUT / "work" / f"seen-{os.getpid()}"
    try:
        for text in ("one\n", "two\n"):
            file.write_text(text)
            assert lab.type(f"cat /book/work/{file.name}", PROMPT) == text
    finally:
        file.unlink()


def test_work_is_harmless(lab: Typist) -> None:
    """What root makes in work/ arrives as a plain file of ours."""
    name = f"made-{os.getpid()}"
    made = CHECKOUT / "work" / name
    try:
        lab.type(f"cp /bin/true /book/work/{name}", PROMPT)
        lab.type(f"chmod 4755 /book/work/{name}", PROMPT)
        status = made.stat()
        assert status.st_mode & 0o7111 == 0
        assert status.st_uid == os.getuid()
    finally:
        made.unlink()


def compile_saying(word: str, program: Path) -> None:
    """Replace a program by one that says a word; with an argument it stays."""
    source = program.with_suffix(".c")
    source.write_text(
        "#include <stdio.h>\n#include <unistd.h>\nint main(int argc, char *argv[])\n"
        f'{{ puts("{word}"); fflush(stdout); while (argc > 1 && argv[1]) pause(); }}\n'
    )
    half = program.with_suffix(".half")
    subprocess.run(["gcc", "-static", "-o", half, source], check=True)
    source.unlink()
    half.replace(program)


@pytest.mark.parametrize("place", ["work", "build/samples"])
def test_a_program_is_replaced_while_it_runs(lab: Typist, place: str) -> None:
    """Whoever starts it again gets the new one; the old one runs on."""
    with tempfile.TemporaryDirectory(dir=CHECKOUT / place) as folder:
        program = Path(folder) / "says"
        command = f"/book/{program.relative_to(CHECKOUT)}"
        compile_saying("one", program)
        assert lab.type(command, PROMPT) == "one\n"
        for old, new in (("one", "two"), ("two", "three")):
            lab.type(f"{command} stay >/tmp/{old} &", PROMPT)
            wait_for(lambda: lab.type(f"cat /tmp/{old}", PROMPT) == f"{old}\n")
            compile_saying(new, program)
            content = program.read_bytes()
            wait_for(lambda: lab.type(command, PROMPT) == f"{new}\n")
            wait_for(lambda: os.listdir(folder) == ["says"])
            assert program.read_bytes() == content
        assert lab.type("jobs -r | wc -l", PROMPT) == "2\n"


class Server:
    """Stands for a guest's share: renames, after somebody has replaced the program."""

    def __init__(self, program: Path, dies: bool) -> None:
        """Remember what is going to be replaced, and whether there is an answer."""
        self.program = program
        self.dies = dies
        self.stopped = False

    def run(self, command: str, seconds: float) -> tuple[int, list[str]]:
        """Do what the command does on the host, too late."""
        new = self.program.with_name("new")
        new.write_text("new")
        new.replace(self.program)
        self.program.replace(self.program.with_name(Path(command.split()[-1]).name))
        if self.dies:
            raise LabError("the guest stopped answering")
        return 0, []

    def stop(self) -> None:
        """End."""
        self.stopped = True


@pytest.mark.parametrize("dies", [False, True])
def test_a_program_is_replaced_at_the_wrong_moment(tmp_path: Path, dies: bool) -> None:
    """The one that came last is there, and nothing else; no guest is left to rename."""
    program = tmp_path / "work/program"
    program.parent.mkdir()
    program.write_text("old")
    server = Server(program, dies)
    programs = Programs(server, tmp_path)
    ending: AbstractContextManager[object] = nullcontext()
    with pytest.raises(LabError) if dies else ending:
        programs.move_aside(program)
    assert server.stopped == dies
    assert program.read_text() == "new"
    assert os.listdir(program.parent) == ["program"]


def test_a_program_that_is_gone(tmp_path: Path) -> None:
    """The guest is asked for nothing."""
    program = tmp_path / "work/program"
    assert not Programs(Server(program, True), tmp_path).move_aside(program)


# What root in a guest does to write where it may not: at /, /book and /book/work
# mount(NULL, FOLDER, NULL, MS_REMOUNT | MS_BIND, NULL), then the same for the file
# system as a whole. Below /book, both succeed.
REMOUNT = "perl -e 'syscall(165, 0, $_, 0, 4128, 0) and die $! for @ARGV' /"
SHARES = "/book /book/work"
REMOUNTS = [
    f"{REMOUNT} {SHARES}",
    f"for folder in {SHARES}; do mount -o remount,rw $folder; done",
]
FRESH_MOUNTS = [
    "umount /book/work /book",
    "mount -t 9p -o trans=virtio,version=9p2000.L,rw book /book",
    "mount -t 9p -o trans=virtio,version=9p2000.L,rw work /book/work",
]
HARM = [
    "echo x >>FILE",
    "truncate -s 0 FILE",
    "chmod 777 FILE",
    "touch -d 2001-01-01 FILE",
    "perl -e 'syscall(188, shift, q(user.x), 1, 1, 0)' FILE",
    "mv FILE FILE.moved",
    "ln FILE FILE.linked",
    "ln -s FILE FILE.symbolic",
    "mkdir FILE.folder",
    "mkfifo FILE.fifo",
    "cp /bin/true FILE.new",
    "rm -f FILE",
]


@pytest.fixture(params=["work", "build"])
def witness(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file in a folder of its own, in each share."""
    with tempfile.TemporaryDirectory(dir=CHECKOUT / request.param) as folder:
        file = Path(folder) / "witness"
        file.write_text("I am as I was\n")
        file.chmod(0o640)
        yield file


def look(file: Path) -> tuple[object, ...]:
    """Return all that the harm of above would change."""
    seen = file.stat()
    facts = (seen.st_ino, seen.st_mode, seen.st_nlink, seen.st_mtime_ns)
    return file.read_text(), os.listdir(file.parent), os.listxattr(file), facts


@pytest.mark.parametrize("preparation", [REMOUNTS, FRESH_MOUNTS])
def test_nothing_of_the_host_can_be_changed(
    img: Image, witness: Path, preparation: list[str]
) -> None:
    """Whoever is root in a guest remounts all that there is, and changes no file."""
    before = look(witness)
    path = shlex.quote(f"/book/{witness.relative_to(CHECKOUT)}")
    with restored(img) as opened:
        opened.prepare()
        for command in preparation:
            assert opened.run(command, SECONDS) == (0, [])
        modes = opened.run(f"findmnt -no OPTIONS {SHARES.split()[1]}", SECONDS)
        assert modes[1][-1].startswith("rw,")
        assert opened.run(f"cat {path}", SECONDS) == (0, ["I am as I was"])
        for harm in HARM:
            status, _ = opened.run(f"({harm.replace('FILE', path)}) 2>&1", SECONDS)
            assert look(witness) == before, harm
            assert status or "syscall" in harm, harm


def test_job_control_and_size(lab: Typist) -> None:
    """^C and ^Z reach the program, and a new size of the window the guest."""
    started = "sh -c 'echo star''ted; exec sleep 1000'"
    for key, said in (("z", "Stopped"), ("c", "^C")):
        lab.sendline(started)
        lab.expect_exact("started\r\n")
        lab.sendcontrol(key)
        lab.expect_exact(said)
        lab.expect_exact(PROMPT)
    assert "Stopped" in lab.type("jobs", PROMPT)
    lab.type("kill %1", PROMPT)
    lab.setwinsize(33, 111)
    wait_for(lambda: lab.type("stty size", PROMPT) == "33 111\n")


def test_shells_inside_shells(lab: Typist) -> None:
    """The prompt counts them, in whatever namespaces and as whoever; exec adds none."""
    inside = (
        ("unshare --uts bash", "sh1+# "),
        ("exec bash", "sh1+# "),
        ("sh -c bash", "sh1++# "),
        ("setpriv --reuid reader --clear-groups bash", "sh1+++$ "),
    )
    for command, prompt in inside:
        lab.type(command, prompt)
    for prompt in ("sh1++# ", "sh1+# ", PROMPT):
        assert lab.type("exit", prompt) == "exit\n"


def test_more_terminals(lab: Typist) -> None:
    """Three more, the second one here as reader; then there is none left."""
    shells = []
    try:
        for number, user in ((2, "root"), (3, "reader"), (4, "root")):
            mark = "#" if user == "root" else "$"
            shells.append(shell(user))
            shells[-1].expect_exact(f"sh{number}{mark} ")
        assert shells[1].type("id -u", "sh3$ ") == "1000\n"
        late = shell()
        late.expect_exact("all four terminals of the lab are in use")
        assert late.finish() == 1
        shells[0].sendline("exit")
        shells[0].expect_exact("lab-shell: the shell has ended; this is your own")
        assert shells[0].finish() == 0
    finally:
        for typist in shells:
            typist.close(force=True)


def test_end(lab: Typist) -> None:
    """exit ends the lab, its guest, and what is connected to it."""
    other = shell()
    other.expect_exact("sh2# ")
    with must_end(guests(lab.pid)):
        lab.sendline("exit")
        lab.expect_exact("lab: the lab has ended; this is your own machine again")
        assert lab.finish() == 0
    other.expect_exact("lab-shell: the lab has ended, and this shell with it")
    assert other.finish() == 0
    assert not list((CHECKOUT / "build/lab").glob(f"{lab.pid}.sock"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed(lab: Typist, number: signal.Signals) -> None:
    """However the lab ends, its guest ends with it, and its shells say so."""
    other = shell()
    other.expect_exact("sh2# ")
    with must_end(guests(lab.pid)):
        lab.kill(number)
        lab.finish()
    other.expect_exact("lab-shell: the lab has ended, and this shell with it")
    assert other.finish() == 0


def test_second_lab(lab: Typist) -> None:
    """It says that it is one, and lab-shell goes to it, with its size, while it is."""
    lab.type("hostname first", PROMPT)
    second = Typist(["tests/lab/lab"], CHECKOUT)
    try:
        second.expect_exact("Another lab of this book is open: until this one ends")
        second.expect_exact(PROMPT)
        older = shell()
        older.expect_exact("sh2# ")
        assert older.type("hostname", "sh2# ") == "lab\n"
        second.sendline("exit")
        assert second.finish() == 0
        newer = shell()
        newer.expect_exact("sh2# ")
        assert newer.type("hostname", "sh2# ") == "first\n"
    finally:
        second.close(force=True)


def test_size_goes_to_its_own_lab(lab: Typist) -> None:
    """A terminal that was opened before there was a second lab stays of the first."""
    older = shell()
    older.expect_exact("sh2# ")
    second = Typist(["tests/lab/lab"], CHECKOUT)
    try:
        second.expect_exact(PROMPT)
        older.setwinsize(33, 111)
        wait_for(lambda: older.type("stty size", "sh2# ") == "33 111\n")
    finally:
        older.close(force=True)
        second.close(force=True)


def test_without_a_terminal(checkout: Path) -> None:
    """There is nobody to type: a usage error that says what else there is."""
    done = call(["tests/lab/lab"], checkout)
    assert done.returncode == 2
    assert "tests/samples/run" in done.stderr


def test_shell_without_a_lab(checkout: Path) -> None:
    """The message says how to start one."""
    alone = Typist(["tests/lab/lab-shell"], checkout)
    alone.expect_exact("no lab is running in this checkout: start one with 'make lab'")
    assert alone.finish() == 1


def test_panic(img: Image) -> None:
    """A guest that dies is reported at once, with its kernel's last words."""
    with restored(img) as dying:
        with pytest.raises(LabError, match="(?s)ended.*sysrq triggered crash"):
            dying.run("echo c >/proc/sysrq-trigger", SECONDS)


def test_guest_that_stops(img: Image) -> None:
    """One that says nothing any more is given up at the deadline."""
    with restored(img) as silent:
        silent.process.send_signal(signal.SIGSTOP)
        with must_end([silent.process.pid]):
            with pytest.raises(LabError, match="stopped answering"):
                silent.run("true", 0.5)
            silent.stop()


def test_output_is_not_taken_for_a_status(img: Image) -> None:
    """Whatever a command prints, its status is the one that it ended with."""
    with restored(img) as opened:
        words = "echo ready; echo 0123456789abcdef 0; cat; exit 7"
        expected = (7, ["ready", "0123456789abcdef 0"])
        assert opened.run(words, SECONDS) == expected


def test_last_line_without_a_newline(img: Image) -> None:
    """A command's last words are heard, and its end is noticed, without one."""
    with restored(img) as opened:
        assert opened.run("printf 'a\\nb'; (exit 3)", SECONDS) == (3, ["a", "b"])
        assert opened.run("printf '\\n'", SECONDS) == (0, [""])
        assert opened.run("true", SECONDS) == (0, [])


def test_console_keeps_what_nobody_reads(img: Image) -> None:
    """A terminal that is not read for a while loses no line."""
    with restored(img) as opened:
        opened.prepare()
        descriptor, _ = opened.terminal(1, 24, 80, "root")
        os.write(descriptor, b"seq 4000 >/dev/hvc0; touch /tmp/done\n")
        opened.run("until [ -e /tmp/done ]; do :; done", SECONDS)
        text = b""
        while b"\n4000\r" not in text:
            text += os.read(descriptor, 65536)
        lines = [line for line in text.split() if line.isdigit()]
        lines = lines[-4000:]  # the command itself holds the number, too
        assert lines == [b"%d" % number for number in range(1, 4001)]


def test_two_at_once(img: Image) -> None:
    """Two runs in one checkout do not meet."""
    command = [str(CHECKOUT / "tests/lab/exec"), "hostname; readlink /proc/self/ns/uts"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    said = [run.communicate(timeout=SECONDS)[0] for run in runs]
    assert said[0] == said[1] == b"lab\nuts:[4026531838]\n"


def test_what_cannot_be_prepared(img: Image) -> None:
    """The guest says why."""
    with restored(img) as opened:
        wanted = "cannot be prepared: wake: mount: book on /book: Invalid argument"
        with pytest.raises(LabError, match=wanted):
            opened.prepare("nonsense")


def test_restored_guests_differ(img: Image) -> None:
    """The clock goes on, and randomness is not that of the other one."""
    seen = []
    for _ in range(2):
        with restored(img) as opened:
            opened.prepare()
            _, said = opened.run("cat /proc/sys/kernel/random/uuid; date +%s", SECONDS)
            seen.append(said)
    assert seen[0][0] != seen[1][0]
    assert all(abs(int(said[1]) - time.time()) < 60 for said in seen)
