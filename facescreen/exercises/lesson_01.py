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
    rng = np.random.default_rng(1)
    given = [np.array([[0, 2], [2, 3]]), np.array([[1, 1, 1]]), rng.integers(0, 8, (4, 4))]
    cases = [
        ((values, levels), np.bincount(values.ravel(), minlength=levels))
        for values, levels in zip(given, (4, 4, 8), strict=True)
    ]
    return compare(function, cases, "one number for each level, zeros included")


@exercise
def check_count_at(function: Callable[..., Any]) -> Verdict:
    """Check ``count_at(image, value)``: how many pixels have it in red, in green and in blue.

    ``image`` is uint8 (H, W, 3).
    """
    white_and_red = np.array([[[255, 255, 255], [255, 0, 0]]], np.uint8)
    drawn = np.random.default_rng(2).choice(np.array([0, 200, 255], np.uint8), (2, 3, 3))
    arguments = [(white_and_red, 255), (white_and_red, 0), (drawn, 200), (drawn, 7)]
    cases = [((image, v), (image == v).sum(axis=(0, 1)).tolist()) for image, v in arguments]
    return compare(function, cases, "compare with the value, add up rows and columns")


@exercise
def check_spread(function: Callable[..., Any]) -> Verdict:
    """Check ``spread(counts)``: the largest minus the smallest of the three counts."""
    given = [(112, 0, 3), (900, 902, 899), (5, 5, 5), (0, 7, 260)]
    cases = [((np.array(counts),), max(counts) - min(counts)) for counts in given]
    return compare(function, cases, "the largest minus the smallest, in any order")
