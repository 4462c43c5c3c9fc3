"""Content keys: what a result in docs/kernels.json stands for.

The key of a sample, a transcript or an exercise is a hash of all in the book that can
change what comes of it. A result is that of the content with its key; for any other
it says nothing. Where the checkout lies and how its lines end make no difference.

a sample
    its source, its tests and what else stands in their files, the samples they run
the facts of a page
    their file, and the samples they run
a transcript
    all of its guest up to it, in the order of the page, and the samples they run
an exercise
    its folder, but for what is only read, and the samples that it runs

The tools that run and judge them are not content.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import exercises, samples, transcripts

LENGTH = 12  # digits of a key
SUITES = Path("tests", "samples")
FACTS = Path("tests", "facts")
TEST = re.compile(r'^@test "([^":]+): .*?^\}$', re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"/([\w.-]+)")  # the end of a path to a program, or to its source
HEAD = re.compile(r"\A(?:#:.*\n)+")
UNHEARD_KEYS = ("page", transcripts.AFTER, *transcripts.TRAP)
UNHEARD = re.compile(rf"^#: (?:{'|'.join(UNHEARD_KEYS)}):.*\n", re.MULTILINE)
READ = ("task.rst", "hints", "notes")  # by the doer of an exercise, not by what runs

Texts = list[tuple[str, str]]  # what each text is, and the text


def keys(root: Path, part: str) -> dict[str, str]:
    """Return the key of everything in a part of the book, by its name in the record."""
    return {name: key(root, part, name) for name in names(root, part)}


def names(root: Path, part: str) -> list[str]:
    """Return what there is in "samples", "facts", "transcripts" or "exercises"."""
    if part == "samples":
        return samples.find_samples(root)
    if part == "facts":
        return sorted(path.stem for path in (root / FACTS).glob("*.bats"))
    if part == "transcripts":
        found = (root / transcripts.FOLDER).glob("*/*.console")
        every = sorted(f"{path.parent.name}/{path.stem}" for path in found)
        return [name for name in every if "@" not in name]
    graders = sorted((root / exercises.FOLDER).glob("*/grader.c"))
    return [grader.parent.name for grader in graders]


def key(root: Path, part: str, name: str) -> str:
    """Return the content key of a row."""
    return digest(read(root, files(root, part, name), part, name))


def digest(texts: Texts) -> str:
    """Return a short hash of texts and of what they are called."""
    made = hashlib.sha256()
    for called, text in texts:
        data = text.encode(errors="surrogateescape")
        made.update(f"{called} {len(data)}\n".encode() + data)
    return made.hexdigest()[:LENGTH]


def files(root: Path, part: str, name: str) -> list[Path]:
    """Return the files that a key is made of, relative to the checkout."""
    own = {
        "samples": of_sample,
        "facts": of_facts,
        "transcripts": of_transcript,
        "exercises": of_exercise,
    }
    found = own[part](root, name)
    run = run_by((text for _, text in read(root, found, part, name)), root)
    return [*found, *(path for path in run if path not in found)]


def of_sample(root: Path, name: str) -> list[Path]:
    """Return a sample, and the files that have tests of it."""
    suites = sorted((root / SUITES).glob("*.bats"))
    testing = [path for path in suites if tests_of(name, text_of(path))]
    return [
        Path(samples.FOLDER, name),
        *(path.relative_to(root) for path in testing),
    ]


def of_facts(root: Path, name: str) -> list[Path]:
    """Return the file of a page's facts."""
    return [Path(FACTS, f"{name}.bats")]


def of_transcript(root: Path, name: str) -> list[Path]:
    """Return a transcript after those that run before it, with all their forms."""
    found = []
    for earlier in transcripts.before(root, name):
        plain = root / transcripts.FOLDER / f"{earlier}.console"
        forms = sorted(plain.parent.glob(f"{plain.stem}@*.console"))
        found += [path.relative_to(root) for path in (plain, *forms) if path.is_file()]
    return found


def of_exercise(root: Path, name: str) -> list[Path]:
    """Return the files of an exercise that something runs or compares."""
    every = sorted((root / exercises.FOLDER / name).rglob("*"))
    return [p.relative_to(root) for p in every if p.is_file() and p.name not in READ]


def read(root: Path, found: Iterable[Path], part: str, name: str) -> Texts:
    """Return what counts of the text of each file, by the file's name."""
    texts = [(path.name, text_of(root / path)) for path in found]
    if part == "samples":
        return [(n, tests_of(name, t) if n.endswith(".bats") else t) for n, t in texts]
    if part == "transcripts":
        return [
            (n, HEAD.sub(lambda head: UNHEARD.sub("", head[0]), t)) for n, t in texts
        ]
    return texts


def text_of(path: Path) -> str:
    """Return the text of a file, with lines that end as on Linux."""
    return path.read_bytes().replace(b"\r\n", b"\n").decode(errors="surrogateescape")


def tests_of(sample: str, suite: str) -> str:
    """Return a file of tests without those of other samples, "" if none is of this."""
    program = Path(sample).name.removesuffix(".c")
    own = [match[0] for match in TEST.finditer(suite) if match[1] == program]
    around = [line for line in TEST.sub("", suite).split("\n") if line.strip()]
    return "\n".join([*around, *own]) if own else ""


def run_by(texts: Iterable[str], root: Path) -> Iterator[Path]:
    """Yield the samples that a text names by a path: ./unshare or mnt/draw_peers.c."""
    words = {word.removesuffix(".c") for text in texts for word in NAMED.findall(text)}
    for sample in samples.find_samples(root):
        if Path(sample).name.removesuffix(".c") in words:
            yield Path(samples.FOLDER, sample)
