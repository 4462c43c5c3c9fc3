"""What a doer may run into: disks, folders, links, old files, the wrong terminal.

All of it happens in a copy of the checkout, whose path has blanks and a comma.
"""

import base64
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.exercises import catalogue, files, grading
from tests.lab.cache import LabError
from tests.lab.fixtures import SECONDS, SERIES, Typist, copy_package

Done = subprocess.CompletedProcess[str]

EXERCISE = catalogue.Exercise("uts-name", ".c")
SOLUTION = catalogue.solution(EXERCISE)
STARTER = EXERCISE.starter.read_text()
LOWERS_A_LIMIT = """\
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    int fd = open("/proc/sys/user/max_uts_namespaces", O_WRONLY);
    write(fd, "0", 1);
}
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what an exercise needs, the graders compiled."""
    grading.build_graders()
    copy = tmp_path_factory.mktemp("a b") / "bo,ok"
    for name in ("tests/exercises", "tests/lab", "tests/setup", "docs", "code-samples"):
        shutil.copytree(CHECKOUT / name, copy / name)
    copy_package(copy)
    shutil.copytree(
        CHECKOUT / grading.BUILD,
        copy / grading.BUILD,
        ignore=shutil.ignore_patterns("verify", "bench"),
    )
    for name in ("Makefile", "index.rst", "tests/probe.c", "tests/probe.h"):
        shutil.copy(CHECKOUT / name, copy / name)
    return copy


@pytest.fixture
def copy(original: Path) -> Iterator[Path]:
    """The same with an empty work/."""
    shutil.rmtree(original / "work", ignore_errors=True)
    (original / "work").mkdir()
    yield original


def run(copy: Path, *command: str, **environment: str) -> Done:
    """Run a command in the copy, with nobody at a terminal."""
    inherited = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "E", "YES")
    env = {name: os.environ[name] for name in os.environ if name not in inherited}
    return subprocess.run(
        command,
        cwd=copy,
        env=env | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def verb(copy: Path, name: str, **environment: str) -> Done:
    """Run a verb on EXERCISE."""
    program = str(copy / "tests/exercises/exercise")
    return run(copy, program, name, EXERCISE.name, **environment)


def refused(done: Done, *words: str) -> None:
    """Check that a run ended with 1 and a message of ours."""
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr


def in_world(copy: Path, words: list[str], script: str) -> Done:
    """Run a script in the copy, where bwrap's words have changed the mounts."""
    bwrap = ["bwrap", "--dev-bind", "/", "/", *words, "--chdir", str(copy)]
    return run(copy, *bwrap, "sh", "-c", script)


def on_full_disk(copy: Path, name: str, **files: str) -> tuple[Done, dict[str, str]]:
    """Run a verb where work/ is on a full disk, with these files of the doer's.

    Returns also what is in work/ then, without what filled the disk.
    """
    lines = [f"printf %s {shlex.quote(files[f])} >work/{f}" for f in files]
    script = f"""
    {"; ".join(lines)}
    cat /dev/zero >work/fill 2>/dev/null
    tests/exercises/exercise {name} {EXERCISE.name}
    status=$?
    rm work/fill
    tar -c -C work . | base64 >left
    exit $status
    """
    words = ["--size", "65536", "--tmpfs", str(copy / "work")]
    done = in_world(copy, words, script)
    left = copy / "left"
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(left.read_text()))) as tar:
        found = {m.name[2:]: tar.extractfile(m) for m in tar if m.isfile()}
        return done, {n: f.read().decode() for n, f in found.items() if f}


def test_reset_without_a_terminal(copy: Path) -> None:
    """It changes nothing, and what its message tells to type works."""
    file = copy / "work/uts-name.c"
    file.write_text("mine")
    done = run(copy, "make", "-s", "reset", "E=uts-name")
    assert done.returncode == 2 and file.read_text() == "mine"
    typed = re.search(r"make (reset E=\S+ YES=1)", done.stderr)
    assert typed
    assert run(copy, "make", "-s", *typed[1].split()).returncode == 0
    assert file.read_text() == STARTER


@pytest.mark.parametrize(("answer", "kept"), [("yes\n", False), ("\x04", True)])
def test_reset_asks(copy: Path, answer: str, kept: bool) -> None:
    """On a terminal only a yes throws away; the end of the input is none."""
    file = copy / "work/uts-name.c"
    file.write_text("mine")
    typist = Typist(["tests/exercises/exercise", "reset", "uts-name"], copy)
    typist.expect_exact("(yes/no) ")
    typist.send(answer)
    assert typist.finish() == int(kept)
    assert "Traceback" not in typist.before
    assert file.read_text() == ("mine" if kept else STARTER)


GOOD = {"passed": "0", "kernel": "", "failed": "", "hints": {}}


@pytest.mark.parametrize(
    "entry",
    [
        {"failed": "nosuchfact"},
        {"failed": "new", "hints": {"new": "x"}},
        {"failed": "new", "hints": {"new": -1}},
        {"failed": "new", "hints": []},
        {"failed": ["new"]},
        {"failed": "new", "more": 1},
        3,
    ],
)
def test_an_entry_of_another_form(copy: Path, entry: object) -> None:
    """Nothing was judged in this form; entries that can be read stay, others too."""
    file = copy / "work/.exercises.json"
    text = json.dumps({"uts-name": entry, "uts-user": GOOD})
    file.write_text(text)
    refused(verb(copy, "hint"), "nothing was judged yet", "make try E=uts-name")
    assert json.loads(file.read_text())["uts-user"] == GOOD
    assert text in [kept.read_text() for kept in file.parent.iterdir()]


TEXTS = {
    "word": "one",
    "list": "[]",
    "deep": "[" * 100000,
    "cut": '{"a": 1',
    "nul": "\0",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_file_of_another_form(copy: Path, text: str) -> None:
    """It is kept, and so is the next one."""
    work = copy / "work"
    for content in (text, "no json either"):
        (work / ".exercises.json").write_text(content)
        refused(verb(copy, "hint"), "nothing was judged yet")
    kept = {file.read_text() for file in work.iterdir()}
    assert kept == {text, "no json either"}


def test_interrupted_when_a_file_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ^C is one at that moment, too: nothing to clean up, and no other error."""
    replace = os.replace

    def interrupted(*names: str) -> None:
        replace(*names)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.put(tmp_path / "progress", b"whole")
    assert [file.name for file in tmp_path.iterdir()] == ["progress"]


def test_full_disk_keeps_what_was_there(copy: Path) -> None:
    """Reset, start and hint write a file whole or not at all, and leave no other."""
    says = f"the disk of {copy}/work is full"
    mine = {"uts-name.c": "mine"}
    done, left = on_full_disk(copy, "reset --yes", **mine)
    refused(done, says)
    assert left == mine
    done, left = on_full_disk(copy, "start")
    refused(done, says)
    assert left == {}
    failed = {".exercises.json": json.dumps({"uts-name": {"failed": "new"}})}
    done, left = on_full_disk(copy, "hint", **failed)
    refused(done, says)
    assert left == failed


def test_full_disk_is_no_verdict(copy: Path) -> None:
    """A program that cannot be compiled for want of room is not called wrong."""
    mine = {"uts-name.c": STARTER}
    done, left = on_full_disk(copy, "try", **mine)
    refused(done, f"the disk of {copy}/work is full")
    assert "not yet" not in done.stdout and left == mine


def test_compiler_says_it_in_passing(copy: Path) -> None:
    """A program may speak of a full disk, and be wrong."""
    source = copy / "work/uts-name.c"
    source.write_text("int x = y; // write: No space left on device\n")
    compiled, said = grading.compile_program(source, source.with_suffix(""))
    assert not compiled and "No space left on device" in said


# How the lab's initramfs is made, where there is none yet.
FIRST = """
from pathlib import Path
from tests.lab import cache, image
release = cache.read_lock()["6.12"]["release"]
image.build_initrd(cache.folder() / "kernels" / release, Path("work/initrd"))
"""


@pytest.mark.parametrize(
    "command",
    [
        "tests/exercises/exercise try uts-name",
        f"{shlex.quote(sys.executable)} -B -c {shlex.quote(FIRST)}",
    ],
    ids=["try", "first"],
)
def test_full_tmp(copy: Path, command: str) -> None:
    """The folder for everybody's half-made files is not needed."""
    (copy / "work/uts-name.c").write_text(SOLUTION)
    full = copy / "work/full"
    full.mkdir()
    words = ["--size", "4096", "--tmpfs", str(full), "--setenv", "TMPDIR", str(full)]
    done = in_world(copy, words, f"cat /dev/zero >work/full/fill; {command}")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["try", "reset --yes"])
def test_read_only_folder(copy: Path, name: str) -> None:
    """The message says what cannot be written, not what we call it meanwhile."""
    (copy / "work/uts-name.c").write_text(STARTER)
    words = ["--ro-bind", str(copy / "work"), str(copy / "work")]
    done = in_world(copy, words, f"tests/exercises/exercise {name} uts-name")
    refused(done, "cannot be written: Read-only file system")
    assert not re.search("half|tmp|Errno", done.stderr)


def test_no_folder(copy: Path) -> None:
    """work is a file."""
    (copy / "work").rmdir()
    (copy / "work").write_text("mine")
    try:
        refused(verb(copy, "start"), "work is not a folder")
    finally:
        (copy / "work").unlink()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("start", "uts-name.c"),
        ("try", "uts-name.c"),
        ("reset", "uts-name.c"),
        ("try", "uts-name"),
    ],
)
def test_folder_in_place_of_a_file(copy: Path, name: str, file: str) -> None:
    """The message says which."""
    (copy / "work/uts-name.c").write_text(STARTER)
    (copy / "work" / file).unlink(missing_ok=True)
    (copy / "work" / file).mkdir()
    done = run(copy, "tests/exercises/exercise", name, "uts-name", *yes(name))
    refused(done, f"work/{file} is a folder")


def yes(name: str) -> list[str]:
    """Return the option that keeps reset from asking."""
    return ["--yes"] if name == "reset" else []


def test_link_that_leads_nowhere(copy: Path) -> None:
    """Nothing is made where it leads; reset takes the link away, and nothing else."""
    aim, link = copy / "work/aim", copy / "work/uts-name.c"
    link.symlink_to(aim)
    for name in ("start", "try"):
        refused(verb(copy, name), f"work/uts-name.c is a link to {aim}")
        assert not aim.exists() and link.is_symlink()
    aim.write_text("mine")
    assert run(copy, "make", "-s", "reset", "E=uts-name", "YES=1").returncode == 0
    assert aim.read_text() == "mine"
    assert link.read_text() == STARTER and not link.is_symlink()


def test_large_programs(copy: Path) -> None:
    """One of 30 MB is judged as any other; what is larger is refused, by its size."""
    source = copy / "work/uts-name.c"
    source.write_text(SOLUTION + "\nchar large[29 << 20] = {1};\n")
    done = verb(copy, "try")
    assert "passed: all" in done.stdout, done.stdout + done.stderr
    source.write_text(SOLUTION + "\nchar large[32 << 20] = {1};\n")
    refused(verb(copy, "try"), "work/uts-name has 32 MB")


@pytest.fixture
def program() -> Iterator[str]:
    """The solution, compiled where guests see it; its path in the checkout."""
    with tempfile.TemporaryDirectory(dir=CHECKOUT / grading.BUILD) as folder:
        source = Path(folder) / "uts-name.c"
        source.write_text(SOLUTION)
        compiled = source.with_suffix("")
        assert grading.compile_program(source, compiled) == (True, "")
        yield str(compiled.relative_to(CHECKOUT))


def test_grader_in_a_path_with_blanks(program: str) -> None:
    """Also where the sandbox has a new file system over it."""
    root = "/tmp/a b/bo,ok"
    with grading.ThrowAwayLab(SERIES) as lab:
        build = grading.BUILD
        for file in (f"{build}/uts-name/grader", f"{build}/probe", program):
            command = shlex.join(["install", "-D", f"/book/{file}", f"{root}/{file}"])
            assert lab.open().run(command, SECONDS) == (0, [])
        lab.root = root
        assert grading.grade(lab, EXERCISE, program).passed


def test_limit_of_the_machine(program: str) -> None:
    """Where the grader itself can have no namespace, it says where the limit stands."""
    with grading.ThrowAwayLab(SERIES) as lab:
        lab.open().run("echo 0 >/proc/sys/user/max_uts_namespaces", SECONDS)
        with pytest.raises(LabError, match="a limit in /proc/sys/user is reached"):
            grading.grade(lab, EXERCISE, program)


def test_watch_forgets_what_a_program_did(copy: Path) -> None:
    """A limit that one program lowers does not concern the next."""
    file = copy / "work/uts-name.c"
    file.write_text(LOWERS_A_LIMIT)
    watch = Typist(["tests/exercises/exercise", "watch", "uts-name"], copy)
    try:
        watch.expect_exact("not yet; make hint")
        watch.expect_exact("waiting for you to save")
        saved = copy / "work/saved"
        saved.write_text(SOLUTION)
        saved.replace(file)
        watch.expect("facts hold|no verdict")
        assert watch.after == "facts hold"
        watch.sendintr()
        assert watch.finish() == 130
    finally:
        watch.close(force=True)


def test_watch_goes_on(copy: Path) -> None:
    """A file that is gone, or a folder in its way, is said; the next save is judged."""
    file = copy / "work/uts-name.c"
    file.write_text("int main;\n")
    (copy / "work/uts-name").mkdir()
    watch = Typist(["tests/exercises/exercise", "watch", "uts-name"], copy)
    try:
        watch.expect_exact("work/uts-name is a folder")
        watch.expect_exact("waiting for you to save")
        (copy / "work/uts-name").rmdir()
        file.write_text("no C\n")
        watch.expect_exact("it has to compile first")
    finally:
        watch.close(force=True)
