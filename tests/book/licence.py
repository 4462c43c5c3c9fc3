"""LICENSE as data: which licence it gives to which file."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

# "(SPDX-License-Identifier: ID) ... is what stands in A, B and C but D and E."
PARAGRAPH = re.compile(
    r"\(SPDX-License-Identifier: (?P<id>[\w.-]+)\).* is what stands in (?P<files>.*?)"
    r"(?: but (?P<not>.*?))?\.(?: |$)"
)
FILE = "LICENSE"  # has no licence: it is one


@dataclass(frozen=True)
class Licence:
    """A licence, by its SPDX identifier, and the patterns of the files that have it."""

    spdx: str
    patterns: tuple[str, ...]
    others: tuple[str, ...]  # files that a pattern fits and that do not have it

    def covers(self, path: str) -> bool:
        """Tell whether a file has this licence."""
        return fits(path, self.patterns) and not fits(path, self.others)


def fits(path: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a path is below one of the folders, or like one of the files."""
    folders = tuple(pattern for pattern in patterns if pattern.endswith("/"))
    files = [pattern for pattern in patterns if not pattern.endswith("/")]
    return path.startswith(folders) or any(
        path.count("/") == pattern.count("/") and PurePosixPath(path).match(pattern)
        for pattern in files
    )


def read_licences(text: str) -> list[Licence]:
    """Return the licences that the paragraphs of a text speak of."""
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return [
        Licence(match["id"], names(match["files"]), names(match["not"] or ""))
        for match in map(PARAGRAPH.search, paragraphs)
        if match
    ]


def names(listed: str) -> tuple[str, ...]:
    """Return the patterns of an enumeration."""
    return tuple(re.split(r", | and ", listed)) if listed else ()


def unclear(text: str, files: list[str]) -> list[str]:
    """Return what is wrong: files without one licence, and words for no file."""
    licences = read_licences(text)
    findings = []
    for file in files:
        found = [licence.spdx for licence in licences if licence.covers(file)]
        if len(found) != 1 and file != FILE:
            said = " and ".join(found) or "no licence"
            findings.append(f"{FILE}: gives {said} to {file}: name it in one paragraph")
    for pattern in (p for one in licences for p in (*one.patterns, *one.others)):
        if not any(fits(file, (pattern,)) for file in files):
            findings.append(f"{FILE}: {pattern}: there is no such file")
    return findings
