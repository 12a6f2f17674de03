"""A sign for each kind of planted damage: a number per image, from a few lines, and a map of where.

    signs = measure_kinds(images)  # uint8 (N, H, W, 3) -> float64 (N, 12), in the order of PLANTED

Eleven signs mark pixels, and the number is the share of the picture that is marked, in percent.
Each is conditional: it leaves alone what another sign explains, so that a checkerboard is no noise,
and the rim of a colored blob no lost channel. The twelfth, of melted faces, asks how badly the face
is put together from faces, and is silent where any other sign speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from facescreen.kinds.pixels import (
    FOUR,
    LIT,
    PALE,
    VIVID,
    Pixels,
    beside,
    cells_of,
    mean_of,
    near,
    solid,
)
from facescreen.kinds.planting import PLANTED

COUNTED = {  # what each sign counts, in percent of the pixels
    "blob": "patches of strong color with a channel at 255",
    "near_blob": "patches of strong color, brightest channel 239 to 254",
    "white_out": "patches where all three channels are 255",
    "wash_out": "pale gray within the face",
    "wrap": "smooth surroundings in which a channel leaps by 190 or more",
    "black_crush": "patches where a channel is exactly 0",
    "banding": "pixels exactly like three of their four neighbors",
    "checkerboard": "fine detail that repeats after 4 pixels on all four sides",
    "noise": "peaks of one channel that are dips of another",
    "warp": "how far the face is from all mixtures of faces, in values of 255",
    "dropped_channel": "dim patches that lack a channel no face, hair or light lacks",
    "blur": "places in the middle without any fine detail",
}
LEAST = 1.0  # percent of the pixels: what no sign takes notice of
BATCH = 64  # images looked at together, so that they stay in the cache
FACES, FACES_SEED, MIXED = 800, 2999, 40  # portraits whose mixtures are tried, and how many


def sign_marks(images: np.ndarray) -> dict[str, np.ndarray]:
    """Where each sign is seen, by kind: bool (N, 64, 64), but for "warp", float (N, 16, 16).

    images: uint8 (N, H, W, 3), 8 x 8 pixels or more, brought to 64 x 64 by averaging. A warp's map
    holds by how many values of 255 a cell's light differs from the nearest mixture of faces.
    Raises ValueError for another type or shape.
    """
    images = np.asarray(images)
    parts = [_marks(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    parts = parts or [_marks(images)]
    return {kind: np.concatenate([part[kind] for part in parts]) for kind in PLANTED}


def measure_kinds(images: np.ndarray) -> np.ndarray:
    """The signs of each image: float64 (N, 12), in the order of PLANTED; see COUNTED for units."""
    return from_marks(sign_marks(images))


def from_marks(marks: dict[str, np.ndarray]) -> np.ndarray:
    """`measure_kinds` of images whose marks are known."""
    columns = {kind: 100 * own.mean(axis=(1, 2)) for kind, own in marks.items()}
    quiet = np.all([own <= LEAST for kind, own in columns.items() if kind != "warp"], axis=0)
    face = marks["warp"][:, *FACE_AND_HAIR]
    columns["warp"] = np.where(quiet, face.mean(axis=(1, 2)), 0)
    return np.column_stack([columns[kind] for kind in PLANTED])


def _marks(images: np.ndarray) -> dict[str, np.ndarray]:
    p = Pixels(images)
    found = {kind: mark(p) for kind, mark in _MARKS.items()}
    rims = near(found["blob"] | found["near_blob"] | found["white_out"], 13)
    for kind in ("wash_out", "wrap", "dropped_channel"):
        found[kind] &= ~rims
    found["wrap"] &= ~near(found["noise"], 7) & ~near(found["dropped_channel"], 7)
    found["dropped_channel"] &= ~near(found["wrap"], 9)
    found["black_crush"] &= ~near(found["dropped_channel"], 3)
    found["wrap"] = near(found["wrap"], 3)
    return found | {"warp": _unlike_faces(p)}


def _blob(p: Pixels) -> np.ndarray:
    return solid((p.vivid >= VIVID) & (p.high == 255))


def _near_blob(p: Pixels) -> np.ndarray:
    return solid((p.vivid >= VIVID) & (p.high >= LIT) & (p.high < 255))


def _white_out(p: Pixels) -> np.ndarray:
    return solid(p.low == 255)


def _wash_out(p: Pixels) -> np.ndarray:
    return p.pale_gray & p.face


def _wrap(p: Pixels) -> np.ndarray:
    """255 and 0 themselves do not count: a value that was cut off there did not wrap."""
    found = np.zeros(p.low.shape, bool)
    for down, right in ((1, 0), (0, 1)):
        before, a = beside(p.x, -down, -right), p.x
        b, after = beside(p.x, down, right), beside(p.x, 2 * down, 2 * right)
        smooth = (np.abs(a - before) <= 40) & (np.abs(after - b) <= 40)
        inside = (np.minimum(a, b) > 0) & (np.maximum(a, b) < 255)
        found |= ((np.abs(b - a) >= 190) & smooth & inside).any(axis=3)
    return found


def _black_crush(p: Pixels) -> np.ndarray:
    return solid((p.low == 0) & (p.high < LIT))


def _banding(p: Pixels) -> np.ndarray:
    return (p.like_neighbors >= 3) & (p.low > 4) & (p.high < 255) & ~p.pale_gray


def _checkerboard(p: Pixels) -> np.ndarray:
    """Grids of period 2 and 4 look the same 4 pixels on; edges do so on two sides at most."""
    red, green, blue = p.details
    detail = 0.3 * red + 0.59 * green + 0.11 * blue
    size, sign = np.abs(detail), np.sign(detail)
    repeats = [beside(detail, 4 * d, 4 * r) * sign >= 0.5 * size for d, r in FOUR]
    return (size >= 40) & np.all(repeats, axis=0)


def _noise(p: Pixels) -> np.ndarray:
    """A peak or a dip: 15 or more beyond the mean of its neighbors, and beyond each of them."""
    peak, dip = np.zeros(p.low.shape, bool), np.zeros(p.low.shape, bool)
    for channel, detail in zip(p.channels, p.details, strict=True):
        around = np.stack([beside(channel, *step) for step in FOUR])
        peak |= (channel > around.max(axis=0)) & (detail >= 60)
        dip |= (channel < around.min(axis=0)) & (detail <= -60)
    found = peak & dip
    return found & (mean_of(found, 7) >= 0.1)


def _dropped_channel(p: Pixels) -> np.ndarray:
    """Blue may be missing from skin and hair where green is low as well, red and green may not."""
    red, green, blue = p.channels
    dim = (p.high >= 50) & (p.high < LIT) & (p.low <= 0.2 * p.high)
    return solid(dim & ((p.low < blue) | (green >= 0.62 * red)))


def _blur(p: Pixels) -> np.ndarray:
    plain = (p.low < PALE) & (p.high < LIT) & (p.high > 10) & (p.vivid < VIVID)
    return p.middle & plain & (p.rough <= 1.8) & ~near(p.like_neighbors >= 3, 5)


_MARKS: dict[str, Callable[[Pixels], np.ndarray]] = {
    "blob": _blob,
    "near_blob": _near_blob,
    "white_out": _white_out,
    "wash_out": _wash_out,
    "wrap": _wrap,
    "black_crush": _black_crush,
    "banding": _banding,
    "checkerboard": _checkerboard,
    "noise": _noise,
    "dropped_channel": _dropped_channel,
    "blur": _blur,
}
FACE_AND_HAIR = (slice(3, 14), slice(4, 12))  # cells


def _unlike_faces(p: Pixels) -> np.ndarray:
    """By how much each cell's light differs from the nearest mixture of faces: (N, 16, 16)."""
    mean, directions = _mixtures()
    seen = cells_of(p.light)[:, *FACE_AND_HAIR]
    cells = seen.reshape(len(seen), mean.size) - mean
    left = np.zeros((len(seen), 16, 16))
    rest = np.abs(cells - cells @ directions.T @ directions)
    left[:, *FACE_AND_HAIR] = rest.reshape(seen.shape)
    return left


@cache
def _mixtures() -> tuple[np.ndarray, np.ndarray]:
    """The mean of clean portraits in cells of light, and the 40 directions in which they vary."""
    from facescreen.faces import portraits

    light = Pixels(portraits(FACES, 64, FACES_SEED)).light
    cells = cells_of(light)[:, *FACE_AND_HAIR].reshape(FACES, -1)
    mean = cells.mean(axis=0)
    return mean, np.linalg.svd(cells - mean, full_matrices=False)[2][:MIXED]
