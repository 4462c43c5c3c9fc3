"""How Sphinx builds the book. The directives and the theme live in docs/."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent / "docs" / "_ext"))

project = "Linux Namespaces, Hands On"
author = "The authors"
copyright = "2026, the authors. Text: CC BY-SA 4.0, code: MIT"
language = "en"
version = release = "0.1"

extensions = [
    "sphinx.ext.extlinks",
    "sphinx.ext.graphviz",
    "notfound.extension",
    "book",
]
exclude_patterns = [
    "build",
    "work",
    "node_modules",
    "tests",
    "code-samples",
    "README*",
    "**/.*",
]
default_role = "literal"
highlight_language = "none"
nitpicky = True

numfig = True
numfig_format = {"code-block": "Listing %s", "figure": "Figure %s"}

# Every link into the kernel names one version, so that it keeps its meaning.
manpages_url = "https://man7.org/linux/man-pages/man{section}/{page}.{section}.html"
extlinks = {
    "kernel": ("https://elixir.bootlin.com/linux/v6.12/source/%s", "%s"),
    "kident": ("https://elixir.bootlin.com/linux/v6.12/A/ident/%s", "%s"),
}

graphviz_output_format = "svg"
graphviz_dot_args = [
    "-Gbgcolor=transparent",
    *("-Gfontname=sans-serif", "-Nfontname=sans-serif", "-Efontname=sans-serif"),
    *("-Gfontsize=11", "-Nfontsize=11", "-Efontsize=10"),
    *("-Nmargin=0.18,0.09", "-Npenwidth=1.2", "-Epenwidth=1.2", "-Earrowsize=0.7"),
]

# Where the book is published: BOOK_ADDRESS=https://example.org/book/ make html. With
# it come the previews of links and the sitemap, which must name the place.
html_baseurl = os.environ.get("BOOK_ADDRESS", "")
if html_baseurl:
    extensions += ["sphinxext.opengraph", "sphinx_sitemap"]
    ogp_site_url = html_baseurl
    ogp_description_length = 160
    sitemap_url_scheme = "{link}"

# The page for an address that leads nowhere is served for any, so its own links
# begin at the root of the place.
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"
notfound_context = {
    "title": "Page not found",
    "body": "<h1>No such page</h1><p>Nothing is at this address, not even an empty "
    "namespace. The search may know where it went.</p>",
}

html_theme = "book"
html_title = project
html_copy_source = False
html_domain_indices = False

epub_theme = "book-epub"
epub_basename = "linux-namespaces-hands-on"
epub_description = "A book on Linux namespaces in which everything runs"
epub_exclude_files = ["404.xhtml"]
epub_show_urls = "no"
suppress_warnings = ["epub.unknown_project_files"]  # Graphviz leaves .map files
