"""Checks of lesson 09, screen with a critic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_in_band(function: Callable[..., Any]) -> Verdict:
    """Check ``in_band(scores, k)``: which images lie within mean ± k standard deviations.

    ``scores`` are floats (N,) of a critic; the answer is bool (N,), True for those kept, the ends
    of the band included. Mean and standard deviation are those of ``scores`` (divided by N).
    """

    def inside(scores, k):
        return np.abs(scores - scores.mean()) <= k * scores.std()

    scores = np.array([0.0, 1.0, 2.0, 3.0, 14.0])
    random = np.random.default_rng(9).normal(2, 3, 12)
    arguments = [(scores, 1.0), (scores, 0.5), (np.array([-1.0, 1.0]), 1.0), (random, 0.9)]
    hint = "how far is each score from the mean, to either side?"
    mistakes = [
        ("a band has two ends: scores far above the mean leave it, too",
         lambda s, k: s >= s.mean() - k * s.std()),
        ("a band has two ends: scores far below the mean leave it, too",
         lambda s, k: s <= s.mean() + k * s.std()),
        ("these are the images outside of the band: which are kept?",
         lambda s, k: ~inside(s, k)),
        ("the ends of the band belong to it",
         lambda s, k: np.abs(s - s.mean()) < k * s.std()),
        ("k counts standard deviations, not points of the score",
         lambda s, k: np.abs(s - s.mean()) <= k),
        ("the variance is the square of the standard deviation",
         lambda s, k: np.abs(s - s.mean()) <= k * s.var()),
        ("around the mean, not around 0", lambda s, k: np.abs(s) <= k * s.std()),
        ("around the mean, not around the median",
         lambda s, k: np.abs(s - np.median(s)) <= k * s.std()),
        ("these are the scores that are kept: say for each image whether it is",
         lambda s, k: s[inside(s, k)]),
    ]  # fmt: skip
    return compare(function, [(given, inside(*given)) for given in arguments], hint, mistakes)


@exercise
def check_drs_acceptance(function: Callable[..., Any]) -> Verdict:
    """Check ``drs_acceptance(logits, gamma)``: discriminator rejection sampling.

    ``logits`` are floats (N,), none of them the largest one there is but ``m = logits.max() + 1``;
    the answer is sigmoid(F), F = d − m − log(1 − exp(d − m)) − gamma for each logit d.
    """

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def inner(logits):
        below = logits - (logits.max() + 1)
        return below - np.log(1 - np.exp(below))

    def right(logits, gamma):
        return sigmoid(inner(logits) - gamma)

    logits = np.array([-2.0, 0.0, 0.5, 3.0])
    arguments = [(logits, 0.0), (logits, 1.5), (logits, -2.0), (np.array([-40.0, 1.0]), 0.5)]
    hint = "first d − m, then F, then 1 / (1 + exp(−F))"
    mistakes = [
        ("this is F: the chance is sigmoid(F)", lambda d, g: inner(d) - g),
        ("gamma is taken away from F, not added", lambda d, g: sigmoid(inner(d) + g)),
        ("this is exp(d − m), plain rejection: gamma is missing",
         lambda d, g: np.exp(d - d.max() - 1)),
        ("the logarithm of 1 − exp(d − m) is missing",
         lambda d, g: sigmoid(d - d.max() - 1 - g)),
        ("the logarithm is taken away, not added",
         lambda d, g: sigmoid(d - d.max() - 1 + np.log(1 - np.exp(d - d.max() - 1)) - g)),
        ("this is the chance to be thrown away", lambda d, g: 1 - right(d, g)),
    ]  # fmt: skip
    return compare(function, [(given, right(*given)) for given in arguments], hint, mistakes)


@exercise
def check_budget(function: Callable[..., Any]) -> Verdict:
    """Check ``budget(ratios, accept)``: the c of optimal budgeted rejection sampling.

    ``ratios`` are density ratios (N,), above 0; the answer is the c, to four digits, with which the
    mean of min(c · ratio, 1) is ``accept``, above 0 and below 1.
    """

    def right(ratios, accept):
        low, high = 0.0, 1 / ratios.min()
        for _ in range(200):
            middle = (low + high) / 2
            small = np.minimum(middle * ratios, 1).mean() < accept
            low, high = (middle, high) if small else (low, middle)
        return high

    ratios = np.array([0.1, 0.5, 1.0, 2.0, 6.0])
    random = np.exp(np.random.default_rng(9).normal(0, 1, 30))
    arguments = [(ratios, 0.2), (ratios, 0.5), (ratios, 0.9), (random, 0.6)]
    hint = "the mean grows with c: halve an interval from 0 to 1 / the smallest ratio"
    mistakes = [
        ("chances stop at 1: a c that ignores it keeps too few",
         lambda r, a: a / r.mean()),
        ("these are the chances: which c gives them?",
         lambda r, a: np.minimum(right(r, a) * r, 1)),
        ("the mean is the share kept, not the sum", lambda r, a: right(r, min(a / len(r), 0.99))),
        ("this keeps the share that should be thrown away", lambda r, a: right(r, 1 - a)),
        ("plain rejection, c = 1 / the largest ratio, keeps another share",
         lambda r, a: 1 / r.max()),
    ]  # fmt: skip
    cases = [(given, right(*given)) for given in arguments]
    return compare(function, cases, hint, mistakes, tolerance=1e-4)
