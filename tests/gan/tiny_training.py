"""A training of tiny networks on color gradients, for the tests of this room."""

import numpy as np
import torch

from facescreen.gan.checkpoints import load_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.training import train

TINY = CombinerSettings(
    images=48,
    size=16,
    batch=8,
    drawn_again=4,
    mapping_steps=3,
    style=8,
    encoder_width=2,
    generator_width=2,
    critic_width=2,
    history_every=8,
)


class Gradients:
    """A source of plain faces: 20 color gradients."""

    name, fingerprint = "gradients", "v1"

    def __len__(self) -> int:
        return 20

    def load(self, indices):
        ramp = np.linspace(0, 200, 16)[None, :, None, None] * np.ones((1, 1, 16, 3))
        tint = (np.asarray(indices)[:, None] * [2, 5, 11] % 55)[:, None, None, :]
        return (ramp + tint).astype(np.uint8)


def run(folder, settings=TINY, **options):
    return train(Gradients(), settings, folder / "m.safetensors", progress=False, **options)


def weights_of(result) -> dict[str, torch.Tensor]:
    return load_model(result.path).state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)
