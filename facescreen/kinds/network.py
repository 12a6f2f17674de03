"""A small network that says which kind of breakage an image shows, and in which part of it.

    judge = load_kinds("portraits")  # or "generated", "real", or a path
    judge(images)  # uint8 (N, H, H, 3) -> float32 (N, K): the probability of each kind
    judge.maps(images)  # float32 (N, K, 16, 16), the same for each part of the picture

"portraits" learned from rendered portraits and from damage planted in them, with its masks;
"generated" goes on with damage planted in valid images that GANs drew. "real" goes on from there
with images that GANs broke; where in them the breakage is nobody has marked, so its map has not
learned anything.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facescreen.gan.checkpoints import load_network, save_weights
from facescreen.gan.models import BLOCK
from facescreen.screening.measures import at_side
from facescreen.setup import DATA

MODELS = DATA / "models"
SHIPPED = ("portraits", "generated", "real")
WIDTH = 40


class KindNetwork(nn.Module):
    """Four convolutions; then a linear layer for each part of the picture, and one for the whole.

    kinds: how many, "valid" included. width: channels of the inner layers.
    """

    def __init__(self, kinds: int, width: int = WIDTH) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            [
                nn.Conv2d(3, 24, 4, stride=2, padding=1),
                nn.Conv2d(24, width, 4, stride=2, padding=1),
                nn.Conv2d(width, width, 3, padding=1),
                nn.Conv2d(width, width, 3, padding=2, dilation=2),  # sees 34 pixels
            ]
        )
        for convolution in self.convolutions:
            nn.init.kaiming_normal_(convolution.weight, a=0.2)
            nn.init.zeros_(convolution.bias)
        self.of_part = nn.Conv2d(width, kinds, 1)
        self.of_whole = nn.Linear(3 * width, kinds)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Float32 `(N, 3, 64, 64)`, 0 to 1 → log odds `(N, K)` and `(N, K, 16, 16)`."""
        x = images * 2 - 1
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), 0.2)
        pooled = [x.mean((2, 3)), x.amax((2, 3)), x.std((2, 3))]
        return self.of_whole(torch.cat(pooled, 1)), self.of_part(x)


class KindJudge:
    """A network, ready to use. kinds: what its columns are, "valid" the first. card: of the file.

    Images are seen in blocks of one size, so that an image gets the same numbers, to the last bit,
    whatever others come with it. Both methods raise ValueError for anything but uint8 images.
    """

    def __init__(self, network: KindNetwork, card: dict[str, Any]) -> None:
        self.network = network.eval().requires_grad_(False)
        self.card = card
        self.kinds = tuple(card["architecture"]["kinds"])

    def __repr__(self) -> str:
        return f"KindJudge({', '.join(self.kinds)})"

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Float32 (N, K): the probability of each kind."""
        return self._asked(images, 0)

    def maps(self, images: np.ndarray) -> np.ndarray:
        """Float32 (N, K, 16, 16): the probability of each kind in each part of 4 x 4 pixels."""
        return self._asked(images, 1)

    @torch.inference_mode()
    def _asked(self, images: np.ndarray, which: int) -> np.ndarray:
        images = at_side(images)
        rows = []
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            full = np.resize(block, (BLOCK, *block.shape[1:]))  # filled up with its own images
            odds = self.network(as_floats(full))[which]
            rows.append(odds.softmax(1)[: len(block)].numpy())
        shape = (0, len(self.kinds), *([16, 16] if which else []))
        return np.concatenate(rows) if rows else np.zeros(shape, np.float32)


def as_floats(images: np.ndarray) -> Tensor:
    """uint8 `(N, 64, 64, 3)` → float32 `(N, 3, 64, 64)` in [0, 1], channels last in memory."""
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


def kind_network(kinds: tuple[str, ...], width: int = WIDTH) -> KindNetwork:
    """A network for these kinds, as `KindJudge` reads it from a card's architecture."""
    return KindNetwork(len(kinds), width)


def save_kinds(network: KindNetwork, path: Path, card: dict[str, Any]) -> KindJudge:
    """Write the weights as float16 beside their card; returns the judge that was saved."""
    card = save_weights(network.state_dict(), path, card)
    network.load_state_dict({n: v.half().float() for n, v in network.state_dict().items()})
    return KindJudge(network, card)


def load_kinds(name_or_path: str | Path) -> KindJudge:
    """One of SHIPPED, which lie in `data/models`, or one at a path.

    Raises `CheckpointError` with one sentence where a file is missing, cut short or not the one
    that its card describes.
    """
    if name_or_path in SHIPPED:
        return _shipped(str(name_or_path))
    weights = Path(name_or_path)
    network, card = load_network(
        weights, lambda card: kind_network(**card["architecture"]), "a network of kinds"
    )
    return KindJudge(network, card)


@cache
def _shipped(name: str) -> KindJudge:
    return load_kinds(MODELS / f"kinds_{name}.safetensors")
