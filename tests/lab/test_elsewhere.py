"""What tests/elsewhere makes of a command, in a root that is this machine."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests import CHECKOUT
from tests import elsewhere as program
from tests.lab.cache import LabError

PROGRAM = CHECKOUT / "tests/elsewhere"
ENTER = CHECKOUT / "tests/lab/enter"
HERE = """\
#!/bin/sh
# As enter, without another root: ROOT USER COMMAND
exec sh -c "${3#cd book && }"
"""
SERVE = """\
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(TEXT)
    def log_message(self, *_): pass
TEXT = sys.argv[1].encode()
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"The book is at http://127.0.0.1:{server.server_port}/ until ^C", flush=True)
try: server.serve_forever()
except KeyboardInterrupt: pass
if sys.argv[2:]: server.serve_forever()
"""
TITLE = "Linux Namespaces, Hands On"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the program, which takes this machine for every root."""
    enter = tmp_path / "enter"
    enter.write_text(HERE)
    enter.chmod(0o755)
    monkeypatch.setattr(program, "ENTER", enter)
    monkeypatch.setattr(program, "CHECKOUT", tmp_path)
    (tmp_path / "serve").write_text(SERVE)
    monkeypatch.chdir(tmp_path)
    return program


def counts(elsewhere: ModuleType, command: str, minutes: float = 1) -> tuple[int, ...]:
    """Return what of a command passed, failed, was skipped; the log is kept."""
    here = Path.cwd()
    result = elsewhere.attempt(here, command, here / "13.log", minutes)
    return result.passed, result.failed, result.skipped


@pytest.mark.parametrize(
    ("command", "counted"),
    [
        ("echo 7 passed, 0 failed, 2 skipped", (7, 0, 2)),
        ("echo 7 passed, 1 failed, 2 skipped; exit 2", (7, 1, 2)),
        ("echo 7 passed, 0 failed, 2 skipped; exit 2", (0, 1, 2)),
        ("printf 'Go ahead? [Y/n] '; read -r answer && exit 0", (1, 0, 0)),
        ("exit 3", (0, 1, 0)),
        ("kill -9 $$", (0, 1, 0)),
    ],
)
def test_a_command_counts(
    elsewhere: ModuleType, command: str, counted: tuple[int, ...]
) -> None:
    """It counts what its last line says; a failure of its own is one at least."""
    assert counts(elsewhere, command) == counted


@pytest.mark.parametrize(
    ("serve", "passed", "said"),
    [
        (f"serve '{TITLE}'", 1, ": ok"),
        ("serve 'It works'", 0, "another page is served"),
        (f"serve '{TITLE}' for-ever", 0, "not done in time"),
        ("-c 'raise SystemExit(3)'", 0, "ended with 3 before a page was served"),
    ],
)
def test_read_is_read(
    elsewhere: ModuleType,
    serve: str,
    passed: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The book itself is asked for, and gone after ^C."""
    command = f"{sys.executable} {serve}"
    monkeypatch.setattr(elsewhere, "COMMANDS", [command])
    monkeypatch.setattr(elsewhere, "PORT", "#")
    minutes = 0.1 if "for-ever" in serve else 1
    assert counts(elsewhere, command, minutes)[0] == passed
    assert said in capsys.readouterr().out


def test_it_has_an_end(
    elsewhere: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not done in time is ended, and said."""
    assert counts(elsewhere, "sleep infinity", 0) == (0, 1, 0)
    assert "not done in time" in capsys.readouterr().out


def test_a_full_disk_ends_it(
    elsewhere: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root may not take the last of the disk."""
    monkeypatch.setattr(elsewhere, "RESERVE", 1 << 62)
    with (Path.cwd() / "log").open("w") as log:
        terminal = elsewhere.LoggedTerminal(Path.cwd(), "sleep infinity", log, 1)
        with pytest.raises(LabError, match="disk"):
            terminal.answer()
        terminal.finish()
        assert not terminal.child.isalive()


@pytest.mark.parametrize(
    ("program", "arguments"),
    [(PROGRAM, ["11"]), (PROGRAM, ["--nothing"]), (ENTER, []), (ENTER, ["/none"])],
)
def test_wrong_calls(program: Path, arguments: list[str]) -> None:
    """A wrong call is answered by the usage, and status 2."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and "usage: " in done.stderr


def test_not_as_root(elsewhere: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not make such roots is told what to run."""
    monkeypatch.setattr(elsewhere.os, "getuid", lambda: 1000)
    assert "sudo make elsewhere" in elsewhere.refusal()
