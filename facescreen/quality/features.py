"""The judge of generated faces: a small frozen network whose features say what a face shows.

It was trained once, on rendered portraits alone, to read their traits from the table and to tell by
how much and in which way they were spoiled. It has never seen an image that a GAN made and shares
no weight with one, so that measuring a GAN with it does not go round in a circle.
`facescreen.quality.training` trains it, `facescreen.quality` compares images by its features.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facescreen.faces.traits import BACKGROUNDS, BEARDS, GLASSES, HAIR_COLORS, HAIR_STYLES
from facescreen.gan.checkpoints import load_network, save_weights
from facescreen.gan.models import BLOCK
from facescreen.quality.spoil import SPOILING
from facescreen.setup import DATA

FEATURES = DATA / "models" / "features64.safetensors"
SIZE = 64  # pixels; images of other sizes are resized to this first
ARCHITECTURE = {"width": 24, "features": 64}

CATEGORIES = {
    "hair_style": HAIR_STYLES,
    "hair_color": tuple(HAIR_COLORS),
    "glasses": GLASSES,
    "beard": BEARDS,
    "background": BACKGROUNDS,
}
NUMBERS = (
    *("skin_tone", "smile", "mouth_open", "yaw", "pitch", "roll"),
    *("light_azimuth", "light_height", "exposure"),
)


class FeatureNetwork(nn.Module):
    """Image → features → answers about the face: four convolutions and two linear layers."""

    def __init__(self, width: int, features: int) -> None:
        super().__init__()
        outs = (width, 2 * width, 4 * width, 4 * width)
        ins, kernels = (3, *outs), (4, 4, 4, 3)  # the last is the smaller one to save weights
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, k, stride=2, padding=1)
            for i, o, k in zip(ins, outs, kernels, strict=False)
        )
        for convolution in self.convolutions:
            nn.init.kaiming_normal_(convolution.weight, a=0.2)
            nn.init.zeros_(convolution.bias)
        self.to_features = nn.Linear(outs[-1] * (SIZE // 16) ** 2, features)
        self.answers = {name: len(kinds) for name, kinds in CATEGORIES.items()}
        self.answers |= {"numbers": len(NUMBERS), "spoiling": len(SPOILING)}
        self.to_answers = nn.Linear(features, sum(self.answers.values()))
        # Of the features over spoiled portraits; known once training is over.
        self.register_buffer("center", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Float32 `(N, 3, 64, 64)` in [0, 1] → features `(N, f)`, not standardized."""
        x = images * 2 - 1
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), 0.2)
        return self.to_features(x.flatten(1))

    def answer(self, features: Tensor) -> dict[str, Tensor]:
        """Scores per category, standardized numbers, amounts of spoiling: each `(N, k)`."""
        answers = self.to_answers(F.leaky_relu(features, 0.2))
        return dict(zip(self.answers, answers.split(list(self.answers.values()), 1), strict=True))

    def standardized(self, features: Tensor) -> Tensor:
        """Features with mean 0 and variance 1 over spoiled portraits."""
        return (features - self.center) / self.spread


class FaceFeatures:
    """`features(images)`: uint8 images `(N, H, H, 3)` → float32 features `(N, f)`, as NumPy.

    Each feature has mean 0 and variance 1 over portraits spoiled as in training. Images of another
    size than 64 pixels are resized first. Nothing is normalized over a batch and images are always
    seen in blocks of one size, so an image has the same features, to the last bit, whatever others
    come with it.
    """

    def __init__(self, network: FeatureNetwork, card: dict[str, Any] | None = None) -> None:
        self.network = network.eval().requires_grad_(False)
        self.card = card or {}
        self.count = network.to_features.out_features

    def __repr__(self) -> str:
        return f"FaceFeatures({self.count} features, sha256={self.card.get('sha256', '')[:12]!r})"

    @torch.inference_mode()
    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Raises `ValueError` for anything but square uint8 images."""
        images = np.asarray(images)
        square = images.ndim == 4 and images.shape[1] == images.shape[2] and images.shape[3] == 3
        if images.dtype != np.uint8 or not square:
            raise ValueError(
                f"expected square uint8 images (N, H, H, 3), got {images.dtype} {images.shape}"
            )
        rows = [np.zeros((0, self.count), np.float32)]
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            full = np.resize(block, (BLOCK, *block.shape[1:]))  # filled up with its own images
            features = self.network.standardized(self.network(as_floats(full)))
            rows.append(features[: len(block)].numpy())
        return np.concatenate(rows)


def as_floats(images: np.ndarray) -> Tensor:
    """uint8 `(N, H, H, 3)` → float32 `(N, 3, 64, 64)` in [0, 1], channels last in memory."""
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255
    if x.shape[-1] != SIZE:
        x = F.interpolate(x, (SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False)
    return x.contiguous(memory_format=torch.channels_last)


# --- on disk --------------------------------------------------------------------------------------


def save_features(features: FaceFeatures, path: Path) -> FaceFeatures:
    """Write the weights as float16 beside their card; returns the features with that card."""
    card = save_weights(features.network.state_dict(), path, features.card)
    return FaceFeatures(features.network, card)


def load_features(path: Path | str | None = None) -> FaceFeatures:
    """The features at `path` (default: those shipped in `data/models`), frozen.

    Raises `CheckpointError` with one sentence where a file is missing, cut short or not the one
    that its card describes.
    """
    weights = Path(path) if path is not None else FEATURES
    network, card = load_network(
        weights, lambda card: FeatureNetwork(**card["architecture"]), "the judge's features"
    )
    return FaceFeatures(network, card)


@cache
def shipped_features() -> FaceFeatures:
    """The shipped features, loaded once."""
    return load_features()
