"""What the project tells people to type: every make command that it prints.

They stand in README, in the pages, in the list that make alone prints, and in the
messages of programs.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Values are left out: E=uts-name, E={name} and E=NAME are the same command.
COMMAND = re.compile(
    r"""(?<![\w./$-])(?P<before>(?:[A-Z_]+=\S+\s+)*)make\s+(?P<verb>[a-z][a-z_-]*)
    (?P<after>(?:\s+[A-Z_]+=[^\s`'",;:)]*)*)""",
    re.VERBOSE,
)
QUOTED = re.compile(r"""(?:[(`'"]|run |^ {2,})\Z""", re.MULTILINE)  # what is before
HELP = re.compile(r"^([a-z][a-z-]*):.* ## (.*)$", re.MULTILINE)
TARGET = re.compile(r"^([a-z_-]+):(?!=)", re.MULTILINE)
VARIABLE = re.compile(r"\b([A-Z_]+)=")
CONTINUED = re.compile(r'"\s*\n\s*f?"')  # a string of Python that goes on below
MESSAGES = (".py", ".mjs", ".js", ".c", "")  # the last: programs without a suffix
TESTS = re.compile(r"(^|/)(test_[^/]*\.py|[^/]*\.test\.mjs|verbs\.py)$")


@dataclass(frozen=True)
class Command:
    """A verb and the names of its variables, and where it is printed."""

    verb: str
    variables: tuple[str, ...]
    place: str
    before: bool  # a variable stands before make, where it may do nothing

    def __str__(self) -> str:
        return " ".join([self.verb, *self.variables])


def sources(root: Path) -> list[str]:
    """Return the files that people read, or that print something."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    prose = [n for n in listed if n.endswith((".md", ".rst", ".txt"))]
    code = [n for n in listed if Path(n).suffix in MESSAGES and not TESTS.search(n)]
    names = {*prose, *code} - {"LICENSE", "Makefile"}
    return sorted(name for name in names if (root / name).is_file())


def targets(root: Path) -> set[str]:
    """Return what make can be asked for."""
    return set(TARGET.findall((root / "Makefile").read_text(encoding="utf-8")))


def in_text(text: str, place: str, known: set[str]) -> list[Command]:
    """Return the commands in a text: what is quoted as one, or names a verb."""
    text = CONTINUED.sub("", text)
    found = []
    for match in COMMAND.finditer(text):
        if match["verb"] in known or QUOTED.search(text[: match.start()][-80:]):
            names = VARIABLE.findall(match["before"] + match["after"])
            line = text.count("\n", 0, match.start()) + 1
            where = f"{place}:{line}"
            made = tuple(sorted(names))
            before = bool(match["before"])
            found.append(Command(match["verb"], made, where, before))
    return found


def in_help(makefile: str) -> list[Command]:
    """Return the commands in the list that make alone prints."""
    found = []
    for verb, text in HELP.findall(makefile):
        names = sorted(set(VARIABLE.findall(text)))
        found.append(Command(verb, (), "Makefile", False))
        if names:
            found.append(Command(verb, tuple(names), "Makefile", False))
    return found


def printed(root: Path) -> list[Command]:
    """Return every command that the project prints somewhere."""
    known = targets(root)
    found = in_help((root / "Makefile").read_text(encoding="utf-8"))
    for name in sources(root):
        found += in_text((root / name).read_text(encoding="utf-8"), name, known)
    return found
