"""Two readers of digits, for want of a person: a digit is legible where both read the same one.

They are different kinds of classifier, trained on real digits of which others are held out. Whether
a person could read a digit is another question; this is a proxy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

SURE = 0.95  # of held-out real digits, so many are read as surely as a legible one has to be


@dataclass(frozen=True, eq=False)
class Readers:
    """Two readers, and how sure each has to be: a margin between its two best guesses.

    accuracy: of each on held-out real digits. legible: the share of them that both read, and alike.
    """

    readers: tuple[Any, Any]
    margins: tuple[float, float]
    accuracy: tuple[float, float]
    legible: float

    def read(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which digit float (N, 1, H, W) shows, int64 (N,), and bool (N,) whether it is legible.

        Of an illegible one the first reader's best guess is told.
        """
        guesses = [_guess(reader, images) for reader in self.readers]
        (first, sure), (second, surely) = guesses
        both = (first == second) & (sure >= self.margins[0]) & (surely >= self.margins[1])
        return first, both


def trained_readers(images: np.ndarray, labels: np.ndarray, seed: int = 0) -> Readers:
    """Train on half of float (N, 1, H, W) with int (N,) labels; a quarter sets how sure they are.

    The last quarter measures: a support vector machine with a Gaussian kernel, and a forest.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.svm import SVC

    order = np.random.default_rng(seed).permutation(len(images))
    half, quarter = len(order) // 2, 3 * len(order) // 4
    learn, set_by, test = order[:half], order[half:quarter], order[quarter:]
    readers = (
        SVC(gamma="scale", decision_function_shape="ovr", random_state=seed),
        ExtraTreesClassifier(150, random_state=seed),
    )
    for reader in readers:
        reader.fit(_rows(images[learn]), labels[learn])
    margins = tuple(
        float(np.quantile(_guess(reader, images[set_by])[1], 1 - SURE)) for reader in readers
    )
    right = [float((_guess(r, images[test])[0] == labels[test]).mean()) for r in readers]
    found = Readers(readers, margins, (right[0], right[1]), 0.0)
    return replace(found, legible=float(found.read(images[test])[1].mean()))


def _guess(reader: Any, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A reader's best guess and by how much it beats the second."""
    rows = _rows(images)
    votes = reader.predict_proba(rows) if hasattr(reader, "predict_proba") else (
        reader.decision_function(rows)
    )  # fmt: skip
    best = np.sort(votes, axis=1)
    return reader.classes_[votes.argmax(axis=1)], best[:, -1] - best[:, -2]


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
