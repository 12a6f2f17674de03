"""Labeled images for a threshold debate, and what its standings count."""

import numpy as np

PAPER = {"threshold": 40, "color_threshold": 40, "sum_threshold": 1000}
COUNT, SIDE = 36, 40


def made_up(count=COUNT, seed=0):
    """Dark images, some with a patch of one color, of white, or of a value short of 255."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 200, (count, SIDE, SIDE, 3)).astype(np.uint8)
    for k in range(count):
        side = int(rng.integers(2, 24))
        color = [(255, 0, 0), (255, 255, 255), (0, 246, 0), (10, 20, 30)][k % 4]
        images[k, :side, :side] = color
    return images


def made_up_labels(count=COUNT, seed=1):
    names = ["valid", "broken_saturated", "broken_other", "unsure"]
    return np.random.default_rng(seed).choice(names, count, p=[0.5, 0.2, 0.2, 0.1])


def of(standing):
    return {name: getattr(standing, name) for name in ("caught", "missed", "lost", "kept")}
