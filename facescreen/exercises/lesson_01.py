"""Checks of lesson 01, read faces as numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_histogram(function: Callable[..., Any]) -> Verdict:
    """Check ``histogram(values, levels)``: how often each value from 0 to levels - 1 occurs.

    ``values`` is one channel, whole numbers (H, W), all below ``levels``.
    """

    def counted(values, levels):
        return np.bincount(values.ravel(), minlength=levels)

    rng = np.random.default_rng(1)
    given = [np.array([[0, 2], [2, 3]]), np.array([[1, 1, 1]]), rng.integers(0, 8, (4, 4))]
    given.append(np.full((20, 16), 1))  # 320 of one value, which uint8 cannot count
    arguments = list(zip(given, (4, 4, 8, 2), strict=True))
    mistakes = [
        (
            "the levels above the largest value are missing: one number for each level",
            lambda v, n: np.bincount(v.ravel()),
        ),
        (
            "levels that never occur are missing: they count 0",
            lambda v, n: np.unique(v, return_counts=True)[1],
        ),
        (
            "levels begin at 0: this is the count of 1 where that of 0 belongs",
            lambda v, n: counted(v, n + 1)[1 : n + 1],
        ),
        ("the last level is missing: they end at levels − 1", lambda v, n: counted(v, n)[: n - 1]),
        ("this counts in the first row only", lambda v, n: counted(v[0], n)),
        ("these are shares: count, do not divide", lambda v, n: counted(v, n) / v.size),
        ("these are the levels that occur, not how often", lambda v, n: np.unique(v)),
        (
            "uint8 ends at 255: keep counts in whole numbers that have room",
            lambda v, n: counted(v, n).astype(np.uint8),
        ),
    ]
    cases = [(pair, counted(*pair)) for pair in arguments]
    return compare(function, cases, "one number for each level, zeros included", mistakes)


@exercise
def check_count_at(function: Callable[..., Any]) -> Verdict:
    """Check ``count_at(image, value)``: how many pixels have it in red, in green and in blue.

    ``image`` is uint8 (H, W, 3).
    """
    white_and_red = np.array([[[255, 255, 255], [255, 0, 0]]], np.uint8)
    drawn = np.random.default_rng(2).choice(np.array([0, 200, 255], np.uint8), (2, 3, 3))
    large = np.full((17, 17, 3), 255, np.uint8)  # 289 pixels, which uint8 cannot count
    arguments = [(white_and_red, 255), (white_and_red, 0), (drawn, 200), (drawn, 7), (large, 255)]
    cases = [((image, v), (image == v).sum(axis=(0, 1)).tolist()) for image, v in arguments]
    mistakes = [
        ("three numbers are asked, one for each channel", lambda i, v: (i == v).sum()),
        (
            "this is a number per row: add up over rows and columns, axes 0 and 1",
            lambda i, v: (i == v).sum(axis=(1, 2)),
        ),
        (
            "this is a number per column: add up over rows and columns, axes 0 and 1",
            lambda i, v: (i == v).sum(axis=(0, 2)),
        ),
        ("add up the columns too: axes 0 and 1", lambda i, v: (i == v).sum(axis=0)),
        ("add up the rows too: axes 0 and 1", lambda i, v: (i == v).sum(axis=1)),
        (
            "this is a number per pixel: add up over axes 0 and 1, not over the channels",
            lambda i, v: (i == v).sum(axis=2),
        ),
        (
            "this counts pixels with the value in all channels at once",
            lambda i, v: (i == v).all(axis=2).sum(),
        ),
        ("red comes first, blue last", lambda i, v: (i == v).sum(axis=(0, 1))[::-1]),
        ("equal to the value, not at or above it", lambda i, v: (i >= v).sum(axis=(0, 1))),
        ("equal to the value, not at or below it", lambda i, v: (i <= v).sum(axis=(0, 1))),
        ("compare with the value that is given", lambda i, v: (i == 255).sum(axis=(0, 1))),
        ("these are shares: count, do not average", lambda i, v: (i == v).mean(axis=(0, 1))),
        (
            "uint8 ends at 255: count in whole numbers that have room",
            lambda i, v: (i == v).sum(axis=(0, 1), dtype=np.uint8),
        ),
    ]
    return compare(function, cases, "compare with the value, add up rows and columns", mistakes)


@exercise
def check_spread(function: Callable[..., Any]) -> Verdict:
    """Check ``spread(counts)``: the largest minus the smallest of the three counts."""
    given = [(112, 0, 3), (900, 902, 899), (5, 5, 5), (0, 7, 260)]
    cases = [((np.array(counts),), max(counts) - min(counts)) for counts in given]
    ends = "the largest may stand anywhere: this takes the first and the last"
    two = "all three count: this compares the first two"
    mistakes = [
        ("the smallest minus the largest: turn it around", lambda c: c.min() - c.max()),
        (ends, lambda c: c[0] - c[2]),
        (ends, lambda c: abs(c[0] - c[2])),
        (two, lambda c: c[0] - c[1]),
        (two, lambda c: abs(c[0] - c[1])),
        ("subtract the smallest, not the one in the middle", lambda c: c.max() - np.median(c)),
        ("this is the largest alone: subtract the smallest", lambda c: c.max()),
        ("this is a standard deviation", lambda c: c.std()),
        ("this is a sample's standard deviation", lambda c: c.std(ddof=1)),
        ("subtract the smallest, not the mean", lambda c: c.max() - c.mean()),
    ]
    return compare(function, cases, "the largest minus the smallest, in any order", mistakes)
