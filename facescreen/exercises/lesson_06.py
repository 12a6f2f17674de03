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
    return compare(function, wanted, "of equal counts, take the one at the highest value")


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
    return compare(function, [(given, _reason(*given)) for given in arguments], hint)


@exercise
def check_white_pixels(function: Callable[..., Any]) -> Verdict:
    """Check ``white_pixels(sum_threshold, channels)``: how many pure white pixels are flagged.

    ``channels`` is how many channels the white sum takes, 3 or 2.
    """
    arguments = [(1000, 3), (1000, 2), (999, 3), (1, 3), (2048, 2)]
    wanted = [((total, channels), -(-total // channels)) for total, channels in arguments]
    hint = "a white pixel adds 1 per channel that is summed; a part of a pixel does not exist"
    return compare(function, wanted, hint)


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
    at = counts[:, _fullest(counts)]
    if at.max() - at.min() >= color_threshold:
        return "color"
    return "white" if at.sum() >= sum_threshold else ""
