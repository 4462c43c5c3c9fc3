"""Render the book with every Sphinx that it must work with, warnings as errors.

Each run has a clean root of a Debian suite, made by mmdebstrap and thrown away. It
takes minutes and downloads about 150 MB a suite, so it is no part of "make check".
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import CHECKOUT
from tests.lab.cache import LabError, table
from tests.lab.debian import bootstrap, mirror, reason

SUITES = ["bookworm", "trixie", "testing"]
TASKS = ("read", "publish")
PARTS = ["conf.py", "index.rst", "docs", "code-samples", "tests", "LICENSE"]

# Twice: as a reader renders it, and as it is published, with previews and sitemap.
RENDER = """
set -eu
cd /book
sphinx-build --version >&2
sphinx-build -q -n -W --keep-going . /out
BOOK_ADDRESS=https://example.org/book/ sphinx-build -q -n -W --keep-going . /published
test -s /out/docs/introduction.html -a -s /published/sitemap.xml
"""


def packages() -> list[str]:
    """Return what rendering needs, as tests/setup/packages.txt lists it."""
    rows = table(CHECKOUT / "tests" / "setup" / "packages.txt")
    return [row[1] for row in rows if row[0] in TASKS]


def render(suite: str) -> bool:
    """Render the book in a clean root of a suite; say how it went."""
    with tempfile.TemporaryDirectory() as tmp:
        script = Path(tmp, "render")
        script.write_text(RENDER, encoding="ascii")
        book = " ".join(str(CHECKOUT / part) for part in PARTS)
        hooks = [
            '--customize-hook=mkdir "$1/book"',
            f"--customize-hook=copy-in {book} /book",
            f"--customize-hook=copy-in {script} /srv",
            '--customize-hook=chroot "$1" sh /srv/render',
        ]
        command = bootstrap(suite, packages(), "--format=null", *hooks)
        command += ["/dev/null", mirror()]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        print(reason("mmdebstrap", ""), end="", file=sys.stderr)
    print(f"{'ok' if done.returncode == 0 else 'FAILED':6}  {suite}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Render in every suite; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/sphinxes", description=__doc__.split("\n")[0]
    )
    parser.add_argument("suite", metavar="SUITE", nargs="*", default=SUITES)
    args = parser.parse_args()
    try:
        passed = sum([render(suite) for suite in args.suite])
    except (LabError, OSError) as error:
        print(f"sphinxes: {error}", file=sys.stderr)
        return 1
    failed = len(args.suite) - passed
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
