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
    mistakes = [
        ("the mean, not the median", lambda c, n, g: np.median(c[n == g], axis=0)),
        ("this averages all images: pick those of the group first", lambda c, n, g: c.mean(axis=0)),
        ("this is a sum: divide by the number of images", lambda c, n, g: c[n == g].sum(axis=0)),
        (
            "divide by the number of images in the group, not of all",
            lambda c, n, g: c[n == g].sum(axis=0) / len(n),
        ),
        (
            "average over the images, axis 0, not over the channels",
            lambda c, n, g: c[n == g].mean(axis=1),
        ),
        (
            "average over the images, axis 0, not over the values",
            lambda c, n, g: c[n == g].mean(axis=2),
        ),
        ("this is one number: average over axis 0 alone", lambda c, n, g: c[n == g].mean()),
        (
            "keep the channels apart: average over axis 0 alone",
            lambda c, n, g: c[n == g].mean((0, 1)),
        ),
        ("these are the images that are not in the group", lambda c, n, g: c[n != g].mean(axis=0)),
        (
            "a mean of whole numbers may have decimals: /, not //",
            lambda c, n, g: c[n == g].sum(axis=0) // (n == g).sum(),
        ),
        ("these are the group's images: average them", lambda c, n, g: c[n == g]),
    ]
    hint = "pick the group's images, then average over axis 0"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_kappa(function: Callable[..., Any]) -> Verdict:
    """Check ``kappa(first, second)``: Cohen's kappa of two raters' labels, both str (N,)."""
    a = np.array(["valid", "valid", "broken", "valid"])
    b = np.array(["valid", "broken", "broken", "valid"])
    rng = np.random.default_rng(4)
    many, other = (rng.choice(["valid", "saturated", "other"], 9) for _ in range(2))
    wanted = [((x, y), _kappa(x, y)) for x, y in ((a, b), (a, a), (a, a[[2, 0, 1, 3]]))]
    wanted.append(((many, other), _kappa(many, other)))
    mistakes = [
        ("this is how often they agree: chance is still in it", lambda x, y: (x == y).mean()),
        ("this is the agreement by chance alone", _by_chance),
        (
            "divide by what chance leaves, 1 − chance",
            lambda x, y: (x == y).mean() - _by_chance(x, y),
        ),
        (
            "divide by 1 − chance, not by chance",
            lambda x, y: ((x == y).mean() - _by_chance(x, y)) / _by_chance(x, y),
        ),
        (
            "by chance, one's share × the other's; this takes the first rater's twice",
            lambda x, y: _above((x == y).mean(), _by_chance(x, x)),
        ),
        (
            "by chance, one's share × the other's; this takes the second rater's twice",
            lambda x, y: _above((x == y).mean(), _by_chance(y, y)),
        ),
        (
            "raters use some words more often: not every word has the same chance",
            lambda x, y: _above((x == y).mean(), 1 / len(np.union1d(x, y))),
        ),
        (
            "the shares of both together make another measure: one's × the other's",
            lambda x, y: _above((x == y).mean(), _by_chance(*[np.concatenate([x, y])] * 2)),
        ),
    ]
    hint = "by chance: one's share × the other's, over all words"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_pairs_won(function: Callable[..., Any]) -> Verdict:
    """Check ``pairs_won(broken, valid)``: in which share of all pairs the broken one scores higher.

    ``broken`` (M,) and ``valid`` (N,) are scores; a pair of equal scores counts as half.
    """
    given = [((5, 0), (0, 3)), ((9, 9), (1, 2, 3)), ((0, 0, 0), (0, 0)), ((0, 0, 60), (0, 8, 8, 0))]
    cases = [tuple(np.array(scores) for scores in pair) for pair in given]

    def won(b, v):
        return (np.sign(b[:, None] - v) + 1) / 2

    wanted = [((b, v), float(won(b, v).mean())) for b, v in cases]
    mistakes = [
        (
            "a pair of equal scores counts as half; here as nothing",
            lambda b, v: (b[:, None] > v).mean(),
        ),
        (
            "a pair of equal scores counts as half; here as one",
            lambda b, v: (b[:, None] >= v).mean(),
        ),
        ("this is the share won by the valid ones", lambda b, v: 1 - won(b, v).mean()),
        ("this is a number of pairs: a share is asked", lambda b, v: won(b, v).sum()),
        ("this is in percent: a share is asked, 0 to 1", lambda b, v: 100 * won(b, v).mean()),
        ("compare each with each, not the means", lambda b, v: float(b.mean() > v.mean())),
        (
            "pairs of equal scores are pairs, too: count them as half",
            lambda b, v: (b[:, None] > v).sum() / (b[:, None] != v).sum(),
        ),
        ("this is a number per pair: take the mean", won),
        ("this is a number per broken image: take the mean", lambda b, v: won(b, v).mean(axis=1)),
    ]
    hint = "1 if larger, a half if equal, 0 if smaller; the mean"
    return compare(function, wanted, hint, mistakes)


def _by_chance(first: np.ndarray, second: np.ndarray) -> float:
    words = np.union1d(first, second)
    return float(sum((first == word).mean() * (second == word).mean() for word in words))


def _above(same: float, chance: float) -> float:
    return float((same - chance) / (1 - chance))


def _kappa(first: np.ndarray, second: np.ndarray) -> float:
    return _above((first == second).mean(), _by_chance(first, second))
