"""Laws of the hints: a typical mistake has a name, any other the general hint."""

import importlib
import re
from collections import Counter

import numpy as np
import pytest

from facescreen import exercises
from facescreen.exercises import core

CHECKS = [getattr(exercises, name) for name in exercises.__all__ if name.startswith("check_")]
CHECKS.remove(exercises.check_parameters)


def given_to_compare(check) -> dict:
    """What a check hands to `compare`."""
    found = {}

    def spy(function, cases, hint, mistakes=(), tolerance=1e-8):
        found.update(cases=cases, hint=hint, mistakes=mistakes, tolerance=tolerance)
        return core.Verdict(False, False, "")

    module = importlib.import_module(check.__module__)
    real, module.compare = module.compare, spy
    try:
        check(None)
    finally:
        module.compare = real
    return found


def hint_for(check, function, capsys) -> str:
    capsys.readouterr()
    assert check(function) is False
    return re.search(r"(?m)^  hint:     (.*)$", capsys.readouterr().out)[1]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_mistake_fails_and_is_told_by_its_own_name(check, capsys):
    found = given_to_compare(check)
    assert len(found["mistakes"]) >= 5
    for number, (hint, mistake) in enumerate(found["mistakes"]):
        assert hint_for(check, mistake, capsys) == hint, f"mistake {number}"
        assert hint != found["hint"]
        assert len(hint) <= 90, hint


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_case_stands_twice(check):
    cases = Counter(repr(arguments) for arguments, _ in given_to_compare(check)["cases"])
    assert cases.most_common(1)[0][1] == 1


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_another_mistake_gets_the_general_hint(check, capsys):
    assert hint_for(check, lambda *_: -12345.678, capsys) == given_to_compare(check)["hint"]


def overflowing(image, threshold):
    counts = np.zeros(3, np.uint8)
    for row in image:
        for pixel in row:
            counts[pixel == 255] += 1
    return bool(max(counts) - min(counts) >= threshold)


def late(image, threshold):
    counts = [(image[..., c] == 255).sum() for c in range(3)]
    return max(counts) - min(counts) > threshold


def only_tries(scores, threshold, count):
    return [k for k in range(min(count, len(scores))) if scores[k] < threshold]


def up_the_slope(b, z, w, c, rate):
    slope = np.mean([-(1 - 1 / (1 + np.exp(-(w * (n + b) + c)))) * w for n in z])
    return b + rate * slope


def low_ties(counts):
    best = (-1, 0)
    for column in range(16):
        if max(counts[:, column]) > best[0]:
            best = (max(counts[:, column]), 240 + column)
    return best


TYPICAL = [
    (exercises.check_is_flagged, lambda score, limit: limit < score, "≥, not >"),
    (exercises.check_count_flagged, lambda s, t: [x >= t for x in s], "how often it is True"),
    (exercises.check_histogram, lambda v, n: [list(v[0]).count(k) for k in range(n)], "first row"),
    (exercises.check_count_at, lambda i, v: sum(sum(i == v)).sum(), "three numbers"),
    (exercises.check_spread, lambda c: c[0] - c[-1], "the first and the last"),
    (exercises.check_generator_loss, lambda d: np.mean([np.log(1 - x) for x in d]), "vanishes"),
    (exercises.check_move_generator, up_the_slope, "descent goes against the slope"),
    (exercises.check_mix_layers, lambda a, b, n, k: [[a, b][i > k] for i in range(n)], "by one"),
    (exercises.check_interpolate, lambda a, b, t: a + t * (b - a), "back on the sphere"),
    (exercises.check_mean_histogram, lambda c, n, g: c[n == g].mean(), "axis 0 alone"),
    (exercises.check_kappa, lambda a, b: np.mean([x == y for x, y in zip(a, b, strict=True)]),
     "chance is still in it"),
    (exercises.check_single_color, overflowing, "uint8 ends at 255"),
    (exercises.check_single_color, late, "≥, not >"),
    (exercises.check_screen, only_tries, "not those that are tried"),
    (exercises.check_reduction, lambda b, a: (b - a) / b, "100 times as much"),
    (exercises.check_reduction, lambda b, a: round((b - a) / b, 2), "100 times as much"),
    (exercises.check_reduction, lambda b, a: b - a, "percentage points"),
    (exercises.check_fullest_value, low_ties, "this takes the lowest"),
    (exercises.check_white_pixels, lambda s, n: int(s / n), "rounded down"),
    (exercises.check_tries_needed, lambda b, n: [*np.flatnonzero(~b), *[None] * 9][n - 1],
     "one too few"),
    (exercises.check_broken_left, lambda r, b, n: b[~r].mean() if (~r).any() else None,
     "all that pass"),
    (exercises.check_hue_difference, lambda a, b: max(a, b) - min(a, b), "may lead past 360"),
    (exercises.check_match_rates, lambda m: (m.mean(), np.prod(m, 1).mean()), "any, not all"),
    (exercises.check_left_over, lambda c, m: np.ptp(c) - np.ptp(m), "in each channel"),
    (exercises.check_scaled_threshold, lambda t, a, b: t / a * b, "four times the pixels"),
    (exercises.check_bright_pixels, lambda x, v: np.add.reduce(x > v, (1, 2)), "≥, not >"),
    (exercises.check_speedup, lambda share, times: 1 / (1 - share), "still takes time"),
    (exercises.check_fewest_seconds, lambda n, s, g: n * s * s / g / 1e9, "three channels"),
    (exercises.check_valid_lost, lambda f, names: sum(f[names == "valid"]) / len(f), "not of all"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "function", "words"), TYPICAL)
def test_a_mistake_written_otherwise_gets_its_hint(check, function, words, capsys):
    assert words in hint_for(check, function, capsys)


@pytest.mark.parametrize("decimals", [1, 2, 5])
def test_a_percent_may_be_rounded(decimals):
    assert exercises.check_reduction(lambda b, a: round(100 * (b - a) / b, decimals)) is True


def test_a_percent_may_not_be_rounded_to_whole_ones(capsys):
    rounded = hint_for(exercises.check_reduction, lambda b, a: round(100 - 100 * a / b), capsys)
    assert rounded == "rounded to whole percents: keep a decimal"


def test_one_answer_alone_names_a_mistake_only_if_it_tells():
    cases = [((1,), 10), ((2,), 20), ((3,), 30)]
    mistakes = [("tens", lambda x: 10), ("squares", lambda x: 100 * x**2 if x > 1 else 10)]
    sometimes = core.compare(lambda x: 400 if x == 2 else 10 * x, cases, "general", mistakes)
    assert sometimes.text.endswith("hint:     squares")
    flags = [((1,), True), ((2,), False), ((3,), False)]
    always = [("always", lambda x: True)]
    once = core.compare(lambda x: x < 3, flags, "general", always)
    assert once.text.endswith("hint:     general"), "any wrong yes is that mistake's yes"


def test_a_mistake_that_the_check_cannot_tell_from_another_is_not_named_by_one_answer():
    cases = [((1,), 1.5), ((2,), 3.5)]
    mistakes = [("one", lambda x: 7.0 if x == 1 else 8.0), ("two", lambda x: 7.0)]
    said = core.compare(lambda x: 7.0 if x == 1 else 9.0, cases, "general", mistakes).text
    assert said.endswith("hint:     general")


def test_a_mistake_that_stops_with_an_error_harms_nothing():
    mistakes = [("divides", lambda x: 1 / 0), ("exits", lambda x: exit())]
    said = core.compare(lambda x: 2, [((1,), 1)], "general", mistakes)
    assert said.text.endswith("hint:     general")
