"""The law of texts in pages: names, titles, parameters and what was printed are never markup."""

from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from facescreen.lessons.index_page import index_html
from facescreen.lessons.pages import LessonResult, lesson_html

HOSTILE = "</title></style></script><script>alert(1)</script>"
HOSTILE += "<img src=x onerror=alert(2)>\"'&{{1234*5678}}"
PLAIN = "a text"


class Tags(HTMLParser):
    """The tags of a page, each with its attributes' names, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.text = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, *(name for name, _ in attributes)))

    def handle_data(self, data):
        self.text.append(data)


def executed(text: str):
    """A notebook in which a text stands wherever somebody's own may come from."""
    outputs = [
        new_output("stream", name="stdout", text=f"{text}\n"),
        new_output("execute_result", {"text/plain": text}, execution_count=1),
        new_output("error", ename="ValueError", evalue=text, traceback=[f"ValueError: {text}"]),
    ]
    picture = new_output("display_data", {"image/png": "aWVuZA==", "text/plain": text})
    picture.metadata = {"image/png": {"alt": text}}
    cells = [
        new_markdown_cell("# A lesson", id="title"),
        new_code_cell(f"source = {text!r}", id="given", execution_count=1, outputs=outputs),
        new_code_cell("show()", id="picture", execution_count=2, outputs=[picture]),
    ]
    return new_notebook(cells=cells)


def tags_of_lesson(text: str, tmp_path) -> Tags:
    """The page of a lesson between two whose titles are that text."""
    lesson = tmp_path / "02_b.ipynb"
    nbformat.write(executed(text), lesson)
    titles = {"01_a": text, "02_b": text, "03_c": text}
    return Tags(lesson_html(executed(text), text, lesson, tmp_path / "02_b.html", titles))


def highlighted(tags: list[tuple]) -> list[tuple]:
    """Without the spans that color code and words of errors, of which longer texts have more."""
    return [tag for tag in tags if tag[0] != "span"]


def test_a_lesson_has_the_same_tags_whatever_its_texts_hold(tmp_path):
    hostile, plain = (tags_of_lesson(text, tmp_path) for text in (HOSTILE, PLAIN))
    assert highlighted(hostile.tags) == highlighted(plain.tags)
    assert not any(name.startswith("on") for tag in hostile.tags for name in tag[1:])
    assert "".join(hostile.text).count("<script>alert(1)</script>") >= 5
    assert "7006652" not in "".join(hostile.text)


@pytest.mark.parametrize("part", ["name", "title", "message", "aim"])
def test_the_list_of_lessons_has_the_same_tags_whatever_its_texts_hold(part, tmp_path):
    def listed(text: str) -> Tags:
        texts = {"name": "01_a", "title": "A", "message": "wrong", "aim": "an aim"} | {part: text}
        page = tmp_path / f"{texts['name'].replace('/', '')}.html"
        return Tags(index_html([LessonResult(seconds=3.0, page=page, picture=None, **texts)]))

    hostile, plain = listed(HOSTILE.replace("_", "")), listed(PLAIN)
    assert hostile.tags == plain.tags
    assert "<script>alert(1)</script>" in "".join(hostile.text)
