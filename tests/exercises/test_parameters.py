"""Laws of the check of a lesson's parameters: what is right passes, what is wrong is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facescreen.exercises import (
    ParameterError,
    check_parameters,
    number,
    one_of,
    several,
    switch,
    text,
    whole,
)


def said(given: dict, **expected) -> str:
    with pytest.raises(ParameterError) as caught:
        check_parameters(given, **expected)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (40, whole(1, like=40)),
        (np.int64(40), whole(like=40)),
        (1, number(0, 1, like=0.5)),
        (np.float32(0.5), number(above=0, like=0.5)),
        (False, switch(like=True)),
        ("folder:a=b", text(like="portraits")),
        ("", text(like="tables", empty=True)),
        ("strong", one_of("default", "strong")),
        ([5, 34], several(whole(0, like=5))),
        ((0.0,), several(number(like=0.1), 1, 3)),
    ],
)
def test_what_is_right_passes(value, what):
    check_parameters({"x": value}, x=what)


@pytest.mark.parametrize(
    ("value", "what", "sentence"),
    [
        ("64.0", whole(1, like=64), "x is '64.0', expected a whole number, 1 or more, such as x ="),
        (64.0, whole(1, like=64), "x is 64.0, expected a whole number, 1 or more, such as x = 64"),
        (True, whole(like=1), "x is True, expected a whole number, such as x = 1"),
        ([40], whole(1, 99, like=40), "x is [40], expected a whole number from 1 to 99"),
        (0, whole(1, 9, like=4), "x is 0, expected a whole number from 1 to 9, such as x = 4"),
        (True, number(like=0.5), "x is True, expected a number, such as x = 0.5"),
        (float("nan"), number(like=0.5), "x is nan, expected a number"),
        (float("inf"), number(0, like=0.5), "x is inf, expected a number, 0 or more"),
        (1, number(above=1, like=1.6), "x is 1, expected a number above 1, such as x = 1.6"),
        (1, switch(like=True), "x is 1, expected True or False, such as x = True"),
        (" ", text(like="portraits"), "x is ' ', expected a text, such as x = 'portraits'"),
        ("weak", one_of("default", "strong"), "x is 'weak', expected one of 'default', 'strong'"),
        (True, one_of(1, 2), "x is True, expected one of 1, 2"),
        (5, several(whole(0, like=5)), "x is 5, expected a list of 1 or more entries, each a"),
        ([], several(whole(0, like=5)), "x is [], expected a list of 1 or more entries"),
        ([1, "2"], several(whole(0, like=5), 1, 4), "expected a list of 1 to 4 entries"),
        ([1, 1], several(whole(0, like=5), distinct=True), "1 or more different entries"),
    ],
)
def test_what_is_wrong_is_named_with_an_example(value, what, sentence):
    assert sentence in said({"x": value}, x=what)


@given(st.integers(-3, 60), st.integers(-3, 60))
def test_a_limit_may_be_another_parameter(low, high):
    names = {"low": low, "high": high}
    limits = {"low": whole(most="high", like=20), "high": whole(like=40)}
    if low <= high:  # equal ones too: the natural end of a sweep
        check_parameters(names, **limits)
    else:
        assert said(names, **limits) == (
            f"low is {low}, expected a whole number, at most high (which is {high}), "
            f"such as low = {min(20, high)}"
        )


def test_a_limit_that_is_wrong_itself_is_named_once():
    limits = {"low": whole(most="high", like=20), "high": whole(like=40)}
    assert said({"low": 3, "high": "x"}, **limits).startswith("high is 'x'")


def test_every_wrong_parameter_has_its_sentence():
    wrong = said({"a": "1", "b": 2, "c": None}, a=whole(like=1), b=whole(like=1), c=text(like="t"))
    assert [part.split()[0] for part in wrong.split("; ")] == ["a", "c"]


def test_a_misspelt_name_is_found_by_the_one_it_is_near():
    names = {"__annotations__": {"treshold": int, "seed": int}, "treshold": 20, "threshold": 40}
    names |= {"seed": 1}
    wrong = said(names, threshold=whole(like=40), seed=whole(like=1))
    assert wrong == "treshold is no parameter of this lesson: did you mean threshold?"
    assert "threshold is not set" in said({}, threshold=whole(like=40))


def test_a_notebook_shows_the_sentence_alone():
    error = ParameterError("x is 1")
    assert error._render_traceback_() == ["x is 1"]


def test_a_long_value_is_shown_in_part():
    assert len(said({"x": "9" * 5000}, x=whole(like=1))) < 150


@pytest.mark.parametrize("most", [3, 10, 19, 20, 40])
@pytest.mark.parametrize("kind", [whole, number])
def test_the_example_is_itself_allowed(kind, most):
    expected = kind(0, "most", like=20)
    sentence = said({"low": 50, "most": most}, low=expected)
    assert sentence.endswith(f"such as low = {min(20, most)}")
