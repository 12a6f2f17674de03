"""Float to 8-bit, the one way: clip, scale, round; and what comes of forgetting to clip.

How a float image becomes 8-bit decides what a histogram rule sees (a red blob that scores 110
pixels when clipped and rounded scores 1 after per-image stretching), so one function does it.
"""

from __future__ import annotations

import hashlib

import numpy as np


class ImageError(ValueError):
    """An image, or a file that should hold one, is not what was expected; one sentence says why."""


def to_uint8(x: np.ndarray, clip: bool = False) -> np.ndarray:
    """Turn floats in [-1, 1] into 8-bit values: the one way in this package.

    x: float array of any shape; value v becomes round((v + 1) * 127.5), halves to the even
    number. Returns uint8 of the same shape. Raises ImageError for NaN or infinity, for values
    outside [-1, 1] unless clip=True, and for integer input (which is no image in [-1, 1]).
    """
    x = _floats(x)
    if x.size:
        low, high = float(x.min()), float(x.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ImageError(_not_finite(x))
        if not clip and (low < -1 or high > 1):
            raise ImageError(
                f"image values run from {_told(low)} to {_told(high)}, expected -1 to 1 "
                "(clip=True clips them)"
            )
    y = x.astype(np.float32 if x.dtype.itemsize <= 4 else np.float64)  # always a copy
    np.clip(y, -1, 1, out=y)
    y += 1
    y *= 127.5
    return np.rint(y, out=y).astype(np.uint8)


def quantize(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn a generator's output into 8-bit images, and say which of them are finite.

    x: float (N, H, W, 3), meant to lie in [-1, 1]; what lies outside is clipped. Returns uint8
    (N, H, W, 3) and bool (N,): an image with any NaN or infinity is False there, and all zeros
    here, a placeholder to be judged "not finite" and never saved. Raises ImageError for integers
    or another shape.
    """
    x = _floats(x)
    if x.ndim != 4 or x.shape[3] != 3:
        raise ImageError(f"images must be float of shape (N, H, W, 3), not {x.shape}")
    finite = np.isfinite(x).all(axis=(1, 2, 3))
    if finite.all():
        return to_uint8(x, clip=True), finite
    images = np.zeros(x.shape, np.uint8)
    images[finite] = to_uint8(x[finite], clip=True)
    return images, finite


def wrapped(x: np.ndarray) -> np.ndarray:
    """What `to_uint8` would do if it forgot to clip: values past 255 start again at 0.

    x: finite floats of any shape, meant to lie in [-1, 1]. Returns uint8 of the same shape. Some
    converters do this in silence (a cast of floats to bytes keeps the lower eight bits); lessons
    show what comes of it. Raises ImageError for NaN or infinity, and for integers.
    """
    x = _floats(x)
    if not np.isfinite(x).all():
        raise ImageError(_not_finite(x))
    return np.rint((x.astype(np.float64) + 1) * 127.5).astype(np.int64).astype(np.uint8)


def pixels_checksum(image: np.ndarray) -> str:
    """SHA-256 of the shape and the pixels, so that another file format does not change it."""
    return hashlib.sha256(str(image.shape).encode() + image.tobytes()).hexdigest()


def _told(value: float) -> str:
    """A value in few digits, in all of them where it lies only just outside of -1 to 1."""
    short = f"{value:.6g}"
    return short if (abs(float(short)) > 1) == (abs(value) > 1) else repr(value)


def _floats(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise ImageError(f"expected float values from -1 to 1, not {x.dtype}")
    return x


def _not_finite(x: np.ndarray) -> str:
    bad = ~np.isfinite(x)
    if bad.all():
        return f"all {x.size} image values are NaN or infinite, expected -1 to 1"
    good = x[~bad]
    return (
        f"{bad.sum()} of {x.size} image values are NaN or infinite (the others run from "
        f"{good.min():.6g} to {good.max():.6g}), expected -1 to 1"
    )
