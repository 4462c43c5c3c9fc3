"""docs/serve: the address, the pages, and a clear word when it cannot serve."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests import CHECKOUT
from tests.book.support import Plant

SERVE = CHECKOUT / "docs" / "serve"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a call of serve that ends by itself."""
    return subprocess.run(
        [SERVE, *arguments], capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def server(plant: Plant) -> Iterator[subprocess.Popen[str]]:
    """Return a running serve on a free port."""
    folder = plant({"index.html": "the book", "404.html": "not here"})
    command = [str(SERVE), "--port", "0", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def read_address(server: subprocess.Popen[str]) -> str:
    """Return the address that serve prints when it is ready."""
    assert server.stdout
    line = server.stdout.readline()
    return next(word for word in line.split() if word.startswith("http://127.0.0.1:"))


def test_it_serves_the_folder(server: subprocess.Popen[str]) -> None:
    """The address it prints is the address of the page."""
    with urlopen(read_address(server)) as response:
        assert response.read() == b"the book"


def test_missing_page_is_answered_by_the_book(server: subprocess.Popen[str]) -> None:
    """With the book's own page and the status that says so."""
    with pytest.raises(HTTPError) as answer:
        urlopen(read_address(server) + "gone/away.html")
    assert (answer.value.code, answer.value.read()) == (404, b"not here")


def test_interrupt_ends_it_cleanly(server: subprocess.Popen[str]) -> None:
    """^C is the way to end it: no traceback, and no request was logged."""
    with urlopen(read_address(server)):
        server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=60)
    assert (server.returncode, errors) == (0, "")


def test_taken_port_is_explained(plant: Plant) -> None:
    """The message names the port and the way to another."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = run("--port", port, plant({}))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"serve: port {port}: Address already in use; "
        "to take another: make read PORT=8001\n"
    )


def test_missing_folder_is_explained(tmp_path: Path) -> None:
    """The message names the folder and the verb that makes it."""
    result = run(tmp_path / "gone")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"serve: no folder {tmp_path}/gone: run 'make html'\n"


def test_help() -> None:
    """--help goes to standard output and is no error."""
    result = run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: serve ")


@pytest.mark.parametrize(
    "arguments",
    [["--no-such-option"], ["--port", "x"], ["--port", "65536"], ["a", "b"]],
)
def test_wrong_call(arguments: list[str]) -> None:
    """A wrong call gives the usage and status 2."""
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("usage: serve ")
