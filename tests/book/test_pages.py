"""The rendered book: built without a warning, whole, and true to its sources."""

from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document

from tests.book import prose, website
from tests.book.support import Build, Plant, report

GOOD = '<title>A page</title><h1 id="top">Top</h1>'


@pytest.fixture(scope="session")
def site(build: Build) -> website.Site:
    """Return the parsed pages of the book."""
    return website.read_site(build.html)


def test_sphinx_has_nothing_to_say(build: Build) -> None:
    """The book is built with every check of Sphinx on, and no warning."""
    report(build.log.splitlines())
    assert build.status == 0


def test_every_page_is_there(build: Build, site: website.Site) -> None:
    """An empty site would pass every rule below."""
    names = {path.relative_to(build.html).as_posix() for path in site}
    assert names >= {"index.html", "search.html", "docs/introduction.html"}


def test_links_lead_somewhere(site: website.Site) -> None:
    """Links within the book name files and ids that exist."""
    report(website.broken_links(site))


def test_ids_are_unique(site: website.Site) -> None:
    """No id stands twice in a page."""
    report(website.repeated_ids(site))


def test_pictures_have_a_text(site: website.Site) -> None:
    """Figures can be read out."""
    report(website.pictures_without_text(site))


def test_pages_have_one_title(site: website.Site) -> None:
    """A title for the tab, a heading for the page."""
    report(website.wrong_titles(site))


def test_nothing_comes_from_elsewhere(build: Build, site: website.Site) -> None:
    """The book can be read without a network."""
    report(website.loaded_from_elsewhere(site))
    report(website.styles_from_elsewhere(build.html))


def test_downloads_are_the_samples(site: website.Site, root: Path) -> None:
    """The file behind a caption is the file that is tested."""
    assert any(page.downloads for page in site.values())
    report(website.wrong_downloads(site, root / "code-samples"))


def test_manual_pages_exist(site: website.Site) -> None:
    """Every reference names a page of Debian's packages, with its section."""
    assert any(page.manual_pages for page in site.values())
    report(website.unknown_manual_pages(site, website.installed_manual_pages()))


def test_chapters_are_read_in_a_sitting(build: Build) -> None:
    """Long enough to tell the story; what is too long says what of it can wait."""
    names = prose.chapters(prose.read_doctree(build.doctrees / "index.doctree"))
    assert "docs/introduction" in names
    pages = {n: prose.read_doctree(build.doctrees / f"{n}.doctree") for n in names}
    found = {name: prose.wrong_length(page) for name, page in pages.items()}
    report([f"{name}: {wrong}" for name, wrong in found.items() if wrong])


# Each rule is seen to fail: a page that breaks it, and a part of the finding.


def page_of(path: int, waits: int, exercises: int = 0) -> nodes.document:
    """Return a page of so many words: the main path, what can wait, exercises."""
    page = new_document("page")
    page += nodes.section("", nodes.paragraph(text="word " * path))
    later = nodes.section("", nodes.paragraph(text="word " * waits))
    later["classes"].append(prose.CAN_WAIT)
    box = nodes.admonition("", classes=["exercise"])
    page += [later, nodes.section("", nodes.paragraph(text="word " * exercises), box)]
    return page


@pytest.mark.parametrize(
    ("path", "waits", "finding"),
    [
        (1499, 0, "1499 words, expected 1500 to 6000"),
        (1500, 0, ""),
        (4500, 0, ""),
        (4501, 0, "4501 words, 4501 of them on the main path"),
        (3500, 2500, ""),
        (3501, 1000, "4501 words, 3501 of them on the main path"),
        (3500, 2501, "6001 words, expected 1500 to 6000"),
    ],
)
def test_wrong_length_is_found(path: int, waits: int, finding: str) -> None:
    """Exercises do not count, and what can wait not for the main path."""
    said = prose.wrong_length(page_of(path, waits, exercises=900))
    assert said.startswith(finding) and bool(said) == bool(finding)


@pytest.mark.parametrize(
    ("rule", "html", "finding"),
    [
        (website.broken_links, '<a href="gone.html">', "gone.html leads to no file"),
        (website.broken_links, '<a href="#gone">', "#gone leads to no id"),
        (website.repeated_ids, '<p id="top">', "id top stands 2 times"),
        (website.pictures_without_text, '<img src="a.png">', "a.png has no text"),
        (website.pictures_without_text, "<svg></svg>", "svg has no text"),
        (website.pictures_without_text, '<svg role="img"></svg>', "svg has no text"),
        (
            website.pictures_without_text,
            '<svg aria-label="A"></svg>',
            "svg has no text",
        ),
        (website.wrong_titles, "<h1>Again</h1>", "2 h1, expected one"),
        (
            website.loaded_from_elsewhere,
            '<script src="//example.org/a.js"></script>',
            "loads //example.org/a.js",
        ),
        (
            website.loaded_from_elsewhere,
            '<link rel="stylesheet" href="gone.css">',
            "loads gone.css, which is missing",
        ),
    ],
)
def test_rule_can_fail(
    rule: website.Rule, html: str, finding: str, plant: Plant
) -> None:
    """The good page has no finding, the changed one has one."""
    assert rule(website.read_site(plant({"index.html": GOOD}))) == []
    findings = rule(website.read_site(plant({"index.html": GOOD + html})))
    assert len(findings) == 1
    assert finding in findings[0]


def test_missing_title_is_found(plant: Plant) -> None:
    """A page without a title element has no name in the tab."""
    site = website.read_site(plant({"index.html": "<h1>Top</h1>"}))
    assert len(website.wrong_titles(site)) == 1


def test_foreign_style_is_found(plant: Plant) -> None:
    """A font of another site would be a request elsewhere."""
    folder = plant({"a.css": "@font-face { src: url('https://example.org/a.woff2') }"})
    assert website.styles_from_elsewhere(folder) == [
        "a.css: loads https://example.org/a.woff2"
    ]


def test_changed_download_is_found(plant: Plant) -> None:
    """A download that is not the sample, or names none, is a finding."""
    page = '<a download href="a.c"><code>a.c</code></a><a download href="b.c">b.c</a>'
    folder = plant({"index.html": page, "a.c": "old", "samples/a.c": "new"})
    assert website.wrong_downloads(website.read_site(folder), folder / "samples") == [
        "index.html: download a.c is not the sample",
        "index.html: download b.c: no such file",
    ]


def test_wrong_section_is_found(plant: Plant) -> None:
    """The finding names the section that would be right."""
    page = (
        '<a class="manpage" href="#">clone(8)</a><a class="manpage" href="#">no(1)</a>'
    )
    site = website.read_site(plant({"index.html": page}))
    known = website.installed_manual_pages()
    assert website.unknown_manual_pages(site, known) == [
        "index.html: no manual page clone(8): there is clone(2)",
        "index.html: no manual page no(1): "
        "a package of tests/setup/packages.txt has to have it",
    ]


def test_manual_pages_are_of_what_the_project_installs() -> None:
    """Not of whatever this machine has: on another one the check must say the same."""
    found = website.packages()
    assert {"coreutils", "manpages-dev", "util-linux"} <= set(found)
    assert "openssl" not in found and "libc6" not in found
