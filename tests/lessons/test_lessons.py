"""Laws of running lessons: every one runs, no failure is hidden, pages need no network."""

import base64
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import nbformat
import numpy as np
import pytest
from made_up_lessons import parameters_cell, printed, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from facescreen import lessons
from facescreen.lessons import pages, typography

SHOW_PICTURE = """\
import base64, io
from IPython.display import Image as Show
from PIL import Image
file = io.BytesIO()
Image.new("RGB", (8, 8), "red").save(file, "PNG")
Show(data=file.getvalue())"""

BROKEN_WIDGET = """\
import ipywidgets
from IPython.display import display
out = ipywidgets.Output()
with out:
    raise ValueError("inside the widget")
display(out)"""

LINKS = """\
[next](02_bad.ipynb#Fail), [not run](04_other.ipynb), [plan](../plan%20a&b.txt), [here](#Raise),
[site](https://example.org/a.ipynb), [gone](gone.md)

<details><summary>Answer</summary>See <a href="03_widget.ipynb">lesson 03</a>.</details>"""


class References(HTMLParser):
    """Collects what a browser would fetch when it shows a page: everything but links to click."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster") or (name == "href" and tag != "a"):
                self.fetched.append(value or "")


def fetched_by(page: str) -> list[str]:
    """Addresses on the network that showing a page would fetch, in markup, styles and scripts."""
    references = References()
    references.feed(page)
    in_code = re.findall(r"""(?:url\(|@import|import\(|fetch\()\s*['"]?(https?:|//)""", page)
    return [r for r in references.fetched if re.match(r"\s*(https?:)?//", r)] + in_code


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three lessons in one run: a good one, one failing in a cell, one failing in a widget."""
    home = tmp_path_factory.mktemp("lessons")
    folder, out = home / "notebooks", home / "out"
    folder.mkdir()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(home / "plan.png")
    (home / "plan a&b.txt").write_text("a plan")
    (folder / "04_other.ipynb").write_text("{}")  # a lesson that is not run
    write(
        folder / "01_good.ipynb",
        new_markdown_cell(
            "# Count <bright> pixels & screen\n\n**What you'll do.** Count *all* `255`s.\n\n"
            "## Raise $2^8$"
        ),
        parameters_cell("count: int = 1  # how many"),
        new_markdown_cell("Inline $x^2$; ![plan](../plan.png)\n\n$$\\frac{a}{b}$$"),
        new_markdown_cell(LINKS),
        new_code_cell("import os, sys\nprint(count, sys.executable, os.getcwd())"),
        new_code_cell(SHOW_PICTURE),
        new_code_cell("answer = 42", metadata={"jupyter": {"source_hidden": True}}),
        new_code_cell(
            "import ipywidgets\nipywidgets.interactive(lambda x: print(f'x is {x}'), x=(1, 9))"
        ),
    )
    write(
        folder / "02_bad.ipynb",
        new_markdown_cell("# Fail"),
        new_code_cell("print('kept')"),
        new_code_cell("raise RuntimeError('first line\\n<last> line')"),
        new_code_cell("print('never')"),
    )
    write(folder / "03_widget.ipynb", new_code_cell(BROKEN_WIDGET))
    said = []
    chosen = lessons.find_lessons(folder, ["01", "02", "03"])
    results = lessons.run_lessons(chosen, out, [("count", "77")], say=said.append)
    return folder, out, {r.name: r for r in results}, "\n".join(said)


def test_a_lesson_runs_in_its_own_folder_on_this_interpreter_with_the_given_value(run):
    folder, out, results, _ = run
    assert results["01_good"].ok, results["01_good"].message
    assert printed(out / "01_good.ipynb").split("\n")[0] == f"77 {sys.executable} {folder}"


def test_a_failing_lesson_stops_no_other_and_says_cell_and_error(run):
    _, _, results, said = run
    assert list(results) == ["01_good", "02_bad", "03_widget"]
    assert results["02_bad"].message == "cell 3 (In [2]): RuntimeError: <last> line"
    assert "02_bad" in said
    assert "RuntimeError: <last> line" in said


def test_a_failing_lesson_keeps_what_it_did_and_has_a_page(run):
    _, out, results, _ = run
    assert printed(out / "02_bad.ipynb").startswith("kept")
    assert "RuntimeError" in results["02_bad"].page.read_text(encoding="utf-8")


def test_an_error_inside_a_widget_fails_the_lesson(run):
    _, _, results, _ = run
    assert results["03_widget"].message == "inside a widget: ValueError: inside the widget"


def test_pages_and_index_fetch_nothing_from_the_network(run):
    _, out, results, _ = run
    for page in [*(r.page for r in results.values()), out / "index.html"]:
        text = page.read_text(encoding="utf-8")
        assert fetched_by(text) == []
        assert "default-src 'none'" in text


def test_the_network_check_itself_finds_what_nbconvert_would_load(run):
    from nbconvert import HTMLExporter

    _, out, _, _ = run
    page, _ = HTMLExporter().from_notebook_node(
        nbformat.read(out / "01_good.ipynb", as_version=4), {}
    )
    assert len(fetched_by(page)) >= 3


def test_a_page_draws_formulas_and_embeds_pictures(run):
    _, _, results, _ = run
    text = results["01_good"].page.read_text(encoding="utf-8")
    assert "<msup>" in text
    assert "<mfrac>" in text
    assert re.search(r"<h2[^>]*>Raise <math[^>]*><mrow><msup>", text)
    assert "$" not in re.sub(r"(?s)<style.*?</style>|<script.*?</script>", "", text)
    pictures = re.findall(r"<img [^>]*data:image/png;base64,", text)
    assert len(pictures) == 2  # the linked file and the drawn one
    assert "Show the code" in text


def test_a_page_says_where_a_widget_was_and_what_it_showed(run):
    _, _, results, _ = run
    text = results["01_good"].page.read_text(encoding="utf-8")
    assert "make lab" in text
    assert "x is 5" in text
    assert "application/vnd.jupyter.widget-view+json" not in text


def test_the_index_escapes_names_links_pages_and_marks_failures(run):
    _, out, _, _ = run
    text = (out / "index.html").read_text(encoding="utf-8")
    assert "Count &lt;bright&gt; pixels &amp; screen" in text
    assert "<bright>" not in text
    assert 'href="01_good.html"' in text
    assert text.count("FAILED") == 2
    assert text.count("<img ") == 1
    assert "<p>Count all 255s.</p>" in text
    assert "1 of 3 ran" in text


class Links(HTMLParser):
    """Collects the links of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found += [v for n, v in attributes if tag == "a" and n == "href" and "¶" not in v]


def test_links_of_a_page_lead_to_pages_and_to_files_of_the_checkout(run):
    folder, out, results, _ = run
    links = Links(results["01_good"].page.read_text(encoding="utf-8")).found
    beside = os.path.relpath(folder.parent, out)
    for expected in (
        "02_bad.html#Fail",
        f"{os.path.relpath(folder, out)}/04_other.ipynb",
        f"{beside}/plan a&b.txt",
        "03_widget.html",
        "https://example.org/a.ipynb",
        "gone.md",
        "index.html",
    ):
        assert expected in links, (expected, links)
    dead = [
        link
        for link in links
        if "://" not in link and not link.startswith("#") and link != "gone.md"
        if not (out / link.partition("#")[0]).exists()
    ]
    assert dead == []


def test_a_bar_leads_to_the_lessons_before_and_after(run):
    _, _, results, _ = run
    bars = {}
    for name, result in results.items():
        bar = re.findall(r"(?s)<nav.*?</nav>", result.page.read_text(encoding="utf-8"))
        assert len(bar) == 2 and bar[0] == bar[1], "above and below the lesson"
        bars[name] = Links(bar[0]).found
    assert bars["01_good"] == ["index.html", "02_bad.html"]
    assert bars["02_bad"] == ["index.html", "01_good.html", "03_widget.html"]
    assert bars["03_widget"] == ["index.html", "02_bad.html"]


def test_formulas_that_cannot_be_converted_stay_readable():
    assert typography.mathml(r"\frac{a}{") == r"<code>\frac{a}{</code>"


def test_the_thumbnail_is_the_first_picture():
    red = base64.b64encode(b"one").decode()
    cell = new_code_cell("", outputs=[nbformat.v4.new_output("display_data", {"image/png": red})])
    assert pages.first_picture(new_notebook(cells=[new_code_cell(""), cell])) == b"one"
    assert pages.first_picture(new_notebook(cells=[])) is None


def test_a_page_holds_each_pictures_description():
    picture = nbformat.v4.new_output(
        "display_data",
        {"image/png": "iVBORw0KGgo="},
        metadata={"image/png": {"alt": 'Red <reaches> "255" & more.'}},
    )
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[picture])])
    page = pages.lesson_html(lesson, "A lesson", Path("a.ipynb"), Path("a.html"), {})

    class Pictures(HTMLParser):
        found: ClassVar[list[str]] = []

        def handle_starttag(self, tag, attributes):
            if tag == "img":
                self.found.append(dict(attributes)["alt"])

    Pictures().feed(page)
    assert Pictures.found == ['Red <reaches> "255" & more.']
    assert "No description" not in page
