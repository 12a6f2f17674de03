"""Checks of lesson 07, build a screened data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_tries_needed(function: Callable[..., Any]) -> Verdict:
    """Check ``tries_needed(broken, count)``: how many images are tried until ``count`` pass.

    ``broken`` is bool (N,), in the order of trying; None where too few of them pass.
    """

    def tries(broken, count, otherwise=None):
        passed = np.flatnonzero(~broken)
        return otherwise if len(passed) < count else int(passed[count - 1]) + 1

    def less(broken, count, by):
        needed = tries(broken, count)
        return None if needed is None else needed - by

    rng = np.random.default_rng(7)
    cases = [
        np.array([False, True, False, False]),
        np.array([True, True, False]),
        rng.random(12) < 0.3,
    ]
    arguments = [(cases[0], 2), (cases[1], 1), (cases[1], 2), (cases[2], 5), (cases[0], 3)]
    wanted = [((broken, count), tries(broken, count)) for broken, count in arguments]
    mistakes = [
        ("numbers begin at 0, tries at 1: one too few", lambda b, n: less(b, n, 1)),
        (
            "one too many: the image that is the last wanted ends the run",
            lambda b, n: less(b, n, -1),
        ),
        ("True is a broken image: those that are False pass", lambda b, n: tries(~b, n)),
        ("these are the tries that failed: all of them count", lambda b, n: less(b, n, n)),
        ("where too few pass, the answer is None", lambda b, n: tries(b, n, len(b))),
        ("where too few pass, the answer is None", lambda b, n: tries(b, n, 0)),
        ("where too few pass, the answer is None", lambda b, n: tries(b, n, -1)),
        (
            "where too few pass, the answer is None, not an error",
            lambda b, n: int(np.flatnonzero(~b)[n - 1]) + 1,
        ),
        ("stop when enough have passed: this tries all", lambda b, n: len(b)),
        ("this is how many pass in all", lambda b, n: int((~b).sum())),
        ("each broken image costs a try, too", lambda b, n: n),
        (
            "only the broken images on the way cost tries, not those after the last one wanted",
            lambda b, n: n + int(b.sum()),
        ),
    ]
    hint = "find where the images that pass stand; the last one wanted ends the run"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_broken_left(function: Callable[..., Any]) -> Verdict:
    """Check ``broken_left(rejected, broken, count)``: of the first images that pass, the broken.

    ``rejected`` and ``broken`` are bool (N,), in the order of trying. Of the first ``count`` images
    that pass, or of those that do, the share that is broken; None where none passes.
    """

    def left(rejected, broken, count):
        saved = [b for r, b in zip(rejected, broken, strict=True) if not r][:count]
        return float(np.mean(saved)) if saved else None

    rng = np.random.default_rng(7)
    some = rng.random((2, 12)) < 0.4
    cases = [
        (np.array([False, True, False, False]), np.array([True, True, False, True]), 2),
        (np.array([False, True, False, False]), np.array([True, True, False, True]), 9),
        (np.array([True, True]), np.array([True, False]), 1),
        (some[0], some[1], 5),
        (np.array([True, False, False]), np.array([True, False, False]), 2),
    ]
    wanted = [(arguments, left(*arguments)) for arguments in cases]

    def mean(values):
        return float(values.mean()) if values.size else None

    def times(share, factor):
        return None if share is None else share * factor

    mistakes = [
        (
            "these images were not screened: leave out the rejected ones",
            lambda r, b, n: mean(b[:n]),
        ),
        ("only of the first count that pass: these are all that pass", lambda r, b, n: mean(b[~r])),
        ("these are the rejected ones: those that pass are saved", lambda r, b, n: mean(b[r][:n])),
        (
            "first leave out the rejected, then count: not the other way around",
            lambda r, b, n: mean(b[:n][~r[:n]]),
        ),
        ("this is a number: a share is asked", lambda r, b, n: b[~r][:n].sum()),
        (
            "where fewer pass, divide by those that do",
            lambda r, b, n: b[~r][:n].sum() / n if (~r).any() else None,
        ),
        (
            "divide by the images that are saved, not by all",
            lambda r, b, n: b[~r][:n].sum() / len(b),
        ),
        ("this is in percent: a share is asked, 0 to 1", lambda r, b, n: times(left(r, b, n), 100)),
        ("this is the share of the valid ones", lambda r, b, n: mean(~b[~r][:n])),
        ("the two are swapped: rejected comes first", lambda r, b, n: left(b, r, n)),
        (
            "where none passes, the answer is None",
            lambda r, b, n: left(r, b, n) if (~r).any() else 0.0,
        ),
        (
            "where none passes, the answer is None",
            lambda r, b, n: left(r, b, n) if (~r).any() else float("nan"),
        ),
    ]
    hint = "first the images that pass, of these the first ones, of these the broken"
    return compare(function, wanted, hint, mistakes)
