"""Batches of existing faces: which faces a step sees follows from (seed, step) alone."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from facescreen.faces import FaceSource


class BatchSettings(Protocol):
    """What of a recipe's settings decides its batches."""

    seed: int
    batch: int
    channels_last: bool


class FaceArray:
    """A source's faces, kept in memory where they take less than a gigabyte."""

    def __init__(self, source: FaceSource, size: int) -> None:
        self.source = source
        fits = len(source) * size * size * 3 < 1e9
        self.faces = source.load(np.arange(len(source))) if fits and len(source) else None

    def __len__(self) -> int:
        return len(self.source)

    def load(self, indices: np.ndarray) -> np.ndarray:
        """uint8 `(len(indices), size, size, 3)`."""
        return self.source.load(indices) if self.faces is None else self.faces[indices]


def batch_indices(faces: int, batch: int, seed: int, step: int) -> np.ndarray:
    """Which of `faces` faces batch number `step` shows: int64 `(batch,)`.

    Each pass over the faces has its own order, which depends on (seed, pass) alone.
    """
    passes, places = np.divmod(np.arange(step * batch, (step + 1) * batch), faces)
    indices = np.empty(batch, np.int64)
    for number in np.unique(passes):
        order = np.random.default_rng([seed, int(number)]).permutation(faces)
        indices[passes == number] = order[places[passes == number]]
    return indices


def batch_of_faces(faces: FaceArray, settings: BatchSettings, step: int) -> Tensor:
    """Batch number `step` of a run: float32 `(batch, 3, size, size)` in [-1, 1].

    Every face is mirrored in half of its appearances.
    """
    indices = batch_indices(len(faces), settings.batch, settings.seed, step)
    images = torch.from_numpy(faces.load(indices)).permute(0, 3, 1, 2).float() / 127.5 - 1
    mirrored = np.random.default_rng([settings.seed, step, 1]).random(settings.batch) < 0.5
    images[torch.from_numpy(mirrored)] = images[torch.from_numpy(mirrored)].flip(3)
    layout = torch.channels_last if settings.channels_last else torch.contiguous_format
    return images.contiguous(memory_format=layout)
