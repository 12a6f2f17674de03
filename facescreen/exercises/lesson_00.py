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
    mistakes = [
        ("an equal score is flagged too: ≥, not >", lambda s, t: s > t),
        ("this flags the images that pass: high scores are flagged", lambda s, t: s < t),
        ("the two are swapped: is the score at least the threshold?", lambda s, t: t >= s),
        ("compare with the threshold that is given, not with 40", lambda s, t: s >= 40),
        ("compare with the threshold that is given, not with 40", lambda s, t: s > 40),
        ("this flags every image: compare the two numbers", lambda s, t: True),
        ("this flags no image: compare the two numbers", lambda s, t: False),
    ]
    return compare(function, cases, "is the score at least as large as the threshold?", mistakes)


@exercise
def check_count_flagged(function: Callable[..., Any]) -> Verdict:
    """Check ``count_flagged(scores, threshold)``: how many of the scores, (N,), are flagged."""
    some, many = np.array([0, 12, 40, 310]), np.random.default_rng(0).integers(0, 60, 15)
    arguments = [(some, 40), (some, 400), (some, 0), (many, 20)]
    cases = [(given, int((given[0] >= given[1]).sum())) for given in arguments]
    mistakes = [
        ("an equal score is flagged too: ≥, not >", lambda s, t: (s > t).sum()),
        ("this counts the images that pass", lambda s, t: (s < t).sum()),
        ("this is a share: count, do not average", lambda s, t: (s >= t).mean()),
        ("this adds up the scores: count them", lambda s, t: s[s >= t].sum()),
        ("this is an answer per score: count how often it is True", lambda s, t: s >= t),
        ("these are the scores that are flagged: how many are they?", lambda s, t: s[s >= t]),
        ("len counts False as well as True: use .sum()", lambda s, t: len(s >= t)),
    ]
    return compare(function, cases, "compare all at once, count how often it is True", mistakes)
