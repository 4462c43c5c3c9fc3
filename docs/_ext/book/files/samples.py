"""The samples as files: where they are, and what their code calls.

A sample is a .c or .sh file anywhere below code-samples. It is known by its path
below that folder.
"""

import re
from pathlib import Path

FOLDER = "code-samples"
LANGUAGES = {".c": "c", ".sh": "bash"}
SYSTEM_CALLS = Path(__file__).with_name("system-calls.txt")

CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?! *\()")
# Families of constants that any program may have. All others say which part of the
# kernel a program is about: the index lists them, and prose leads to their source.
GENERAL = set(
    "AF AT CMSG EXIT F FD IPPROTO LC MAP MSG NETLINK NLA NLM NLMSG O PF POLL PROT RTA "
    "S SA SEEK SHUT SI SIG SO SOCK SOL STDERR STDIN STDOUT W".split()
)
# What a source names itself: by define or enum, unless an old header may lack it.
DEFINED = re.compile(r"^ *# *define +(\w+)", re.MULTILINE)
LACKED = re.compile(r"^ *# *ifndef +(\w+)", re.MULTILINE)
ENUM = re.compile(r"\benum\b[^{;]*\{([^}]*)\}")
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


def constants(text: str) -> list[str]:
    """Return the constants of the kernel in a text: MS_REC, but not EXIT_FAILURE."""
    found = set(CONSTANT.findall(text))
    return sorted(name for name in found if name.partition("_")[0] not in GENERAL)


def flags(source: str) -> list[str]:
    """Return the constants of the kernel that C source uses, sorted."""
    code = strip_c(source)
    own = set(DEFINED.findall(code)) - set(LACKED.findall(code))
    for names in ENUM.findall(code):
        own.update(CONSTANT.findall(names))
    return [name for name in constants(code) if name not in own]


def known_system_calls() -> set[str]:
    """Return the names that count as system calls: pages of section 2 alone."""
    return set(SYSTEM_CALLS.read_text(encoding="ascii").split())
