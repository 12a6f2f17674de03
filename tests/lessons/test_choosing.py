"""Laws of choosing: which lessons run, and which values each is given."""

import pytest
from made_up_lessons import parameters_cell, write

from facescreen import lessons
from facescreen.lessons import LessonError, parameters

# --- choosing -------------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path):
    for name in ("01_b", "00_a", "A1_ledger", "scratch", "10_c"):
        write(tmp_path / f"{name}.ipynb", parameters_cell(""))
    return tmp_path


def test_lessons_come_in_reading_order_and_other_notebooks_stay_out(shelf):
    assert [p.stem for p in lessons.find_lessons(shelf)] == ["00_a", "01_b", "10_c", "A1_ledger"]


@pytest.mark.parametrize("name", ["01", "1", "01_b", "01_b.ipynb", "notebooks/01_b.ipynb"])
def test_a_lesson_is_named_by_number_name_or_file(shelf, name):
    assert [p.stem for p in lessons.find_lessons(shelf, [name])] == ["01_b"]


def test_an_unknown_lesson_is_refused_with_the_known_ones(shelf):
    with pytest.raises(LessonError, match=r"no lesson '07'; there are 00_a, 01_b, 10_c"):
        lessons.find_lessons(shelf, ["07"])


def test_a_folder_without_lessons_is_refused(tmp_path):
    with pytest.raises(LessonError, match="no lessons"):
        lessons.find_lessons(tmp_path)


# --- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text", "value"),
    [
        ("x: int = 200", "7", 7),
        ("x: float = 0.5", "2", 2.0),
        ("x: bool = False", "true", True),
        ("x: bool = True", "False", False),
        ('x: str = "multi"', "7", "7"),
        ("x = 200", "7", 7),
        ("x = True", "false", False),
        ('x = "a"', "7", "7"),
        ("x: list = [1]", "[2, 3]", [2, 3]),
    ],
)
def test_values_take_the_type_that_the_lesson_declares(tmp_path, line, text, value):
    path = write(tmp_path / "01_a.ipynb", parameters_cell(line))
    (given,) = parameters.assign_parameters([path], [("x", text)]).values()
    assert given == {"x": value}
    assert type(given["x"]) is type(value)


@pytest.mark.parametrize(
    ("line", "text"), [("x: int = 1", "1.5"), ("x: bool = True", "yes!"), ("x: float = 1.0", "one")]
)
def test_a_value_of_another_type_is_refused_by_name(tmp_path, line, text):
    path = write(tmp_path / "01_a.ipynb", parameters_cell(line))
    with pytest.raises(LessonError, match="parameter 'x' takes ") as caught:
        parameters.assign_parameters([path], [("x", text)])
    assert text in str(caught.value)


def test_an_unknown_parameter_is_refused_with_the_known_ones(tmp_path):
    path = write(tmp_path / "01_a.ipynb", parameters_cell("count: int = 1\nseed: int = 2"))
    with pytest.raises(LessonError, match=r"parameter 'cuont': 01_a has count, seed"):
        parameters.assign_parameters([path], [("cuont", "5")])


def test_each_lesson_is_given_only_the_parameters_that_it_has(tmp_path):
    one = write(tmp_path / "01_a.ipynb", parameters_cell("count: int = 1"))
    two = write(tmp_path / "02_b.ipynb", parameters_cell("seed: int = 1"))
    given = parameters.assign_parameters([one, two], [("count", "5"), ("seed", "6")])
    assert given == {one: {"count": 5}, two: {"seed": 6}}
