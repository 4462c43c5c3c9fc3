r"""Bytes that would end a line or a field, as /proc/mounts has them: \NNN, in octal.

Programs in a guest write them so: faults/cell.c, exercises/library/report.c.
"""

import re

ESCAPED = re.compile(r"\\([0-7]{3})")
AS_TEXT = {9: "\t", 10: " ", 92: "\\"}


def decoded(text: str) -> str:
    """Return a text as it was."""
    raw = ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)
    return raw.encode("latin-1").decode("utf-8", "replace")


def printable(text: str) -> str:
    """Return a text for a terminal: what none should see stays escaped."""
    return ESCAPED.sub(lambda match: shown(int(match[1], 8)), text)


def shown(byte: int) -> str:
    """Return a byte that was escaped so that it can be printed."""
    return AS_TEXT.get(byte, f"\\x{byte:02x}")
