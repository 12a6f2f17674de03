"""Handwritten digits as images: those that come with scikit-learn, or MNIST where it is on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

MNIST_MOST = 10_000  # digits of MNIST that are read: the first ones


class DigitsError(ValueError):
    """The digits that were asked for cannot be had; one sentence says why."""


def load_digit_images(source: str = "sklearn") -> tuple[np.ndarray, np.ndarray]:
    """Digits and which ones they are: float32 (N, 1, H, W) in [-1, 1], int64 (N,).

    source: "sklearn" (1,797 of NIST's, 8 × 8, written by 43 people, shipped with scikit-learn) or
    "mnist:FOLDER", as torchvision keeps it there, averaged down to 14 × 14; nothing is downloaded.
    Raises DigitsError for another source, and where MNIST is not there.
    """
    kind, _, folder = source.partition(":")
    if source == "sklearn":
        from sklearn.datasets import load_digits

        digits = load_digits()
        images, labels = digits.images / 8 - 1, digits.target
    elif kind == "mnist" and folder:
        images, labels = _mnist(Path(folder))
    else:
        raise DigitsError(f"there are no digits {source!r}; expected 'sklearn' or 'mnist:FOLDER'")
    return images[:, np.newaxis].astype(np.float32), labels.astype(np.int64)


def _mnist(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        from torchvision.datasets import MNIST

        found = MNIST(str(folder), train=True, download=False)
    except (ImportError, RuntimeError, OSError) as error:
        raise DigitsError(f"MNIST cannot be read from {folder}: {error}") from error
    images = found.data[:MNIST_MOST].numpy().reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    return images / 127.5 - 1, found.targets[:MNIST_MOST].numpy()
