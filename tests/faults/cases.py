"""The ways to run a program: by its usage: line, and what lines say beside that."""

import re
from dataclasses import dataclass, replace
from typing import Any

from tests.faults import lines, words
from tests.faults.lines import Line, LineError
from tests.faults.usage import Usage, parse

REASONS = ("skip", "guest", "alone")
CALLS = ("answers", "ended", "tools", "gives")
TEXTS = ("varies", "says")
COMMANDS = ("sender", "listener", "effect")


@dataclass(frozen=True)
class Case:
    """A way to run a program: its usage with values, who runs beside it."""

    name: str
    usage: Usage
    sender: str = ""  # a shell command that runs beside it
    listener: str = ""  # the same; it listens at SOCKET before the program starts
    answers: frozenset[str] = frozenset()  # calls whose errors the program prints
    varies: str = ""  # what of its output differs by itself, a regular expression
    ended: frozenset[str] = frozenset()  # calls whose 0 another process explains
    tools: frozenset[str] = frozenset()  # programs that it runs for its own ends
    gives: frozenset[str] = frozenset()  # what its command gets from it: see calling.py
    says: str = ""  # how a message may end in place of an errno's text
    effect: str = ""  # a shell command that prints what came of a mount that stays

    @property
    def listens(self) -> str:
        """Return the path at which somebody listens before the program starts."""
        return self.usage.values["SOCKET"] if self.listener else ""


def filled(text: str, values: dict[str, str]) -> str:
    """Return a text in which each word of a usage line is replaced by its value."""
    return re.sub(r"\b[A-Z]{2,}\b", lambda m: values.get(m[0], m[0]), text)


def reason(name: str, key: str) -> str:
    """Return why the program of that name is run otherwise, "" if it is not.

    The key is one of REASONS.
    """
    return next((line.value for line in lines.about(name) if line.key == key), "")


def setting(line: Line, usage: Usage) -> dict[str, Any]:
    """Return what a line says of all cases of a program."""
    if line.key in CALLS:
        return {line.key: frozenset(line.value.split())}
    if line.key in TEXTS:
        return {line.key: line.value}
    if line.key in COMMANDS:
        return {line.key: filled(line.value, usage.values)}
    raise LineError(f"{line.where}: not understood: {line.key}")


def other(line: Line, case: Case) -> Case:
    """Return a case with the values that a line "also: WORD=VALUE..." gives."""
    pairs = [part.partition("=") for part in line.value.split()]
    values = {word: value for word, _, value in pairs}
    known = {part.word for part in case.usage.parts}
    if not all(equals for _, equals, _ in pairs) or set(values) - known:
        raise LineError(f"{line.where}: expected 'also: WORD=VALUE...'")
    usage = replace(case.usage, values={**case.usage.values, **values})
    return replace(case, name=line.value, usage=usage)


def cases(name: str, usage_line: str) -> list[Case]:
    """Return the ways to run the program of that name: at least one."""
    usage = parse(usage_line, words.known(name), lines.shown(lines.own(name)))
    first, also, seen = Case("", usage), [], set()
    for line in lines.about(name):
        if line.key == "also":
            also.append(line)
            continue
        if line.key in seen:
            raise LineError(f"{line.where}: {line.key} is there twice")
        seen.add(line.key)
        if line.key not in REASONS:
            first = replace(first, **setting(line, usage))
    return [first, *(other(line, first) for line in also)]
