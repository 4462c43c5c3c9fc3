"""What is checked, piece by piece: the units of each part, and what each may read.

A unit is what is run, proven and reused as one: a bats file, the transcripts of a
page, an exercise, a sample's cells or its mutants, a page in the browser. What it may
read are its own files, the samples that these run, and the harness: see reads.py. It
runs in a copy of that and nothing else, see stage.py: what a rule misses fails there.

The prose of a page is read by book and browser only; others get its outline.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import reads
from tests.changes import blocks
from tests.exercises import catalogue
from tests.exercises.grading import build_graders
from tests.exercises.run import ATTACKED
from tests.facts.run import fact_files
from tests.faults import lines
from tests.faults.cases import reason
from tests.faults.subject import build, subjects
from tests.lint import run as lint
from tests.mutants import mutants
from tests.reads import (
    below,
    built,
    code,
    harness,
    outline,
    outlines,
    run_by,
    sources,
    text,
)
from tests.samples.run import bats_files
from tests.samples.suite import units as tested
from tests.transcripts import transcript

SESSIONS = r"transcript:: \S+|fresh-lab::"  # what makes a page's transcripts
SHOWN = rf"{SESSIONS}|exercise:: +\S+"
SITE = "build/html/"
MACHINE = "build/html/live/"
TOLD = f"{MACHINE}machine.json"  # what pages are told of it
SCRIPT = re.compile(r'<script[^>]* src="([^":?]+)')
CLASSES = "docs/transcripts/classes.json"  # of values that differ from run to run
FIRST = (f"{SITE}_static/", f"{SITE}index.html", f"{SITE}docs/introduction.html")
NODE = ("package.json", "package-lock.json", "tests/browser/reporter.mjs")
TOOLS = ("code-samples/Makefile", "code-samples/unshare.c")  # a tree to work with
# Python tests that take longer than 10 s, and what they read without importing it, as
# below; all others are one unit, which reads the whole tree.
APART = {
    "tests/exercises/test_doer": (
        *(*TOOLS, "Makefile", "index.rst", "tests/exercises/", "tests/lab/"),
        "tests/setup/",
    ),
    "tests/exercises/test_looks": (*TOOLS, CLASSES),
    "tests/sweep/test_sweep": (
        *("tests/sweep/", "code-samples/", "docs/sweep.json"),
        *(f"tests/{part}/run" for part in ("browser", "live", "sanitizers", "mutants")),
    ),
    "tests/samples/test_compile": (*TOOLS, "code-samples/", "tests/setup/"),
    "tests/lab/test_outside": (*TOOLS, "tests/lab/", "tests/setup/"),
    "tests/faults/test_faults": ("tests/", "code-samples/"),
    "tests/faults/test_inject": ("tests/", "docs/_ext/", *TOOLS),
    "tests/lab/test_builders": ("code-samples/", "tests/", "docs/_ext/"),
    "tests/transcripts/test_corpus": (*TOOLS, "tests/", CLASSES),
    "tests/transcripts/test_leaning": (*TOOLS, CLASSES),
    "tests/lab/test_elsewhere": (*TOOLS, "tests/elsewhere", "tests/samples/run.py"),
    "tests/lab/test_lab": (*TOOLS, "tests/samples/run.py", "LICENSE", "README.md"),
    "tests/lab/test_state": (*TOOLS, "tests/samples/run.py"),
    "tests/lab/test_verbs": ("",),  # all
    "tests/live/test_read": (*TOOLS, "docs/serve"),
}
PRINTED = "test_every_printed_command"  # of test_verbs: it takes no time
NO_PROSE = ("tests/exercises/test_doer", "tests/lab/test_verbs")
# What tests read without importing it; a folder ends with a slash, "" is the tree.
READ = {
    "live/compare": (
        *(TOLD, f"{MACHINE}guest.json", CLASSES),
        "tests/transcripts/compare.json",
    ),
    "live/exercises": (MACHINE, "tests/exercises/", "index.rst"),
    "live/sources": (MACHINE, f"{SITE}docs/uts.html", f"{SITE}index.html"),
    "live/transcripts": (MACHINE, CLASSES),
    "live/verdict": (TOLD, f"{MACHINE}guest.json"),
    "browser/failures": (SITE, "docs/theme/static/failures.js"),
    "browser/html": (SITE,),
    "browser/reading": (SITE, "docs/transcripts/"),
    "browser/screens": (*FIRST, f"{SITE}docs/samples.html"),
    "browser/live": (*FIRST, MACHINE, "tests/exercises/", "index.rst"),
}


@dataclass(frozen=True)
class Unit:
    """What is run and reused as one."""

    part: str
    name: str  # as a person calls it
    only: tuple[str, ...]  # what chooses it among what is copied with it
    chapter: str  # "" for what is of none
    files: frozenset[str]  # what it may read, below the checkout
    made: frozenset[str] = frozenset()  # what was built of these: not built anew
    texts: dict[str, str] = field(default_factory=dict)  # files that it gets less of


def empty_page(topic: str) -> dict[str, str]:
    """Return a page without its text: that it is there says whose a bats file is."""
    return {f"docs/{topic}.rst": ""} if reads.is_page(topic) else {}


def of_samples() -> Iterator[Unit]:
    """Yield a unit a bats file, the longest first."""
    files = [f"tests/samples/{path.name}" for path in bats_files()]
    for name in sorted(files, key=lambda name: -text(name).count("\n@test ")):
        mine = tested([reads.CHECKOUT / name])
        called = {f"/{unit.sample}" for unit in mine}
        programs = run_by("\n".join([text(name), *called]))
        topic = mine[0].file.stem
        yield Unit(
            "samples",
            topic,
            (),
            mine[0].chapter,
            harness("samples") | sources(programs) | {name},
            frozenset(built(programs)),
            empty_page(topic),
        )


def of_facts() -> Iterator[Unit]:
    """Yield a unit a page."""
    for path in fact_files():
        name = f"tests/facts/{path.name}"
        seen = reads.seen_in(text(name))
        programs = run_by(text(name)) | reads.made_from(seen)
        yield Unit(
            "facts",
            path.stem,
            (),
            path.stem,
            harness("facts") | sources(programs) | seen | {name},
            frozenset(built(programs)),
            empty_page(path.stem),
        )


def of_transcripts() -> Iterator[Unit]:
    """Yield a unit a page."""
    for page in transcript.pages():
        own = below(f"docs/transcripts/{page}/")
        programs = run_by(text(*own))
        own |= {CLASSES, *sources(programs)}
        yield Unit(
            "transcripts",
            page,
            (),
            page,
            harness("transcripts") | own,
            frozenset(built(programs)),
            {f"docs/{page}.rst": outline(page, SESSIONS)},
        )


def seen_of_pages(name: str, own: set[str]) -> dict[str, str]:
    """Return what an exercise gets of the pages: headings, and whether it is shown."""
    labels = set(re.findall(r'"([a-z][\w-]*)"', text(*own)))
    chapter = name.partition("-")[0]
    listed = f"   docs/{chapter}\n" if chapter in catalogue.chapters() else ""
    return {"index.rst": listed, **outlines(f"exercise:: +{name}", labels)}


def of_exercises() -> Iterator[Unit]:
    """Yield a unit an exercise, and one for the attacks."""
    library = below("tests/exercises/library/")
    objects = [n.rpartition("/")[2][:-2] for n in library if n.endswith(".c")]
    shared = {f"build/exercises/library/{n}.o" for n in objects if n != "probe"}
    for name in [one.name for one in catalogue.exercises()] + ["attacks"]:
        folder = ATTACKED if name == "attacks" else name
        own = below(f"tests/exercises/{folder}/", f"tests/exercises/{name}/")
        programs = run_by(text(*own))
        grader = {f"build/exercises/{folder}/grader", "build/exercises/probe"}
        yield Unit(
            "exercises",
            name,
            (name,),
            folder.partition("-")[0],
            harness("exercises") | own | {CLASSES} | sources(programs),
            frozenset(built(programs) | shared | grader),
            seen_of_pages(folder, own | {"tests/exercises/library/facts.h"}),
        )


def of_programs(part: str) -> Iterator[Unit]:
    """Yield a unit a sample, and a reference solution, for faults and sanitizers."""
    watchers = {f"build/faults/{name}" for name in ("cell", "probe")}
    watchers |= {f"build/faults/lab/{name}" for name in ("census", "inventory")}
    for subject in subjects():
        name = subject.name
        source = str(subject.source.relative_to(reads.CHECKOUT))
        about = {f"tests/samples/{lines.chapter(name)}.faults"}
        about |= {f"tests/{name}/faults"} if name.startswith("exercises/") else set()
        programs = run_by("\n".join(line.value for line in lines.about(name)))
        yield Unit(
            part,
            name,
            () if reason(name, "skip") else (name,),
            lines.chapter(name),
            harness(part) | {source} | below(*about) | sources(programs),
            frozenset(built(programs) | watchers),
        )


def of_mutants() -> Iterator[Unit]:
    """Yield a unit a sample."""
    for sample in dict.fromkeys(mutant.sample for mutant in mutants.choose([])):
        suite = f"tests/samples/{sample.suite.name}"
        wrong = f"tests/samples/{sample.topic}.mutants"
        programs = run_by(text(suite)) | {sample.program}
        yield Unit(
            "mutants",
            sample.program,
            (),
            sample.topic,
            harness("mutants") | sources(programs) | {suite},
            frozenset(built(programs)),
            {wrong: blocks(text(wrong), sample.name), **empty_page(sample.topic)},
        )


def of_lint() -> Iterator[Unit]:
    """Yield a unit a tool."""
    settings = {
        name
        for name in reads.tracked()
        if name.startswith(".") or name == "pyproject.toml"
    }
    tools: dict[str, list[lint.Check]] = {}
    for check in lint.checks():
        tools.setdefault(check.name.split()[0], []).append(check)
    for tool, checks in tools.items():
        files = {name for check in checks for name in check.files}
        if tool == "mypy":
            files = {
                n for n in below("docs/_ext/", "tests/", "conf.py") if n.endswith(".py")
            }
        if any(name.endswith(".c") for name in files):
            files |= {name for name in reads.tracked() if name.endswith(".h")}
        yield Unit(
            "lint",
            tool,
            tuple(check.name for check in checks),
            "",
            harness("lint") | settings | files,
        )


def of_book() -> Iterator[Unit]:
    """Yield a unit a long file of Python tests, and one for all others."""
    for name, places in APART.items():
        folder = name.rpartition("/")[0]
        modules = re.compile(rf"{folder}/(?!test_)\w+\.py")  # programs start them
        read = below("pyproject.toml", *places)
        read -= {n for n in read if Path(n).match("tests/**/test_*.py")}
        own = [n for n in below(f"{folder}/") if modules.fullmatch(n)]
        own += [n for n in places if n.endswith(".py")]
        texts = chapters() if name in NO_PROSE else {}
        yield Unit(
            "book",
            Path(name).name,
            (f"{Path(name).name}.py and not {PRINTED}",),
            "",
            (code("tests/book/run.py", "tests/conftest.py", f"{name}.py", *own) | read)
            - texts.keys(),
            frozenset(built(["unshare"])),
            texts,
        )
    others = " or ".join(f"{Path(name).name}.py" for name in APART)
    only = f"{PRINTED} or not ({others})"
    made = frozenset(built(reads.samples()) | below(SITE))
    yield Unit("book", "book", (only,), "", reads.tracked(), made)


def chapters() -> dict[str, str]:
    """Return the chapters without their prose: headings, and what they show."""
    shown = rf"{SHOWN}|sample:: .*"
    return {f"docs/{p}.rst": outline(p, shown, None) for p in transcript.pages()}


def of_node(part: str) -> Iterator[Unit]:
    """Yield a unit a file of tests; of those about every page, one a page."""
    for test in sorted(below(f"tests/{part}/")):
        name = test.rpartition("/")[2].removesuffix(".test.mjs")
        if not test.endswith(".test.mjs") or name == "pages":
            continue
        places = (*NODE, *READ[f"{part}/{name}"], "docs/serve", "docs/live/")
        files = code(f"tests/{part}/run.py", test) | below(*places)
        texts = outlines(SHOWN)
        yield Unit(part, name, (name,), "", files, frozenset(), texts)


def scripts(page: str) -> set[str]:
    """Return the scripts that a page loads; 404.html has paths from the site's root."""
    names = SCRIPT.findall(text(page))
    return {
        f"{SITE}{name[1:]}" if name.startswith("/") else reads.beside(page, name)
        for name in names
    }


def of_browser() -> Iterator[Unit]:
    """Yield the units of the browser."""
    test = "tests/browser/pages.test.mjs"
    own = code("tests/browser/run.py", test) | below(
        *NODE, "docs/serve", f"{SITE}_static/", TOLD
    )
    for page in sorted(below(SITE)):
        name = page.removeprefix(SITE)
        if not name.endswith(".html") or name.startswith("_"):
            continue
        chapter = name.removeprefix("docs/").removesuffix(".html")
        known = chapter if below(f"docs/transcripts/{chapter}/") else ""
        yield Unit(
            "browser",
            name,
            ("pages", f"{name}:"),
            known,
            own | {page} | below(f"{SITE}index.html", *scripts(page)),
        )
    yield from of_node("browser")


PARTS: dict[str, Callable[[], Iterator[Unit]]] = {
    "lint": of_lint,
    "book": of_book,
    "browser": of_browser,
    "live": lambda: of_node("live"),
    "samples": of_samples,
    "facts": of_facts,
    "transcripts": of_transcripts,
    "exercises": of_exercises,
    "faults": lambda: of_programs("faults"),
    "sanitizers": lambda: of_programs("sanitizers"),
    "mutants": of_mutants,
}

# What is built before the units of a part, which get copies of it.
PREPARED: dict[str, Callable[[], None]] = {
    "exercises": build_graders,
    "faults": lambda: build([]),
    "sanitizers": lambda: build([]),
}
