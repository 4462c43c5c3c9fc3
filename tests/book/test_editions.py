"""The book in other forms: valid, and offered where they were made."""

import subprocess
import sys
from pathlib import Path

from support import ROOT, report

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


def test_epub_is_valid(tmp_path: Path) -> None:
    """Sphinx has no warning, epubcheck no finding."""
    command = [sys.executable, "-B", "-m", "sphinx", "-q", "-n", "-W", "-b", "epub"]
    command += ["-d", str(tmp_path / "doctrees"), str(ROOT), str(tmp_path / "epub")]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    report(run.stderr.splitlines())
    assert run.returncode == 0
    report(check_epub(next((tmp_path / "epub").glob("*.epub"))))


def test_damaged_epub_is_found(tmp_path: Path) -> None:
    """A file that is no EPUB has a finding."""
    path = tmp_path / "a.epub"
    path.write_text("no EPUB")
    assert check_epub(path)
