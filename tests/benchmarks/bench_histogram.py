"""Counting bright pixels: every method side by side in one run, with the targets and whether met.

    python -m tests.benchmarks.bench_histogram

Each figure is the best of many rounds; a round runs every method once, so that all meet the same
machine. The limit is `x.max()`, NumPy's plain read of the same bytes. Beside the counts stand the
paper's rule, which counts and judges, and the twelve signs, which look at every pixel many times.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

if __package__ in (None, ""):  # run by its path: the checkout is not on the path then
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from facescreen.screening import MultiColorRule, bright_counts
from facescreen.screening.measures import measure_signs

COUNT, SIZE, FLOOR = 2_500, 64, 240
SECONDS = 6.0  # per kind of image
# Kind of image -> (least share of the speed of x.max(), least multiple of Pillow's speed).
TARGETS = {
    "portraits": (0.6, 30),
    "mid-tone": (0.6, 30),
    "pale backgrounds": (None, 8),
    "scattered light": (None, 8),
}


def smooth(rng: np.random.Generator, cells: int, low: int, high: int) -> np.ndarray:
    """Return COUNT soft random gray fields between two values: float32 (COUNT, SIZE, SIZE, 1)."""
    coarse = rng.integers(low, high, (COUNT, cells, cells), dtype=np.uint8)
    fields = [Image.fromarray(c).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for c in coarse]
    return np.stack([np.asarray(f, np.float32) for f in fields])[..., np.newaxis]


def mid_tone(rng: np.random.Generator) -> np.ndarray:
    x = smooth(rng, 6, 30, 200) + rng.normal(0, 6, (COUNT, SIZE, SIZE, 3))
    x[rng.random((COUNT, SIZE, SIZE)) < 0.002] = 250  # highlights
    return np.clip(x, 0, 255).astype(np.uint8)


def pale(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give 4 to 5 % of the bytes, above the heads of some images, an almost white background."""
    pale = images.copy()
    rows = SIZE * 3 // 10
    chosen = rng.permutation(COUNT)[: int(COUNT * 0.045 / 0.3)]
    noise = rng.normal(0, 2, (len(chosen), rows, SIZE, 3))
    pale[chosen, :rows] = np.clip(noise + rng.integers(245, 254, (len(chosen), 1, 1, 1)), 240, 255)
    return pale


def scattered(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add light in patches of all sizes to every image until 4.5 % of the bytes are bright."""
    light = smooth(rng, 8, 0, 255) - 128 + smooth(rng, 24, 0, 128) - 64
    light += rng.normal(0, 8, (COUNT, SIZE, SIZE, 1))
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


def methods() -> dict[str, Callable[[np.ndarray], object]]:
    table: dict[str, Callable[[np.ndarray], object]] = {
        "x.max(), the limit": np.max,
        "bright_counts": bright_counts,
        "NumPy flatnonzero, bincount": numpy_flatnonzero,
        "NumPy bincount per channel": numpy_bincount,
        "Pillow histogram per image": pillow,
        "the paper's multi-color rule": MultiColorRule(),
        "measure_signs, all twelve": measure_signs,
    }
    if find_spec("cv2"):
        table["OpenCV calcHist per channel"] = opencv
    return table


def best_seconds(x: np.ndarray) -> dict[str, float]:
    best = dict.fromkeys(methods(), float("inf"))
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        for name, method in methods().items():
            for _ in range(20 if best[name] < 0.02 else 1):  # fast ones need more tries
                start = time.perf_counter()
                method(x)
                best[name] = min(best[name], time.perf_counter() - start)
    return best


def report(kind: str, what: str, x: np.ndarray) -> bool:
    share = np.mean(x >= FLOOR)
    hot = np.mean(x.reshape(-1, 192).max(axis=1) >= FLOOR)
    print(f"\n{kind}: {len(x):,} {what} of {SIZE} x {SIZE}, {share:.2%} of the bytes >= {FLOOR},")
    print(f"{hot:.1%} of the blocks of 192 bytes hold one")
    assert (bright_counts(x) == numpy_flatnonzero(x)).all()
    best = best_seconds(x)
    limit, peer = best["x.max(), the limit"], best["Pillow histogram per image"]
    print(f"{'method':<30}{'images/s':>12}{'GB/s':>8}{'of limit':>10}{'x Pillow':>10}")
    for name, seconds in best.items():
        speed, gigabytes = len(x) / seconds, x.nbytes / seconds / 1e9
        print(
            f"{name:<30}{speed:>12,.0f}{gigabytes:>8.1f}{limit / seconds:>10.2f}"
            f"{peer / seconds:>10.1f}"
        )
    ours = best["bright_counts"]
    met = True
    for target, value, unit in zip(
        TARGETS[kind], (limit / ours, peer / ours), ("of the limit", "times Pillow"), strict=True
    ):
        if target is not None:
            met &= value >= target
            verdict = "met" if value >= target else "MISSED"
            print(f"target: bright_counts >= {target} {unit}: {value:.2f}, {verdict}")
    return met


def main() -> int:
    rng = np.random.default_rng(0)
    if find_spec("facescreen.faces.portraits"):
        from facescreen.faces import portraits

        met = report("portraits", "rendered portraits", portraits(COUNT, SIZE))
        what, images = "studio portraits", portraits(COUNT, SIZE, setting="studio")
    else:
        met, what, images = True, "synthetic images", mid_tone(rng)
    met &= report("mid-tone", what, images)
    met &= report("pale backgrounds", f"{what}, some with a wall,", pale(images, rng))
    met &= report("scattered light", f"{what} in patches of light", scattered(images, rng))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
