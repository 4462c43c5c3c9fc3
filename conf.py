"""How Sphinx builds the book. The directives and the theme live in docs/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "docs" / "_ext"))

project = "Linux Namespaces, Hands On"
author = "The authors"
copyright = "2026, the authors. Text: CC BY-SA 4.0, code: MIT"
language = "en"
version = release = "0.1"

extensions = ["sphinx.ext.extlinks", "sphinx.ext.graphviz", "book"]
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
]

html_theme = "book"
html_title = project
html_copy_source = False
html_domain_indices = False

epub_show_urls = "footnote"
suppress_warnings = ["epub.unknown_project_files"]  # Graphviz leaves .map files
