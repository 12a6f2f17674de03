"""Laws of the exercises: the right answer passes, any other gets a hint, nothing is raised."""

import numpy as np
import pytest

from facescreen import exercises


def right_tries(broken, count):
    passed = 0
    for tried, is_broken in enumerate(broken, start=1):
        passed += not is_broken
        if passed == count:
            return tried
    return None


def right_share(flagged, labels):
    valid = [bool(f) for f, label in zip(flagged, labels, strict=True) if label == "valid"]
    return sum(valid) / len(valid)


def right_wilson(count, total, z=1.959963984540054):
    p, d = count / total, 1 + z * z / total
    half = (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5
    middle = p + z * z / (2 * total)
    return (middle - z * half) / d, (middle + z * half) / d


def raises(*_):
    raise RuntimeError("my mistake")


CHECKS = {
    exercises.check_tries_needed: right_tries,
    exercises.check_times_fewer: lambda before, after: before / after,
    exercises.check_valid_lost: right_share,
    exercises.check_wilson: right_wilson,
}
WRONG = [
    lambda *_: None,
    lambda *_: "a word",
    lambda *_: np.zeros((2, 3)),
    lambda *_: 1.0,
    lambda: 0,
    raises,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_a_right_answer_written_otherwise_passes(check, capsys):
    assert check(CHECKS[check]) is True
    assert capsys.readouterr().out.startswith("Right: ")


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_a_wrong_answer_shows_expected_yours_and_a_hint(check, wrong, capsys):
    assert check(wrong) is False
    said = capsys.readouterr().out
    assert all(word in said for word in ("expected:", "yours:", "hint:"))


def test_an_error_in_the_answer_is_shown_as_the_answer(capsys):
    exercises.check_times_fewer(raises)
    assert "RuntimeError: my mistake" in capsys.readouterr().out


def test_a_constant_that_fits_the_first_case_does_not_pass():
    assert exercises.check_tries_needed(lambda *_: 3) is False
    assert exercises.check_times_fewer(lambda *_: 2.0) is False
    assert exercises.check_valid_lost(lambda *_: 1 / 3) is False
    assert exercises.check_wilson(lambda *_: (0.14459, 0.17321)) is False
