"""A judge that knows clean portraits alone: how unlike them an image is.

judge = PortraitJudge.fit(portraits(6000, 64, seed=7))  # has seen clean portraits, nothing else
judge(images)  # a score per image, the higher the less like a portrait
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facescreen.screening.rules import as_uint8

CEILING = 239  # the judge sees no value above: the rules' evidence is hidden from it
COMPONENTS = 320
BATCH = 512  # images at once
MIDDLE = ((0.20, 0.86), (0.22, 0.78))  # rows and columns, shares of the side: head and neck


@dataclass(frozen=True, eq=False)
class PortraitJudge:
    """How badly a face is described by what clean portraits have in common: `judge(images)`.

    The portraits' principal components describe each image as well as they can; the score is the
    mean squared error in the frame's middle. Values above 239 are cut off before, so that the judge
    cannot use what the paper's rules look at. mean: float32 (D,). components: float32 (k, D).
    shape: of an image, (H, W, 3).
    """

    mean: np.ndarray
    components: np.ndarray
    shape: tuple[int, int, int]

    @classmethod
    def fit(
        cls, portraits: np.ndarray, components: int = COMPONENTS, seed: int = 0
    ) -> PortraitJudge:
        """Learn from clean images, uint8 (N, H, W, 3), N > components."""
        from sklearn.decomposition import PCA

        portraits, _ = as_uint8(portraits, None)
        rows = np.concatenate([*_rows(portraits)])
        pca = PCA(components, svd_solver="randomized", random_state=seed).fit(rows)
        parts = pca.components_.astype(np.float32)
        return cls(pca.mean_.astype(np.float32), parts, portraits.shape[1:])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Score uint8 (N, H, W, 3): float64 (N,). Raises ValueError for another type or shape."""
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise ValueError(
                f"expected uint8 images of shape {self.shape}, not {images.dtype} of shape "
                f"{images.shape[1:]}"
            )
        scores = [np.zeros(0)]
        for rows in _rows(images):
            x = rows - self.mean
            error = (x - (x @ self.components.T) @ self.components).reshape(-1, *self.shape)
            scores.append((_middle(error) ** 2).mean(axis=(1, 2, 3), dtype=float))
        return np.concatenate(scores)


def _rows(images: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(images), BATCH):
        block = np.minimum(images[start : start + BATCH], CEILING)
        yield block.reshape(len(block), -1).astype(np.float32)


def _middle(x: np.ndarray) -> np.ndarray:
    """The part (N, h, w, 3) of (N, H, W, 3) in which faces are centered."""
    rows, columns = (
        slice(int(low * side), int(high * side))
        for (low, high), side in zip(MIDDLE, x.shape[1:3], strict=True)
    )
    return x[:, rows, columns]
