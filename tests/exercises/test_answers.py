"""Laws of asking a learner's function: nothing it does harms the check, it is shown short."""

import sys
import warnings

import numpy as np
import pytest

from facescreen import exercises
from facescreen.exercises.core import compare

CASES = [((np.array([3, 1, 2]),), 6), ((np.array([4, 4]),), 8)]


def said_of(function, cases=CASES) -> str:
    verdict = compare(function, cases, "add them up")
    assert not verdict.right
    return verdict.text


def divides(values):
    total = 0
    return total / 0


def calls_another(values):
    return divides(values)


def test_an_error_is_shown_with_the_line_of_the_learners_own_function():
    first = divides.__code__.co_firstlineno
    assert (
        f"  yours:    your function stopped, in line {first + 2} (return total / 0): "
        in said_of(divides)
    )
    assert "ZeroDivisionError: division by zero" in said_of(divides)


def test_of_several_lines_of_the_same_cell_the_last_one_called_is_shown():
    assert "(return total / 0): ZeroDivisionError" in said_of(calls_another)


def test_an_error_inside_a_library_is_shown_at_the_line_that_called_it():
    def adds(values):
        wider = np.zeros((2, 5))
        return np.concatenate([wider, values])

    line = adds.__code__.co_firstlineno + 2
    assert f"in line {line} (return np.concatenate([wider, values])): ValueError: " in said_of(adds)


def test_a_notebooks_cell_counts_its_own_lines():
    source = "\n\ndef total(values):\n    return values.totl()\n"
    names = {}
    exec(compile(source, "a cell", "exec"), names)
    assert "your function stopped, in line 4: AttributeError" in said_of(names["total"])


def test_a_function_of_other_arguments_could_not_be_called():
    said = said_of(lambda: 6)
    assert "your function could not be called: TypeError: " in said
    assert "takes 0 positional arguments but 1 was given" in said


@pytest.mark.parametrize("given", [6, None, "total"])
def test_what_is_no_function_is_said_so(given):
    assert "the function's name alone, without brackets" in said_of(given)


@pytest.mark.parametrize("error", [SystemExit, SystemExit(3), GeneratorExit, RecursionError])
def test_no_error_comes_through(error):
    def stops(values):
        raise error

    assert "your function stopped, in line " in said_of(stops)


def test_an_endless_recursion_is_an_answer():
    def again(values):
        return again(values)

    assert "RecursionError: " in said_of(again)


def test_an_interrupt_comes_through():
    def interrupted(values):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(interrupted, CASES, "")


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


class Odd:
    def __repr__(self):
        raise RuntimeError

    def __array__(self, *_, **__):
        raise RuntimeError


def test_an_error_without_words_and_an_answer_without_a_look_are_named():
    def mute(values):
        raise Mute

    assert said_of(mute).count("Mute") == 2, "in its line, and as the error"
    assert "yours:    a Odd that cannot be shown" in said_of(lambda values: Odd())


def test_what_a_function_changes_it_changes_for_itself():
    def sums(values):
        values[0] += values[1:].sum()
        values[1:] = 0
        return values[0]

    given = np.array([3, 1, 2])
    verdict = compare(sums, [((given,), 6), ((given,), 6)], "")
    assert verdict.right
    assert given.tolist() == [3, 1, 2]


def test_the_arguments_are_shown_as_they_were_given():
    def spoils(values):
        values[:] = 0
        return -1

    assert "spoils([3 1 2])" in said_of(spoils)


@pytest.mark.parametrize(
    "answer",
    [
        np.zeros((3000, 1000)),
        np.arange(10_000),
        list(range(100_000)),
        "x" * 10_000,
        {k: k for k in range(10_000)},
        [[0] * 50] * 50,
    ],
)
def test_long_answers_are_shown_in_short(answer):
    said = said_of(lambda values: answer)
    assert len(said) < 600
    assert len(said.splitlines()) < 6


def test_a_long_error_is_shown_in_short():
    def wordy(values):
        raise ValueError("no\n" * 10_000)

    assert len(said_of(wordy)) < 700


def test_large_arguments_are_shown_by_their_shape(capsys):
    red = np.zeros((17, 17, 3), np.uint8)
    red[..., 0] = 255
    said = said_of(lambda *_: 0, [((red, 40), True)])
    assert "<uint8 array of shape (17, 17, 3), every pixel [255   0   0]>, 40" in said
    red[0, 0, 1] = 7
    assert "from 0 to 255>" in said_of(lambda *_: 0, [((red, 40), True)])


def test_numbers_of_numpy_are_shown_as_a_learner_writes_them():
    said = said_of(lambda values: (np.int64(3), [np.float64(0.5)], np.True_))
    assert "yours:    (3, [0.5], True)" in said


TEXT = "hint:     this is text, not a number: return it without quotes or str()"


@pytest.mark.parametrize("answer", ["6", "six", ["6"], np.array("6")])
def test_text_in_place_of_a_number_is_said(answer):
    assert f"{TEXT}; general" in compare(lambda: answer, [((), 6)], "general").text


@pytest.mark.parametrize(
    ("answer", "expected"), [("valid", "broken"), ("5", None), (5, 6), (None, 6), ([[1], "a"], 6)]
)
def test_any_other_answer_is_not_called_text(answer, expected):
    cases = [((), expected), ((), 7)]
    assert "this is text" not in compare(lambda: answer, cases, "general").text


def test_text_in_place_of_several_numbers_is_said():
    assert TEXT in compare(lambda: ["1", "2"], [((), [1, 2])], "general").text


def test_text_is_no_number():
    assert "yours:    '6'" in said_of(lambda values: str(values.sum()))
    assert said_of(lambda values: list("12"), [((1,), [1, 2])])


def test_a_function_that_prints_and_returns_nothing_is_told_to_return(capsys):
    def prints(values):
        print("the total is", values.sum())

    assert "hint:     the function prints, but returns nothing: write return" in said_of(prints)
    assert capsys.readouterr().out == "the total is 6\n", "once, for the case that is shown"
    assert "the function returns nothing so far" in said_of(lambda values: None)


def test_only_the_cases_up_to_the_first_difference_are_heard(capsys):
    def noisy(values):
        print("noise")
        warnings.warn("a warning", stacklevel=1)
        return 6

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        compare(noisy, [*CASES, *CASES], "")
    assert capsys.readouterr().out.count("noise") == 2
    assert len(warned) == 2


def test_the_output_is_restored():
    before = sys.stdout
    said_of(divides)
    assert sys.stdout is before


def test_a_check_says_all_of_it(capsys):
    assert exercises.check_reduction(lambda before, after: before / after / 0) is False
    said = capsys.readouterr().out
    assert said.startswith("Not yet. <lambda>(15.84, 2.76)\n  expected: 82.57")
    assert "\n  yours:    your function stopped, in line " in said
    assert "\n  hint:     what is gone" in said
