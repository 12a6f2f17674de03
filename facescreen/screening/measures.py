"""Twelve signs of breakage, measured on each image: what `SignsRule` adds up.

    measure_signs(images)  # uint8 (N, H, W, 3) -> float64 (N, 12), in the order of SIGNS

Each sign grows with breakage, and most are measured against what the image itself is like: fine
steps of color against fine steps of light, the face's two halves against how much its color varies.
So they mean the same for another generator, where a plain count does not. All is measured at 64 x
64: other sizes are brought there by averaging over areas. `measures_fast.py` holds the compiled
loops, `measure_signs_plainly` says the same in NumPy.

L is lightness, A = R - G and Y = B - (R + G) / 2 are the two differences of color. A cell is a
square of 4 x 4 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from facescreen.images.compiled import compiles
from facescreen.screening.histogram import checked_images
from facescreen.screening.threads import cuts, share

SIGNS = {  # what each sign finds, as the end of a sentence: broken, for ...
    "clipped": "one channel stands at 255 where the others do not",
    "steps": "color changes from pixel to pixel as fast as light does",
    "steps_face": "color jumps within the face",
    "blobs": "one channel rises where another falls",
    "mirror": "the face's two halves differ in color",
    "mirror_rel": "the face's color varies by side, not by feature",
    "even": "fine detail is everywhere alike, not at the features",
    "weave": "a pattern of 4 x 4 pixels repeats",
    "pale": "the face has little color",
    "unred": "the face is no redder than it is green",
    "hue": "the face has pixels where green or blue leads",
    "white": "the face is nearly white in part",
}
SIDE, CELL = 64, 4  # pixels
FACE = (slice(20, 48), slice(20, 44))  # from the brows to the chin; rows and columns of 64
FACE_CELLS = (slice(5, 12), slice(5, 11))
MIDDLE = (slice(12, 56), slice(12, 52))  # head and neck
BATCH = 128  # images that the plain way looks at together: few enough for any memory
STRIP = 1 << 18  # pixels of a large image that are averaged at once
FEW = 64  # images, so few that waking a second thread costs more than it saves


@dataclass(frozen=True, eq=False)
class Signs:
    """What was measured: float64 (N, 12), in the order of SIGNS, and which images are finite."""

    values: np.ndarray
    finite: np.ndarray

    def __getitem__(self, index: Any) -> Signs:
        return Signs(self.values[index], self.finite[index])

    @classmethod
    def concatenate(cls, batches: Sequence[Signs]) -> Signs:
        return cls(
            np.concatenate([batch.values for batch in batches]),
            np.concatenate([batch.finite for batch in batches]),
        )


def measure_signs(images: np.ndarray) -> np.ndarray:
    """The signs of each image: float64 (N, 12), in the order of SIGNS, each a finite number.

    images: uint8 (N, H, W, 3), 8 x 8 pixels or more; an array that is not contiguous in memory is
    copied first. Raises ValueError for smaller images, another type or shape.

    An image's signs are the same to the last bit alone, among others and in any order. Many images
    are shared by two threads. The first call compiles the loops, in about ten seconds; later
    processes read them from numba's cache on disk. Without numba they are measured plainly.
    """
    if not compiles():
        return measure_signs_plainly(images)
    images = np.ascontiguousarray(at_side(images))
    rows = images.reshape(len(images), SIDE, 3 * SIDE)
    values = np.empty((len(images), len(SIGNS)))
    from facescreen.screening.measures_fast import compiled  # imports numba

    if len(images) < FEW:
        compiled()(rows, values)
    else:
        share(compiled(), [(rows[cut], values[cut]) for cut in cuts(len(images))])
    return values


def measure_signs_plainly(images: np.ndarray) -> np.ndarray:
    """The same as `measure_signs`, more obviously right and slower."""
    images = at_side(images)
    out = [np.zeros((0, len(SIGNS)))]
    for start in range(0, len(images), BATCH):
        out.append(_measured(images[start : start + BATCH].astype(float, order="C")))
    return np.concatenate(out)


def at_side(images: np.ndarray) -> np.ndarray:
    """Images at 64 x 64, averaged over areas: uint8 (N, 64, 64, 3).

    images: uint8 (N, H, W, 3), 8 x 8 pixels or more; those of 64 x 64 are returned as they are.
    Averages are exact before they are rounded. Raises ValueError for smaller images, another type
    or shape.
    """
    images = checked_images(images)
    height, width = images.shape[1:3]
    if len(images) and min(height, width) < 8:
        raise ValueError(f"expected images of 8 x 8 pixels or more, not {(height, width)}")
    if (height, width) == (SIDE, SIDE):
        return images
    small = np.empty((len(images), SIDE, SIDE, 3), np.uint8)
    if len(images):
        down, across = _areas(height), _areas(width)
    for image, out in zip(images, small, strict=True):  # one by one: any number fits in memory
        rows = np.zeros((SIDE, width * 3))
        step = max(1, STRIP // width)
        for top in range(0, height, step):  # exact in any order; no large copy as floats
            strip = image[top : top + step].reshape(-1, width * 3).astype(float)
            rows += down[:, top : top + step] @ strip
        sums = across @ rows.reshape(SIDE, width, 3)
        out[:] = np.rint(sums / (height * width))
    return small


def _areas(side: int) -> np.ndarray:
    """Float64 (64, side): of each pixel, how many 64ths lie in each of 64 parts of the side.

    Whole numbers, so that products and sums are exact in any order; each row adds up to `side`.
    """
    edges = np.arange(SIDE + 1) * side
    low, high, pixel = edges[:-1, np.newaxis], edges[1:, np.newaxis], np.arange(side) * SIDE
    overlap = np.minimum(high, pixel + SIDE) - np.maximum(low, pixel)
    return np.clip(overlap, 0, None).astype(float)


def _measured(x: np.ndarray) -> np.ndarray:
    """x: float64 (N, 64, 64, 3), 0 to 255."""
    red, green, blue = np.moveaxis(x, 3, 0)
    light, *colors = split_colors(x)
    at_255 = np.stack([_mean(channel == 255) for channel in (red, green, blue)])
    steps, fine = sum(_steps(c) for c in colors), _steps(light)
    jumps = sum(_squares(c[:, *FACE]) for c in colors)
    face_light = _squares(light[:, *FACE])
    halves, varied = _halves(colors)
    even, weave = _detail(light)
    red, green, blue = (channel[:, *FACE] for channel in (red, green, blue))
    largest = np.maximum(np.maximum(red, green), blue)
    smallest = np.minimum(np.minimum(red, green), blue)
    vivid = largest - smallest
    odd = (vivid >= 24) & ((green > red) | (blue > green))
    columns = (
        np.log(at_255.max(axis=0) - at_255.min(axis=0) + 0.003),
        np.log((steps + 0.7) / (fine + 2)),
        np.log((jumps + 1) / (face_light + 4)),
        np.log(_against(x) + 0.3),
        np.log(halves + 2),
        halves / (varied + 2),
        even,
        weave,
        -np.log(_mean(vivid) + 12),
        -_mean(red - green) / 16,
        np.log(_mean(odd) + 0.02),
        np.log(_mean(smallest >= 240) + 0.01),
    )
    return np.stack(columns, axis=1)


def split_colors(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """L, A and Y, float64 (...) each, of float64 (..., 3)."""
    red, green, blue = np.moveaxis(x, -1, 0)
    return 0.3 * red + 0.59 * green + 0.11 * blue, red - green, blue - (red + green) / 2


def _mean(c: np.ndarray) -> np.ndarray:
    return c.mean(axis=(1, 2))


def _cells(c: np.ndarray) -> np.ndarray:
    """Means over squares of 4 x 4: (N, H / 4, W / 4)."""
    count, height, width = c.shape
    return c.reshape(count, height // CELL, CELL, width // CELL, CELL).mean(axis=(2, 4))


def _steps(c: np.ndarray) -> np.ndarray:
    """Mean absolute difference of neighbors, across and down."""
    return sum(_mean(np.abs(np.diff(c, axis=axis))) for axis in (1, 2)) / 2


def _squares(c: np.ndarray) -> np.ndarray:
    return sum(_mean(np.diff(c, axis=axis) ** 2) for axis in (1, 2))


def _against(x: np.ndarray) -> np.ndarray:
    """From cell to cell, the smaller of the largest rise and the largest fall of any channel."""
    cells = np.stack([_cells(x[..., channel]) for channel in range(3)])
    found = 0
    for axis in (2, 3):
        change = np.diff(cells, axis=axis)
        rise, fall = change.max(axis=0).clip(0), (-change.min(axis=0)).clip(0)
        found = found + _mean(np.minimum(rise, fall)) / 2
    return found


def _halves(colors: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How far the face's cells differ in color from those across, and how much color varies."""
    faces = [_cells(c)[:, *FACE_CELLS] for c in colors]
    halves = sum(_mean(np.abs(face - face[:, :, ::-1])) for face in faces)
    return halves, sum(face.std(axis=(1, 2)) for face in faces)


def _detail(light: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How evenly fine detail lies over the middle, and how much of it repeats every 4 pixels."""
    detail = fine_detail(light)
    strength = _cells(np.abs(detail))
    mean = _mean(strength)
    repeated = detail.reshape(len(light), 11, CELL, 10, CELL).mean(axis=(1, 3)).std(axis=(1, 2))
    return -strength.std(axis=(1, 2)) / (mean + 1), np.log(repeated / (mean + 0.5) + 0.03)


def fine_detail(light: np.ndarray) -> np.ndarray:
    """The Laplacian over MIDDLE: float64 (N, 44, 40) of (N, 64, 64)."""
    m = light[:, 11:57, 11:53]  # MIDDLE, and a pixel around it
    detail = 4 * m[:, 1:-1, 1:-1] - m[:, :-2, 1:-1] - m[:, 2:, 1:-1]
    return detail - m[:, 1:-1, :-2] - m[:, 1:-1, 2:]
