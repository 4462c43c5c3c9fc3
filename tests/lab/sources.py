"""What the programs of others that we pass on are, and where their sources lie.

dpkg is asked: about a root, whose database says what was unpacked there, or about a
file of this machine. A list of sources is a text for readers, whose tables have a row
for each package: its name and version, and those of a source that it was built from.
"""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.lab import cache
from tests.lab.cache import LabError

FORMAT = (
    "${Package}\t${Version}\t${source:Package}\t${source:Version}\t"
    "${Built-Using}, ${Static-Built-Using}\n"
)
BUILT_USING = re.compile(r"(\S+) \(= (\S+)\)")
HEADS = ("package", "version", "source", "its version")
HOW = """\
A row names a package of Debian's, its version, and the source that it was built from.
Where there is more than one, there are more rows. On a Debian system that lists
sources ("Types: deb deb-src"), the command

    apt-get source SOURCE=VERSION

brings one; versions that have been replaced are in Debian's archive of snapshots. The
file debian/copyright in it has the licenses.
"""


@dataclass(frozen=True, order=True)
class Origin:
    """A package, and one source that it is built of."""

    package: str
    version: str
    source: str
    source_version: str


def query(*words: str | Path, partly: bool = False) -> str:
    """Return what dpkg-query says.

    Raises LabError where it does not know all that is asked, unless a part will do.
    """
    command = ["dpkg-query", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not partly:
        why = done.stderr.strip().rpartition("\n")[2]
        raise LabError(f"dpkg does not know what is shipped: {why}")
    return done.stdout


def rows(said: str) -> list[Origin]:
    """Return the rows of what dpkg-query says in FORMAT."""
    found = set()
    for line in said.splitlines():
        name, version, source, source_version, using = line.split("\t")
        found.add(Origin(name, version, source, source_version))
        found |= {Origin(name, version, *pair) for pair in BUILT_USING.findall(using)}
    return sorted(found)


def installed(database: Path, names: Iterable[str] = ()) -> list[Origin]:
    """Return the packages of a dpkg database, all of them or those of that name."""
    return rows(query(f"--admindir={database}", "-W", f"-f={FORMAT}", *names))


def owners(database: Path, paths: Iterable[str]) -> list[str]:
    """Return which packages of a dpkg database have files of these paths."""
    return named(query(f"--admindir={database}", "-S", *paths))


def named(said: str) -> list[str]:
    """Return the packages in lines such as "bash:i386, dash:i386: /usr/bin/sh"."""
    lines = (line.rpartition(": ")[0] for line in said.splitlines())
    return sorted({name.split(":")[0] for line in lines for name in line.split(", ")})


def of_this_machine(*files: Path) -> str:
    """Return the table of the packages of this machine that files belong to.

    Below it stands what dpkg does not know, as on another distribution.
    """
    owners_, unknown = set[str](), ""
    for file in files:
        # In /bin, a package's list may say, or in /usr/bin: they are one.
        known = named(query("-S", file, file.resolve(), partly=True))
        owners_.update(known)
        if not known:
            unknown += f"{file} is of no Debian package; SHA-256 {cache.sha256(file)}\n"
    found = rows(query("-W", f"-f={FORMAT}", *owners_)) if owners_ else []
    return table(found) + unknown


def table(found: Iterable[Origin]) -> str:
    """Return rows in columns, with at least two blanks between, below their heads."""
    lines = [
        HEADS,
        *((r.package, r.version, r.source, r.source_version) for r in found),
    ]
    wide = [max(len(line[column]) for line in lines) + 2 for column in range(3)]
    return "".join(
        "".join(f"{word:{width}}" for word, width in zip(line, wide)) + f"{line[3]}\n"
        for line in lines
    )


def listed(title: str, parts: dict[str, str]) -> str:
    """Return a list of sources: a title, how to get them, and parts with headings."""
    sections = [f"{head}\n{'-' * len(head)}\n\n{body}" for head, body in parts.items()]
    return "\n".join([f"{title}\n{'=' * len(title)}\n\n{HOW}", *sections])
