"""Outfits as pictures: row i shows parts that go together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facescreen.outfits.bottoms import cut_lower
from facescreen.outfits.draws import Outfits, draw_outfits
from facescreen.outfits.painter import paint
from facescreen.outfits.tops import cut_upper


class Pictures(NamedTuple):
    """Both parts of n outfits, each uint8 (n, 64, 64, 3)."""

    uppers: np.ndarray
    lowers: np.ndarray


def painted(outfits: Outfits) -> Pictures:
    """Both parts of each outfit."""
    return Pictures(paint(outfits.upper, cut_upper), paint(outfits.lower, cut_lower))


def outfit_pictures(count: int, seed: int, start: int = 0) -> Pictures:
    """Outfits `start` to `start + count` of `seed`; each is the same whatever others are drawn."""
    return painted(draw_outfits(seed, np.arange(start, start + count)))
