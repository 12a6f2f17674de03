"""Checks of lesson 07, build a screened data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import compare


def check_tries_needed(function: Callable[..., Any]) -> bool:
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


def check_times_fewer(function: Callable[..., Any]) -> bool:
    """Check ``times_fewer(before, after)``: by what factor the broken images went down."""
    cases = [((10, 5), 2.0), ((396, 12), 396 / 12), ((396, 69), 396 / 69)]
    return compare(
        function, cases, "the paper divides the two counts, of equally many saved images"
    )
