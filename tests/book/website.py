"""The rendered book as data, and its rules: each returns its findings."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

Attributes = dict[str, str]

# What a manual page is called today, by its name in Debian 12.
RENAMED = {"ioctl_ns(2)": "ioctl_nsfs(2)"}

PACKAGES = Path(__file__).resolve().parents[1] / "setup/packages.txt"

MANUAL_PAGE = re.compile(r"/man/man[1-8]/(.+)\.([1-8])(?:\.gz)?$", re.MULTILINE)
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src"}


@dataclass
class Page:
    """What the rules ask about one page of HTML."""

    path: Path
    title: str = ""
    headings: int = 0
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    manual_pages: list[str] = field(default_factory=list)
    downloads: list[tuple[str, str]] = field(default_factory=list)


Site = dict[Path, Page]
Rule = Callable[[Site], list[str]]


class PageParser(HTMLParser):
    """Fill in a Page."""

    def __init__(self, page: Page) -> None:
        """Parse nothing yet."""
        super().__init__()
        self.page = page
        self.text = ""
        self.link: Attributes = {}

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """Note ids, links, what is loaded, and pictures without a text."""
        values = {name: value or "" for name, value in attributes}
        if "id" in values:
            self.page.ids.append(values["id"])
        if tag == "h1":
            self.page.headings += 1
        if tag in LOADED and LOADED[tag] in values:
            self.page.loaded.append(values[LOADED[tag]])
        if tag == "img" and "alt" not in values:
            self.page.unlabelled.append(values.get("src", tag))
        if tag == "svg":
            labelled = values.get("role") == "img" and values.get("aria-label")
            self.page.unlabelled += [] if labelled else [tag]
        if tag == "a" and "href" in values:
            self.link = values
            self.page.links.append(values["href"])
        if tag in ("a", "title"):
            self.text = ""

    def handle_data(self, data: str) -> None:
        """Collect the text of the element that is open."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Note the text of titles and links."""
        text = self.text.strip()
        if tag == "title":
            self.page.title = self.page.title or text
        elif tag == "a":
            if "manpage" in self.link.get("class", "").split():
                self.page.manual_pages.append(text)
            if "download" in self.link:
                self.page.downloads.append((self.link["href"], text))
            self.link = {}


def read_page(path: Path) -> Page:
    """Return one parsed page."""
    page = Page(path)
    PageParser(page).feed(path.read_text(encoding="utf-8"))
    return page


def read_site(folder: Path) -> Site:
    """Return all pages of a site by their paths."""
    return {path: read_page(path) for path in sorted(folder.rglob("*.html"))}


def target_of(page: Page, path: str, site: Site) -> Path:
    """Return the file that a link's path leads to; "/" is where index.html lies."""
    path = unquote(path)
    if not path:
        return page.path
    if path.startswith("/"):
        return min(site, key=lambda p: len(p.parts)).parent / path[1:]
    return (page.path.parent / path).resolve()


def broken_links(site: Site) -> list[str]:
    """Every link within the site leads to a file, and to an id where it names one."""
    findings = []
    for page in site.values():
        for link in dict.fromkeys(page.links):
            url = urlsplit(link)
            if url.scheme:
                continue
            target = target_of(page, url.path, site)
            if not target.is_file():
                findings.append(f"{page.path.name}: {link} leads to no file")
            elif url.fragment and unquote(url.fragment) not in site[target].ids:
                findings.append(f"{page.path.name}: {link} leads to no id")
    return findings


def repeated_ids(site: Site) -> list[str]:
    """Every id stands once in its page."""
    return [
        f"{page.path.name}: id {name} stands {count} times"
        for page in site.values()
        for name, count in Counter(page.ids).items()
        if count > 1
    ]


def pictures_without_text(site: Site) -> list[str]:
    """Every picture has a text for those who cannot see it."""
    return [
        f"{page.path.name}: {picture} has no text alternative: give it :alt:"
        for page in site.values()
        for picture in page.unlabelled
    ]


def wrong_titles(site: Site) -> list[str]:
    """Every page has a title and one top heading."""
    return [
        f"{page.path.name}: title '{page.title}' and {page.headings} h1, expected one"
        for page in site.values()
        if page.headings != 1 or not page.title
    ]


def loaded_from_elsewhere(site: Site) -> list[str]:
    """No page loads a style, a script or a picture that the site does not hold."""
    findings = []
    for page in site.values():
        for address in page.loaded:
            if urlsplit(address).netloc:
                findings.append(f"{page.path.name}: loads {address}")
            elif not target_of(page, urlsplit(address).path, site).exists():
                findings.append(f"{page.path.name}: loads {address}, which is missing")
    return findings


def styles_from_elsewhere(folder: Path) -> list[str]:
    """No style sheet loads anything by address."""
    return [
        f"{path.name}: loads {address}"
        for path in sorted(folder.rglob("*.css"))
        for address in re.findall(
            r"""(?:@import|url\()\s*['"]?((?:https?:)?//[^'")\s]+)""", path.read_text()
        )
    ]


def wrong_downloads(site: Site, samples: Path) -> list[str]:
    """What a reader downloads is the sample that the link names."""
    findings = []
    for page in site.values():
        for link, name in page.downloads:
            sample = samples / name
            file = page.path.parent / unquote(link)
            if not sample.is_file() or not file.is_file():
                findings.append(f"{page.path.name}: download {name}: no such file")
            elif sample.read_bytes() != file.read_bytes():
                findings.append(f"{page.path.name}: download {name} is not the sample")
    return findings


def packages() -> list[str]:
    """Return the packages whose manual pages the book may refer to.

    They are the essential ones of Debian and all that the project installs, as far as
    they are there: a command may have come in another way.
    """
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    listed = {line.split()[1].partition("=")[0] for line in lines if line[:1].isalpha()}
    form = "${Package} ${Essential} ${db:Status-Status}\n"
    run = subprocess.run(
        ["dpkg-query", "-W", "-f", form], capture_output=True, check=True, text=True
    )
    known = [line.split() for line in run.stdout.splitlines()]
    return [
        name
        for name, essential, status in known
        if status == "installed" and (essential == "yes" or name in listed)
    ]


def installed_manual_pages() -> set[str]:
    """Return the manual pages that the book may refer to, as name(section).

    The list of files is asked, not the disk: small systems leave out the pages. A page
    that was given another name since Debian 12 counts under the newer one.
    """
    command = ["dpkg", "-L", *packages()]
    run = subprocess.run(command, capture_output=True, check=True, text=True)
    names = (f"{name}({section})" for name, section in MANUAL_PAGE.findall(run.stdout))
    return {RENAMED.get(name, name) for name in names}


def unknown_manual_pages(site: Site, known: set[str]) -> list[str]:
    """Every manual page that the book refers to exists, in that section."""
    findings = []
    for page in site.values():
        for name in dict.fromkeys(page.manual_pages):
            if name not in known:
                stem = name.split("(")[0]
                others = sorted(k for k in known if k.startswith(f"{stem}("))
                hint = (
                    f"there is {', '.join(others)}"
                    if others
                    else "a package of tests/setup/packages.txt has to have it"
                )
                findings.append(f"{page.path.name}: no manual page {name}: {hint}")
    return findings
