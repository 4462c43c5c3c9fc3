"""The rules of the tree. Each takes a checkout and returns its findings.

A finding is a line that names the file, says what is wrong, and what to do. No
findings means that the rule holds.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from book.files.failures import traps
from book.files.headers import HeaderError, read_header
from book.files.samples import FOLDER, find_samples
from book.files.transcripts import SessionError, read_session

Findings = list[str]
Rule = Callable[[Path], Findings]

# A word that nobody types: every program must refuse it with its usage.
BAD_OPTION = "--no-such-option"

TYPED_CODE = re.compile(
    r"\s*\.\. (?:(?:code|code-block|sourcecode|highlight)::"
    r" *(?:c|console|bash|sh|shell|shell-session|transcript)\s*$|parsed-literal::)"
)
LITERAL = re.compile(r"( *)(?:\.\. (?:code|code-block|sourcecode)::.*|(?!\.\. ).*::)$")
PROMPT = re.compile(r"\s*(?:sh\d\+*)?[#$] \S")
# ``words``, or "words", of which a page says that something printed them.
WORDS = r"(?:``(?P<code_{0}>[^`]+)``|\"(?P<text_{0}>[^\"]+)\")"
QUOTED = re.compile(
    r"\b(?:says?|said|prints?|printed|reads?|shows?|showed|answers?|answered)\s+"
    + WORDS.format("after")
    + "|"
    + WORDS.format("before")
    + r"\s+(?:says\s+that|is\s+what\s+\S+\s+(?:prints|says))\b"
)
# A chapter that is spoken of, and not linked: :ref:`...` fails where it is missing.
PROMISED = re.compile(
    r"\b(?:later|next|coming|following|another|two|three) chapters?\b"
    r"|\bchapters? (?:of its own|to itself|on)\b",
    re.IGNORECASE,
)
LINK = re.compile(r":ref:`[^`]*`")
IMPORTS_TESTS = re.compile(
    r"^\s*(?:import|from) tests\b"  # Python
    r"|sys\.path.*\btests\b"
    r"|\b(?:from|import)[ (]*[\"'][^\"']*\btests/",  # JavaScript
    re.MULTILINE,
)
CODE = (".py", ".js", ".mjs", "")
NUMBERED = re.compile(
    r"\d+(?:[-_.]|$)|.*[-_]\d+$|(?:ch|chapter|ex|exercise|lesson|listing|part)[-_]?\d"
)


def find_pages(root: Path) -> list[Path]:
    """Return the sources of the book's pages."""
    return [root / "index.rst", *sorted((root / "docs").rglob("*.rst"))]


def find_shown(root: Path, directive: str) -> list[tuple[str, str]]:
    """Return (page, argument) for each use of a directive."""
    pattern = re.compile(rf"^ *\.\. {directive}:: +(\S+)", re.MULTILINE)
    return [
        (page.relative_to(root).as_posix(), argument)
        for page in find_pages(root)
        for argument in pattern.findall(page.read_text(encoding="utf-8"))
    ]


def samples_are_shown(root: Path) -> Findings:
    """Every sample is a listing of some page."""
    shown = {sample for _, sample in find_shown(root, "sample")}
    return [
        f"{FOLDER}/{sample}: no page shows it: put '.. sample:: {sample}' into one"
        for sample in find_samples(root)
        if sample not in shown
    ]


def samples_are_tested(root: Path) -> Findings:
    """Every sample has a bats test that begins with its name."""
    tested: set[str] = set()
    for suite in (root / "tests" / "samples").glob("*.bats"):
        tested.update(re.findall(r'^@test "([^:"]+): ', suite.read_text(), re.M))
    names = (
        (sample, Path(sample).name.removesuffix(".c")) for sample in find_samples(root)
    )
    return [
        f"{FOLDER}/{sample}: no test: add '@test \"{name}: FACT\"' to tests/samples"
        for sample, name in names
        if name not in tested
    ]


def headers_are_valid(root: Path) -> Findings:
    """Every sample begins with a head comment that keeps the grammar."""
    findings = []
    for sample in find_samples(root):
        try:
            read_header(root / FOLDER / sample)
        except HeaderError as error:
            findings.append(str(error))
    return findings


def usage_is_printed(root: Path) -> Findings:
    """Every program answers a wrong call with its usage line and status 2."""
    findings = []
    for sample in find_samples(root):
        try:
            usage = read_header(root / FOLDER / sample).usage
        except HeaderError:
            continue  # headers_are_valid tells
        program = root / "build" / "samples" / sample.removesuffix(".c")
        if not program.exists():
            findings.append(f"{program}: not built: run 'make samples'")
            continue
        run = subprocess.run(
            [program, BAD_OPTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        seen = (run.returncode, run.stdout, run.stderr)
        if seen != (2, "", f"usage: {usage}\n"):
            findings.append(
                f"{FOLDER}/{sample}: with {BAD_OPTION}, expected 'usage: {usage}' on "
                f"stderr and status 2, got {run.stderr!r} and {run.returncode}"
            )
    return findings


def find_transcripts(root: Path) -> list[str]:
    """Return all transcripts as TOPIC/NAME."""
    folder = root / "docs" / "transcripts"
    paths = sorted(folder.rglob("*.console"))
    return [path.relative_to(folder).with_suffix("").as_posix() for path in paths]


def transcripts_are_shown(root: Path) -> Findings:
    """Every transcript is shown once, by the page of its topic."""
    shown = find_shown(root, "transcript")
    findings = []
    for name in dict.fromkeys(re.sub("@.*", "", t) for t in find_transcripts(root)):
        page = f"docs/{Path(name).parent}.rst"
        pages = [where for where, transcript in shown if transcript == name]
        if pages != [page]:
            findings.append(
                f"docs/transcripts/{name}.console: show it once, in {page}; "
                f"shown by: {', '.join(pages) or 'no page'}"
            )
    return findings


def exercises_are_shown(root: Path) -> Findings:
    """An exercise is shown once, by the page of its chapter, as soon as there is one.

    Before that no page shows it, and readers are not offered it.
    """
    shown = find_shown(root, "exercise")
    findings = []
    for grader in sorted((root / "tests" / "exercises").glob("*/grader.c")):
        name = grader.parent.name
        page = f"docs/{name.partition('-')[0]}.rst"
        wanted = [page] if (root / page).exists() else []
        pages = [where for where, exercise in shown if exercise == name]
        if pages != wanted:
            findings.append(
                f"tests/exercises/{name}: show it once, in {page}; "
                f"shown by: {', '.join(pages) or 'no page'}"
            )
    return findings


def transcripts_are_valid(root: Path) -> Findings:
    """Every transcript keeps the format; one for a kernel has one for the others."""
    findings = []
    names = find_transcripts(root)
    for name in names:
        path = root / "docs" / "transcripts" / f"{name}.console"
        if (plain := re.sub("@.*", "", name)) not in names:
            findings.append(f"{path}: serves one kernel; record {plain} for the others")
        try:
            traps(read_session(path), path)
        except SessionError as error:
            findings.append(str(error))
    return findings


def quoted_output_is_compared(root: Path) -> Findings:
    """What a chapter says that something printed is quoted by the role for that."""
    findings = []
    for page in find_pages(root):
        if not (root / "docs" / "transcripts" / page.stem).is_dir():
            continue
        text = page.read_text(encoding="utf-8")
        for match in QUOTED.finditer(text):
            words = next(filter(None, match.groups()))
            line = text.count("\n", 0, match.start()) + 1
            findings.append(
                f"{page.relative_to(root)}:{line}: write :printed:`{words}`, which "
                f"the build compares: {' '.join(match[0].split())}"
            )
    return findings


def chapters_exist(root: Path) -> Findings:
    """No page promises a chapter: it links one that exists, or says less."""
    findings = []
    for page in find_pages(root):
        text = LINK.sub("", page.read_text(encoding="utf-8"))
        for promise in PROMISED.findall(" ".join(text.split())):
            findings.append(
                f"{page.relative_to(root)}: '{promise}': link a chapter with "
                ":ref:, or say what there is without it"
            )
    return findings


def nothing_is_inline(root: Path) -> Findings:
    """No page types a program or a session: both are files that are tested."""
    findings = []
    for page in find_pages(root):
        lines = page.read_text(encoding="utf-8").splitlines()
        where = page.relative_to(root)
        for number, line in enumerate(lines, start=1):
            if TYPED_CODE.match(line):
                findings.append(f"{where}:{number}: code belongs into a file: {line}")
        for number, line in literal_lines(lines):
            if PROMPT.match(line):
                findings.append(
                    f"{where}:{number}: record this as a transcript: {line}"
                )
    return findings


def literal_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (number, line) for every line of a literal or code block."""
    indent: int | None = None
    for number, line in enumerate(lines, start=1):
        depth = len(line) - len(line.lstrip())
        if indent is not None and line.strip() and depth <= indent:
            indent = None
        if indent is not None:
            yield number, line
        elif match := LITERAL.match(line):
            indent = len(match[1])


def pages_are_in_toctree(root: Path) -> Findings:
    """index.rst alone knows the pages and their order."""
    index = (root / "index.rst").read_text(encoding="utf-8")
    listed = re.findall(r"^ +(docs/\S+)$", index, re.MULTILINE)
    findings = []
    for page in find_pages(root)[1:]:
        where = page.relative_to(root)
        if where.with_suffix("").as_posix() not in listed:
            findings.append(f"{where}: add it to a toctree of index.rst")
        if ".. toctree::" in page.read_text(encoding="utf-8"):
            findings.append(f"{where}: only index.rst may have a toctree")
    return findings


def paths_are_unnumbered(root: Path) -> Findings:
    """No path says which place it has in an order: the toctree does."""
    folders = [root / FOLDER, root / "docs", root / "tests" / "samples"]
    paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [
        f"{path.relative_to(root)}: name it by its topic, without a number"
        for path in paths
        if NUMBERED.match(path.name.split("@")[0].split(".")[0])
    ]


def topics_have_pages(root: Path) -> Findings:
    """Samples, tests and transcripts of a topic have a page of that name.

    The samples that lie directly in code-samples belong to all topics.
    """
    tools = {path.stem for path in (root / FOLDER).glob("*.*")}
    places = [
        *(root / FOLDER).glob("*/"),
        *(root / "docs" / "transcripts").glob("*/"),
        *(root / "tests" / "samples").glob("*.bats"),
    ]
    return [
        f"{place.relative_to(root)}: there is no page docs/{place.stem}.rst"
        for place in places
        if place.suffix == ".bats" and place.stem not in tools or place.is_dir()
        if not (root / "docs" / f"{place.stem}.rst").exists()
    ]


def docs_import_no_tests(root: Path) -> Findings:
    """The book is made without the code that checks it."""
    sources = [path for path in (root / "docs").rglob("*") if path.suffix in CODE]
    return [
        f"{path.relative_to(root)}: imports code of tests/, which may know docs/ and "
        f"not the other way round: {match[0].strip()}"
        for path in sorted(sources)
        if path.is_file()
        for match in IMPORTS_TESTS.finditer(path.read_text(encoding="utf-8"))
    ]


def imported(source: str) -> Iterator[str]:
    """Yield what Python imports from outside its own folder, by the first name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            yield "." * node.level + str(node.module or "")


def files_need_python_alone(root: Path) -> Findings:
    """What reads the book's files does so without Sphinx: the tests use it too."""
    return [
        f"{path.relative_to(root)}: imports {name}: what needs more than Python's "
        "own modules belongs into docs/_ext/book/pages"
        for path in sorted((root / "docs/_ext/book/files").glob("*.py"))
        for name in imported(path.read_text(encoding="utf-8"))
        if name not in sys.stdlib_module_names
    ]


def classes_have_names_of_their_own(root: Path) -> Findings:
    """A class is known by its name, in whatever module one meets it."""
    places: dict[str, list[str]] = {}
    for folder in (root / "docs/_ext", root / "tests"):
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    where = f"{path.relative_to(root)}:{node.lineno}"
                    places.setdefault(node.name, []).append(where)
    return [
        f"{again}: {first} has a class {name}, too: name it by what sets it apart"
        for name, (first, *more) in places.items()
        for again in more
    ]


RULES: tuple[Rule, ...] = (
    samples_are_shown,
    samples_are_tested,
    headers_are_valid,
    usage_is_printed,
    transcripts_are_shown,
    exercises_are_shown,
    transcripts_are_valid,
    quoted_output_is_compared,
    chapters_exist,
    nothing_is_inline,
    pages_are_in_toctree,
    paths_are_unnumbered,
    topics_have_pages,
    docs_import_no_tests,
    files_need_python_alone,
    classes_have_names_of_their_own,
)
