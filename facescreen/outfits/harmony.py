"""What goes together: one rule, for colors as they were drawn and as they are seen in pixels.

    harmony(outfits.upper.cloth, outfits.lower.cloth)  # as drawn
    harmony(upper_cloth(uppers), lower_cloth(lowers))  # as seen

The rule is a convention, made up for this package out of what color circles teach: it makes "it
matches" a thing to count, and says nothing about taste.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facescreen.outfits.colors import chroma_of, hue_difference, hue_of, lab_of

NEAR, FAR = 30, 150  # degrees: hues go together up to the one and from the other up
TONE = 0.12  # of lightness, by which two plain parts must differ
SAME = 0.10  # the distance in OKLab up to which two colors count as one
GRAY = 0.045  # the chroma below which a color has no hue to clash
# Rows and columns of a 64 × 64 picture that cloth fills whatever its cut.
UPPER_WINDOW, LOWER_WINDOW = (slice(36, 50), slice(24, 40)), (slice(13, 27), slice(24, 40))
APART, SHARE = 0.13, 0.15  # two colors in a window: how far apart, and the share of the rarer one


class Cloth(NamedTuple):
    """The colors of n parts: OKLab float (n, 3) twice, and bool (n,).

    Where a part is not patterned, the accent is no color of it.
    """

    base: np.ndarray
    accent: np.ndarray
    patterned: np.ndarray

    def at(self, chosen: np.ndarray) -> Cloth:
        """The rows `chosen`, by number or by True."""
        return Cloth(*(column[chosen] for column in self))


def harmony(upper: Cloth, lower: Cloth) -> np.ndarray:
    """Whether each upper part goes with its lower one: bool (n,). The two may be exchanged."""
    return clash(upper, lower) == ""


def clash(upper: Cloth, lower: Cloth) -> np.ndarray:
    """Why two parts do not go together: "pattern", "hue", "tone", or "" where they do.

    Two patterns never do. A pattern goes with a plain part that has one of its two colors
    (distance up to SAME). Two plain parts need hues near each other on the circle, or opposite, or
    one of them gray; and they need lightnesses that differ by TONE.
    """
    both, one = upper.patterned & lower.patterned, upper.patterned ^ lower.patterned
    swapped = lower.patterned[:, None]
    plain = np.where(swapped, upper.base, lower.base)
    colors = [np.where(swapped, low, up) for up, low in zip(upper[:2], lower[:2], strict=True)]
    away = np.min([np.linalg.norm(plain - color, axis=1) for color in colors], axis=0)
    turn = hue_difference(hue_of(upper.base), hue_of(lower.base))
    gray = np.minimum(chroma_of(upper.base), chroma_of(lower.base)) < GRAY
    hue = ~gray & (turn > NEAR) & (turn < FAR)
    tone = np.abs(upper.base[:, 0] - lower.base[:, 0]) < TONE
    return np.select([both | (one & (away > SAME)), ~one & hue, ~one & tone],
                     ["pattern", "hue", "tone"], "")  # fmt: skip


def upper_cloth(images: np.ndarray) -> Cloth:
    """The colors seen in pictures of upper parts, uint8 (n, 64, 64, 3)."""
    return seen_cloth(images[:, *UPPER_WINDOW])


def lower_cloth(images: np.ndarray) -> Cloth:
    """The colors seen in pictures of lower parts, uint8 (n, 64, 64, 3)."""
    return seen_cloth(images[:, *LOWER_WINDOW])


def seen_cloth(windows: np.ndarray) -> Cloth:
    """The colors of windows that are all cloth, uint8 (n, h, w, 3).

    Pixels are parted in two groups by 2-means. Where the groups' medians are APART and the smaller
    group has its SHARE, they are the two colors of a pattern, the more frequent one first;
    otherwise the median of all is the color of a plain part.
    """
    pixels = lab_of(windows.reshape(len(windows), -1, 3))
    median = np.median(pixels, axis=1)
    second = _two_groups(pixels)
    share = second.mean(axis=1)
    colors = [_median_of(pixels, ~second, median), _median_of(pixels, second, median)]
    patterned = np.linalg.norm(colors[0] - colors[1], axis=1) >= APART
    patterned &= (share >= SHARE) & (share <= 1 - SHARE)
    rarer = (share > 0.5)[:, None]
    base, accent = np.where(rarer, colors[1], colors[0]), np.where(rarer, colors[0], colors[1])
    return Cloth(np.where(patterned[:, None], base, median), accent, patterned)


def _two_groups(pixels: np.ndarray) -> np.ndarray:
    """Which pixels (n, p, 3) belong to the second of two groups: bool (n, p).

    They start on either side of the mean, along the direction in which the pixels vary most.
    """
    centered = pixels - pixels.mean(axis=1, keepdims=True)
    _, axes = np.linalg.eigh(centered.swapaxes(1, 2) @ centered)
    second = (centered @ axes[..., -1:])[..., 0] > 0
    for _ in range(6):
        shares = second.mean(axis=1)[:, None, None]
        sums = (pixels * second[..., None]).mean(axis=1, keepdims=True)
        two = sums / np.maximum(shares, 1e-9)
        one = (pixels.mean(axis=1, keepdims=True) - sums) / np.maximum(1 - shares, 1e-9)
        second = ((pixels - two) ** 2).sum(axis=2) < ((pixels - one) ** 2).sum(axis=2)
    return second


def _median_of(pixels: np.ndarray, chosen: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """The median color (n, 3) of each row's chosen pixels; `otherwise` where there are none."""
    count = chosen.sum(axis=1)
    ranked = np.sort(np.where(chosen[..., None], pixels, np.inf), axis=1)
    rows, last = np.arange(len(pixels)), np.maximum(count, 1)
    middle = (ranked[rows, (last - 1) // 2] + ranked[rows, last // 2]) / 2
    return np.where(count[:, None] > 0, middle, otherwise)
