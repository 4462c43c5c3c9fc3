"""The head comment of a sample: what it does, how to call it, what it needs.

A C sample begins with::

    /*
     * unshare.c - run a command in a new network namespace
     *
     * usage: unshare COMMAND [ARG]...
     * needs: CAP_SYS_ADMIN, linux >= 5.6
     */

A script begins with ``#!/bin/sh`` and has the same lines after ``# ``.
The page, the harness and the tests all read it here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KERNEL = "linux >= "
NEED = re.compile(
    r"CAP_[A-Z_]+"  # a capability
    r"|linux >= [0-9]+\.[0-9]+"  # the first kernel that has the calls
    r"|root"
    r"|module [a-z0-9_-]+"
)


class HeaderError(ValueError):
    """A head comment breaks the grammar; the text names file and line."""


@dataclass(frozen=True)
class Header:
    """What the head comment of one sample says."""

    summary: str
    usage: str
    needs: tuple[str, ...]


def read_header(path: Path) -> Header:
    """Return the head comment of the sample in a file."""
    return parse_header(path.read_text(encoding="utf-8"), path)


def parse_header(text: str, path: Path) -> Header:
    """Return the head comment of a sample's text; path says how it is named."""
    opening, mark = ("#!/bin/sh", "#") if path.suffix == ".sh" else ("/*", " *")
    lines = text.splitlines()

    def line(number: int) -> str:
        return lines[number - 1].rstrip() if number <= len(lines) else ""

    def expect(number: int, start: str, example: str) -> str:
        """Return what follows start on a line, or say what belongs there."""
        if not line(number).startswith(start) or line(number) == start.rstrip():
            raise HeaderError(f"{path}:{number}: expected '{example}'")
        return line(number)[len(start) :].strip()

    if line(1) != opening:
        raise HeaderError(f"{path}:1: expected '{opening}'")
    title = f"{mark} {path.name} - "
    summary = expect(2, title, title + "WHAT IT DOES")
    if line(3) != mark:
        raise HeaderError(f"{path}:3: expected '{mark}' alone")
    program = path.name if path.suffix == ".sh" else path.stem
    usage = expect(4, f"{mark} usage: ", f"{mark} usage: {program} ARGUMENTS")
    if usage.split()[0] != program:
        raise HeaderError(f"{path}:4: the usage line must begin with '{program}'")
    needs = expect(5, f"{mark} needs: ", f"{mark} needs: CAP_SYS_ADMIN")
    return Header(summary, usage, parse_needs(needs, f"{path}:5"))


def parse_needs(text: str, where: str) -> tuple[str, ...]:
    """Return the terms of a needs: line; "nothing" stands for none."""
    if text == "nothing":
        return ()
    terms = tuple(term.strip() for term in text.split(","))
    for term in terms:
        if not NEED.fullmatch(term):
            raise HeaderError(
                f"{where}: unknown need '{term}': write CAP_NAME, 'linux >= X.Y', "
                "'root', 'module NAME' or 'nothing'"
            )
    return terms


def newer_kernel(needs: Iterable[str], series: str) -> str:
    """Return the kernel that one of the needs asks for, if a series is older, or ""."""
    wanted = [need.removeprefix(KERNEL) for need in needs if need.startswith(KERNEL)]
    return next((one for one in wanted if version(one) > version(series)), "")


def version(series: str) -> tuple[int, ...]:
    """Return (6, 12) for "6.12": the order of kernels is that of numbers."""
    return tuple(int(part) for part in series.split("."))
