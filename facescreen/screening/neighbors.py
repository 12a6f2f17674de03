"""Neighbors among features: which images lie where real ones lie, and how close to them.

Distances are Euclidean, between features of a frozen network; nothing is learned here.
"""

from __future__ import annotations

import numpy as np

NEIGHBORS = 3  # k, as in Kynkäänniemi et al. 2019
ROWS = 256  # of distances computed at once


def distances(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Between all pairs of features (n, d) and (m, d): float64 (n, m)."""
    ones, others = np.asarray(ones, np.float64), np.asarray(others, np.float64)
    if ones.ndim != 2 or others.ndim != 2 or ones.shape[1] != others.shape[1]:
        raise ValueError(f"expected features (n, d) and (m, d), got {ones.shape} {others.shape}")
    found = np.empty((len(ones), len(others)))
    for start in range(0, len(ones), ROWS):  # differences, not dot products: exact 0 for equals
        for column, other in enumerate(others):
            found[start : start + ROWS, column] = np.sqrt(
                ((ones[start : start + ROWS] - other) ** 2).sum(axis=1)
            )
    return found


def radii(features: np.ndarray, k: int = NEIGHBORS) -> np.ndarray:
    """How far each of these points' k-th nearest other one is: float64 (n,).

    Raises ValueError where there are not more than k points.
    """
    if len(features) <= k:
        raise ValueError(f"expected more than k = {k} points, got {len(features)}")
    return np.partition(distances(features, features), k, axis=1)[:, k]  # the nearest is itself


def inside_any(points: np.ndarray, centers: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Bool (n,): which points lie within reach, float (m,), of one or more centers."""
    return (distances(points, centers) <= reach).any(axis=1)


def realism(real: np.ndarray, made: np.ndarray, k: int = NEIGHBORS) -> np.ndarray:
    """How realistic each made image is: float64 (m,), 1 and above inside a real image's ball.

    The largest, over real images, of the real image's radius divided by its distance to the made
    one; real images whose radius is above the median are left out, which stops few lonely ones from
    vouching for everything (Kynkäänniemi et al. 2019, arXiv 1904.06991, section 5, equation 3).
    real, made: features (n, d) and (m, d). Infinite for an image equal to a real one.
    """
    reach = radii(real, k)
    kept = reach <= np.median(reach)
    with np.errstate(divide="ignore"):
        return (reach[kept] / distances(made, np.asarray(real)[kept])).max(axis=1)
