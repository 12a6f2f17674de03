"""Where an image is broken: the pixels that its rule counted, or the cells that show its sign."""

from __future__ import annotations

import numpy as np

from facescreen.folders.report.words import CHANNELS, largest_sign
from facescreen.screening import SignsRule, Verdicts, sign_map

STRONG = 0.5  # of the strongest cell: cells so strong are marked


def places(image: np.ndarray, verdict: Verdicts) -> tuple[np.ndarray, str]:
    """Which pixels to mark, bool (H, W), and a sentence on them.

    image: uint8 (H, W, 3). verdict: of it alone, as `words.deciding` has it. Where color decided,
    the pixels at the rule's value in the channel that has most of them; where white did, those in
    any of the channels that are summed; of signs, the cells where the largest is strong.
    """
    value, channel = int(verdict.bin[0]), int(verdict.channel[0])
    if isinstance(verdict.rule, SignsRule):
        return _cells(image, largest_sign(verdict))
    if value < 0 or channel < 0:
        return np.zeros(image.shape[:2], bool), ""
    channels, where = [channel], CHANNELS[channel]
    if verdict.reason[0] == "white":
        others = getattr(verdict.rule, "white_sum", "all") == "others"
        channels = [c for c in range(3) if not others or c != channel]
        where = " or ".join(CHANNELS[c] for c in channels) if others else "any channel"
    marked = (image[..., channels] == value).any(axis=2)
    count = int(marked.sum())
    if not count:
        return marked, ""
    return marked, f"Marked: {count:,} pixel{'' if count == 1 else 's'} at {value} in {where}."


def _cells(image: np.ndarray, sign: str) -> tuple[np.ndarray, str]:
    strength = sign_map(image, sign)
    most = strength.max()
    if most <= 0:
        return np.zeros(image.shape[:2], bool), ""
    rows, columns = (np.arange(side) * len(strength) // side for side in image.shape[:2])
    marked = (strength >= STRONG * most)[np.ix_(rows, columns)]
    return marked, "Marked: where this is strongest, down to half its peak."
