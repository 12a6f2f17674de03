"""A screen for each kind of breakage, each with its own threshold, and all of them together.

screens = KindScreens.set_on(judge.kinds, [judge(valid) for valid in pools], lost=0.05)
said = screens(judge(images))
said.broken, said.reason, said.score  # bool, the kind or "", the largest margin
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

LEAST = 1e-9  # no probability is smaller


class Said(NamedTuple):
    """broken: bool (N,). reason: str (N,), the kind whose screen is exceeded most, or "". score:
    float (N,), by how much log odds exceed the threshold of the kind nearest to being said, so
    broken from 0 up.
    """

    broken: np.ndarray
    reason: np.ndarray
    score: np.ndarray


@dataclass(frozen=True, eq=False)
class KindScreens:
    """kinds: K names, "valid" first. thresholds: float (K - 1,), log odds of each other kind
    against valid, from which on its screen says broken. each: the share of valid images that every
    single screen loses where the thresholds were set.
    """

    kinds: tuple[str, ...]
    thresholds: np.ndarray
    each: float

    def __call__(self, probabilities: np.ndarray) -> Said:
        """What all screens together say. probabilities: float (N, K), as a judge gives them."""
        over = log_odds(probabilities) - self.thresholds
        score = over.max(axis=1)
        names = np.array(self.kinds[1:])[over.argmax(axis=1)]
        return Said(score >= 0, np.where(score >= 0, names, ""), score)

    @classmethod
    def set_on(
        cls, kinds: Sequence[str], valid: Sequence[np.ndarray], lost: float = 0.05
    ) -> KindScreens:
        """Thresholds at which valid images are lost in an agreed share, all screens together.

        valid: probabilities, float (N, K) each, of the valid images of one or more pools, which
        weigh the same. Every screen is given the same share of them to lose, as large as the
        total allows: some images are lost to several screens at once. lost: 0 to 1. Raises
        ValueError for no images or another share.
        """
        if not 0 <= lost <= 1 or not len(valid) or not all(len(own) for own in valid):
            raise ValueError("expected valid images in every pool, and a share from 0 to 1")
        odds = np.concatenate([log_odds(own) for own in valid])
        weights = np.concatenate([np.full(len(own), 1 / len(own) / len(valid)) for own in valid])
        low, high = 0.0, 1.0
        for _ in range(30):  # the total grows with the share of each: halve where it lies
            middle = (low + high) / 2
            flagged = (odds >= _reached_by(odds, weights, middle)).any(axis=1)
            low, high = (middle, high) if weights[flagged].sum() <= lost + 1e-9 else (low, middle)
        return cls(tuple(kinds), _reached_by(odds, weights, low), low)


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Float64 (N, K - 1): of each kind against valid, which is the first column."""
    logs = np.log(np.maximum(np.asarray(probabilities, float), LEAST))
    return logs[:, 1:] - logs[:, :1]


def _reached_by(odds: np.ndarray, weights: np.ndarray, share: float) -> np.ndarray:
    """For each column the lowest threshold that at most this share of the weight reaches."""
    thresholds = []
    for column in odds.T:
        order = np.argsort(-column, kind="stable")
        ranked, total = column[order], np.cumsum(weights[order])
        least = int(np.searchsorted(total, share + 1e-12, side="right"))  # images that may be lost
        first_kept = ranked[least] if least < len(ranked) else -np.inf
        thresholds.append(np.nextafter(first_kept, np.inf))
    return np.array(thresholds)
