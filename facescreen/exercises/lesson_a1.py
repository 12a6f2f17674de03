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
    mistakes = [
        (
            "divide by the number of valid images, not of all",
            lambda f, names: (f & (names == "valid")).mean(),
        ),
        (
            "divide by the number of valid images: this is a share of the flagged",
            lambda f, names: (names == "valid")[f].mean(),
        ),
        (
            "unsure images count neither way: divide by the valid ones alone",
            lambda f, names: (f & (names == "valid")).sum() / (names != "unsure").sum(),
        ),
        (
            "unsure images are not valid ones",
            lambda f, names: f[(names == "valid") | (names == "unsure")].mean(),
        ),
        ("this is a number: a share is asked", lambda f, names: f[names == "valid"].sum()),
        ("this is in percent: a share is asked, 0 to 1", lambda f, names: 100 * share(f, names)),
        ("these are the valid images that are kept", lambda f, names: 1 - share(f, names)),
        (
            "these are broken images caught: take the valid ones",
            lambda f, names: f[np.char.startswith(names, "broken")].mean(),
        ),
        (
            "this is the share of all that is flagged: take the valid ones",
            lambda f, names: f.mean(),
        ),
        ("this is an answer per valid image: take the mean", lambda f, names: f[names == "valid"]),
    ]
    hint = "divide by the number of valid images, not by all of them"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_wilson(function: Callable[..., Any]) -> Verdict:
    """Check ``wilson(count, total)``: the two limits of Wilson's 95 % interval, as shares.

    They are compared to four digits: z may be 1.96 or 1.959964.
    """
    from facescreen.screening import Rate

    rates = [Rate.of(*given) for given in ((396, 2500), (0, 40), (12, 12), (3, 10))]
    wanted = [((r.count, r.total), (round(r.low, 4), round(r.high, 4))) for r in rates]
    hint = "with z = 1.959964, the middle is (p + z²/2n) / (1 + z²/n)"

    def wilson(count, total, z=1.959964):
        p, d = count / total, 1 + z * z / total
        half = z * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5
        middle = p + z * z / (2 * total)
        return (middle - half) / d, (middle + half) / d

    def plain(count, total, z=1.959964, less=0):
        p = count / total
        half = z * (p * (1 - p) / (total - less)) ** 0.5
        return p - half, p + half

    mistakes = [
        ("this is the plain interval, which has no width at 0 %: Wilson's moves its middle", plain),
        (
            "this is the plain interval, with a sample's n − 1: Wilson's moves its middle",
            lambda k, n: plain(k, n, less=1),
        ),
        ("z = 2 is nearly it: take 1.96", lambda k, n: wilson(k, n, 2)),
        ("this is a 90 % interval: z = 1.96 for 95 %", lambda k, n: wilson(k, n, 1.644854)),
        ("this is a 99 % interval: z = 1.96 for 95 %", lambda k, n: wilson(k, n, 2.575829)),
        ("z is missing: 1.96 standard errors", lambda k, n: wilson(k, n, 1)),
        ("the lower limit comes first", lambda k, n: wilson(k, n)[::-1]),
        (
            "these are percents: shares are asked, 0 to 1",
            lambda k, n: tuple(100 * x for x in wilson(k, n)),
        ),
        (
            "these are numbers of images: shares are asked",
            lambda k, n: tuple(n * x for x in wilson(k, n)),
        ),
        (
            "divide both limits by 1 + z²/n",
            lambda k, n: tuple(x * (1 + 1.959964**2 / n) for x in wilson(k, n)),
        ),
        (
            "this is the middle and half the width: the two limits are asked",
            lambda k, n: (sum(wilson(k, n)) / 2, (wilson(k, n)[1] - wilson(k, n)[0]) / 2),
        ),
        (
            "the middle is right, the width is the plain interval's",
            lambda k, n: tuple(
                sum(wilson(k, n)) / 2 + side * (plain(k, n)[1] - k / n) for side in (-1, 1)
            ),
        ),
    ]
    return compare(function, wanted, hint, mistakes, tolerance=6e-5)
