"""What a doer has done: kept in work/, for the verbs to go on from.

For each exercise: the source that passed (by its hash), on which kernel; the fact
that failed last, and how many hints to each fact were given.
"""

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests import CHECKOUT
from tests.exercises.catalogue import Exercise

FILE = CHECKOUT / "work/.exercises.json"


@dataclass
class Entry:
    """What is known of one exercise."""

    passed: str = ""
    kernel: str = ""
    failed: str = ""
    hints: dict[str, int] = field(default_factory=dict)


def digest(path: Path) -> str:
    """Return the hash of a file, "" when there is none."""
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read() -> dict[str, Entry]:
    """Return all entries. A file that we cannot read is put aside, and said so."""
    try:
        data = json.loads(FILE.read_text(encoding="utf-8"))
        return {name: Entry(**entry) for name, entry in data.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        aside = FILE.with_suffix(".unreadable")
        FILE.replace(aside)
        where = aside.relative_to(CHECKOUT)
        print(f"exercises: progress could not be read: now {where}", file=sys.stderr)
        return {}


def entry(exercise: Exercise) -> Entry:
    """Return the entry of an exercise."""
    return read().get(exercise.name, Entry())


def write(exercise: Exercise, new: Entry) -> None:
    """Keep the entry of an exercise: the file is replaced whole."""
    FILE.parent.mkdir(exist_ok=True)
    entries = read() | {exercise.name: new}
    text = json.dumps({name: asdict(e) for name, e in entries.items()}, indent=1)
    half = FILE.with_suffix(f".{os.getpid()}")
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(FILE)


def state(exercise: Exercise) -> str:
    """Return how far a doer is: "", "started", "changed" since it passed, "passed"."""
    known = entry(exercise)
    if not exercise.work.exists():
        return "passed" if known.passed else ""
    if not known.passed:
        return "started"
    return "passed" if digest(exercise.work) == known.passed else "changed"
