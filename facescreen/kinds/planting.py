"""Planted damage of twelve kinds: the eleven of `breakage`, and blur, each with its mask.

A GAN that has learned too little draws a blur where a face should be. It is the commonest kind that
raters saw, and `breakage.KINDS` has nothing of it, since blur comes near none of the paper's rules.
"""

from __future__ import annotations

import numpy as np

from facescreen.breakage import KINDS, Damaged, DamagedBatch, plant, plant_all

PLANTED = (*KINDS, "blur")
STRENGTHS, AREAS = (0.7, 1.0), (0.1, 0.4)  # clearly broken, yet with much of the face left
SHARPEST, BLURRED = 1.5, 4.0  # standard deviations in pixels of 64 x 64, at strength 0 and 1
EYES = {  # what a rater who follows data/reference/KINDS.md would call each planted kind
    "blob": "clipped_patch",
    "near_blob": "clipped_patch",
    "white_out": "clipped_patch",
    "dropped_channel": "tint",
    "wrap": "tint",
    "checkerboard": "weave",
    "noise": "weave",
    "blur": "unfinished",
    "warp": "melted",
    "black_crush": "dark",
}  # wash_out and banding have no name there


def plant_kinds(
    images: np.ndarray,
    kinds: tuple[str, ...] = PLANTED,
    strength: tuple[float, float] = STRENGTHS,
    area: tuple[float, float] = AREAS,
    seed: int = 0,
) -> DamagedBatch:
    """As `breakage.plant_all`, which also takes "blur": image i gets the kind i mod len(kinds).

    images: uint8 (N, H, W, 3). kinds: of PLANTED. Blur is planted where `plant_all` would plant a
    warp, at the same strength. Raises ValueError as `plant_all` does.
    """
    named = ["warp" if kind == "blur" else kind for kind in kinds]
    batch = plant_all(images, named, strength, area, seed)
    chosen = np.array([kinds[i % len(kinds)] for i in range(len(images))], dtype=str)
    for i in np.flatnonzero(chosen == "blur"):
        batch.images[i] = blurred(images[i], batch.masks[i], batch.strengths[i])
    return batch._replace(kinds=chosen)


def blurred(image: np.ndarray, mask: np.ndarray, strength: float) -> np.ndarray:
    """A copy of uint8 (H, W, 3) that is blurred inside a mask, bool (H, W), strength 0 to 1."""
    from scipy.ndimage import gaussian_filter

    width = (SHARPEST + (BLURRED - SHARPEST) * strength) * image.shape[1] / 64
    soft = np.rint(gaussian_filter(image.astype(float), (width, width, 0)))
    return np.where(mask[..., np.newaxis], soft.astype(np.uint8), image)


def planted_once(image: np.ndarray, kind: str, strength: float, area: float, seed: int) -> Damaged:
    """`breakage.plant` of one image, which also takes "blur": a `Damaged`."""
    damaged = plant(image, "warp" if kind == "blur" else kind, strength, area, seed=seed)
    if kind != "blur":
        return damaged
    return damaged._replace(image=blurred(image, damaged.mask, strength), kind=kind)
