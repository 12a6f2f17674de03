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

    def tries(broken, count):
        passed = np.flatnonzero(~broken)
        return None if len(passed) < count else int(passed[count - 1]) + 1

    rng = np.random.default_rng(7)
    cases = [
        np.array([False, True, False, False]),
        np.array([True, True, False]),
        rng.random(12) < 0.3,
    ]
    arguments = [(cases[0], 2), (cases[1], 1), (cases[1], 2), (cases[2], 5), (cases[0], 3)]
    wanted = [((broken, count), tries(broken, count)) for broken, count in arguments]
    return compare(
        function, wanted, "find where the images that pass stand; the last one wanted ends the run"
    )


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
    return compare(
        function, wanted, "first the images that pass, of these the first ones, of these the broken"
    )
