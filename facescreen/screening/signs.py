"""A screen that looks for four signs of breakage, in the face and around it.

    rule = SignsRule().calibrate(valid_images)  # of the generator at hand; no broken ones needed
    rule(images).reason  # "color", "white", "dark", "grain" or ""

The paper's rules ask how many bright pixels share one value. That misses what never gets bright,
and takes a pale wall behind a good face for breakage. This rule asks instead, at the cost of a few
subtractions per pixel:

- **color**: which share of the picture is vivid, its strongest channel far above its weakest? Skin,
  hair and walls are not; saturated blobs, wrapped bytes and colored noise are, at 255 or not.
- **white**: which share of the *face* is white? A pale wall behind the head is not counted.
- **dark**: which share of the face is black, as eyes, brows and nostrils alone hardly are?
- **grain**: how strongly does color change from pixel to pixel in the face? Light and shade change
  fast there, color does not, unless the generator broke.

Each sign has a threshold of its own, and calibration sets all four from valid images.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from facescreen.screening.rules import Rule
from facescreen.screening.verdicts import Verdicts

Window = tuple[tuple[float, float], tuple[float, float]]  # rows and columns, shares of the side
SIGNS = ("color", "white", "dark", "grain")
# Of the valid images that calibration may lose, how much each sign may lose, relative to the rest:
# grain finds the most kinds of breakage.
SHARES = (2, 1, 1, 6)
SIDE = 64  # pixels: larger images are averaged down to about this first, so that grain is the same
VIVID, WHITE, DARK = 110, 240, 20  # of 255
MIDDLE: Window = ((0.20, 0.86), (0.22, 0.78))  # head and neck, where faces are centered
FACE: Window = ((0.32, 0.75), (0.31, 0.69))  # from the brows to the chin
BATCH = 1 << 20  # values looked at together: few enough to stay in the cache
LEAST = 1e-6  # threshold that calibration sets: less than one pixel's share, yet good to divide by


@dataclass(frozen=True, eq=False)
class Signs:
    """What was measured: float64 (N, 4), in the order of SIGNS, and which images are finite."""

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


@dataclass(frozen=True)
class SignsRule(Rule):
    """Broken if any of four signs reaches its threshold; the reason is the one furthest above.

    color, white, dark: shares of the pixels looked at, above 0. grain: mean change of color between
    neighboring pixels, in units of `measure_signs`, above 0. The score of a verdict is the largest
    of the four values, each divided by its threshold: broken from 1 up. The defaults lose 5 % of
    the valid images of the even-numbered half of the reference set's default pool. Faces are
    expected in the middle, as large as in CelebA or in the rendered portraits. Raises ValueError
    for a threshold that is not a number above 0.
    """

    name: ClassVar[str] = "signs"
    rejudges: ClassVar[frozenset[str]] = frozenset(SIGNS)
    color: float = 0.025
    white: float = 0.013
    dark: float = 0.203
    grain: float = 1.41

    def __post_init__(self) -> None:
        for sign in SIGNS:
            threshold = getattr(self, sign)
            number = isinstance(threshold, (int, float, np.integer, np.floating))
            if not number or isinstance(threshold, bool) or not 0 < threshold < math.inf:
                raise ValueError(f"{sign} must be a number above 0, not {threshold!r}")

    @property
    def thresholds(self) -> np.ndarray:
        """Float64 (4,), in the order of SIGNS."""
        return np.array([getattr(self, sign) for sign in SIGNS], float)

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Signs:
        return Signs(measure_signs(images), finite)

    def judge(self, measured: Signs) -> Verdicts:
        ratios = measured.values / self.thresholds
        worst = ratios.argmax(axis=1)
        score = np.take_along_axis(ratios, worst[:, np.newaxis], axis=1)[:, 0]
        reason = np.where(score >= 1, np.array(SIGNS)[worst], "")
        return Verdicts.of_scores(reason, score, measured.finite, self, measured)

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, allowed: int) -> SignsRule:
        """The strictest thresholds that keep the signs' shares and lose at most `allowed`."""
        values = measure_signs(images)
        best = _thresholds(values, 0)
        low, high = 0, sum(SHARES) * len(values)
        while low < high:  # what is lost together grows with what each sign may lose
            middle = (low + high + 1) // 2
            tried = _thresholds(values, middle)
            if (values >= tried).any(axis=1).sum() <= allowed:
                low, best = middle, tried
            else:
                high = middle - 1
        return replace(self, **dict(zip(SIGNS, best.tolist(), strict=True)))


def measure_signs(images: np.ndarray) -> np.ndarray:
    """The four signs of each image: float64 (N, 4), in the order of SIGNS.

    images: uint8 (N, H, W, 3), 8 x 8 pixels or more. color: share of all pixels whose largest and
    smallest channel are VIVID or more apart. white: share of FACE's pixels with no channel below
    WHITE; dark: with no channel above DARK. grain: see `color_grain`.
    Raises ValueError for smaller images.
    """
    images = np.asarray(images)
    if len(images) and min(images.shape[1:3]) < 8:
        raise ValueError(f"expected images of 8 x 8 pixels or more, not {images.shape[1:3]}")
    rows = [np.zeros((0, len(SIGNS)))]
    for x in _batches(images):
        red, green, blue = np.moveaxis(x, 3, 0)  # of three, much faster than x.max(axis=3)
        largest = np.maximum(np.maximum(red, green), blue)
        smallest = np.minimum(np.minimum(red, green), blue)
        shares = (
            largest - smallest >= VIVID,
            cut(smallest, FACE) >= WHITE,
            cut(largest, FACE) <= DARK,
        )
        values = [share.mean(axis=(1, 2)) for share in shares]
        rows.append(np.stack([*values, color_grain(cut(x, FACE))], axis=1))
    return np.concatenate(rows)


def color_grain(faces: np.ndarray) -> np.ndarray:
    """How strongly color changes from pixel to pixel: float64 (N,).

    faces: uint8 or float (N, H, W, 3), 0 to 255. Of the color differences R - G and
    B - (R + G) / 2, the mean absolute Laplacian, divided by the square root of the mean brightness:
    the same fault disturbs more in a dark face than in a pale one (the exponent was chosen on the
    reference set's default pool; 0 and 1 both did worse there).
    """
    red, green, blue = np.moveaxis(faces, 3, 0).astype(np.float32)
    changes = sum(_laplacian(c) for c in (red - green, blue - (red + green) / 2))
    brightness = (0.3 * red + 0.59 * green + 0.11 * blue).mean(axis=(1, 2))
    return changes / np.sqrt(brightness + 15)  # 15: black alone must not count as grain


def _laplacian(c: np.ndarray) -> np.ndarray:
    around = c[:, :-2, 1:-1] + c[:, 2:, 1:-1] + c[:, 1:-1, :-2] + c[:, 1:-1, 2:]
    return np.abs(4 * c[:, 1:-1, 1:-1] - around).mean(axis=(1, 2), dtype=float)


def cut(x: np.ndarray, window: Window) -> np.ndarray:
    """The part (N, h, w, ...) of (N, H, W, ...) inside a window of shares of the side."""
    (top, bottom), (left, right) = window
    height, width = x.shape[1:3]
    return x[:, int(top * height) : int(bottom * height), int(left * width) : int(right * width)]


def _batches(images: np.ndarray) -> Iterator[np.ndarray]:
    """Images a few at a time, those of 96 pixels or more averaged down, as float32."""
    if not images.size:
        return
    height, width = images.shape[1:3]
    factor = max(1, round(min(height, width) / SIDE))
    step = max(1, BATCH // images[0].size)
    for start in range(0, len(images), step):
        x = images[start : start + step]
        if factor > 1:
            x = x[:, : height // factor * factor, : width // factor * factor]
            parts = (len(x), height // factor, factor, width // factor, factor, 3)
            x = x.reshape(parts).mean(axis=(2, 4), dtype=np.float32)
        yield x


def _thresholds(values: np.ndarray, rank: int) -> np.ndarray:
    """Above the images that each sign may lose: its share of `rank` / sum(SHARES)."""
    out = []
    for column, share in zip(values.T, SHARES, strict=True):
        lost = min(rank * share // sum(SHARES), len(column) - 1)
        out.append(max(LEAST, np.nextafter(np.sort(column)[::-1][lost], np.inf)))
    return np.array(out)
