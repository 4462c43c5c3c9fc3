"""The formats of the book's files: head comments, transcripts, C as text."""

import re
import subprocess
from pathlib import Path

import pytest

from book.files.headers import Header, HeaderError, parse_header
from book.files.samples import (
    FOLDER,
    SYSTEM_CALLS,
    called_functions,
    constants,
    find_samples,
    flags,
    known_system_calls,
    system_calls,
)
from book.files.transcripts import (
    PROMPT,
    SessionError,
    chain,
    classify,
    parse_session,
)

from tests import CHECKOUT
from tests.book.support import Plant, report

C = """\
/*
 * try.c - try "something" - twice
 *
 * usage: try [-t TYPE] COMMAND [ARG]...
 * needs: CAP_SYS_ADMIN, linux >= 5.6, root, module veth
 */
"""
SH = "#!/bin/sh\n# try.sh - try it\n#\n# usage: try.sh\n# needs: nothing\nset -eu\n"


def test_header_of_c() -> None:
    """Every line of the comment is kept as it stands."""
    assert parse_header(C, Path("try.c")) == Header(
        summary='try "something" - twice',
        usage="try [-t TYPE] COMMAND [ARG]...",
        needs=("CAP_SYS_ADMIN", "linux >= 5.6", "root", "module veth"),
    )


def test_header_of_script() -> None:
    """A script's program has its suffix; needing nothing is said, and kept as none."""
    assert parse_header(SH, Path("try.sh")) == Header("try it", "try.sh", ())


@pytest.mark.parametrize(
    ("text", "path", "error"),
    [
        ("", "try.c", "try.c:1: expected '/*'"),
        (C[3:], "try.c", "try.c:1: expected '/*'"),
        (C, "tri.c", "tri.c:2: expected ' * tri.c - WHAT IT DOES'"),
        (
            C.replace(" - ", ": "),
            "try.c",
            "try.c:2: expected ' * try.c - WHAT IT DOES'",
        ),
        (C.replace(" *\n", " * more\n"), "try.c", "try.c:3: expected ' *' alone"),
        (C.replace("usage: ", "call: "), "try.c", "try.c:4: expected ' * usage: try A"),
        (
            C.replace("usage: try", "usage: tri"),
            "try.c",
            "try.c:4: the usage line must",
        ),
        (
            C.replace(" * needs", " */\n/* needs"),
            "try.c",
            "try.c:5: expected ' * needs:",
        ),
        (C.replace("CAP_SYS", "SYS"), "try.c", "try.c:5: unknown need 'SYS_ADMIN'"),
        (C.replace("5.6", "5"), "try.c", "try.c:5: unknown need 'linux >= 5'"),
        (C.replace("root", ""), "try.c", "try.c:5: unknown need ''"),
        (SH.replace("/sh", "/bash"), "try.sh", "try.sh:1: expected '#!/bin/sh'"),
        (
            SH.replace("usage: try.sh", "usage: try"),
            "try.sh",
            "must begin with 'try.sh'",
        ),
    ],
)
def test_wrong_header(text: str, path: str, error: str) -> None:
    """The message names file and line, and says what belongs there."""
    with pytest.raises(HeaderError, match=re.escape(error)):
        parse_header(text, Path(path))


def test_session_is_split_from_its_headers() -> None:
    """Headers are kept apart; what follows is shown as it is."""
    text = "#: needs: linux >= 5.6\n#: status: 1 false\nsh1# false\n#: not a header\n"
    session = parse_session(text, Path("a.console"))
    assert session.headers == (("needs", "linux >= 5.6"), ("status", "1 false"))
    assert session.text == "sh1# false\n#: not a header\n"


def test_chain(tmp_path: Path) -> None:
    """What a session names comes with what that names, in the order of the page."""
    heads = {"a": "", "b": "#: after: a\n", "c": "", "d": "#: after: c\n#: after: b\n"}
    for name, head in heads.items():
        (tmp_path / f"{name}.console").write_text(f"{head}sh1# ls\n")
    assert chain(tmp_path, ["a", "c"]) == ["c"]
    assert chain(tmp_path, list("abcd")) == ["a", "b", "c", "d"]
    assert chain(tmp_path, ["a", "c", "b"]) == ["a", "b"]
    with pytest.raises(SessionError, match="d.console: '#: after: b' is no session"):
        chain(tmp_path, ["a", "c", "d", "b"][:3])


def test_page_knows_the_prompt() -> None:
    """What types the sessions in the page refuses the same output as the recorder."""
    source = (CHECKOUT / "docs/live/session.js").read_text(encoding="utf-8")
    assert f"const LIKE_PROMPT = /^{PROMPT.pattern}/;" in source


def test_lines_of_a_session() -> None:
    """Only our prompts are prompts, and only after a command does > continue it."""
    text = "sh2$ for i in 1\n> do id\n\n> out\n# out\n$ out\nsh5# out\nsh1#out\n"
    text += "sh1# \nsh2+# a\n"
    assert list(classify(text)) == [
        ("2", "sh2$ ", "for i in 1\n"),
        ("2", "> ", "do id\n"),
        (None, "", "\n"),
        (None, "", "> out\n"),
        (None, "", "# out\n"),
        (None, "", "$ out\n"),
        (None, "", "sh5# out\n"),
        (None, "", "sh1#out\n"),
        ("1", "sh1# ", "\n"),
        ("2", "sh2+# ", "a\n"),
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "a.console:1: a session begins with a command"),
        ("#: needs: root\n", "a.console:2: a session begins with a command"),
        ("output\nsh1# ls\n", "a.console:1: a session begins with a command"),
        ("sh1# ls", "a.console:1: no newline at the end of the file"),
        ("#: kernel: 6.12\nsh1# ls\n", "a.console:1: expected '#: KEY: VALUE'"),
        ("#:needs: root\nsh1# ls\n", "a.console:1: expected '#: KEY: VALUE'"),
    ],
)
def test_wrong_session(text: str, error: str) -> None:
    """The message names file and line, and says what belongs there."""
    with pytest.raises(SessionError, match=re.escape(error)):
        parse_session(text, Path("a.console"))


def test_calls_and_flags_of_c() -> None:
    """What stands in comments and strings is neither called nor used."""
    source = """\
        /* mount(2), MS_BIND */ // fork() CLONE_NEWPID
        #include <sched.h>
        static int pidfd_open(pid_t pid) { return syscall(SYS_pidfd_open, pid, 0); }
        err(1, "open(%s) MNT_DETACH \\" wait(", path); char c = '"';
        if (unshare(CLONE_NEWNET|CLONE_NEWNS) == -1 || file->read(3) || ops.close())
            exit(EXIT_FAILURE + O_CLOEXEC + OWN_SIZE + OUR_ID + RTA_LENGTH(1));
    #ifndef NS_GET_OWNER
        # define NS_GET_OWNER 7
    #endif
    #define OUR_ID NS_GET_OWNER
        enum sizes { OWN_SIZE = 4, OWN_MOST = RTM_NEWNSID };
    """
    assert system_calls(source) == ["pidfd_open", "syscall", "unshare"]
    assert flags(source) == ["CLONE_NEWNET", "CLONE_NEWNS", "NS_GET_OWNER"]
    prose = "MS_REC and CAP_SETUID, not EXIT_FAILURE or A_; PTRACE_MODE_READ."
    assert constants(prose) == ["CAP_SETUID", "MS_REC", "PTRACE_MODE_READ"]


def test_samples_are_found(plant: Plant) -> None:
    """Folder by folder."""
    files = ("net/a.c", "unshare.c", "Makefile", "net/c/d.sh")
    root = plant({f"{FOLDER}/{name}": "" for name in files})
    assert find_samples(root) == ["unshare.c", "net/a.c", "net/c/d.sh"]


def pages(section: str) -> set[str]:
    """Return the pages of a section in Debian's package of system calls."""
    run = subprocess.run(
        ["dpkg", "-L", "manpages-dev"], capture_output=True, check=True, text=True
    )
    name = rf"/man{section}/(\w+)\.{section}(?:\.gz)?$"
    return set(re.findall(name, run.stdout, re.MULTILINE))


def test_system_calls_are_pages_of_section_2(root: Path) -> None:
    """The index links each call to its page, and lacks none that has one there.

    A function with a page in section 3 is the library's. The list has all that the
    manual had when it was made: only a call that is newer ever needs a line there.
    """
    real, library = pages("2"), pages("3") | {"_exit"}
    findings = []
    for sample in find_samples(root):
        if sample.endswith(".c"):
            called = called_functions((root / FOLDER / sample).read_text())
            for name in (called & real - library) ^ (called & known_system_calls()):
                findings.append(f"{FOLDER}/{sample}: {name}(2): compare {SYSTEM_CALLS}")
    report(findings)
