"""Judge by counts alone, where they were kept and the images were not."""

from __future__ import annotations

import numpy as np

from facescreen.screening.paper import Measured, MultiColorRule, NoRule, SingleColorRule
from facescreen.screening.rules import Rule
from facescreen.screening.verdicts import Verdicts


def judge_counts(rule: Rule, counts: np.ndarray, pixels: np.ndarray) -> Verdicts:
    """What a rule says of images of which only bright pixels' counts are known.

    rule: SingleColorRule, MultiColorRule or NoRule. counts: int64 (N, 3, bins), as
    `bright_counts(images, 256 - bins)` returns them: of each channel, the pixels at each value up
    to 255. pixels: int64 (N,), how many pixels each image has. The verdicts are those of
    `rule(images)`. Raises ValueError for another rule, another type or shape, and for a rule whose
    floor lies below the values counted.
    """
    counts, pixels = np.asarray(counts), np.asarray(pixels)
    if counts.dtype.kind != "i" or counts.ndim != 3 or counts.shape[1] != 3 or not counts.shape[2]:
        raise ValueError(
            f"counts must be int64 (N, 3, bins), not {counts.dtype} of shape {counts.shape}"
        )
    if pixels.dtype.kind != "i" or pixels.shape != (len(counts),):
        raise ValueError(
            f"pixels must be int64 ({len(counts)},), not {pixels.dtype} of shape {pixels.shape}"
        )
    if isinstance(rule, NoRule):
        return rule(np.zeros((len(counts), 1, 1, 3), np.uint8))  # it looks at no pixel
    if not isinstance(rule, (SingleColorRule, MultiColorRule)):
        raise ValueError(f"only the paper's rules judge by counts, not {rule!r}")
    floor = rule.floor if isinstance(rule, MultiColorRule) else 255
    lowest = 256 - counts.shape[2]
    if floor < lowest:
        raise ValueError(f"{rule!r} looks from {floor} up, and the counts begin at {lowest}")
    finite = np.ones(len(counts), bool)
    return rule.judge(Measured.of_counts(counts[:, :, floor - lowest :], pixels, finite))
