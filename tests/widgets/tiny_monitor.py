"""A monitor of tiny trainings on color gradients, for the tests of this room."""

import time
from dataclasses import replace

import matplotlib
import numpy as np
import torch

from facescreen import widgets
from facescreen.gan.checkpoints import load_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.noise_gan import NoiseGanSettings

matplotlib.use("agg")
SHARED = {"images": 48, "size": 16, "batch": 8, "history_every": 8}
SHARED |= {"generator_width": 2, "critic_width": 2}
COMBINER = CombinerSettings(**SHARED, drawn_again=4, mapping_steps=3, style=8, encoder_width=2)
TINY = NoiseGanSettings(**SHARED)
ENDLESS = replace(TINY, images=10**9)


class Gradients:
    """A source of plain faces: color gradients."""

    name, fingerprint = "gradients", "v1"

    def __init__(self, count: int = 20) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def load(self, indices):
        ramp = np.linspace(0, 200, 16)[None, :, None, None] * np.ones((1, 1, 16, 3))
        tint = (np.asarray(indices)[:, None] * [2, 5, 11] % 55)[:, None, None, :]
        return (ramp + tint).astype(np.uint8)


def monitor(settings=TINY, out=None, source=None, **options):
    return widgets.training_monitor(source or Gradients(), settings, out, **options)


def weights(path) -> dict[str, torch.Tensor]:
    return load_model(path).state_dict()


def same(one, other) -> bool:
    one, other = weights(one), weights(other)
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def shown(monitor) -> str:
    return " ".join(str(output) for output in monitor.pane.outputs) + monitor.words.value
