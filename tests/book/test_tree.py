"""The rules hold in this checkout, and each is seen to fail on a broken tree."""

from pathlib import Path

import pytest

from tests.book import rules
from tests.book.support import Plant, report

HEADER = """\
/*
 * try.c - try something
 *
 * usage: try COMMAND
 * needs: nothing
 */
"""
PROGRAM = "#!/bin/sh\necho 'usage: try COMMAND' >&2\nexit 2\n"
SESSION = "sh1# ls\n"
TRAP = (
    "#: trap: EPERM no file\n#: cause: None was made.\n#: remedy: Make one.\n"
    "sh1# ls file\nls: no file\n"
)

# A small tree that keeps every rule.
GOOD = {
    "index.rst": ".. toctree::\n\n   docs/uts\n",
    "docs/uts.rst": ".. sample:: uts/try.c\n\n.. transcript:: uts/look\n\n"
    ".. exercise:: uts-do\n",
    "docs/transcripts/uts/look.console": "#: needs: linux >= 5.6\n" + SESSION,
    "code-samples/uts/try.c": HEADER,
    "build/samples/uts/try": PROGRAM,
    "tests/samples/uts.bats": '@test "try: it tries" {\n',
    "tests/exercises/uts-do/grader.c": "",
    "tests/exercises/pid-do/grader.c": "",
    "docs/pdf.mjs": '/* As tests/a does. */\nimport { a } from "./browser.mjs";\n',
    "docs/_ext/book/files/samples.py": "import re\nfrom .headers import read\n",
    "docs/_ext/book/pages/sample.py": "import sphinx\nfrom ..files.samples import a\n",
}

# What breaks each rule: the files that change, and a part of the finding.
BROKEN = [
    (
        rules.samples_are_shown,
        {"code-samples/uts/other.c": HEADER},
        "code-samples/uts/other.c: no page shows it",
    ),
    (
        rules.samples_are_tested,
        {"tests/samples/uts.bats": '@test "tried: it tries" {\n'},
        "code-samples/uts/try.c: no test: add '@test \"try: FACT\"'",
    ),
    (
        rules.samples_are_tested,
        {"code-samples/uts/try.sh": "#!/bin/sh\n"},
        "code-samples/uts/try.sh: no test: add '@test \"try.sh: FACT\"'",
    ),
    (
        rules.headers_are_valid,
        {"code-samples/uts/try.c": HEADER.replace("needs: ", "needs ")},
        "code-samples/uts/try.c:5: expected ' * needs: CAP_SYS_ADMIN'",
    ),
    (
        rules.usage_is_printed,
        {"build/samples/uts/try": PROGRAM.replace("COMMAND", "FILE")},
        "expected 'usage: try COMMAND' on stderr and status 2, got 'usage: try FILE",
    ),
    (
        rules.usage_is_printed,
        {"build/samples/uts/try": PROGRAM.replace("exit 2", "exit 1")},
        "and 1",
    ),
    (
        rules.usage_is_printed,
        {"code-samples/uts/more.c": HEADER.replace("try", "more")},
        "build/samples/uts/more: not built: run 'make samples'",
    ),
    (
        rules.chapters_exist,
        {"docs/more.rst": "This has a chapter\nto itself, :ref:`a later chapter <x>`."},
        "docs/more.rst: 'chapter to itself': link a chapter",
    ),
    (
        rules.chapters_exist,
        {"docs/more.rst": "Later chapters say why."},
        "docs/more.rst: 'Later chapters': link a chapter",
    ),
    (
        rules.transcripts_are_shown,
        {"docs/transcripts/uts/new.console": SESSION},
        "new.console: show it once, in docs/uts.rst; shown by: no page",
    ),
    (
        rules.transcripts_are_shown,
        {"docs/pid.rst": ".. transcript:: uts/look\n"},
        "look.console: show it once, in docs/uts.rst; shown by: docs/pid.rst, docs/uts",
    ),
    (
        rules.exercises_are_shown,
        {"tests/exercises/uts-more/grader.c": ""},
        "tests/exercises/uts-more: show it once, in docs/uts.rst; shown by: no page",
    ),
    (
        rules.exercises_are_shown,
        {"docs/pid.rst": "PID\n===\n"},
        "tests/exercises/pid-do: show it once, in docs/pid.rst; shown by: no page",
    ),
    (
        rules.exercises_are_shown,
        {"docs/mnt.rst": ".. exercise:: pid-do\n"},
        "tests/exercises/pid-do: show it once, in docs/pid.rst; shown by: docs/mnt.rst",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/look.console": "#: need: root\n" + SESSION},
        "look.console:1: expected '#: KEY: VALUE'",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/look.console": TRAP.replace("EPERM no", "EPER no")},
        "look.console: '#: trap: EPER no file': EPER is no error: write EPERM",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/look.console": TRAP.replace("ls: no", "ls: a")},
        "look.console: '#: trap: EPERM no file': the session does not print that",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/look.console": TRAP.replace("remedy", "cause")},
        "needs a message, a '#: cause:' and a '#: remedy:'",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/look.console": "#: cause: None.\n" + TRAP},
        "look.console: '#: cause:' stands before any '#: trap:'",
    ),
    (
        rules.transcripts_are_valid,
        {"docs/transcripts/uts/old@5.10.console": SESSION},
        "old@5.10.console: serves one kernel; record uts/old for the others",
    ),
    (
        rules.quoted_output_is_compared,
        {"docs/uts.rst": ":printed:`lab` says so, and the file\nsays ``vm`` here.\n"},
        "docs/uts.rst:2: write :printed:`vm`, which the build compares: says ``vm``",
    ),
    (
        rules.quoted_output_is_compared,
        {"docs/uts.rst": "``look``\nis what ls prints.\n"},
        "docs/uts.rst:1: write :printed:`look`, which the build compares: ``look`` is",
    ),
    (
        rules.quoted_output_is_compared,
        {"docs/uts.rst": 'Here ls says "not found".\n'},
        "docs/uts.rst:1: write :printed:`not found`, which the build compares: says",
    ),
    (
        rules.nothing_is_inline,
        {"docs/pid.rst": "Text.\n\n.. code-block:: c\n\n   int main(void);\n"},
        "docs/pid.rst:3: code belongs into a file",
    ),
    (
        rules.nothing_is_inline,
        {"docs/pid.rst": ".. parsed-literal::\n\n   *text*\n"},
        "docs/pid.rst:1: code belongs into a file",
    ),
    (
        rules.nothing_is_inline,
        {"docs/pid.rst": "Type this::\n\n  cd /\n\n  sh1# ls\n\nand look.\n"},
        "docs/pid.rst:5: record this as a transcript:   sh1# ls",
    ),
    (
        rules.nothing_is_inline,
        {"docs/pid.rst": ".. code-block:: text\n\n   $ ls\n"},
        "docs/pid.rst:3: record this as a transcript:    $ ls",
    ),
    (
        rules.pages_are_in_toctree,
        {"docs/pid.rst": "PID\n===\n"},
        "docs/pid.rst: add it to a toctree of index.rst",
    ),
    (
        rules.pages_are_in_toctree,
        {"docs/uts.rst": ".. toctree::\n"},
        "docs/uts.rst: only index.rst may have a toctree",
    ),
    (
        rules.paths_are_unnumbered,
        {"docs/02-uts.rst": ""},
        "docs/02-uts.rst: name it by its topic",
    ),
    (
        rules.paths_are_unnumbered,
        {"code-samples/uts/try_2.c": ""},
        "code-samples/uts/try_2.c: name it by its topic",
    ),
    (
        rules.paths_are_unnumbered,
        {"code-samples/chapter1/try.c": ""},
        "code-samples/chapter1: name it by its topic",
    ),
    (
        rules.topics_have_pages,
        {"code-samples/pid/try.c": ""},
        "code-samples/pid: there is no page docs/pid.rst",
    ),
    (
        rules.topics_have_pages,
        {"tests/samples/pid.bats": ""},
        "tests/samples/pid.bats: there is no page docs/pid.rst",
    ),
    (
        rules.docs_import_no_tests,
        {"docs/pdf.mjs": 'import { a } from "../tests/browser/book.mjs";\n'},
        "docs/pdf.mjs: imports code of tests/",
    ),
    (
        rules.docs_import_no_tests,
        {"docs/live/panel.js": 'const { a } = await import("../../tests/a.js");\n'},
        "docs/live/panel.js: imports code of tests/",
    ),
    (
        rules.docs_import_no_tests,
        {"docs/serve": 'import sys\nsys.path.insert(0, str(CHECKOUT / "tests"))\n'},
        "docs/serve: imports code of tests/",
    ),
    (
        rules.docs_import_no_tests,
        {"docs/_ext/book/pages/sample.py": "from tests.book import rules\n"},
        "docs/_ext/book/pages/sample.py: imports code of tests/",
    ),
    (
        rules.files_need_python_alone,
        {"docs/_ext/book/files/samples.py": "from docutils import nodes\n"},
        "docs/_ext/book/files/samples.py: imports docutils: what needs more than",
    ),
    (
        rules.files_need_python_alone,
        {"docs/_ext/book/files/samples.py": "from ..pages import names\n"},
        "docs/_ext/book/files/samples.py: imports ..pages",
    ),
    (
        rules.classes_have_names_of_their_own,
        {
            "docs/_ext/book/one.py": "class Try:\n    pass\n",
            "tests/lab/two.py": "if True:\n\n    class Try: ...\n",
        },
        "tests/lab/two.py:3: docs/_ext/book/one.py:1 has a class Try, too",
    ),
]


def rule_name(rule: rules.Rule) -> str:
    """Return what a rule is called, to name its test."""
    return rule.__name__


def grow(plant: Plant, changes: dict[str, str]) -> Path:
    """Return the root of the good tree with some files changed."""
    root = plant(GOOD | changes)
    for program in (root / "build").rglob("try"):
        program.chmod(0o755)
    return root


@pytest.mark.parametrize("rule", rules.RULES, ids=rule_name)
def test_rule_holds(rule: rules.Rule, root: Path) -> None:
    """The checkout keeps the rule."""
    report(rule(root))


@pytest.mark.parametrize("rule", rules.RULES, ids=rule_name)
def test_rule_holds_in_good_tree(rule: rules.Rule, plant: Plant) -> None:
    """The small tree keeps the rule, so what breaks it is the change."""
    assert rule(grow(plant, {})) == []


@pytest.mark.parametrize(("rule", "changes", "finding"), BROKEN)
def test_rule_can_fail(
    rule: rules.Rule, changes: dict[str, str], finding: str, plant: Plant
) -> None:
    """One change makes one finding."""
    findings = rule(grow(plant, changes))
    assert len(findings) == 1
    assert finding in findings[0]


def test_every_rule_has_been_seen_to_fail() -> None:
    """No rule comes without the tree that breaks it."""
    assert {rule for rule, _, _ in BROKEN} == set(rules.RULES)


def test_literal_blocks_end_where_the_indentation_does() -> None:
    """A prompt in running text is no transcript; notes may hold paragraphs."""
    text = "As in::\n\n  cd /\n\n$ is a user.\n\n.. note::\n\n   # is root.\n"
    assert [line for _, line in rules.literal_lines(text.splitlines())] == [
        "",
        "  cd /",
        "",
    ]
