"""Linear discriminant analysis where there are more dimensions than images, by the generalized SVD.

Fisher's criterion asks for the inverse of the scatter within classes, which does not exist where
images are fewer than their pixels. The generalized singular value decomposition of the two factors
of the scatters needs no inverse: Howland and Park, "Generalizing discriminant analysis using the
generalized singular value decomposition", IEEE TPAMI 26 (2004), algorithm 1 (LDA/GSVD).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALL = 1e-10  # singular values below this share of the largest count as 0


@dataclass(frozen=True, eq=False)
class GsvdLda:
    """Directions (d, classes − 1) in which class means lie far apart for the scatter within.

    center: float64 (d,). Directions are scaled so that the total scatter along them is 1, and for
    two classes point from the first to the second of the sorted class names.
    """

    directions: np.ndarray
    center: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, classes: np.ndarray) -> GsvdLda:
        """Learn from rows float (N, d) and their classes (N,); two classes or more."""
        values, classes = np.asarray(values, np.float64), np.asarray(classes)
        names = np.unique(classes)
        if values.ndim != 2 or classes.shape != values.shape[:1] or len(names) < 2:
            raise ValueError(
                f"expected rows (N, d) of two classes or more, got {values.shape} of {len(names)}"
            )
        center = values.mean(axis=0)
        between, within = [], []
        for name in names:
            own = values[classes == name]
            between.append(np.sqrt(len(own)) * (own.mean(axis=0) - center))
            within.append(own - own.mean(axis=0))
        stacked = np.concatenate([np.stack(between), *within])
        left, sizes, right = np.linalg.svd(stacked, full_matrices=False)
        rank = int((sizes > SMALL * sizes[0]).sum())
        if not rank:
            raise ValueError("all rows are equal: no direction tells classes apart")
        turned = np.linalg.svd(left[: len(names), :rank])[2]
        directions = right[:rank].T / sizes[:rank] @ turned[: len(names) - 1].T
        if len(names) == 2:
            directions = directions * np.sign(between[1] @ directions)
        return cls(directions, center)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Project rows float (N, d): float64 (N, classes − 1)."""
        return (np.asarray(values, np.float64) - self.center) @ self.directions
