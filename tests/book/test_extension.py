"""The directives on small pages: what they make, and what they refuse."""

import json
import os
import re
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from book.files.kernels import Kernels, format_kernels
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tests import CHECKOUT
from tests.book.support import Plant

SAMPLE = """\
/*
 * try.c - try *something*, by `clone`
 *
 * usage: try COMMAND
 * needs: CAP_SYS_ADMIN, linux >= 5.6
 */
int main(void)
{
\treturn setns(open("/proc", MS_BIND), CLONE_NEWNET);
}
"""
SCRIPT = "#!/bin/sh\n# try.sh - try it\n#\n# usage: try.sh\n# needs: nothing\nls\n"
SESSION = "#: needs: root\nsh1# ls\nfile\nsh2$ for i in 1\n> do id; done\n# out\n"

# A project of one page, with everything that the directives can show.
PROJECT = {
    "index.rst": "Book\n====\n\n.. toctree::\n   :numbered: 1\n\n   docs/page\n",
    "code-samples/uts/try.c": SAMPLE,
    "code-samples/try.sh": SCRIPT,
    "docs/transcripts/uts/look.console": SESSION,
}
FIGURE = """\
.. graphviz::
   :name: {name}
   :alt: {alt}
   :caption: What it shows

   digraph {{ a -> b [label="x" class="soft"] }}

"""

Render = Callable[[str], str]


def run_sphinx(folder: Path, builder: str) -> str:
    """Build the project in a folder with the book's conf.py; return the warnings."""
    warnings = StringIO()
    out = folder / "out"
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            srcdir=str(folder),
            confdir=str(CHECKOUT),
            outdir=str(out / builder),
            doctreedir=str(out / "doctrees"),
            buildername=builder,
            status=None,
            warning=warnings,
        )
        app.build()
    return re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue())


def write_page(plant: Plant, text: str) -> Path:
    """Return the folder of a project whose page has a text."""
    return plant(PROJECT | {"docs/page.rst": f"Page\n====\n\n{text}\n"})


def read_page(folder: Path) -> str:
    """Return the page of a project as HTML."""
    return (folder / "out/html/docs/page.html").read_text(encoding="utf-8")


@pytest.fixture
def render(plant: Plant) -> Render:
    """Return a function that builds a page with a text and returns its HTML."""

    def build(text: str) -> str:
        folder = write_page(plant, text)
        assert run_sphinx(folder, "html") == ""
        return read_page(folder)

    return build


def test_linuxman_links_the_manual_page(render: Render) -> None:
    """The role makes the link that Sphinx makes for manual pages."""
    html = render(":linuxman:`unshare(2)`")
    address = "https://man7.org/linux/man-pages/man2/unshare.2.html"
    assert f'href="{address}">unshare(2)</a>' in html


def test_transcript_tells_prompts_from_output(render: Render) -> None:
    """Each terminal has a class of its own, and output is never a command."""
    html = render(".. transcript:: uts/look")
    assert "needs: root" not in html
    assert '<span class="terminal t1">sh1 <i>root</i></span>' in html
    assert '<span class="terminal t2">sh2 <i>user</i></span>' in html
    assert '<span class="gp gp-T1">sh1# </span>ls\n' in html
    assert '<span class="gp gp-T2">sh2$ </span>for i in 1\n' in html
    assert '<span class="gp gp-T2">&gt; </span>do id; done\n' in html
    assert '<span class="go"># out</span>' in html


def test_transcript_can_be_referred_to(render: Render) -> None:
    """With a caption and a name it is a numbered listing."""
    html = render(
        ":numref:`look`\n\n"
        ".. transcript:: uts/look\n   :caption: one look\n   :name: look"
    )
    assert 'href="#look"><span class="std std-numref">Listing 1.1</span>' in html
    assert '<span class="caption-text">one look</span>' in html


def test_transcript_shows_what_older_kernels_print(plant: Plant) -> None:
    """Below the session, the newest first, each with the kernels that printed it."""
    folder = write_page(plant, ".. transcript:: uts/look")
    ran = Kernels(versions={one: f"{one}-1" for one in ("5.10", "6.1", "6.12", "7.3")})
    (folder / "docs/kernels.json").write_text(format_kernels(ran))
    for series in ("5.10", "6.12"):
        other = folder / f"docs/transcripts/uts/look@{series}.console"
        other.write_text(f"sh1# ls\nfile of {series}\n")
    assert run_sphinx(folder, "html") == ""
    html = read_page(folder)
    places = [
        html.index(text)
        for text in (
            "On Linux 6.1 and 6.12, with the lab",
            "6.12</span>",
            "On Linux 5.10, with the lab",
            "5.10</span>",
        )
    ]
    assert places == sorted(places)


def test_fresh_lab_says_what_to_type(render: Render) -> None:
    """The reader is told to do what the suite does."""
    html = render(".. transcript:: uts/look\n\n.. fresh-lab::")
    words = re.sub("<[^>]+>", "", html)
    assert "Go on in a fresh lab: leave yours with exit" in words
    assert "again with make lab" in words


def test_transcript_is_shown_turn_by_turn(plant: Plant) -> None:
    """A turn is what one terminal did without a break, a step one command of it."""
    session = "sh1# a\n1\nsh1# b\nsh2# c\n2\nsh1# d\n"
    folder = write_page(plant, ".. transcript:: uts/look")
    (folder / "docs/transcripts/uts/look.console").write_text(session)
    assert run_sphinx(folder, "html") == ""
    shown = read_page(folder).split("<pre>")[1].split("</pre>")[0]
    assert re.sub('</?span(?: class="g[op][^>]*)?>', "", shown) == (
        '<span class="turn t1"><span class="step">sh1# a\n1\n'
        '<span class="step">sh1# b\n'
        '<span class="turn t2"><span class="step">sh2# c\n2\n'
        '<span class="turn t1"><span class="step">sh1# d\n'
    )


def test_transcript_says_what_it_leans_on(plant: Plant) -> None:
    """By links to what is above it, with the command for a lab in which it begins."""
    names = ("one", "two", "three", "none")
    heads = {"two": ["one"], "three": ["two", "one"]}
    folder = write_page(plant, "")
    for name in names:
        head = "".join(f"#: after: uts/{other}\n" for other in heads.get(name, []))
        file = folder / f"docs/transcripts/uts/{name}.console"
        file.write_text(f"{head}sh1# ls\n")
    shown = "".join(f".. transcript:: uts/{name}\n\n" for name in names)
    (folder / "docs/uts.rst").write_text(f":orphan:\n\nUTS\n===\n\n{shown}")
    assert run_sphinx(folder, "html") == ""
    html = (folder / "out/html/docs/uts.html").read_text()
    lines = re.findall('<p class="leans">(.*?)</p>', html)
    assert [re.sub("<[^>]+>", "", line) for line in lines] == [
        "Leans on the session above. "
        "To be there in a fresh lab: make lab BEFORE=uts/two",
        "Leans on the session above and an earlier session. "
        "To be there in a fresh lab: make lab BEFORE=uts/three",
    ]
    assert 'href="#session-uts-one"' in lines[0]
    assert lines[1].index("#session-uts-two") < lines[1].index("#session-uts-one")
    (folder / "docs/transcripts/uts/one.console").write_text(
        "#: after: uts/two\nsh1# ls\n"
    )
    assert "'#: after: uts/two' is no session above it" in run_sphinx(folder, "html")


def test_excerpt_shows_the_chosen_steps(render: Render) -> None:
    """In the order in which they are asked for."""
    html = render(".. excerpt:: uts/look\n   :steps: 2")
    assert "do id; done" in html
    assert "sh1" not in html


FAILS = """\
#: trap: EPERM ls: ...: no
#: among: 2 no
#: cause: It may not, without ``--all``.
#: tell: ``ls`` prints it.
#: remedy: Ask.
#: trap: EPERM ls: ...: no
#: trap: EPERM file: no
#: among: 1 no
#: cause: It is early.
#: tell: ``ls`` is slow.
#: remedy: Wait.
#: trap: silent Nothing is listed.
#: cause: There is
#: cause: nothing.
#: remedy: Look elsewhere.
#: trap: own ls: file
#: cause: It is so.
#: remedy: Go.
#: trap: EACCES never: printed here
#: cause: Another system.
#: tell: ``never typed`` fails.
#: remedy: Change it.
#: source: A book.
sh1# ls
ls: file: no
"""
OWN = "#: trap: EIO {}\n#: cause: C.\n#: remedy: R.\nsh1# {}\nbroken\n"


def test_failures_are_listed(plant: Plant) -> None:
    """By error, silent last: messages, causes in their order, session or source."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    (folder / "docs/transcripts/uts/look.console").write_text(FAILS)
    assert run_sphinx(folder, "html") == ""
    html = read_page(folder)
    words = " ".join(re.sub("<[^>]+>", " ", html).split())
    places = [
        words.index(text)
        for text in (
            "Operation not permitted (EPERM) ¶",
            "ls: file: no It is early. Is it this? ls is slow. Way out. Wait.",
            "It may not, without --all . Is it this? ls prints it. Way out. Ask. More",
            "Permission denied (EACCES) ¶",
            "never: printed here Another system. Is it this? never typed fails. "
            "Way out. Change it. Source. A book.",
            "In a program’s own words ¶",
            "ls: file : no It is so. Way out. Go. More in the",
            "Nothing is said ¶",
            "Nothing is listed. There is nothing. Way out. Look elsewhere. More in",
        )
    ]
    assert places == sorted(places)
    assert html.count('href="#session-uts-look"') == 4
    assert html.count('class="transcript session"') == 5
    assert html.count("<summary>The session</summary>") == 4
    assert "<li><p>It is early.</p>" in html


def test_failures_have_sessions_of_their_own(plant: Plant) -> None:
    """One that no chapter shows stands whole behind its cause, once with its label."""
    page = ".. failures::\n\n   Read this.\n\n   .. transcript:: own/broken\n"
    folder = write_page(plant, page)
    session = folder / "docs/transcripts/own/broken.console"
    session.parent.mkdir()
    session.write_text(OWN.format("broken", "cat"))
    assert run_sphinx(folder, "html") == ""
    html = read_page(folder)
    assert html.index("Read this.") < html.index("Input/output error (EIO)<a")
    assert html.count('id="session-own-broken"') == 1
    assert "More in" not in html


def test_own_session_shows_a_failure(plant: Plant) -> None:
    """What is no failure does not stand there."""
    page = ".. failures::\n\n   .. transcript:: uts/look\n"
    assert ("no failure stands in the head of session-uts-look") in run_sphinx(
        write_page(plant, page), "html"
    )


def test_search_knows_the_messages(plant: Plant) -> None:
    """With what all readers see of them, and where they are explained."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    (folder / "docs/transcripts/uts/look.console").write_text(FAILS)
    run_sphinx(folder, "html")
    page = (folder / "out/html/search.html").read_text(encoding="utf-8")
    found = re.search('id="messages">(.*?)</script>', page)
    assert found and {
        "text": "ls: file: no",
        "parts": ["file: no"],
        "href": "docs/page.html#failure-no",
    } in json.loads(found[1])


@pytest.mark.parametrize(
    "wrong, message",
    [
        ("#: among: first no\n", "write '#: among: NUMBER WHAT IS SEEN'"),
        ("#: tell: Look.\n", "'#: tell:' begins with a command, as in ``id``"),
        ("#: tell: ``id`` prints 0.\n", "the session does not type id"),
        ("#: trap: own broken\n", "'#: trap: own broken': the one before is EIO"),
    ],
)
def test_head_of_a_failure_is_checked(plant: Plant, wrong: str, message: str) -> None:
    """The page is not made of what the session does not bear out."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    head, _, rest = OWN.format("broken", "cat").partition("#: cause")
    path = folder / "docs/transcripts/uts/look.console"
    path.write_text(f"{head}{wrong}#: cause{rest}")
    assert message in run_sphinx(folder, "html")


@pytest.mark.parametrize(
    "line, message",
    [
        (
            "#: tell: ``ls`` prints it.\n",
            "look: one of several causes needs '#: tell:'",
        ),
        ("#: among: 2 no\n", "look: another cause is number 1, too"),
    ],
)
def test_causes_are_told_apart(plant: Plant, line: str, message: str) -> None:
    """Each of several has its command, and its place."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    other = "" if "tell" in line else "#: among: 1 no\n"
    path = folder / "docs/transcripts/uts/look.console"
    path.write_text(FAILS.replace(line, other, 1))
    assert message in run_sphinx(folder, "html")


def test_older_kernel_may_print_the_message(plant: Plant) -> None:
    """Where the newest no longer fails, the file of the older ones shows it."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    path = folder / "docs/transcripts/uts/look.console"
    path.write_text(OWN.format("lost", "cat"))
    path.with_name("look@6.12.console").write_text("sh1# cat\nlost\n")
    assert run_sphinx(folder, "html") == ""
    assert '<code class="message' in read_page(folder)


def test_failure_is_found_by_its_message(plant: Plant) -> None:
    """The index has it."""
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. failures::")
    (folder / "docs/transcripts/uts/look.console").write_text(FAILS)
    run_sphinx(folder, "html")
    index = (folder / "out/html/genindex.html").read_text(encoding="utf-8")
    assert "file: no (failure)" in index


def test_changed_transcript_changes_the_page(plant: Plant) -> None:
    """Sphinx knows that the page depends on the transcript."""
    folder = write_page(plant, ".. transcript:: uts/look")
    run_sphinx(folder, "html")
    transcript = folder / "docs/transcripts/uts/look.console"
    transcript.write_text("sh1# uname -n\nlab\n")
    os.utime(transcript, (time.time() + 10,) * 2)
    run_sphinx(folder, "html")
    assert "uname -n" in read_page(folder)


def test_sample_is_a_listing(render: Render) -> None:
    """Caption, number, download, line numbers, language and tabs."""
    html = render(
        ":numref:`uts/try.c`\n\n.. sample:: uts/try.c\n   :emphasize-lines: 9\n\n"
        ".. sample:: try.sh"
    )
    assert 'href="#uts-try-c"><span class="std std-numref">Listing 1.1</span>' in html
    assert re.search('download="" href="[^"]+/try.c"', html)
    assert "try *something*, by `clone`</span>" in html
    assert 'class="highlight-c ' in html
    assert 'class="highlight-bash ' in html
    line = html.split('<span class="hll">')[1].split("\n")[0]
    assert re.sub("<[^>]+>", "", line).startswith(" 9    return setns(")


def test_index_lists_samples(render: Render) -> None:
    """Each with its chapter, calls, flags and needs."""
    html = render(".. sample:: uts/try.c\n\n.. sample:: try.sh\n\n.. sample-index::\n")
    rows = html.split("</table>")[0].split("<tr ")[2:]
    texts = [re.sub(r"<[^>]+>", "", row.split(">", 1)[1]).split("\n") for row in rows]
    assert [[cell for cell in text if cell] for text in texts] == [
        ["try.sh", "try it", "Page, Listing 1.2"],
        [
            "uts/try.c",
            "try *something*, by `clone`",
            "Page, Listing 1.1",
            "open(2), setns(2)",
            "CLONE_NEWNET, MS_BIND",
            "CAP_SYS_ADMIN, linux &gt;= 5.6",
        ],
    ]
    assert 'href="#uts-try-c"' in rows[1]


def test_index_follows_other_pages(plant: Plant) -> None:
    """A listing that moves to another place is found there in the next build."""
    folder = plant(
        PROJECT
        | {
            "index.rst": PROJECT["index.rst"] + "   docs/samples\n",
            "docs/page.rst": "One\n===\n\n.. sample:: try.sh\n.. sample:: uts/try.c\n",
            "docs/samples.rst": "Samples\n=======\n\n.. sample-index::\n",
        }
    )
    run_sphinx(folder, "html")
    page = folder / "docs/page.rst"
    page.write_text("Other\n=====\n\n.. sample:: uts/try.c\n.. sample:: try.sh\n")
    os.utime(page, (time.time() + 10,) * 2)
    assert run_sphinx(folder, "html") == ""
    html = (folder / "out/html/docs/samples.html").read_text(encoding="utf-8")
    assert '<a class="reference internal" href="page.html">Other</a>' in html
    assert 'href="page.html#uts-try-c">Listing 1.1</a>' in html


def test_figures_are_part_of_the_page(render: Render) -> None:
    """They have a number, a label, the page's colours, and no ids to clash."""
    html = render(
        ":numref:`one`\n\n"
        + FIGURE.format(name="one", alt='An "a" & a b')
        + FIGURE.format(name="two", alt="The same")
    )
    assert 'href="#one"><span class="std std-numref">Figure 1.1</span>' in html
    assert '<svg role="img" aria-label="An &quot;a&quot; &amp; a b"' in html
    assert html.count("<svg") == 2
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert 'stroke="currentColor"' in drawings
    assert '<text fill="currentColor"' in drawings
    assert 'class="edge soft"' in drawings
    assert not re.search(r' id=|"black"|<title>|font-family', drawings)


STEPS = """\
.. steps::

   .. graphviz::
      :alt: A and b

      digraph {{ a [class="step1"]; b [class="{last}"]; }}

   #. First a.
   #. Then b.
"""


def test_steps_tie_a_figure_to_a_list(render: Render) -> None:
    """Both stand in one box; the figure keeps the classes of its parts."""
    html = render(STEPS.format(last="step2"))
    box = html.split('<div class="steps')[1]
    assert 'class="node step1"' in box
    assert "<li><p>Then b.</p></li>" in box


def test_names_of_the_kernel_lead_to_its_source(render: Render) -> None:
    """The first in a section is a link; in code and titles they are left alone."""
    html = render(
        "CLONE_NEWNET, not CLONE_NEWNET. ``MS_BIND``, EXIT_FAILURE\n\n"
        "With CAP_CHOWN\n--------------\n\nCLONE_NEWNET."
    )
    name = '<code class="constant docutils literal notranslate">'
    link = '<a class="reference external" href="https://elixir.bootlin.com/linux/v'
    main = html.split('role="main"')[1]
    assert main.count(link) == 2
    assert main.count(name) == 3
    assert re.search(r'/A/ident/CLONE_NEWNET"><code', main)
    assert "With CAP_CHOWN<a" in main


def test_terms_carry_their_definition(plant: Plant) -> None:
    """A changed glossary changes the pages that use it."""
    glossary = "Glossary\n========\n\n.. glossary::\n\n   pin\n      A *mount*.\n"
    index = PROJECT["index.rst"] + "   docs/glossary\n"
    folder = write_page(plant, "A :term:`pin`.")
    plant({"docs/glossary.rst": glossary, "index.rst": index})
    assert run_sphinx(folder, "html") == ""
    assert 'href="glossary.html#term-pin" title="A mount."' in read_page(folder)
    plant({"docs/glossary.rst": glossary.replace("mount", "file")})
    os.utime(folder / "docs/glossary.rst", (time.time() + 10,) * 2)
    run_sphinx(folder, "html")
    assert 'title="A file."' in read_page(folder)


def test_index_names_manual_pages_and_samples(plant: Plant) -> None:
    """A page that is named twice has one entry for each page of the book."""
    text = ":linuxman:`clone(2)` :linuxman:`clone(2)`\n\n.. sample:: uts/try.c\n"
    folder = write_page(plant, text)
    assert run_sphinx(folder, "html") == ""
    index = (folder / "out/html/genindex.html").read_text(encoding="utf-8")
    assert index.count('">clone(2)</a>') == 1
    assert 'href="docs/page.html#uts-try-c">try.c (sample)</a>' in index


def test_published_book_has_previews_and_a_sitemap(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its 404 page knows the folder in which the book lies."""
    pytest.importorskip("sphinxext.opengraph", reason="needs the task publish")
    monkeypatch.setenv("BOOK_ADDRESS", "https://example.org/ns/")
    folder = write_page(plant, "What a page says first.")
    assert run_sphinx(folder, "html") == ""
    page = read_page(folder)
    assert 'property="og:url" content="https://example.org/ns/docs/page.html"' in page
    assert 'property="og:description" content="What a page says first."' in page
    sitemap = (folder / "out/html/sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://example.org/ns/docs/page.html</loc>" in sitemap
    missing = (folder / "out/html/404.html").read_text(encoding="utf-8")
    assert 'src="/ns/_static/book.js"' in missing


def test_style_is_part_of_the_page(render: Render) -> None:
    """Its rules, without the comments."""
    style = render("Text.").split("<style>")[1].split("</style>")[0]
    assert "\n.session {\nmargin: " in style
    assert "/*" not in style


def test_editions_are_linked_once_they_are_made(plant: Plant) -> None:
    """The file is part of the site, also when it comes after the page."""
    folder = write_page(plant, ".. editions::")
    run_sphinx(folder, "html")
    assert "editions" not in read_page(folder)
    name = "linux-namespaces-hands-on.pdf"
    plant({f"build/pdf/{name}": "x" * 1_234_567})
    assert run_sphinx(folder, "html") == ""
    assert f'href="{name}">PDF, 1.2 MB</a>' in read_page(folder)
    assert (folder / "out/html/docs" / name).stat().st_size == 1_234_567


def test_boxes_have_a_kind_and_a_title(render: Render) -> None:
    """The title of an aside is its own; what bites has one of the book."""
    html = render(".. bites::\n\n   Text.\n\n.. aside:: Why *so*\n\n   More.")
    text = re.sub("\n", "", html)
    title = '<p class="admonition-title">'
    assert re.search(f'"[^"]* ?bites[ "][^>]*>{title}This one bites</p>', text)
    assert re.search(f'"[^"]* ?aside[ "][^>]*>{title}Why <em>so</em></p>', text)


def test_tables_have_a_box_to_scroll_in(render: Render) -> None:
    """A wide table must not widen the page."""
    html = render("== ==\nA  B\n== ==\n1  2\n== ==\n")
    assert re.search(r'<div class="wide docutils container">\s*<table ', html)


MACHINE = '{"kernel": "6.1"}'


@pytest.mark.parametrize(
    ("files", "runs"),
    [
        ({"look": SESSION}, True),
        ({"look": "#: page: it has no look\n" + SESSION}, False),
        ({"look": "#: needs: linux >= 6.1\n" + SESSION}, True),
        ({"look": "#: needs: linux >= 6.10\n" + SESSION}, False),
        ({"look": SESSION, "look@6.1": "#: page: too old\n" + SESSION}, False),
        ({"look": SESSION, "look@5.10": "#: page: too old\n" + SESSION}, True),
    ],
)
def test_button_runs_what_the_machine_can(
    files: dict[str, str], runs: bool, plant: Plant
) -> None:
    """A transcript that it cannot run, or whose kernel is newer, has no button.

    What counts is the file that serves its kernel.
    """
    folder = write_page(plant, ".. transcript:: uts/look\n\n.. sample:: uts/try.c")
    for name, session in files.items():
        (folder / f"docs/transcripts/uts/{name}.console").write_text(session)
    (folder / "docs/live").mkdir()
    (folder / "docs/live/guest.json").write_text(MACHINE)
    assert run_sphinx(folder, "html") == ""
    html = read_page(folder)
    assert ('data-run="uts/look">Run it here</button>' in html) == runs
    assert 'data-edit="uts/try.c">Change it and run it</button>' in html


def test_nothing_to_press_without_a_machine(render: Render) -> None:
    """A book without docs/live has no buttons."""
    assert "data-run" not in render(".. transcript:: uts/look")


def test_pages_are_told_that_there_is_no_machine(plant: Plant) -> None:
    """Until there is one, which stays; what pages link to is there in any case."""
    folder = write_page(plant, "Text.")
    assert run_sphinx(folder, "html") == ""
    live = min(folder.rglob("machine.json")).parent
    assert json.loads((live / "machine.json").read_text())["state"] == "missing"
    assert "no machine" in (live / "SOURCES.txt").read_text()
    (live / "SOURCES.txt").write_text("v86")
    (live / "machine.json").write_text('{"state": "there"}')
    assert run_sphinx(folder, "html") == ""
    assert (live / "machine.json").read_text() == '{"state": "there"}'
    assert (live / "SOURCES.txt").read_text() == "v86"


@pytest.mark.parametrize("builder", ["text", "epub", "singlehtml"])
def test_other_builders_work(builder: str, plant: Plant) -> None:
    """What is made for HTML pages does not stand in the way of other forms."""
    text = (
        ".. transcript:: uts/look\n\n.. sample:: uts/try.c\n\n.. sample:: try.sh\n\n"
        f".. sample-index::\n\n{FIGURE.format(name='one', alt='An a and a b')}"
    )
    assert run_sphinx(write_page(plant, text), builder) == ""


@pytest.mark.parametrize(
    ("text", "files", "complaint"),
    [
        (
            ":linuxman:`unshare`",
            {},
            "page.rst:4: ERROR: ':linuxman:`unshare`' is no manual page: write NAME(",
        ),
        (
            ".. transcript:: uts/gone",
            {},
            "page.rst:4: ERROR: no transcript docs/transcripts/uts/gone.console: ",
        ),
        (
            ".. transcript:: uts/look",
            {"docs/transcripts/uts/look.console": "#: needs: root\noutput\n"},
            "docs/transcripts/uts/look.console:2: a session begins with a command",
        ),
        (
            ".. transcript:: uts/look",
            {"docs/transcripts/uts/look.console": "sh1# ls"},
            "ERROR: docs/transcripts/uts/look.console:1: no newline at the end",
        ),
        (STEPS.format(last="step3"), {}, "page.rst:4: ERROR: steps holds a graphviz"),
        (
            ".. excerpt:: uts/look\n   :steps: 3",
            {},
            "page.rst:4: ERROR: uts/look has 2 steps",
        ),
        (
            ".. sample:: gone.c",
            {},
            "page.rst:4: ERROR: no sample code-samples/gone.c",
        ),
        (
            ".. sample:: Makefile",
            {},
            "ERROR: code-samples/Makefile is no sample: expected a .c or .sh file",
        ),
        (
            ".. sample:: uts/try.c",
            {"code-samples/uts/try.c": SAMPLE.replace("needs:", "need:")},
            "ERROR: code-samples/uts/try.c:5: expected ' * needs: CAP_SYS_ADMIN'",
        ),
        (
            ".. sample:: uts/try.c\n.. sample-index::",
            {},
            "WARNING: no page shows code-samples/try.sh: put '.. sample:: try.sh'",
        ),
        (
            ".. sample-index::",
            {"code-samples/uts/try.c": "int main(void);"},
            "page.rst:4: ERROR: code-samples/uts/try.c:1: expected '/*'",
        ),
        (
            FIGURE.format(name="one", alt="").replace(":alt:", ":align: left"),
            {},
            "WARNING: a figure needs :alt:, the sentence for those who cannot see it",
        ),
        (
            FIGURE.format(name="one", alt="A drawing").replace("a -> b", "a ->"),
            {},
            "WARNING: dot: Error: <stdin>: syntax error in line 1",
        ),
    ],
)
def test_mistake_is_explained(
    text: str, files: dict[str, str], complaint: str, plant: Plant
) -> None:
    """A mistake in a page or a file stops a build that takes warnings for errors."""
    write_page(plant, text)
    assert complaint in run_sphinx(plant(files), "html")
