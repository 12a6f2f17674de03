"""Checks of lesson 00, start here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_is_flagged(function: Callable[..., Any]) -> Verdict:
    """Check ``is_flagged(score, threshold)``: whether the rule flags an image."""
    pairs = ((39, 40), (41, 40), (40, 40), (0, 20), (30, 20), (50, 60))
    cases = [(given, given[0] >= given[1]) for given in pairs]
    return compare(function, cases, "an equal score is flagged too: ≥, not >")


@exercise
def check_count_flagged(function: Callable[..., Any]) -> Verdict:
    """Check ``count_flagged(scores, threshold)``: how many of the scores, (N,), are flagged."""
    some, many = np.array([0, 12, 40, 310]), np.random.default_rng(0).integers(0, 60, 15)
    arguments = [(some, 40), (some, 400), (some, 0), (many, 20)]
    cases = [(given, int((given[0] >= given[1]).sum())) for given in arguments]
    return compare(function, cases, "compare all at once, count how often it is True")
