"""The book in other forms: valid, and offered where they were made."""

import subprocess
import sys
from pathlib import Path

from tests import CHECKOUT
from tests.book import website
from tests.book.support import report

EPUBCHECK = "/usr/share/java/epubcheck.jar"  # its command needs what Java suggests


def check_epub(path: Path) -> list[str]:
    """Return what epubcheck has against a file, one line a finding."""
    run = subprocess.run(
        ["java", "-jar", EPUBCHECK, "--quiet", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    marks = ("FATAL", "ERROR", "WARNING")
    found = [line for line in run.stdout.splitlines() if line.startswith(marks)]
    return found or ([run.stdout] if run.returncode else [])


def build_form(form: str, folder: Path) -> Path:
    """Return where the book was built in a form of Sphinx's; no warning may come."""
    command = [sys.executable, "-B", "-m", "sphinx", "-q", "-n", "-W", "-b", form]
    command += ["-d", str(folder / "doctrees"), str(CHECKOUT), str(folder / form)]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    report(run.stderr.splitlines())
    assert run.returncode == 0
    return folder / form


def test_epub_is_valid(tmp_path: Path) -> None:
    """Sphinx has no warning, epubcheck no finding."""
    report(check_epub(next(build_form("epub", tmp_path).glob("*.epub"))))


def test_pdf_has_the_title_of_the_book(tmp_path: Path) -> None:
    """Chromium gives the PDF the title of the page that it prints."""
    page = website.read_page(build_form("singlehtml", tmp_path) / "index.html")
    assert page.title == "Linux Namespaces, Hands On"


def test_damaged_epub_is_found(tmp_path: Path) -> None:
    """A file that is no EPUB has a finding."""
    path = tmp_path / "a.epub"
    path.write_text("no EPUB")
    assert check_epub(path)
