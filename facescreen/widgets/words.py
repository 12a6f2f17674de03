"""Verdicts of the paper's two rules on one image, in words."""

from __future__ import annotations

import numpy as np

from facescreen.plots.one_image import CHANNELS
from facescreen.screening import Verdicts
from facescreen.screening.rules import in_pixels

BROKEN, VALID = "✗ broken", "✓ valid"


def single_color_words(verdict: Verdicts) -> str:
    """Why the single-color rule decided as it did, in Markdown. verdict: of one finite image."""
    rule = verdict.rule
    limit = in_pixels(rule.threshold, rule.unit, verdict.measured.pixels)
    where = f"at {int(verdict.bin[0])}"
    return f"{_mark(verdict)}: {where} {_counts(verdict)}. {_score(verdict, limit)}."


def multi_color_words(verdict: Verdicts) -> str:
    """Why the multi-color rule decided as it did, in Markdown. verdict: of one finite image."""
    rule, pixels = verdict.rule, verdict.measured.pixels
    color = in_pixels(rule.color_threshold, rule.unit, pixels)
    white = in_pixels(rule.sum_threshold, rule.unit, pixels)
    start = f"from {rule.floor} up the highest bar stands at {int(verdict.bin[0])}, where "
    start += _counts(verdict)
    if not verdict.measured.counts.any():
        start = f"no pixel has a value from {rule.floor} up"
    said = f"{_mark(verdict)}: {start}. {_score(verdict, color)}"
    if verdict.reason[0] != "color":
        summed = "" if rule.white_sum == "all" else " of the two other channels"
        said += f"; the sum{summed}, {_against(int(verdict.white_sum[0]), white)}"
    return f"{said}."


def _mark(verdict: Verdicts) -> str:
    reason = str(verdict.reason[0])
    return f"**{BROKEN}** ({reason})" if reason else f"**{VALID}**"


def _counts(verdict: Verdicts) -> str:
    counts = verdict.measured.counts[0]
    high, low = CHANNELS[counts.argmax()], CHANNELS[counts.argmin()]
    if high == low:  # all three are equal
        return f"every channel has {_pixels(counts[0])}"
    return f"{high} has {_pixels(counts.max())} and {low} {counts.min():,}"


def _score(verdict: Verdicts, limit: float | np.ndarray) -> str:
    return f"Its score (largest − smallest), {_against(int(verdict.score[0]), limit)}"


def _against(number: int, limit: float | np.ndarray) -> str:
    least = int(np.ravel(limit)[0])
    return f"{number:,}, {'reaches' if number >= least else 'is below'} {least:,}"


def _pixels(count: int) -> str:
    return f"{count:,} pixel{'' if count == 1 else 's'}"
