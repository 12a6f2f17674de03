"""What both parts of an outfit share: the grid, soft edges, cloth, light and camera.

Lengths are in half the height of a picture, x from -1 to 1 to the right, y from -1 to 1 down. A
mask is how much of a pixel a shape covers, 0 to 1. Arrays are float32 (n, side, side).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facescreen.faces.hashing import GOLDEN, mixed
from facescreen.outfits.colors import encoded, light_of
from facescreen.outfits.draws import Garments

SIZE = 64  # pixels of a picture, each way
FINER = 2  # painted that many times finer, then averaged
BLOCK = 8  # parts painted at a time: so many fit a processor's cache

LINING = 0.72  # light of what is worn under a jacket: nearly white

Painted = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Shape = dict[str, np.ndarray]


def paint(garments: Garments, cut: Callable[[Garments, np.ndarray, np.ndarray], Painted]):
    """Pictures of all parts, uint8 (n, 64, 64, 3). cut: paints one kind of part, as in `tops.py`.

    A cut says, for parts and grid, how much each pixel is cloth, how much its light is changed, how
    much of it has the pattern's second color, and how much is white lining.
    """
    blocks = [np.zeros((0, SIZE, SIZE, 3), np.uint8)]
    for start in range(0, len(garments), BLOCK):
        block = garments.at(slice(start, start + BLOCK))
        blocks.append(_photographed(block, *cut(block, *_grid(block.shape))))
    return np.concatenate(blocks)


def column(values: np.ndarray) -> np.ndarray:
    """One number per part (n,), to be set against its pixels: (n, 1, 1)."""
    return np.asarray(values, np.float32)[:, None, None]


def between(low: float, high: float, values: np.ndarray) -> np.ndarray:
    """Numbers from -1 to 1 spread from `low` to `high`, as a column."""
    return column(low + (high - low) * (values + 1) / 2)


def cover(inside: np.ndarray) -> np.ndarray:
    """How much of a pixel is covered, from how far inside a shape its middle lies."""
    return np.clip(inside * (SIZE * FINER / 2) + 0.5, 0, 1)


def line(distance: np.ndarray, width: float = 0.012) -> np.ndarray:
    """A line of `width` where a distance is 0."""
    return cover(width - np.abs(distance))


def along(y: np.ndarray, *knots: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """A curve through knots (y, value), from top to bottom, level at each of them."""
    at, value = knots[0]
    curve = value
    for later, new in knots[1:]:
        share = np.clip((y - at) / (later - at), 0, 1)
        curve = curve + (new - value) * share * share * (3 - 2 * share)
        at, value = later, new
    return curve


def _grid(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """x and y of each pixel in each part's own frame: shifted, scaled, leaning a little."""
    steps = ((np.arange(SIZE * FINER, dtype=np.float32) + 0.5) / (SIZE * FINER / 2)) - 1
    y, x = np.meshgrid(steps, steps, indexing="ij")
    lean, size = 0.02 * column(shape["lean"]), between(0.97, 1.04, shape["size"])
    x, y = x - 0.03 * column(shape["x"]), y - 0.02 * column(shape["y"])
    return (x + lean * y) / size, (y - lean * x) / size


# --- cloth ----------------------------------------------------------------------------------------


def weave(garments: Garments, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """How much of each pixel has the second color, for a pattern laid along u and v."""
    second = np.zeros_like(u)
    for name, mask in (("stripes", _stripes), ("checks", _checks), ("dots", _dots)):
        those = garments.pattern == name
        if those.any():
            shape = {key: garments.shape[key][those] for key in ("period", "phase", "cut")}
            second[those] = mask(shape, u[those], v[those])
    return second


def _repeated(shape: Shape, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often the pattern has begun anew: the whole number, and the fraction since."""
    times = along / between(0.17, 0.24, shape["period"]) + between(0, 1, shape["phase"])
    return np.floor(times), times % 1


def _bands(shape: Shape, along: np.ndarray) -> np.ndarray:
    fraction = _repeated(shape, along)[1]
    return cover((0.25 - np.abs(fraction - 0.5)) * between(0.17, 0.24, shape["period"]))


def _stripes(shape: Shape, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _bands(shape, np.where(column(shape["cut"]) > 0.3, u, v))


def _checks(shape: Shape, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    rows, columns = _bands(shape, v), _bands(shape, u)
    return rows + columns - 2 * rows * columns


def _dots(shape: Shape, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    row, down = _repeated(shape, v)
    across = (_repeated(shape, u)[1] + 0.5 * (row % 2)) % 1  # every other row half a step on
    return cover((0.33 - np.hypot(across - 0.5, down - 0.5)) * between(0.17, 0.24, shape["period"]))


def folded(shape: Shape, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Light on soft folds, around 0: a few waves across the cloth, one beside the other."""
    light = np.zeros_like(x)
    for angle, phase, weight in np.moveaxis(shape["folds"], 0, 2):
        across, down = np.cos(angle), 0.45 * np.sin(angle)
        wave = np.sin(11 * (column(across) * x + column(down) * y) + 3.14 * column(phase))
        light = light + column(0.5 + 0.5 * weight) * wave * np.abs(wave)
    return 0.045 * light


def rounded(u: np.ndarray, shape: Shape) -> np.ndarray:
    """Light on something round, u from -1 at its left edge to 1: darker to its edges."""
    u = np.clip(u, -1, 1)
    return -0.22 * u * u - 0.09 * u * column(shape["side"])


# --- camera ---------------------------------------------------------------------------------------


def _photographed(
    garments: Garments, mask: np.ndarray, light: np.ndarray, second: np.ndarray, lining: np.ndarray
) -> np.ndarray:
    """The parts before a wall, with their shadow on it, as a camera sees them: uint8."""
    shape = garments.shape
    base, accent = (
        light_of(color).clip(0, 1).astype(np.float32)[:, None, None] for color in garments.cloth[:2]
    )
    shade = mask * np.maximum(0.05, 1.03 + light) * between(0.94, 1.08, shape["exposure"])
    one, two, white = (
        _averaged(shade * part)[..., None]
        for part in ((1 - second) * (1 - lining), second * (1 - lining), lining)
    )
    covered = _averaged(mask)
    seen = one * base + two * accent + white * LINING
    seen += (1 - covered[..., None]) * _wall(shape, covered)
    values = encoded(seen) * 255 + between(0.6, 2.0, shape["grain"])[..., None] * _noise(shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _averaged(fine: np.ndarray) -> np.ndarray:
    """(n, side, side) to (n, 64, 64): the means of squares of pixels."""
    parts = [fine[:, j::FINER, i::FINER] for j in range(FINER) for i in range(FINER)]
    return sum(parts) / len(parts)


def _wall(shape: Shape, covered: np.ndarray) -> np.ndarray:
    """Pale, a little lighter at the top, with a soft shadow of the part: (n, 64, 64, 3)."""
    shadow = covered
    for _ in range(2):
        shadow = sum(np.roll(shadow, (k, k // 2), (1, 2)) for k in range(5)) / 5
    level = between(0.50, 0.68, shape["wall"])
    down = np.linspace(0.04, -0.05, SIZE, dtype=np.float32)[None, :, None]
    warm = column(shape["tint"])[..., None] * np.float32([0.02, 0.0, -0.03])
    return ((level + down) * (1 - 0.35 * shadow))[..., None] * (1 + warm)


def _noise(shape: Shape) -> np.ndarray:
    """About normal noise float (n, 64, 64, 3), of each part's own seed: sums of eight bytes."""
    counter = np.arange(1, SIZE * SIZE * 3 + 1, dtype=np.uint64) * GOLDEN
    raw = mixed(shape["noise"][:, None] + counter).view(np.uint8)
    sums = raw.reshape(len(raw), SIZE, SIZE, 3, 8).sum(axis=4, dtype=np.int16)
    return (sums - 1020) / 209.0
