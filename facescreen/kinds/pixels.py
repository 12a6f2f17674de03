"""What the signs of kinds look at: an image's channels, its neighbors, its fine detail."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from facescreen.screening.measures import FACE, MIDDLE, at_side

FOUR = ((1, 0), (-1, 0), (0, 1), (0, -1))  # the neighbors of a pixel: rows down, columns right
REACH = 4  # pixels: how far `beside` can look
PALE, LIT, VIVID, GRAY = 150, 239, 128, 25  # of 255


class Pixels:
    """A batch of images, and what several signs ask of them, worked out once.

    x: int16 (N, 64, 64, 3), the values 0 to 255. Everything else: (N, 64, 64).
    """

    def __init__(self, images: np.ndarray) -> None:
        # In C's order: sums in another order of memory would round otherwise.
        self.x = at_side(images).astype(np.int16, order="C")
        self.channels = np.moveaxis(self.x, 3, 0)
        self.low, self.high = self.x.min(axis=3), self.x.max(axis=3)
        self.vivid = self.high - self.low
        self.face, self.middle = (np.zeros(self.x.shape[1:3], bool) for _ in range(2))
        self.face[FACE] = self.middle[MIDDLE] = True

    @cached_property
    def details(self) -> list[np.ndarray]:
        """Of each channel, four times a pixel less its four neighbors."""
        return [4 * c - sum(beside(c, *step) for step in FOUR) for c in self.channels]

    @cached_property
    def light(self) -> np.ndarray:
        red, green, blue = (c.astype(np.float32) for c in self.channels)
        return 0.3 * red + 0.59 * green + 0.11 * blue

    @cached_property
    def rough(self) -> np.ndarray:
        """How large the fine detail is around a pixel, in the channel that has most."""
        return np.max([mean_of(np.abs(detail), 5) for detail in self.details], axis=0)

    @cached_property
    def like_neighbors(self) -> np.ndarray:
        """How many of its four neighbors have exactly a pixel's color."""
        return sum((beside(self.x, *step) == self.x).all(axis=3).astype(np.int8) for step in FOUR)

    @cached_property
    def pale_gray(self) -> np.ndarray:
        return (self.low >= PALE) & (self.high <= 242) & (self.vivid <= GRAY)


def beside(values: np.ndarray, down: int, right: int) -> np.ndarray:
    """The values that stand so far below and right of each pixel; beyond the edge, the edge's."""
    height, width = values.shape[1:3]
    edges = [(0, 0), (REACH, REACH), (REACH, REACH), (0, 0)][: values.ndim]
    padded = np.pad(values, edges, mode="edge")
    return padded[:, REACH + down : REACH + down + height, REACH + right : REACH + right + width]


def mean_of(values: np.ndarray, side: int) -> np.ndarray:
    """Means over the square around each pixel: float32 (N, 64, 64)."""
    from scipy.ndimage import uniform_filter

    return uniform_filter(values.astype(np.float32), (1, side, side))


def near(marks: np.ndarray, side: int) -> np.ndarray:
    """Pixels with a mark in the square around them."""
    from scipy.ndimage import maximum_filter

    return maximum_filter(marks, (1, side, side))


def solid(marks: np.ndarray) -> np.ndarray:
    """Pixels whose eight neighbors are all marked, too: patches, no single pixels or lines."""
    from scipy.ndimage import minimum_filter

    return minimum_filter(marks, (1, 3, 3))


def cells_of(values: np.ndarray) -> np.ndarray:
    """Means over squares of 4 x 4: (N, 16, 16)."""
    return values.reshape(len(values), 16, 4, 16, 4).mean(axis=(2, 4))
