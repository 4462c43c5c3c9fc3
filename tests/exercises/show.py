"""What a doer reads: a verdict, a list, a task."""

import os
import sys
import textwrap

from book.files.exercises import plain

from tests.exercises import catalogue
from tests.exercises.catalogue import Exercise
from tests.exercises.grading import Verdict

WIDTH = 80
BOLD, RED, GREEN = "1", "31", "32"


def colour(text: str, *codes: str) -> str:
    """Return a word in colour, where the output is a terminal that has some."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("CI"):
        return text
    return f"\033[{';'.join(codes)}m{text}\033[0m"


def field(name: str, text: str) -> list[str]:
    """Return lines of a named text below a fact, its further lines aligned."""
    first, *more = text.split("\n") or [""]
    indent = " " * 20
    return [f"          {name:10}{first}", *(indent + line for line in more)]


def failure(verdict: Verdict) -> list[str]:
    """Return what stands below the first fact that failed."""
    details = verdict.details
    lines = field("expected", details.get("expected", ""))
    lines += field("observed", details.get("observed", ""))
    for number, said in enumerate(verdict.said):
        lines += field("" if number else "it said", said)
    lines += field("look", details.get("look", ""))
    return lines + field("read", catalogue.where_to_read(details.get("read", "")))


def verdict_lines(verdict: Verdict) -> list[str]:
    """Return a verdict: facts in order, the first failure in full."""
    lines = []
    unknown = [fact for fact in verdict.facts if fact.result == "unknown"]
    for fact in verdict.facts:
        if fact.result == "ok":
            lines.append(f"  {colour('ok', GREEN)}      {fact.what}")
        elif fact.name == verdict.failed:
            lines.append(f"  {colour('FAILED', BOLD, RED)}  {colour(fact.what, BOLD)}")
            lines += failure(verdict)
        elif fact.result == "failed":
            lines.append(f"  also    not yet: {fact.what}")
    if unknown:
        lines.append(f"  ({len(unknown)} more facts can only be looked at after that)")
    return lines


def show_verdict(exercise: Exercise, verdict: Verdict, where: str) -> None:
    """Print a verdict, and what to do next."""
    print(f"{exercise.name}, {where}:")
    print("\n".join(verdict_lines(verdict)))
    name = exercise.name
    if verdict.passed:
        print(f"{colour('passed', BOLD, GREEN)}: all {len(verdict.facts)} facts hold")
        print(f"make solution E={name} shows ours, make next what comes next")
    else:
        print(f"not yet; make hint E={name} helps with the fact that failed")
    sys.stdout.flush()


def show_task(exercise: Exercise) -> None:
    """Print a task as text."""
    task = exercise.task()
    print(colour(f"{exercise.name}: {task.title}", BOLD) + "\n")
    print(plain(task.body), end="")


def wrapped(text: str, indent: str = "  ") -> str:
    """Return a paragraph that fits a terminal; one of several lines stays as it is."""
    if "\n" in text:
        return textwrap.indent(text, indent)
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
