"""The role that links a manual page: ``:linuxman:`unshare(2)```.

Sphinx' own role and node for manual pages make the link in one place up to
version 7 and in another since; a plain reference is the same in all of them.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxRole

REFERENCE = re.compile(r"([\w.+-]+)\(([1-8])\)")


def manual_page(name: str, section: str, config: Config) -> nodes.reference:
    """Return the link to a manual page."""
    address = config.manpages_url.format(page=name, section=section)
    text = f"{name}({section})"
    return nodes.reference("", text, refuri=address, classes=["manpage"])


class LinuxMan(SphinxRole):
    """Link a manual page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or an error where the section is missing."""
        if match := REFERENCE.fullmatch(self.text):
            link = manual_page(match[1], match[2], self.config)
            return [*self.index_entry(), link], []
        message = self.inliner.reporter.error(
            f"':linuxman:`{self.text}`' is no manual page: write NAME(SECTION), "
            "as in 'unshare(2)'",
            line=self.lineno,
        )
        problem = self.inliner.problematic(self.rawtext, self.rawtext, message)
        return [problem], [message]

    def index_entry(self) -> list[nodes.Node]:
        """Return an entry for the index where a page names the manual page first."""
        seen = self.env.temp_data.setdefault("manual-pages", set())
        if self.text in seen:
            return []
        seen.add(self.text)
        name = f"index-{self.env.new_serialno('index')}"
        entries = [("single", self.text, name, "", None)]
        return [addnodes.index(entries=entries), nodes.target("", "", ids=[name])]


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("linuxman", LinuxMan())
