"""The images that the questions are about: shipped pools, and a face with planted patches."""

from __future__ import annotations

import functools

import numpy as np

from facescreen.labels import ReferencePool, load_reference
from facescreen.screening import SingleColorRule

KINDS = (
    "clipped_patch",
    "tint",
    "unfinished",
    "dark",
)  # of question 7, in the order of its choices


@functools.cache
def pool(name: str) -> ReferencePool:
    """A labeled pool, read once."""
    return load_reference(name)


@functools.cache
def flagged(name: str) -> np.ndarray:
    """Which images of a pool rule 1 flags at 40 pixels: bool (N,)."""
    return SingleColorRule(40)(pool(name).images).broken


def dull_face() -> np.ndarray:
    """A valid image drawn late in a learning, with no value from 240 up: uint8 (64, 64, 3)."""
    learning = pool("learning")
    late = (learning.labels == "valid") & (learning.learned_from == learning.learned_from.max())
    dull = late & (learning.images < 240).all(axis=(1, 2, 3))
    return learning.images[np.flatnonzero(dull)[0]]


def _patched(fills: list[np.ndarray], rows: slice, columns: slice) -> np.ndarray:
    faces = np.repeat(dull_face()[np.newaxis], len(fills), axis=0)
    for face, fill in zip(faces, fills, strict=True):
        face[rows, columns] = fill
    return faces


def four_colors() -> np.ndarray:
    """One face with a patch of 300 pixels in red, yellow, cyan and white: uint8 (4, 64, 64, 3)."""
    colors = [(255, 0, 0), (255, 255, 0), (0, 255, 255), (255, 255, 255)]
    return _patched([np.array(color) for color in colors], slice(30, 45), slice(34, 54))


def four_patches() -> np.ndarray:
    """One face with a patch of 900 pixels, filled in four ways: uint8 (4, 64, 64, 3).

    All 255; six values from 250 to 255, as many pixels of each, alike in the channels; all 245;
    red at 250.
    """
    spread = np.resize(np.arange(250, 256), (30, 30))[..., np.newaxis]
    fills = [np.array(255), spread, np.array(245), np.array([250, 0, 0])]
    return _patched(fills, slice(28, 58), slice(17, 47))


def four_kinds() -> np.ndarray:
    """The first image of each kind that question 7 asks about: uint8 (4, 64, 64, 3)."""
    learning = pool("learning")
    return np.stack([learning.images[learning.kinds == kind][0] for kind in KINDS])
