"""The kinds of planted breakage, a function each.

Sources: the paper, sections 3.1 (color), 3.3 (white; from 240 up without reaching 255) and 3.5
(what remains).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

COLORS = {  # color -> the channels that it lights up, and that "dropped_channel" drops
    "red": (0,),
    "green": (1,),
    "blue": (2,),
    "yellow": (0, 1),
    "magenta": (0, 2),
    "cyan": (1, 2),
}
COLORED = ("blob", "near_blob", "dropped_channel")  # the kinds that have a color


class Spot(NamedTuple):
    """Where a kind acts, and what it may draw from.

    mask: bool (H, W). depth: float (H, W), 1 at the center, 0 at the mask's edge and outside.
    offsets: float (2, H, W), rows and columns from the center, in radii. radius: pixels, of the
    circle that has the mask's area. channels: of the color. random: the generator, already used
    for all of the above.
    """

    mask: np.ndarray
    depth: np.ndarray
    offsets: np.ndarray
    radius: float
    channels: tuple[int, ...]
    random: np.random.Generator


def blob(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """A spot of saturated color: at strength 1 its channels are 255, the others a fifth."""
    return _overflow(x, _lit(x, 255, spot), strength, spot)


def near_blob(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """A blob short of 255: at strength 1, five values within 240 to 254 (section 3.3, Fig. 5)."""
    level = spot.random.integers(242, 253)
    flat = level + spot.random.integers(-2, 3, (*x.shape[:2], 1))
    return _overflow(x, _lit(x, flat, spot), strength, spot)


def white_out(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """A white spot: at strength 1 all channels are 255 (section 3.3, Fig. 4)."""
    return _overflow(x, np.full_like(x, 255), strength, spot)


def wash_out(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """A pale veil: at strength 1 a quarter of the contrast is left, from 174 to 238."""
    return x + strength * 0.75 * (232 - x)


def wrap(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Contrast up to 3 times as high with no clamp, so past 255 values start again at 0.

    No value goes around twice: with strength ever more values wrap, if not ever farther. See
    `images.wrapped` for the same fault in a converter.
    """
    return np.rint(128 + (1 + 2 * strength) * (x - 128)) % 256


def black_crush(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Black from ever brighter values down, at strength 1 from 110; 255 stays 255."""
    black = 110 * strength
    return (x - black) * 255 / (255 - black)


def banding(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Posterized: smooth shading becomes ever wider steps, at strength 1 four levels per channel.

    Steps of value, not stripes of rows: contours along the shading are what too few levels leave.
    """
    step = 1 + 63 * strength
    low = np.floor(x / step) * step
    return (low + np.minimum(low + step, 256) - 1) / 2


def checkerboard(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """The grid of period 2 or 4 that transposed convolutions leave, up to 90 values high.

    Where stride does not divide the kernel, outputs get 1 or 2 contributions along each axis, so
    1, 2 or 4 in the plane (Odena et al., "Deconvolution and Checkerboard Artifacts", 2016).
    """
    half, down, right = spot.random.integers((1, 0, 0), (3, 4, 4))  # half a period; a shift
    rows = 1 + (np.arange(x.shape[0]) + down) // half % 2
    columns = 1 + (np.arange(x.shape[1]) + right) // half % 2
    grid = (np.multiply.outer(rows, columns) - 2.25) / 1.75  # mean 0, at most 1
    return x + strength * spot.random.uniform(50, 90, 3) * grid[..., np.newaxis]


def noise(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Colored speckle: each value moves by its own normal draw, standard deviation up to 80."""
    return x + strength * 80 * spot.random.standard_normal(x.shape)


def warp(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Melted geometry: pixels come from up to about a radius, or a quarter of the side, away."""
    from scipy.ndimage import map_coordinates

    scale = min(spot.radius, np.sqrt(spot.mask.size) / 4)  # beyond that nothing is recognized
    moves = [waves(spot.offsets * (spot.radius / scale), 0.45, spot.random) for _ in range(2)]
    reach = strength * 0.6 * scale * np.sqrt(spot.depth)  # 0 at the edge: no seam
    where = np.indices(x.shape[:2]) + reach * np.stack(moves)
    planes = [map_coordinates(x[..., c], where, order=1, mode="nearest") for c in range(3)]
    return np.stack(planes, axis=-1)


def dropped_channel(x: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """A channel fades away: at strength 1 those of the color are 0."""
    return x * np.where(np.isin(range(3), spot.channels), 1 - strength, 1)


KINDS: dict[str, Callable[[np.ndarray, float, Spot], np.ndarray]] = {
    "blob": blob,
    "near_blob": near_blob,
    "white_out": white_out,
    "wash_out": wash_out,
    "wrap": wrap,
    "black_crush": black_crush,
    "banding": banding,
    "checkerboard": checkerboard,
    "noise": noise,
    "warp": warp,
    "dropped_channel": dropped_channel,
}


def _overflow(x: np.ndarray, target: np.ndarray, strength: float, spot: Spot) -> np.ndarray:
    """Move x towards the target, not past it: at strength 1 all the way, before that less so.

    Like an activation that grows until the output is full, first in the middle.
    """
    reach = 255 * strength * (strength + spot.depth[..., np.newaxis])
    return x + np.clip(target - x, -reach, reach)


def _lit(x: np.ndarray, level: np.ndarray | int, spot: Spot) -> np.ndarray:
    return np.where(np.isin(range(3), spot.channels), level, 0.2 * x)


def waves(offsets: np.ndarray, frequency: float, random: np.random.Generator) -> np.ndarray:
    """Smooth noise: 12 plane waves of random direction, length and phase; mean 0, variance 1.

    offsets: float (2, H, W). frequency: standard deviation of the waves' frequencies along an
    axis. Drawn in units of the offsets, so that a spot has the same outline at every size.
    """
    speeds, phases = random.normal(0, frequency, (12, 2)), random.uniform(0, 2 * np.pi, 12)
    total = np.zeros(offsets.shape[1:])
    for (down, right), phase in zip(speeds, phases, strict=True):
        total += np.cos(2 * np.pi * (down * offsets[0] + right * offsets[1]) + phase)
    return total / np.sqrt(6)
