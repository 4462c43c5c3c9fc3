"""Names in the prose: constants of the kernel lead to its source, terms say what
they mean.

A constant of the kernel, such as CAP_SYS_ADMIN, is set as code wherever prose names
it, and is a link where a section does so first. A ``:term:`` gets its
definition from docs/glossary.rst, which the page shows when it is pointed at.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from ..files.samples import constants

GLOSSARY = "docs/glossary"

# Where a name is part of something else already.
NOT_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.reference, nodes.title)


def link_constants(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Set constants as code, and link the first of each name in a section."""
    seen: set[tuple[int, str]] = set()
    address = app.config.extlinks["kident"][0]
    for text in list(doctree.findall(nodes.Text)):
        ancestors = list(ancestry(text))
        names = constants(text)
        if not names or any(isinstance(a, NOT_PROSE) for a in ancestors):
            continue
        section = next(
            a for a in ancestors if isinstance(a, (nodes.section, nodes.document))
        )
        new: list[nodes.Node] = []
        for part in re.split(rf"\b({'|'.join(names)})\b", text):
            shown: nodes.Node = nodes.Text(part)
            if part in names:
                shown = nodes.literal(part, part, classes=["constant"])
                if (id(section), part) not in seen:
                    seen.add((id(section), part))
                    shown = nodes.reference("", "", shown, refuri=address % part)
            new.append(shown)
        text.parent.replace(text, new)


def ancestry(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a node's parent, its parent, and so on."""
    while node := node.parent:
        yield node


def note_glossary(app: Sphinx, doctree: nodes.document) -> None:
    """A page that uses a term is made anew when the glossary changes."""
    terms = doctree.findall(addnodes.pending_xref)
    if any(term.get("reftype") == "term" for term in terms):
        app.env.note_dependency(f"{GLOSSARY}.rst")


def definitions(app: Sphinx) -> dict[str, str]:
    """Return what the glossary says of each term, by the term's id."""
    if GLOSSARY not in app.env.found_docs:
        return {}
    return {
        name: item.next_node(nodes.paragraph).astext().replace("\n", " ")
        for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for name in term["ids"]
    }


def define_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each link to a term the definition as its title."""
    links = [
        link
        for link in doctree.findall(nodes.reference)
        if any(
            "std-term" in child.get("classes", ())
            for child in link.findall(nodes.inline)
        )
    ]
    meaning = definitions(app) if links else {}
    for link in links:
        name = link.get("refid") or link["refuri"].partition("#")[2]
        link["reftitle"] = meaning.get(name, "")


def setup(app: Sphinx) -> None:
    """Register the steps."""
    app.connect("doctree-read", note_glossary)
    app.connect("doctree-resolved", define_terms)
    app.connect("doctree-resolved", link_constants)
