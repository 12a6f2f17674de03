"""The classifier that is trained again and again: two convolutions, a linear layer."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facescreen.benefit.design import CLASSES, SIDE
from facescreen.generation import one_thread

WIDTH, STEPS, BATCH, RATE = 16, 300, 32, 3e-3


class Classifier(nn.Module):
    """Image float32 (N, 3, 32, 32) in [-1, 1] → a score for each class (N, classes)."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            [nn.Conv2d(3, width, 8, 4, 2), nn.Conv2d(width, 2 * width, 4, 2, 1)]
        )
        self.to_scores = nn.Linear(2 * width * (SIDE // 8) ** 2, len(CLASSES))
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        for convolution in self.convolutions:
            images = F.relu(convolution(images))
        return self.to_scores(images.flatten(1))


def train_classifier(
    parts: list[tuple[np.ndarray, np.ndarray]],
    seed: int,
    steps: int = STEPS,
    width: int = WIDTH,
) -> Classifier:
    """Train on parts, each images uint8 (n, 32, 32, 3) with classes int64 (n,).

    Every batch takes as many from each part, half of them mirrored. The first weights depend on
    the seed alone, and so do the places drawn in a part of a given size: arms of one seed differ in
    their images and in nothing else. One thread, so that sums come in one order.
    """
    images, labels, rows = _stacked(parts, seed, steps)
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Classifier(width)
        optimizer = torch.optim.Adam(network.parameters(), RATE, fused=True)
        for step, row in enumerate(rows):
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            scores = network(images[row].permute(0, 3, 1, 2))  # channels last in memory
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(scores, labels[row]).backward()
            optimizer.step()
    return network.eval()


def _stacked(
    parts: list[tuple[np.ndarray, np.ndarray]], seed: int, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """All images, each part followed by its mirror images, their labels, the rows of every batch.

    float32 (2n, 32, 32, 3), int64 (2n,), int64 (steps, BATCH).
    """
    drawn = np.random.default_rng([seed, 7]).random((steps, BATCH))
    part_of = np.arange(BATCH) * len(parts) // BATCH
    sizes = np.array([len(labels) for _, labels in parts])
    starts = 2 * np.concatenate([[0], np.cumsum(sizes)[:-1]])
    mirrored = sizes[part_of] * (np.arange(BATCH) % 2)
    rows = (drawn * sizes[part_of]).astype(int) + starts[part_of] + mirrored
    images = np.concatenate([each for own, _ in parts for each in (own, own[:, :, ::-1])])
    labels = np.concatenate([each for _, own in parts for each in (own, own)])
    scaled = torch.from_numpy(images).float() / 127.5 - 1
    return scaled, torch.from_numpy(labels), torch.from_numpy(rows)


@torch.inference_mode()
def read(network: Classifier, images: np.ndarray) -> np.ndarray:
    """The class read in each image, uint8 (N, 32, 32, 3): int64 (N,)."""
    with one_thread():
        rows = [network(part).argmax(dim=1) for part in _floats(images).split(500)]
    return torch.cat(rows).numpy() if len(images) else np.zeros(0, np.int64)


def balanced_accuracy(labels: np.ndarray, answers: np.ndarray) -> float:
    """The mean over classes of the share of their images that is read right, 0 to 1.

    labels, answers: int (N,). Classes without an image do not count.
    """
    return float(np.mean([(answers[labels == one] == one).mean() for one in np.unique(labels)]))


def _floats(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1  # channels last
