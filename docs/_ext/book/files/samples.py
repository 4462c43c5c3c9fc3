"""The samples as files: where they are, and what their code calls.

A sample is a .c or .sh file anywhere below code-samples. It is known by its path
below that folder.
"""

import re
from pathlib import Path

FOLDER = "code-samples"
LANGUAGES = {".c": "c", ".sh": "bash"}
SYSTEM_CALLS = Path(__file__).with_name("system-calls.txt")

# Families of constants that say which part of a namespace a call is about.
FLAGS = re.compile(r"\b(?:CLONE|MNT|MS|NS|PIDFD|PR|SCM|UMOUNT)_[A-Z0-9_]+\b")
CALLED = re.compile(r"(?<![\w.])(?<!->)([a-z_]\w*)\s*\(")
NOT_CODE = re.compile(
    r"/\*.*?\*/"  # a comment
    r"|//[^\n]*"  # a comment to the end of the line
    r'|"(?:\\.|[^"\\\n])*"'  # a string
    r"|'(?:\\.|[^'\\\n])+'",  # a character
    re.DOTALL,
)


def find_samples(root: Path) -> list[str]:
    """Return the samples of the book in a checkout: folder by folder."""
    folder = root / FOLDER
    paths = [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.suffix in LANGUAGES and path.is_file()
    ]
    return [path.as_posix() for path in sorted(paths, key=lambda p: (p.parent, p))]


def strip_c(source: str) -> str:
    """Return C source without comments, strings and characters."""
    return NOT_CODE.sub(" ", source)


def called_functions(source: str) -> set[str]:
    """Return every name that C source calls or defines as a function."""
    return set(CALLED.findall(strip_c(source)))


def system_calls(source: str) -> list[str]:
    """Return the system calls that C source makes, sorted."""
    return sorted(called_functions(source) & known_system_calls())


def flags(source: str) -> list[str]:
    """Return the constants of FLAGS that C source uses, sorted."""
    return sorted(set(FLAGS.findall(strip_c(source))))


def known_system_calls() -> set[str]:
    """Return the names that count as system calls: pages of section 2."""
    return set(SYSTEM_CALLS.read_text(encoding="ascii").split())
