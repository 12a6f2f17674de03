"""Counting bright pixels: the paper's rule and what it counts with, beside the ways one would try.

    python tests/benchmarks/bench_kernel.py

The limit is `x.max()`, NumPy's plain read of the same bytes. Images are rendered portraits, which
have few bright pixels; the same before pale walls; and in light that is scattered over all of them
in patches of every size, as bright photographs have it and as screening likes it least.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image
from side_by_side import arguments, compared, installed, record, take_turns

from facescreen.faces import portraits
from facescreen.screening import MultiColorRule, bright_counts, histogram

FLOOR = 240
COUNTS = {64: 2_500, 256: 156, 1024: 10}  # images of each size: 31 MB, more than a cache holds


def enlarged(fields: np.ndarray, size: int) -> np.ndarray:
    """Images, or gray fields, of any size made larger or smaller: the same type."""
    return np.stack([np.asarray(Image.fromarray(f).resize((size, size))) for f in fields])


def faces(count: int, size: int) -> np.ndarray:
    """Portraits in a studio; large ones are enlarged, with grain as a camera adds it."""
    if size <= 256:
        return portraits(count, size, setting="studio")
    large = enlarged(portraits(count, 256, setting="studio"), size).astype(np.float32)
    large += np.random.default_rng(0).normal(0, 3, large.shape)
    return np.clip(large, 0, 255).astype(np.uint8)


def pale(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give every sixth image an almost white wall above its head: 5 % of the bytes are bright."""
    walls, rows = images.copy(), images.shape[1] * 3 // 10
    chosen = np.arange(0, len(images), 6)
    noise = rng.normal(0, 2, (len(chosen), rows, *images.shape[2:]))
    level = rng.integers(245, 254, (len(chosen), 1, 1, 1))
    walls[chosen, :rows] = np.clip(noise + level, FLOOR, 255)
    return walls


def scattered(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add light in patches of all sizes to every image until 4.5 % of the bytes are bright."""
    count, size = images.shape[:2]
    patches = [rng.integers(0, 255 // n, (count, 8 * n, 8 * n), np.uint8) for n in (1, 3)]
    light = sum(enlarged(p, size).astype(np.float32) - p.max() / 2 for p in patches)[..., None]
    light += rng.normal(0, 8, light.shape)
    low, high = 0.0, 8.0
    for _ in range(12):
        strength = (low + high) / 2
        lit = np.clip(images + strength * light, 0, 255).astype(np.uint8)
        low, high = (strength, high) if np.mean(lit >= FLOOR) < 0.045 else (low, strength)
    return lit


def pillow(x: np.ndarray) -> None:
    for image in x:
        Image.fromarray(image).histogram()


def numpy_bincount(x: np.ndarray) -> None:
    for image in x:
        for channel in range(3):
            np.bincount(image[..., channel].ravel(), minlength=256)


def numpy_flatnonzero(x: np.ndarray) -> np.ndarray:
    """Look only at bright bytes: their image, channel and value make one index to count."""
    flat = x.ravel()
    where = np.flatnonzero(flat >= FLOOR)
    bins = 256 - FLOOR
    index = (where // x[0].size * 3 + where % 3) * bins + (flat[where] - FLOOR)
    return np.bincount(index, minlength=len(x) * 3 * bins).reshape(len(x), 3, bins)


def opencv(x: np.ndarray) -> None:
    import cv2

    for image in x:
        for channel in range(3):
            cv2.calcHist([image], [channel], None, [256], [0, 256])


def in_one_thread(x: np.ndarray) -> np.ndarray:
    """`bright_counts` with the helper thread's pieces counted by the caller's."""
    shared = histogram.share
    histogram.share = lambda work, tasks: [work(*task) for task in tasks]
    try:
        return bright_counts(x)
    finally:
        histogram.share = shared


METHODS: dict[str, Callable[[np.ndarray], object]] = {
    "read limit": np.max,
    "ours, 1 thread": in_one_thread,
    "ours, 2 threads": bright_counts,
    "the multi-color rule": MultiColorRule(),
    "NumPy, bright bytes": numpy_flatnonzero,
    "NumPy, bincount": numpy_bincount,
    "Pillow": pillow,
}


def main() -> None:
    options, rng = arguments(__doc__), np.random.default_rng(0)
    methods = METHODS | ({"OpenCV": opencv} if installed("OpenCV", "cv2") else {})
    rows = []
    for size, count in COUNTS.items():
        sparse = faces(count, size)
        kinds = {"sparse": sparse, "pale walls": pale(sparse, rng)}
        kinds["scattered light"] = scattered(sparse, rng)
        for kind, x in kinds.items():
            counted = numpy_flatnonzero(x)
            assert (bright_counts(x) == counted).all() and (in_one_thread(x) == counted).all()
            works = {name: partial(method, x) for name, method in methods.items()}
            rates = take_turns(works, count, options.rounds)
            rows += compared("kernel", f"{size} px, {kind}", rates, "images/s", "read limit")
    record("kernel", rows, options.out)


if __name__ == "__main__":
    main()
