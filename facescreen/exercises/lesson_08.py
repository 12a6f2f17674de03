"""Checks of lesson 08, choose thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_smallest_threshold(function: Callable[..., Any]) -> Verdict:
    """Check ``smallest_threshold(scores, max_loss)``: the calibration on valid images.

    ``scores`` are whole numbers int (N,) of valid images; the answer is the smallest whole
    threshold, 0 or more, at which at most the share ``max_loss`` of them is rejected
    (score >= threshold).
    """

    def smallest(scores, max_loss):
        threshold = 0
        while (scores >= threshold).sum() > math.floor(max_loss * len(scores) + 1e-9):
            threshold += 1
        return threshold

    scores = np.array([3, 0, 12, 7, 7, 1, 0, 40, 2, 5])
    arguments = [(scores, 0.1), (scores, 0.3), (scores, 0.0), (scores, 1.0)]
    arguments.append((np.random.default_rng(8).integers(0, 60, 20), 0.25))
    hint = "equal scores are rejected together, so a threshold above them may be needed"
    return compare(function, [(given, smallest(*given)) for given in arguments], hint)


@exercise
def check_lowest_cost(function: Callable[..., Any]) -> Verdict:
    """Check ``lowest_cost(scores, broken, cost_broken, cost_valid)``, over all thresholds.

    ``broken`` is bool (N,). A broken image that is saved costs ``cost_broken``, a valid one that is
    rejected ``cost_valid``; rejecting none and rejecting all are thresholds, too.
    """

    def lowest(scores, broken, cost_broken, cost_valid):
        costs = [cost_broken * broken.sum()]
        for threshold in scores:
            out = scores >= threshold
            costs.append(cost_broken * (broken & ~out).sum() + cost_valid * (~broken & out).sum())
        return float(min(costs))

    scores = np.array([5, 1, 9, 3, 7, 2])
    broken = np.array([False, False, True, True, True, False])
    arguments = [(scores, broken, cost, 1) for cost in (0.5, 1, 5)]
    arguments += [(scores, ~broken, 0.1, 1), (scores, ~broken, 50, 1)]
    tied = np.array([4, 4, 4, 2, 2])  # no threshold parts equal scores
    arguments.append((tied, np.array([True, False, True, False, True]), 1, 1))
    hint = "try each score as the threshold, and one that rejects nothing"
    return compare(function, [(given, lowest(*given)) for given in arguments], hint)


@exercise
def check_scaled_threshold(function: Callable[..., Any]) -> Verdict:
    """Check ``scaled_threshold(threshold, side, new_side)``: the same share of the pixels.

    Sides are of square images, in pixels; the answer is rounded up to whole pixels.
    """
    arguments = [(40, 64, 128), (40, 64, 32), (1000, 64, 256), (41, 64, 32), (40, 64, 64)]
    wanted = [(given, math.ceil(given[0] * given[2] ** 2 / given[1] ** 2)) for given in arguments]
    hint = "twice the side is four times the pixels"
    return compare(function, wanted, hint)
