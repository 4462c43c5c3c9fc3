"""What a part of the check may read, found by rule: code, samples, outlines of pages.

The harness of a part is what its program imports, and what lies beside that. The
samples that a text runs are those whose paths stand in it. All paths are relative to
the checkout.
"""

import ast
import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from book.files.exercises import LABEL
from book.files.samples import FOLDER, find_samples

from tests import CHECKOUT
from tests.lint.run import tracked as listed

# What lies beside the harness and is no part of it: the units' own files.
CONTENT = re.compile(
    r"tests/(samples/.*\.(bats|faults|mutants)|facts/(.*\.bats|refuted|comments)"
    r"|.*\.test\.mjs|transcripts/corpus/.*"
    r"|exercises/(attacks|[a-z]+-[a-z-]+)/.*|faults/wrong/.*)"
)
STARTER = "tests/python"  # what starts every program
# Of JavaScript the imports, and those of the Python that it has in it.
IMPORT = re.compile(r'from "(\.[^"]+)"|^ *(from (?:tests|book)\S* import .*)$', re.M)
DOTTED = re.compile(r"tests(\.\w+)+")  # a module, such as those in pytest_plugins
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)


@cache
def tracked() -> frozenset[str]:
    """Return the project's files, new ones too; what git ignores is none."""
    return frozenset(listed())


def below(*places: str) -> set[str]:
    """Return files, and all in folders, whose names end with a slash."""
    found = {name for name in tracked() if name.startswith(places)}
    for place in places:
        if place.startswith("build/"):  # which git ignores
            path = CHECKOUT / place
            paths = path.rglob("*") if path.is_dir() else [path]
            found |= {str(p.relative_to(CHECKOUT)) for p in paths if p.is_file()}
    return found


def text(*names: str) -> str:
    """Return what stands in files."""
    files = (CHECKOUT / name for name in sorted(names))
    return "".join(file.read_text(encoding="utf-8") for file in files)


def module(dotted: str) -> set[str]:
    """Return the file of a module of ours, with those of the packages it is in."""
    words = dotted.split(".")
    if words[0] == "book":
        words = ["docs", "_ext", *words]
    bases = ["/".join(words[:end]) for end in range(1, len(words) + 1)]
    return {name for b in bases for name in (f"{b}.py", f"{b}/__init__.py")} & tracked()


def named(source: str, package: str = "") -> set[str]:
    """Return the files of ours that Python code imports, or has pytest import."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and DOTTED.fullmatch(str(node.value)):
            found |= module(str(node.value))
        if isinstance(node, ast.Import):
            found = found.union(*(module(alias.name) for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            words = package.split(".")[: 1 - node.level or None] if node.level else []
            words += [node.module] if node.module else []
            names = [".".join([*words, alias.name]) for alias in node.names]
            found = found.union(*map(module, names))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """Return the files of ours that a Python or JavaScript file imports itself."""
    if name.endswith(".py"):
        package = name.removeprefix("docs/_ext/").rpartition("/")[0]
        return frozenset(named(text(name), package.replace("/", ".")))
    found: set[str] = set()
    for path, python in IMPORT.findall(text(name)):
        found |= named(python) if python else {beside(name, path)}
    return frozenset(found)


def beside(name: str, path: str) -> str:
    """Return which file is meant by a path that stands in another."""
    place = (CHECKOUT / name).parent.joinpath(path).resolve()
    return str(place.relative_to(CHECKOUT))


@cache
def included(name: str) -> frozenset[str]:
    """Return the headers of ours that a C file includes itself, with their code."""
    headers = {beside(name, path) for path in INCLUDE.findall(text(name))}
    return frozenset({*headers, *(f"{h[:-2]}.c" for h in headers)}) & tracked()


def closure(names: Iterable[str]) -> set[str]:
    """Return files with all that they import, and that these do."""
    found: set[str] = set()
    todo = set(names)
    while todo:
        name = todo.pop()
        found.add(name)
        if name.endswith((".py", ".mjs", ".js")):
            todo |= imports(name) - found
        elif name.endswith((".c", ".h")):
            todo |= included(name) - found
    return found


@cache
def code(*names: str) -> frozenset[str]:
    """Return programs with what they import, and what lies beside that."""
    found = closure(names)
    folders = {name.rpartition("/")[0] for name in found if name.endswith(".py")}
    places = tuple(f"{folder}/" for folder in folders - {"tests", "docs/_ext", ""})
    others = (name for name in below(*places) if not name.endswith(".py"))
    there = closure(n for n in others if not CONTENT.fullmatch(n))
    return frozenset({*found, STARTER, *there})


def harness(part: str) -> frozenset[str]:
    """Return what the program of a part consists of."""
    return code(f"tests/{part}/run.py")


@cache
def samples() -> dict[str, str]:
    """Return the sources of the samples, by the paths of their programs."""
    paths = find_samples(CHECKOUT)
    return {path.removesuffix(".c"): f"{FOLDER}/{path}" for path in paths}


def run_by(said: str) -> set[str]:
    """Return the programs of the samples that a text has: ./unshare, uts/copy_uts."""
    return {
        program
        for program in samples()
        if re.search(rf"/{re.escape(Path(program).name)}(?![\w-])", said)
    }


def seen_in(said: str) -> set[str]:
    """Return the files, and all in folders, that a text has by their places in the lab.

    These are patterns, as in /book/tests/samples/*.bats; an asterisk is any text.
    """
    found: set[str] = set()
    for place in re.findall(r"/book/([\w./*-]+)", said):
        inside = place.rstrip("/") + "/*"
        for name in tracked():
            if fnmatchcase(name, place) or fnmatchcase(name, inside):
                found.add(name)
    return found


def made_from(files: Iterable[str]) -> set[str]:
    """Return the programs of the samples of which the sources are among files."""
    known = set(files)
    return {program for program, source in samples().items() if source in known}


def sources(programs: Iterable[str]) -> set[str]:
    """Return what samples are made from."""
    return {f"{FOLDER}/Makefile", *(samples()[program] for program in programs)}


def built(programs: Iterable[str]) -> set[str]:
    """Return where samples are built."""
    return {f"build/samples/{program}" for program in programs}


def is_page(name: str) -> bool:
    """Tell whether there is such a page."""
    return f"docs/{name}.rst" in tracked()


def outline(page: str, shown: str, labels: Collection[str] | None = ()) -> str:
    """Return of a page, without its prose, some directives and headings.

    shown is a pattern of directives; labels are those that stand above the headings,
    None stands for all.
    """
    whole = text(f"docs/{page}.rst")
    heads = [m[0] for m in LABEL.finditer(whole) if labels is None or m[1] in labels]
    directives = re.findall(rf"^ *(\.\. (?:{shown}))$", whole, re.M)
    return "".join(f"{block}\n\n" for block in [*heads, *directives])


def outlines(shown: str, labels: Collection[str] = ()) -> dict[str, str]:
    """Return the same of all pages of which something is left, by their files."""
    names = sorted(n for n in below("docs/") if re.fullmatch(r"docs/\w+\.rst", n))
    texts = {name: outline(Path(name).stem, shown, labels) for name in names}
    return {name: text for name, text in texts.items() if text}
