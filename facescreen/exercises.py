"""Checks for the exercises: each prints what was expected, what yours gave, and a hint.

A check never raises: a learner's function that fails is an answer like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def _compare(function: Callable[..., Any], cases: Sequence[tuple], hint: str) -> bool:
    """Call ``function(*arguments)`` for each case, (arguments, expected); say what differs."""
    name = getattr(function, "__name__", "your function")
    for arguments, expected in cases:
        shown = ", ".join(
            np.array2string(a) if isinstance(a, np.ndarray) else repr(a) for a in arguments
        )
        try:
            answer = function(*arguments)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
            same = False
        else:
            same = _same(answer, expected)
        if not same:
            print(f"Not yet. {name}({shown})\n  expected: {expected!r}\n  yours:    {answer!r}")
            print(
                "  hint:     "
                + ("the function returns nothing so far; " if answer is None else "")
                + hint
            )
            return False
    print(f"Right: {name} agrees on all {len(cases)} cases.")
    return True


def _same(answer: Any, expected: Any) -> bool:
    if expected is None or answer is None:
        return answer is expected
    try:
        return bool(np.allclose(np.asarray(answer, float), np.asarray(expected, float)))
    except (TypeError, ValueError):
        return False


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
    return _compare(
        function, wanted, "find where the images that pass stand; the last one wanted ends the run"
    )


def check_times_fewer(function: Callable[..., Any]) -> bool:
    """Check ``times_fewer(before, after)``: by what factor the broken images went down."""
    cases = [((10, 5), 2.0), ((396, 12), 396 / 12), ((396, 69), 396 / 69)]
    return _compare(
        function, cases, "the paper divides the two counts, of equally many saved images"
    )


def check_valid_lost(function: Callable[..., Any]) -> bool:
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
    return _compare(function, wanted, "divide by the number of valid images, not by all of them")


def check_wilson(function: Callable[..., Any]) -> bool:
    """Check ``wilson(count, total)``: the two limits of Wilson's 95 % interval, as shares."""
    from facescreen.verdicts import Rate

    rates = [Rate.of(*given) for given in ((396, 2500), (0, 40), (12, 12))]
    wanted = [((rate.count, rate.total), (rate.low, rate.high)) for rate in rates]
    hint = "with z = 1.959964, the middle is (p + z²/2n) / (1 + z²/n)"
    return _compare(function, wanted, hint)
