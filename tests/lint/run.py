"""Check the form of every tracked source file: format, warnings, types, spelling.

Seconds, and no guest. What Debian 12's versions of the tools say is binding. New
files count before they are committed; what git ignores does not.
"""

import argparse
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tests import CHECKOUT, part

SECONDS = 300.0
# Programs that are wrong on purpose.
WRONG = re.compile("tests/(exercises/.*/starter.c|exercises/attacks/|faults/wrong/)")

# Newer versions of cppcheck say, as a finding, that they did not look at everything.
BRANCHES = "--suppress=normalCheckLevelMaxBranches"


@dataclass(frozen=True)
class Check:
    """One tool on its files, and the command that mends what it finds, if any."""

    name: str
    command: list[str]
    files: list[str]
    mend: str = ""
    last: tuple[str, ...] = ()  # what the command line ends with


def tracked() -> list[str]:
    """Return the project's files as git knows them, with new ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    names = listed.stdout.splitlines()
    return sorted(name for name in set(names) if (CHECKOUT / name).is_file())


def interpreter(name: str) -> str:
    """Return the first line's program of a file without suffix, "" if none."""
    with (CHECKOUT / name).open("rb") as file:
        first = file.readline(80)
    return first.decode(errors="replace").strip() if first[:2] == b"#!" else ""


def checks() -> list[Check]:
    """Return every check, the slow ones first."""
    files = tracked()
    c = [name for name in files if name.endswith(".c")]
    samples = [name for name in c if not WRONG.match(name)]
    heads = {name: interpreter(name) for name in files}
    python = [n for n in files if n.endswith(".py") or "python3" in heads[n]]
    programs = [n for n in python if not n.endswith(".py")]
    typed = ["conf.py", "docs/_ext", "tests", *programs]
    shell = [n for n in files if heads[n].endswith(("/sh", "/bash", " bash"))]
    shell += [n for n in files if n.endswith(".bash")]
    scripts = [n for n in files if n.endswith((".js", ".mjs"))]
    bats = [n for n in files if n.endswith(".bats")]
    gcc = ["gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    # Version 14 takes each dup2 to a standard stream for a leak.
    analyze = [*gcc, "-fanalyzer", "-Wno-analyzer-fd-leak", "-c", "-o", "/dev/null"]
    return [
        Check("clang-tidy", ["clang-tidy", "--quiet"], c, last=("--", "-std=gnu17")),
        *(Check(f"gcc -fanalyzer {name}", analyze, [name]) for name in samples),
        Check("mypy", ["/usr/bin/mypy", "--no-error-summary"], typed),
        Check("black", ["/usr/bin/black", "--check"], python, "black"),
        Check("flake8", ["/usr/bin/python3", "-m", "flake8"], python),
        Check("clang-format", ["clang-format", "-Werror", "-n"], c, "clang-format -i"),
        Check(
            "cppcheck",
            ["cppcheck", "-q", "--error-exitcode=1", BRANCHES, "--inline-suppr"],
            c,
        ),
        Check("shellcheck", ["shellcheck"], shell),
        Check("shellcheck bats", ["shellcheck", "-s", "bats", "-x"], bats),
        *(Check(f"node --check {n}", ["node", "--check"], [n]) for n in scripts),
        Check(
            "codespell",
            ["codespell", "--ignore-words-list=ons"],  # a column of lsns
            [n for n in files if n[-5:] != ".json"],
        ),
    ]


def run(check: Check) -> str:
    """Run a check; return what is wrong, "" when nothing is."""
    if not shutil.which(check.command[0]):
        return f"{check.command[0]} is missing: tests/setup/install check"
    try:
        done = subprocess.run(
            [*check.command, *check.files, *check.last],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS:.0f} s"
    if done.returncode == 0:
        return ""
    return done.stdout.strip() or f"ended with {done.returncode}"


def words(check: Check) -> set[str]:
    """Return what may name a check: its name, its tool, a file that it reads."""
    return {check.name, check.command[0].rpartition("/")[2], *check.files}


def narrowed(check: Check, only: list[str]) -> Check:
    """Return a check on the files that were asked for; on all if it is named."""
    files = [name for name in check.files if name in only]
    return replace(check, files=files) if files else check


def run_all(args: argparse.Namespace) -> part.Counts:
    """Run the checks that were asked for; return what they came to."""
    known = [check for check in checks() if check.files]
    todo = [narrowed(c, args.only) for c in part.chosen(known, args.only, words)]
    failed = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for check, wrong in zip(todo, pool.map(run, todo)):
            print(f"{'FAILED' if wrong else 'ok':6}  {check.name}", flush=True)
            if wrong:
                failed += 1
                print(wrong)
                print(f"repeat: {part.repeat('lint', check.name)}")
                if check.mend:
                    print(f"mend: {check.mend} FILE...")
    return len(todo) - failed, failed, 0


if __name__ == "__main__":
    sys.exit(part.main("lint", __doc__, run_all))
