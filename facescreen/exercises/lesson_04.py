"""Checks of lesson 04, compare valid and broken images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_mean_histogram(function: Callable[..., Any]) -> Verdict:
    """Check ``mean_histogram(counts, labels, group)``: the mean counts of one group, (3, values).

    ``counts`` is int (N, 3, values), the histograms of N images; ``labels`` is str (N,).
    """
    counts = np.random.default_rng(4).integers(0, 9, (3, 3, 2))
    labels = np.array(["broken_other", "valid", "broken_other"])
    cases = [(counts, labels, "broken_other"), (counts, labels, "valid")]
    cases.append((np.arange(24).reshape(2, 3, 4), np.array(["valid", "valid"]), "valid"))
    skewed = np.array([0, 0, 9])[:, None, None] * np.ones((1, 3, 2), int)  # no median
    cases.append((skewed, np.array(["valid"] * 3), "valid"))
    wanted = [((c, names, group), c[names == group].mean(axis=0)) for c, names, group in cases]
    hint = "pick the group's images, then average over axis 0"
    return compare(function, wanted, hint)


@exercise
def check_kappa(function: Callable[..., Any]) -> Verdict:
    """Check ``kappa(first, second)``: Cohen's kappa of two raters' labels, both str (N,)."""
    a = np.array(["valid", "valid", "broken", "valid"])
    b = np.array(["valid", "broken", "broken", "valid"])
    rng = np.random.default_rng(4)
    many, other = (rng.choice(["valid", "saturated", "other"], 9) for _ in range(2))
    wanted = [((x, y), _kappa(x, y)) for x, y in ((a, b), (a, a), (a, a[[2, 0, 1, 3]]))]
    wanted.append(((many, other), _kappa(many, other)))
    hint = "by chance: one's share × the other's, over all words"
    return compare(function, wanted, hint)


@exercise
def check_pairs_won(function: Callable[..., Any]) -> Verdict:
    """Check ``pairs_won(broken, valid)``: in which share of all pairs the broken one scores higher.

    ``broken`` (M,) and ``valid`` (N,) are scores; a pair of equal scores counts as half.
    """
    given = [((5, 0), (0, 3)), ((9, 9), (1, 2, 3)), ((0, 0, 0), (0, 0)), ((0, 0, 60), (0, 8, 8, 0))]
    cases = [tuple(np.array(scores) for scores in pair) for pair in given]
    wanted = [((b, v), float(((np.sign(b[:, None] - v) + 1) / 2).mean())) for b, v in cases]
    hint = "1 if larger, a half if equal, 0 if smaller; the mean"
    return compare(function, wanted, hint)


def _kappa(first: np.ndarray, second: np.ndarray) -> float:
    words = np.union1d(first, second)
    chance = sum((first == word).mean() * (second == word).mean() for word in words)
    return float(((first == second).mean() - chance) / (1 - chance))
