"""Parameters of lessons as text: each one is listed, and text becomes a value of its type."""

import nbformat
import pytest

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
