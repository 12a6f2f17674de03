"""Checks of lesson 11, ask whether screening helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_balanced_accuracy(function: Callable[..., Any]) -> Verdict:
    """Check ``balanced_accuracy(labels, answers)``: the mean over classes of their share right.

    Both are int (N,); a class is what stands in ``labels``.
    """

    def shares(labels, answers):
        return [(answers[labels == one] == one).mean() for one in np.unique(labels)]

    rng = np.random.default_rng(11)
    arguments = [
        (np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 0])),
        (np.array([2, 2, 2, 2, 2, 5]), np.array([2, 2, 5, 2, 5, 2])),
        (rng.choice(4, 20, p=[0.6, 0.2, 0.1, 0.1]), rng.integers(0, 4, 20)),
    ]
    wanted = [((y, a), float(np.mean(shares(y, a)))) for y, a in arguments]
    mistakes = [
        ("this is the share of all: frequent classes count more", lambda y, a: (y == a).mean()),
        ("these are the shares by class: take their mean", shares),
        ("add up and divide by the number of classes", lambda y, a: sum(shares(y, a))),
        ("this is in percent: a share is asked, 0 to 1", lambda y, a: 100 * np.mean(shares(y, a))),
        ("this is the share that is wrong", lambda y, a: 1 - np.mean(shares(y, a))),
        (
            "classes are those of the labels: this divides by how often a class is answered",
            lambda y, a: np.mean([(y[a == one] == one).mean() for one in np.unique(a)]),
        ),
        ("this is the worst class: take the mean of all", lambda y, a: min(shares(y, a))),
        ("this is the best class: take the mean of all", lambda y, a: max(shares(y, a))),
    ]
    hint = "for each class: of the images labeled so, the share answered so; then the mean"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_paired_interval(function: Callable[..., Any]) -> Verdict:
    """Check ``paired_interval(first, second, t)``: mean of first − second, and its two ends.

    ``first`` and ``second`` are float (n,), one value a seed; the ends lie ``t`` standard errors
    from the mean.
    """

    def interval(first, second, t, error=None):
        d = np.asarray(first) - second
        reach = t * (d.std(ddof=1) / len(d) ** 0.5 if error is None else error(d, first, second))
        return d.mean(), d.mean() - reach, d.mean() + reach

    rng = np.random.default_rng(12)
    seeds = rng.normal(0.7, 0.1, 7)
    arguments = [
        (np.array([0.82, 0.75, 0.9]), np.array([0.8, 0.74, 0.84]), 4.303),
        (seeds + rng.normal(0.02, 0.01, 7), seeds, 2.447),
        (np.array([0.5, 0.7, 0.6, 0.8]), np.array([0.6, 0.7, 0.8, 0.7]), 3.182),
    ]
    wanted = [(given, interval(*given)) for given in arguments]
    mistakes = [
        ("this is second − first", lambda a, b, t: interval(b, a, t)),
        (
            "n − 1, not n, under the root of the deviation: ddof=1",
            lambda a, b, t: interval(a, b, t, lambda d, *_: d.std() / len(d) ** 0.5),
        ),
        (
            "this is the scatter of single differences: divide by √n for that of their mean",
            lambda a, b, t: interval(a, b, t, lambda d, *_: d.std(ddof=1)),
        ),
        (
            "these are not paired: take the deviation of the differences",
            lambda a, b, t: interval(
                a, b, t,
                lambda d, x, y: ((x.var(ddof=1) + y.var(ddof=1)) / len(d)) ** 0.5,
            ),
        ),
        ("divide by √n, not by n", lambda a, b, t: interval(
            a, b, t, lambda d, *_: d.std(ddof=1) / len(d))),
        ("t times the error, to either side", lambda a, b, t: interval(a, b, 1)),
        ("half of it: t errors to either side", lambda a, b, t: interval(a, b, t / 2)),
        ("first the mean, then the lower end, then the upper one", lambda a, b, t: (
            *interval(a, b, t)[1:], interval(a, b, t)[0])),
    ]  # fmt: skip
    hint = "take the differences first; their deviation, over √n, is the error of their mean"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_adjusted(function: Callable[..., Any]) -> Verdict:
    """Check ``adjusted(p)``: p values after Holm's correction, float (n,), in the order given."""

    def holm(p, cap=True, grow=True, times=lambda n: np.arange(n, 0, -1)):
        order = np.argsort(p, kind="stable")
        steps = np.asarray(p)[order] * times(len(p))
        steps = np.maximum.accumulate(steps) if grow else steps
        out = np.empty(len(p))
        out[order] = np.minimum(steps, 1) if cap else steps
        return out

    arguments = [
        (np.array([0.04, 0.01, 0.03]),),
        (np.array([0.6, 0.02, 0.5, 0.7]),),
        (np.array([0.012, 0.011, 0.2, 0.001, 0.04]),),
    ]
    wanted = [(given, holm(*given)) for given in arguments]
    mistakes = [
        ("that is Bonferroni: only the smallest is multiplied by all n", lambda p: np.minimum(
            p * len(p), 1)),
        ("a p value never exceeds 1", lambda p: holm(p, cap=False)),
        ("none falls below the one before it", lambda p: holm(p, grow=False)),
        ("in the order given: these are sorted", lambda p: np.sort(holm(p))),
        ("the smallest is multiplied by n, the largest by 1", lambda p: holm(
            p, times=lambda n: np.arange(1, n + 1))),
        ("the smallest is multiplied by n, not by n − 1", lambda p: holm(
            p, times=lambda n: np.maximum(np.arange(n - 1, -1, -1), 1))),
        ("dividing by the rank is another correction, Benjamini and Hochberg's", lambda p: holm(
            p, times=lambda n: n / np.arange(1, n + 1))),
        ("these are the p values as they came", lambda p: p),
    ]  # fmt: skip
    hint = "sort; multiply by n, n − 1, … 1; let none fall below the one before, nor rise above 1"
    return compare(function, wanted, hint, mistakes)
