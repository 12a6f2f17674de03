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
    hint = "count 255 in each channel; largest − smallest ≥ threshold"
    return compare(function, cases, hint)


@exercise
def check_screen(function: Callable[..., Any]) -> Verdict:
    """Check ``screen(scores, threshold, count)``: the numbers of the images that are saved.

    ``scores`` (N,) come in the order of generation; saving ends with the ``count``-th image, or
    where there are no more.
    """
    few, many = np.array([0, 55, 3, 40, 0]), np.random.default_rng(5).integers(0, 60, 9)
    arguments = [(few, 40, 2), (few, 40, 3), (few, 41, 3), (many, 20, 2), (many, 20, 9)]
    cases = [((s, t, n), np.flatnonzero(s < t)[:n].tolist()) for s, t, n in arguments]
    hint = "in order: skip the broken ones, stop when enough"
    return compare(function, cases, hint)


@exercise
def check_reduction(function: Callable[..., Any]) -> Verdict:
    """Check ``reduction(before, after)``: by how many percent a rate went down."""
    given = [(15.84, 2.76), (15.84, 0.92), (10.0, 10.0), (10.0, 15.0)]
    cases = [((before, after), 100 * (1 - after / before)) for before, after in given]
    hint = "what is gone, in percent of the first rate"
    return compare(function, cases, hint)
