"""Checks of appendix A1, check the paper's claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_valid_lost(function: Callable[..., Any]) -> Verdict:
    """Check ``valid_lost(flagged, labels)``: of the valid images, the share that is flagged.

    ``flagged`` is bool (N,), ``labels`` str (N,); unsure images count neither way.
    """

    def share(flagged, labels):
        return float(flagged[labels == "valid"].mean())

    labels = np.array(["valid", "broken_other", "valid", "unsure", "broken_saturated", "valid"])
    rng = np.random.default_rng(3)
    many = rng.choice(["valid", "broken_other", "unsure"], 12)
    arguments = [
        (np.array([True, True, False, True, True, False]), labels),
        (np.array([False, True, False, True, True, False]), labels),
        (rng.random(12) < 0.5, many),
    ]
    wanted = [((flagged, names), share(flagged, names)) for flagged, names in arguments]
    return compare(function, wanted, "divide by the number of valid images, not by all of them")


@exercise
def check_wilson(function: Callable[..., Any]) -> Verdict:
    """Check ``wilson(count, total)``: the two limits of Wilson's 95 % interval, as shares.

    They are compared to four digits: z may be 1.96 or 1.959964.
    """
    from facescreen.screening import Rate

    rates = [Rate.of(*given) for given in ((396, 2500), (0, 40), (12, 12))]
    wanted = [((r.count, r.total), (round(r.low, 4), round(r.high, 4))) for r in rates]
    hint = "with z = 1.959964, the middle is (p + z²/2n) / (1 + z²/n)"
    return compare(function, wanted, hint, tolerance=6e-5)
