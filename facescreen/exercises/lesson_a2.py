"""Checks of appendix A2, design a matching outfit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_hue_difference(function: Callable[..., Any]) -> Verdict:
    """Check ``hue_difference(one, other)``: the shorter way round the circle of hues.

    Hues are in degrees, 0 to 360; the answer lies from 0 to 180.
    """

    def shorter(one, other):
        away = abs(one - other) % 360
        return min(away, 360 - away)

    arguments = [(40, 70), (350, 20), (10, 300), (0, 180), (90, 275), (5, 5)]
    mistakes = [
        ("350 and 20 lie 30 apart: the way may lead past 360", lambda a, b: abs(a - b)),
        ("a difference has no sign", lambda a, b: (a - b + 180) % 360 - 180),
        ("this is the longer way round", lambda a, b: 360 - shorter(a, b)),
        ("from one on to the other: the way back may be shorter", lambda a, b: (b - a) % 360),
        ("from the other on to the one: the way back may be shorter", lambda a, b: (a - b) % 360),
        ("half a circle is 180 degrees, not 360: it starts anew at 360",
         lambda a, b: abs(a - b) % 180),
        ("degrees are asked, not radians", lambda a, b: np.radians(shorter(a, b))),
        ("this is the cosine of it: degrees are asked",
         lambda a, b: np.cos(np.radians(shorter(a, b)))),
    ]  # fmt: skip
    hint = "of the two ways round the circle, which add up to 360, take the shorter"
    return compare(function, [(given, shorter(*given)) for given in arguments], hint, mistakes)


@exercise
def check_match_rates(function: Callable[..., Any]) -> Verdict:
    """Check ``match_rates(matched)``: how often a roll matches, and how often any of them does.

    ``matched`` is bool (n upper parts, k rolls). The answers are two shares, 0 to 1: of all rolls
    those that match, and of the upper parts those for which at least one roll does.
    """
    draw = np.random.default_rng(12).random
    tables = [draw((5, 3)) < 0.5, draw((4, 2)) < 0.4, draw((6, 1)) < 0.5, draw((3, 4)) < 0.3]
    tables.append(np.zeros((2, 2), bool))
    hint = "the mean over the whole table, and the mean of what any() says of each row"

    def right(m):
        return m.mean(), m.any(axis=1).mean()

    mistakes = [
        ("at least one roll, not every one: any, not all",
         lambda m: (m.mean(), m.all(axis=1).mean())),
        ("rows are upper parts: any along axis 1", lambda m: (m.mean(), m.any(axis=0).mean())),
        ("the share of all rolls comes first", lambda m: right(m)[::-1]),
        ("this is the first: of the upper parts, for how many does any roll match?",
         lambda m: m.mean()),
        ("these are percents: shares are asked, 0 to 1",
         lambda m: tuple(100 * x for x in right(m))),
        ("these are numbers: divide by how many there are",
         lambda m: (m.sum(), m.any(axis=1).sum())),
        ("rolls of one upper part share their luck: count the rows",
         lambda m: (m.mean(), 1 - (1 - m.mean()) ** m.shape[1])),
        ("the first roll alone is no share of all rolls",
         lambda m: (m[:, 0].mean(), m.any(axis=1).mean())),
    ]  # fmt: skip
    return compare(function, [((m,), right(m)) for m in tables], hint, mistakes)


@exercise
def check_left_over(function: Callable[..., Any]) -> Verdict:
    """Check ``left_over(counts, meant)``: rule 1's score of what the garment does not explain.

    ``counts`` are the pixels at 255 of each channel, int (3,), ``meant`` those of them that have
    the garment's own color. The answer is the largest minus the smallest of what remains.
    """
    cases = [
        (np.array([160, 3, 0]), np.array([150, 0, 0])),
        (np.array([90, 88, 1]), np.array([90, 40, 0])),
        (np.array([0, 120, 118]), np.array([0, 120, 118])),
        (np.array([310, 12, 45]), np.array([250, 10, 0])),
        (np.array([70, 70, 70]), np.array([0, 60, 70])),
    ]
    hint = "take the meant pixels away from each channel first, then largest minus smallest"

    def right(counts, meant):
        rest = counts - meant
        return rest.max() - rest.min()

    mistakes = [
        ("the meant pixels are still in it", lambda c, m: c.max() - c.min()),
        ("take away in each channel, before the largest and the smallest are found",
         lambda c, m: (c.max() - c.min()) - (m.max() - m.min())),
        ("this is what is meant: take it away", lambda c, m: m.max() - m.min()),
        ("this is the largest alone: subtract the smallest", lambda c, m: (c - m).max()),
        ("this adds the channels up: the rule takes largest minus smallest",
         lambda c, m: (c - m).sum()),
        ("the smallest comes off the largest, not the other way round",
         lambda c, m: (c - m).min() - (c - m).max()),
        ("three numbers: the rule takes the largest minus the smallest", lambda c, m: c - m),
        ("this is a mean: the rule takes largest minus smallest", lambda c, m: (c - m).mean()),
    ]  # fmt: skip
    return compare(function, [(given, right(*given)) for given in cases], hint, mistakes)
