"""Parameters of lessons as text: each one is listed, and text becomes a value of its type."""

import nbformat
import pytest

from facescreen.lessons.index_page import index_html
from facescreen.lessons.pages import LessonResult
from facescreen.lessons.parameters import LessonError, assign_parameters, parameters_of

CELL = """\
source: str = "folder:a=b"  # the faces, such as size=64
faces: list = [5, 34]  # which
label: str = "café = 1"  # with an accent
share: float = 0.5
quick: bool = True  # less of it
"""


@pytest.fixture
def lesson(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("other: int = 3  # no parameter"),
    ]
    path = tmp_path / "01_small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_every_parameter_is_listed_with_its_words(lesson):
    found = parameters_of(lesson)
    assert list(found) == ["source", "faces", "label", "share", "quick"]
    assert found["source"] == {
        "name": "source",
        "inferred_type_name": "str",
        "default": "'folder:a=b'",
        "help": "the faces, such as size=64",
    }
    assert found["label"]["help"] == "with an accent" and found["share"]["help"] == ""


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("faces", "[5, 34]", [5, 34]),
        ("faces", "(1,)", (1,)),
        ("source", "folder:x=[1]", "folder:x=[1]"),
        ("share", "1", 1.0),
        ("quick", "FALSE", False),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(lesson, name, text, value):
    assert assign_parameters([lesson], [(name, text)]) == {lesson: {name: value}}


def test_a_name_that_no_lesson_has_is_refused(lesson):
    with pytest.raises(LessonError, match=r"no chosen lesson has a parameter 'face': 01_small has"):
        assign_parameters([lesson], [("face", "5")])


def test_the_index_lists_earlier_pages_and_what_was_changed(lesson):
    out = lesson.parent
    (out / "01_small.html").write_text("a page")
    (out / "03_alone.html").write_text("no lesson's page")
    result = LessonResult("02_b", "B", 60.0, page=out / "02_b.html", given={"threshold": 20})
    text = index_html([result], out=out)
    assert text.index('href="01_small.html"') < text.index('href="02_b.html"')
    assert text.count("page of an earlier run") == 1 and "03_alone" not in text
    assert "with changed values: threshold = 20" in text and "1 of 1 ran" in text
