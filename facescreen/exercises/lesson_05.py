"""Checks of lesson 05, screen with one color."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_single_color(function: Callable[..., Any]) -> Verdict:
    """Check ``single_color(image, threshold)``: True where rule 1 calls the image broken.

    ``image`` is uint8 (H, W, 3), ``threshold`` in pixels.
    """
    red = np.array([[[255, 0, 0], [255, 9, 9]], [[255, 255, 255], [80, 60, 50]]], np.uint8)
    white = np.full((2, 2, 3), 255, np.uint8)
    short = np.array([[[254, 0, 0], [254, 0, 0]]], np.uint8)
    blue = np.array([[[255, 0, 255], [255, 0, 255]], [[0, 255, 255], [0, 0, 255]]], np.uint8)
    cases = [((red, 2), True), ((red, 3), False), ((white, 1), False), ((short, 1), False)]
    cases += [((blue, 3), True), ((blue, 4), False)]  # 2, 1 and 4 pixels
    large = np.zeros((17, 17, 3), np.uint8)
    large[..., 0] = 255  # 289 pixels, which uint8 cannot count
    green = blue[..., [0, 2, 1]]
    cases += [((blue, 2), True), ((green, 2), True), ((large, 40), True)]

    def counts(image):
        return (image == 255).sum(axis=(0, 1))

    two = "this compares two of the channels: the largest minus the smallest of all three"
    mistakes = [
        (
            "at the threshold an image is broken: ≥, not >",
            lambda i, t: np.ptp(counts(i)) > t,
        ),
        (
            "uint8 ends at 255: count in whole numbers that have room",
            lambda i, t: np.ptp(counts(i).astype(np.uint8)) >= t,
        ),
        ("subtract the smallest: white has many, too", lambda i, t: counts(i).max() >= t),
        ("subtract the smallest: white has many, too", lambda i, t: counts(i).sum() >= t),
        (two, lambda i, t: counts(i)[0] - counts(i)[1] >= t),
        (two, lambda i, t: counts(i)[0] - counts(i)[2] >= t),
        (two, lambda i, t: abs(counts(i)[0] - counts(i)[1]) >= t),
        (two, lambda i, t: abs(counts(i)[0] - counts(i)[2]) >= t),
        (two, lambda i, t: abs(counts(i)[1] - counts(i)[2]) >= t),
        (
            "subtract the smallest, not the one in the middle",
            lambda i, t: counts(i).max() - np.median(counts(i)) >= t,
        ),
        (
            "only 255 itself counts, not values near it",
            lambda i, t: np.ptp((i >= 254).sum(axis=(0, 1))) >= t,
        ),
        ("this is the spread: is it at least the threshold?", lambda i, t: np.ptp(counts(i))),
        ("this is True for the images that pass", lambda i, t: np.ptp(counts(i)) < t),
        ("this calls every image broken", lambda i, t: True),
        ("this calls no image broken", lambda i, t: False),
        (
            "compare counts of pixels, not the values themselves",
            lambda i, t: int(i.max()) - int(i.min()) >= t,
        ),
    ]
    hint = "count 255 in each channel; largest − smallest ≥ threshold"
    return compare(function, cases, hint, mistakes)


@exercise
def check_screen(function: Callable[..., Any]) -> Verdict:
    """Check ``screen(scores, threshold, count)``: the numbers of the images that are saved.

    ``scores`` (N,) come in the order of generation; saving ends with the ``count``-th image, or
    where there are no more.
    """
    few, many = np.array([0, 55, 3, 40, 0]), np.random.default_rng(5).integers(0, 60, 9)
    arguments = [
        (few, 40, 2),
        (few, 40, 3),
        (few, 41, 3),
        (few, 60, 2),
        (many, 20, 2),
        (many, 20, 9),
    ]
    cases = [((s, t, n), np.flatnonzero(s < t)[:n].tolist()) for s, t, n in arguments]
    passed = np.flatnonzero
    mistakes = [
        ("at the threshold an image is broken: <, not ≤", lambda s, t, n: passed(s <= t)[:n]),
        (
            "these are the broken ones: save those below the threshold",
            lambda s, t, n: passed(s >= t)[:n],
        ),
        ("numbers begin at 0", lambda s, t, n: passed(s < t)[:n] + 1),
        ("these are scores: the images' numbers are asked", lambda s, t, n: s[s < t][:n]),
        ("stop after count images: this saves all that pass", lambda s, t, n: passed(s < t)),
        ("one too many: stop as soon as count are saved", lambda s, t, n: passed(s < t)[: n + 1]),
        (
            "one too few: stop when count are saved, not before",
            lambda s, t, n: passed(s < t)[: n - 1],
        ),
        (
            "count the images that are saved, not those that are tried",
            lambda s, t, n: passed(s[:n] < t),
        ),
        ("this is how many are saved: which ones?", lambda s, t, n: len(passed(s < t)[:n])),
        ("this is an answer per image: return the numbers of those saved", lambda s, t, n: s < t),
        (
            "in the order of generation, not of the scores",
            lambda s, t, n: np.argsort(s, kind="stable")[: min(n, (s < t).sum())],
        ),
    ]
    hint = "in order: skip the broken ones, stop when enough"
    return compare(function, cases, hint, mistakes)


@exercise
def check_reduction(function: Callable[..., Any]) -> Verdict:
    """Check ``reduction(before, after)``: by how many percent a rate went down.

    An answer may be rounded to one decimal.
    """
    given = [(15.84, 2.76), (15.84, 0.92), (10.0, 10.0), (10.0, 15.0)]
    cases = [((before, after), 100 * (1 - after / before)) for before, after in given]
    mistakes = [
        ("these are percentage points: divide by the first rate", lambda b, a: b - a),
        ("this is a share: 100 times as much in percent", lambda b, a: 1 - a / b),
        ("in percent of the first rate, not of the second", lambda b, a: 100 * (b - a) / a),
        ("this is what is left: what is gone?", lambda b, a: 100 * a / b),
        (
            "the sign: a rate that went down was reduced by more than 0",
            lambda b, a: 100 * (a / b - 1),
        ),
        (
            "the sign: a rate that went up was reduced by less than 0",
            lambda b, a: 100 * abs(1 - a / b),
        ),
        ("this is how many times lower the rate is", lambda b, a: b / a),
        ("rounded to whole percents: keep a decimal", lambda b, a: round(100 * (1 - a / b))),
        ("brackets: subtract first, then divide", lambda b, a: 100 * (b - a / b)),
        ("the two are swapped", lambda b, a: 100 * (1 - b / a)),
    ]
    hint = "what is gone, in percent of the first rate"
    return compare(function, cases, hint, mistakes, tolerance=0.05)
