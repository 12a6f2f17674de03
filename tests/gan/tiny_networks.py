"""Architectures of tiny models and styles for them, for the tests of this room."""

import torch

from facescreen.gan.networks import on_sphere

ARCHITECTURE = {
    "size": 16,
    "style": 8,
    "encoder_width": 2,
    "generator_width": 2,
    "mapping_layers": 2,
    "output": "linear",
}
PLAIN = {"size": 16, "noise": 6, "generator_width": 2, "output": "tanh"}


def some_styles(faces: int, count: int = 5, width: int = 8, seed: int = 0) -> torch.Tensor:
    return on_sphere(
        torch.randn(count, faces, width, generator=torch.Generator().manual_seed(seed))
    )
