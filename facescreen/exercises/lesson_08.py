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

    def next_score(s, loss):
        ranked = np.sort(s)[::-1]
        return ranked[min(math.floor(loss * len(s) + 1e-9), len(s) - 1)]

    mistakes = [
        (
            "that score itself is rejected, too: the threshold lies one above it",
            lambda s, loss: next_score(s, loss) if loss < 1 else 0,
        ),
        (
            "one too many: a threshold below still keeps the share",
            lambda s, loss: smallest(s, loss) + 1,
        ),
        (
            "the smallest threshold: several keep the share",
            lambda s, loss: s.max() + 1,
        ),
        (
            "a quantile is no threshold: equal scores go together",
            lambda s, loss: np.quantile(s, 1 - loss),
        ),
        (
            "at most the share: exactly that share is allowed",
            lambda s, loss: next(t for t in range(999) if (s >= t).mean() < loss or t > s.max()),
        ),
        (
            "with loss 1 all may be rejected: the threshold is 0",
            lambda s, loss: next_score(s, loss) + 1,
        ),
        (
            "these thresholds keep the share of the lowest scores: high scores are rejected",
            lambda s, loss: smallest(s, 1 - loss),
        ),
        (
            "a share is no number of images: multiply it by how many there are",
            lambda s, loss: next(t for t in range(999) if (s >= t).sum() <= loss),
        ),
    ]
    cases = [(given, smallest(*given)) for given in arguments]
    return compare(function, cases, hint, mistakes)


@exercise
def check_lowest_cost(function: Callable[..., Any]) -> Verdict:
    """Check ``lowest_cost(scores, broken, cost_broken, cost_valid)``, over all thresholds.

    ``broken`` is bool (N,). A broken image that is saved costs ``cost_broken``, a valid one that is
    rejected ``cost_valid``; rejecting none and rejecting all are thresholds, too.
    """

    def cost(out, broken, cost_broken, cost_valid):
        return cost_broken * (broken & ~out).sum() + cost_valid * (~broken & out).sum()

    def costs(scores, *given):
        return [cost(scores >= threshold, *given) for threshold in [*scores, np.inf]]

    def lowest(*given):
        return float(min(costs(*given)))

    def between_equals(scores, broken, *given):
        ranked = broken[np.argsort(scores, kind="stable")]
        kept = np.arange(len(scores))
        return min(cost(kept >= k, ranked, *given) for k in range(len(scores) + 1))

    scores = np.array([5, 1, 9, 3, 7, 2])
    broken = np.array([False, False, True, True, True, False])
    arguments = [(scores, broken, cost, 1) for cost in (0.5, 1, 5)]
    arguments += [(scores, ~broken, 0.1, 1), (scores, ~broken, 50, 1)]
    low = np.array([False, True, True, False, True, False])  # a broken one scores lowest
    arguments.append((scores, low, 5, 1))
    tied = np.array([4, 4, 4, 2, 2])  # no threshold parts equal scores
    arguments.append((tied, np.array([True, False, True, False, True]), 1, 1))
    hint = "try each score as the threshold, and one that rejects nothing"
    mistakes = [
        ("rejecting nothing is a threshold, too", lambda *given: min(costs(*given)[:-1])),
        (
            "rejecting everything is a threshold, too",
            lambda s, *given: min(cost(s > threshold, *given) for threshold in s),
        ),
        ("no threshold parts equal scores", between_equals),
        (
            "the two costs are swapped: a broken image that is saved, a valid one that is rejected",
            lambda s, b, x, y: lowest(s, b, y, x),
        ),
        (
            "high scores are rejected, not low ones",
            lambda s, b, x, y: lowest(-s, b, x, y),
        ),
        (
            "this is a threshold: what does it cost?",
            lambda *given: [*given[0], np.inf][int(np.argmin(costs(*given)))],
        ),
        ("this is the dearest threshold", lambda *given: max(costs(*given))),
        (
            "count the broken images that are saved, not the rejected ones",
            lambda s, b, x, y: min(
                x * (b & (s >= t)).sum() + y * (~b & (s >= t)).sum() for t in [*s, np.inf]
            ),
        ),
        (
            "this is the number of mistakes: each has its cost",
            lambda s, b, x, y: lowest(s, b, 1, 1),
        ),
        ("these are the costs of every threshold: which is the lowest?", costs),
        (
            "this is a mean per image: the costs are added up",
            lambda *given: lowest(*given) / len(given[0]),
        ),
    ]
    cases = [(given, lowest(*given)) for given in arguments]
    return compare(function, cases, hint, mistakes)


@exercise
def check_scaled_threshold(function: Callable[..., Any]) -> Verdict:
    """Check ``scaled_threshold(threshold, side, new_side)``: the same share of the pixels.

    Sides are of square images, in pixels; the answer is rounded up to whole pixels.
    """
    arguments = [
        (40, 64, 128),
        (40, 64, 32),
        (1000, 64, 256),
        (41, 64, 32),
        (43, 64, 32),
        (40, 64, 64),
    ]
    wanted = [(given, math.ceil(given[0] * given[2] ** 2 / given[1] ** 2)) for given in arguments]
    mistakes = [
        (
            "this goes by the side: twice the side is four times the pixels",
            lambda t, a, b: math.ceil(t * b / a),
        ),
        (
            "this goes by the side: twice the side is four times the pixels",
            lambda t, a, b: t * b / a,
        ),
        (
            "this goes by the side: twice the side is four times the pixels",
            lambda t, a, b: t * b // a,
        ),
        ("the two sides are swapped", lambda t, a, b: math.ceil(t * a**2 / b**2)),
        ("rounded down: round up", lambda t, a, b: t * b**2 // a**2),
        ("rounded to the nearest: round up", lambda t, a, b: round(t * b**2 / a**2)),
        ("whole pixels: round up", lambda t, a, b: t * b**2 / a**2),
        ("one too many where no part of a pixel is left", lambda t, a, b: t * b**2 // a**2 + 1),
        (
            "a square has side × side pixels, not side × side × side",
            lambda t, a, b: math.ceil(t * b**3 / a**3),
        ),
        ("round last, after multiplying", lambda t, a, b: math.ceil(t / a**2) * b**2),
        ("round last, after multiplying", lambda t, a, b: t * (b // a) ** 2),
    ]
    hint = "twice the side is four times the pixels"
    return compare(function, wanted, hint, mistakes)
