"""What a doer has done: kept in work/, for the verbs to go on from.

For each exercise: the source that passed (by its hash), on which kernel; the fact
that failed last, and how many hints to each fact were given.
"""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests import CHECKOUT
from tests.exercises import files
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


def parsed(value: object) -> Entry | None:
    """Return the entry that a value of the file stands for, None if for none."""
    if not isinstance(value, dict):
        return None
    try:
        entry = Entry(**value)
    except TypeError:
        return None
    texts = (entry.passed, entry.kernel, entry.failed)
    if not all(isinstance(text, str) for text in texts):
        return None
    counts = entry.hints.values() if isinstance(entry.hints, dict) else [None]
    good = all(isinstance(count, int) and count >= 0 for count in counts)
    return entry if good else None


def put_aside() -> None:
    """Give the file another name, for somebody to look at: its own, by what it says."""
    name = hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]
    aside = FILE.with_suffix(f".unreadable-{name}")
    with files.writing(aside):
        FILE.replace(aside)
    where = files.relative(aside)
    print(f"exercises: progress could not all be read: see {where}", file=sys.stderr)


def read() -> dict[str, Entry]:
    """Return all entries. A file with others in it is put aside, and said so."""
    try:
        data = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        data = None
    whole = isinstance(data, dict)
    found = {name: parsed(data[name]) for name in data} if whole else {}
    entries = {name: entry for name, entry in found.items() if entry}
    if not whole or len(entries) < len(found):
        put_aside()
        if entries:
            keep(entries)
    return entries


def entry(exercise: Exercise) -> Entry:
    """Return the entry of an exercise."""
    return read().get(exercise.name, Entry())


def keep(entries: dict[str, Entry]) -> None:
    """Write all entries: the file is replaced whole."""
    text = json.dumps({name: asdict(e) for name, e in entries.items()}, indent=1)
    files.put(FILE, f"{text}\n".encode())


def write(exercise: Exercise, new: Entry) -> None:
    """Keep the entry of an exercise."""
    keep(read() | {exercise.name: new})


def state(exercise: Exercise) -> str:
    """Return how far a doer is: "", "started", "changed" since it passed, "passed"."""
    known = entry(exercise)
    if not exercise.work.exists():
        return "passed" if known.passed else ""
    if not known.passed:
        return "started"
    return "passed" if digest(exercise.work) == known.passed else "changed"
