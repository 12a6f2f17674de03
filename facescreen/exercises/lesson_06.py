"""Checks of lesson 06, screen with many colors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_fullest_value(function: Callable[..., Any]) -> Verdict:
    """Check ``fullest_value(counts)``: the largest count of any channel, and the value it is at.

    ``counts`` is int (3, 16), a row per channel, its columns the values 240 to 255. Of equal
    counts, the one at the highest value counts.
    """
    wanted = [((counts,), (int(counts.max()), 240 + _fullest(counts))) for counts in _cases()]

    def at(counts, column):
        return counts[:, column].max(), 240 + column

    by_sum = "of single channels: the largest count of any one, not of their sum"
    mistakes = [
        (
            "of equal counts, the one at the highest value: this takes the lowest",
            lambda c: at(c, c.max(axis=0).argmax()),
        ),
        (
            "of equal counts, the one at the highest value: this goes by the rows",
            lambda c: at(c, c.argmax() % 16),
        ),
        (
            "of equal counts, the one at the highest value: this goes by the rows",
            lambda c: at(c, 15 - c.ravel()[::-1].argmax() % 16),
        ),
        ("columns begin at the value 240: add it", lambda c: (c.max(), _fullest(c))),
        ("off by one: the first column is 240", lambda c: (c.max(), 241 + _fullest(c))),
        ("turned around, the columns begin at 255", lambda c: (c.max(), 255 - _fullest(c))),
        ("the count comes first, then the value", lambda c: (240 + _fullest(c), c.max())),
        ("this is the value: the count comes first", lambda c: 240 + _fullest(c)),
        ("this is the count: its value belongs to it", lambda c: c.max()),
        (by_sum, lambda c: at(c, c.sum(axis=0).argmax())),
        (by_sum, lambda c: at(c, 15 - c.sum(axis=0)[::-1].argmax())),
        (by_sum, lambda c: (c.sum(axis=0).max(), 255 - c.sum(axis=0)[::-1].argmax())),
        ("the fullest value may be any, not only 255", lambda c: at(c, 15)),
        (
            "this looks at red only: any channel counts",
            lambda c: (c[0].max(), 255 - c[0][::-1].argmax()),
        ),
    ]
    return compare(function, wanted, "of equal counts, take the one at the highest value", mistakes)


@exercise
def check_multi_color(function: Callable[..., Any]) -> Verdict:
    """Check ``multi_color(counts, color_threshold, sum_threshold)``: "color", "white" or "".

    ``counts`` is int (3, 16) as in `check_fullest_value`; the white sum takes all three channels.
    """
    hint = "color is asked first, white only of what passes, both at the fullest value"
    cases = _cases()
    arguments = [(cases[0], 40, 1000), (cases[1], 40, 1000), (cases[1], 40, 3000)]
    arguments += [(cases[2], 45, 1000), (cases[3], 9, 30), (cases[3], 100, 100)]
    arguments += [(cases[0], 93, 1000), (cases[1], 40, 1215), (cases[5], 40, 1000)]
    arguments += [(cases[1], 40, 300), (cases[1], 40, 408)]

    def white_first(counts, color, total):
        return (
            "white" if counts[:, _fullest(counts)].sum() >= total else _reason(counts, color, total)
        )

    def anywhere(counts, color, total):
        spreads = counts.max(axis=0) - counts.min(axis=0)
        return "color" if spreads.max() >= color else _reason(counts, color, total)

    def lowest(counts, color, total):
        at = counts[:, counts.max(axis=0).argmax()]
        return _judged(at, color, total)

    mistakes = [
        (
            "a color count at its threshold is flagged: ≥, not >",
            lambda c, k, s: _reason(c, k + 1, s),
        ),
        ("a white sum at its threshold is flagged: ≥, not >", lambda c, k, s: _reason(c, k, s + 1)),
        ("both at their threshold are flagged: ≥, not >", lambda c, k, s: _reason(c, k + 1, s + 1)),
        ("color is asked first, white only of what passes", white_first),
        ("color is asked at the fullest value only, not at every value", anywhere),
        ("of equal counts, the fullest value is the highest: this takes the lowest", lowest),
        (
            "both are asked at the fullest value, not at 255",
            lambda c, k, s: _judged(c[:, 15], k, s),
        ),
        (
            "white is the sum of the three channels, not the largest of them",
            lambda c, k, s: (
                _reason(c, k, s) if _reason(c, k, s) != "white" else "white" if c.max() >= s else ""
            ),
        ),
        (
            "white is the sum of the three channels, not their mean",
            lambda c, k, s: _reason(c, k, 3 * s),
        ),
        (
            "white is the sum at the fullest value, not over all of them",
            lambda c, k, s: _reason(c, k, s) or ("white" if c.sum() >= s else ""),
        ),
        (
            "color is the largest minus the smallest: white has many in all three",
            lambda c, k, s: "color" if c.max() >= k else _reason(c, k, s),
        ),
        ("an image can be too white as well", lambda c, k, s: _reason(c, k, 10**9)),
        ("an image can have too much of one color as well", lambda c, k, s: _reason(c, 10**9, s)),
        ('the word is asked: "color", "white" or ""', lambda c, k, s: _reason(c, k, s) != ""),
        ('an image that passes gets "", an empty text', lambda c, k, s: _reason(c, k, s) or None),
        ('an image that passes gets "", an empty text', lambda c, k, s: _reason(c, k, s) or False),
        ("the two thresholds are swapped", lambda c, k, s: _reason(c, s, k)),
    ]
    return compare(function, [(given, _reason(*given)) for given in arguments], hint, mistakes)


@exercise
def check_white_pixels(function: Callable[..., Any]) -> Verdict:
    """Check ``white_pixels(sum_threshold, channels)``: how many pure white pixels are flagged.

    ``channels`` is how many channels the white sum takes, 3 or 2.
    """
    arguments = [(1000, 3), (1001, 3), (1000, 2), (999, 3), (1, 3), (2048, 2)]
    wanted = [((total, channels), -(-total // channels)) for total, channels in arguments]
    hint = "a white pixel adds 1 per channel that is summed; a part of a pixel does not exist"
    mistakes = [
        ("rounded down: such an image stays just below the threshold", lambda s, n: s // n),
        ("one too many where the division leaves no rest", lambda s, n: s // n + 1),
        ("a part of a pixel does not exist: round up", lambda s, n: s / n),
        (
            "rounded to the nearest: it may fall below the threshold, round up",
            lambda s, n: round(s / n),
        ),
        ("the sum takes so many channels as are given, not always three", lambda s, n: -(-s // 3)),
        ("a pixel counts in each channel: divide by their number", lambda s, n: s),
        ("fewer pixels, not more: each counts in every channel", lambda s, n: s * n),
        ("the two are swapped", lambda s, n: -(-n // s)),
    ]
    return compare(function, wanted, hint, mistakes)


def _cases() -> list[np.ndarray]:
    color, white, tied = np.zeros((3, 3, 16), int)
    color[0, [8, 9]] = 60, 93
    white[:, 15] = 410, 400, 405
    tied[:, [3, 12]] = [[7, 1], [50, 50], [9, 10]]
    crossed, split = np.zeros((2, 3, 16), int)
    crossed[0, 12] = crossed[2, 3] = 50  # equal counts in two channels
    split[:, 15], split[0, 3] = 400, 60  # white at one value, some color at another
    return [color, white, tied, np.random.default_rng(6).integers(0, 20, (3, 16)), crossed, split]


def _fullest(counts: np.ndarray) -> int:
    return 15 - int(counts.max(axis=0)[::-1].argmax())


def _reason(counts: np.ndarray, color_threshold: int, sum_threshold: int) -> str:
    return _judged(counts[:, _fullest(counts)], color_threshold, sum_threshold)


def _judged(at: np.ndarray, color_threshold: int, sum_threshold: int) -> str:
    if at.max() - at.min() >= color_threshold:
        return "color"
    return "white" if at.sum() >= sum_threshold else ""
