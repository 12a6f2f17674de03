"""Sphinx's settings for the site in one language; `build.py` sets the two variables."""

import json
import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.search import SearchLanguage

from facescreen.lessons.typography import mathml

HERE = Path(__file__).parent
WORDS = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
language = os.environ.get("FACESCREEN_SITE_LANGUAGE", "en")

project = html_title = "facescreen"
author = "facescreen"
extensions = ["myst_nb"]
html_extra_path = [os.environ["FACESCREEN_SITE_EXTRA"]] if language == "en" else []
nb_execution_mode = "off"  # the lessons' stored outputs
nb_render_markdown_format = "myst"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_all_links_external = True  # `prepare.py` has set them; a test follows each
myst_heading_anchors = 4
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_theme_options = {
    "show_prev_next": True,
    "show_toc_level": 2,
    "pygments_dark_style": "github-dark",
    "use_download_button": False,
    "article_header_end": ["language.html", "article-header-buttons.html"],
    "navigation_with_keys": False,
    "navbar_persistent": [],
    "footer_content_items": [],
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_static_path = [str(HERE / "static")]
templates_path = [str(HERE / "templates")]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_context = {"words": WORDS[language], "default_mode": "auto"}
html_copy_source = html_show_sourcelink = html_show_sphinx = html_show_copyright = False
html_use_index = False
html_math_renderer = "mathml"


class SearchKorean(SearchLanguage):
    """Particles follow a Korean word without a space: each beginning of it is indexed too."""

    lang = "ko"
    language_name = "Korean"

    def split(self, text):
        found = []
        for word in super().split(text):
            found.append(word)
            if re.fullmatch(r"[가-힣]{3,}", word):
                found += [word[:end] for end in range(2, len(word))]
        return found


def in_mathml(display):
    def visit(self, node):
        if display == "inline":
            self.body.append(mathml(node.astext()))
        else:
            self.body.append(f'<div class="math">{mathml(node.astext(), "block")}</div>')
        raise nodes.SkipNode

    return visit


def setup(app):
    app.add_search_language(SearchKorean)
    app.add_html_math_renderer("mathml", (in_mathml("inline"), None), (in_mathml("block"), None))
