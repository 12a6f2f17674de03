"""What screens of broken images make of clothes that are meant to be bright."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facescreen.outfits.bottoms import cut_lower
from facescreen.outfits.colors import fullest, lab_of
from facescreen.outfits.draws import Outfits, in_color
from facescreen.outfits.harmony import lower_cloth
from facescreen.outfits.painter import paint

HUES = tuple(range(0, 360, 30))
DARKEST, LIGHTEST, ASIDE = 0.45, 1.2, 0.06  # what still counts as the meant color, in OKLab


def in_full_color(outfits: Outfits, hues: Sequence[float] = HUES) -> dict[float, np.ndarray]:
    """The lower parts of outfits painted again, in the fullest color of each hue that sRGB has."""
    return {hue: paint(in_color(outfits, fullest(hue)).lower, cut_lower) for hue in hues}


def without_meant(images: np.ndarray) -> np.ndarray:
    """Lower parts, uint8 (n, 64, 64, 3), with all that has a color of theirs put to middle gray.

    What is meant is read off the picture: the colors in the window that is all cloth. Light scales
    an OKLab color and changes nothing else, so a pixel has that color if it lies near the line
    from black through it, not much darker or lighter. A blob of the same color goes unseen.
    """
    cloth, pixels = lower_cloth(images), lab_of(images)
    meant = np.zeros(images.shape[:3], bool)
    for color, there in ((cloth.base, np.ones(len(images), bool)), (cloth.accent, cloth.patterned)):
        color = color[:, None, None]
        scale = (pixels * color).sum(axis=3) / (color * color).sum(axis=3)
        aside = np.linalg.norm(pixels - scale[..., None] * color, axis=3)
        near = (aside <= ASIDE) & (scale >= DARKEST) & (scale <= LIGHTEST)
        meant |= near & there[:, None, None]
    return np.where(meant[..., None], np.uint8(128), images)
