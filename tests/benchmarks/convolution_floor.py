"""How long the convolutions of one training step would take by themselves: the floor of a step.

Every other part of a step (normalization, optimizer, averaging, copies) comes on top. Counted for
`facescreen.gan.noise_gan.NoiseGanTrainer` without a penalty, whose step runs the critic forward on
real and on generated images, backward on both for its weights, and backward once more, on the
generated ones, for the generator's image.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from facescreen.gan.noise_gan import NoiseGanTrainer

BACKWARD = torch.ops.aten.convolution_backward


class Passes(NamedTuple):
    """A convolution with an input as in training, and how often a step goes through it."""

    layer: nn.Module
    x: Tensor
    forward: int
    weights: int
    data: int


def passes(trainer: NoiseGanTrainer) -> list[Passes]:
    """Each convolution of a step."""
    settings = trainer.settings
    noise = torch.randn(settings.batch, trainer.model.noise)
    images = torch.zeros(settings.batch, 3, settings.size, settings.size)
    layout = torch.channels_last if settings.channels_last else torch.contiguous_format
    critic = _seen(trainer.critic, images.contiguous(memory_format=layout))
    generator = _seen(trainer.model.generator, noise)
    # The gradient at its own input: the generator has no use for it, the critic hands it on once.
    found = [Passes(*one, 2, 2, 1 if first else 3) for first, one in _marked(critic)]
    return found + [Passes(*one, 1, 1, 0 if first else 1) for first, one in _marked(generator)]


def _marked(layers: list) -> Iterator[tuple[bool, tuple]]:
    return ((place == 0, one) for place, one in enumerate(layers))


def _seen(network: nn.Module, inputs: Tensor) -> list[tuple[nn.Module, Tensor]]:
    """The convolutions of a network, each with what it is given."""
    seen: list[tuple[nn.Module, Tensor]] = []
    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    hooks = [
        layer.register_forward_hook(lambda m, given, _: seen.append((m, given[0].detach())))
        for layer in layers
    ]
    with torch.no_grad():
        network(inputs)
    for hook in hooks:
        hook.remove()
    return seen


def step_seconds(found: list[Passes], dtype: torch.dtype) -> float:
    """Seconds that one step's convolutions take in this precision, each timed by itself."""
    return sum(_seconds(one, dtype) for one in found)


def _seconds(one: Passes, dtype: torch.dtype) -> float:
    layer, x, weight = one.layer, one.x.to(dtype), one.layer.weight.detach().to(dtype)
    transposed = isinstance(layer, nn.ConvTranspose2d)
    run = nn.functional.conv_transpose2d if transposed else nn.functional.conv2d
    gradient = run(x, weight, None, layer.stride, layer.padding)
    shared = (None, layer.stride, layer.padding, (1, 1), transposed, (0, 0), 1)

    def back(*wanted: bool) -> None:
        BACKWARD(gradient, x, weight, *shared, [*wanted, False])

    taken = one.forward * _least(lambda: run(x, weight, None, layer.stride, layer.padding))
    taken += one.weights * _least(lambda: back(False, True))
    return taken + one.data * (_least(lambda: back(True, False)) if one.data else 0.0)


def _least(work) -> float:
    """The shorter of two timings, after one that is not timed."""
    work()
    times = []
    for _ in range(2):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def step_operations(found: list[Passes]) -> float:
    """Multiplications and additions of a step's convolutions."""
    total = 0
    for one in found:
        side = one.x if isinstance(one.layer, nn.ConvTranspose2d) else one.layer(one.x)
        places = len(side) * side.shape[2] * side.shape[3]
        total += 2 * places * one.layer.weight.numel() * (one.forward + one.weights + one.data)
    return float(total)


def product_rate(dtype: torch.dtype, side: int = 1024) -> float:
    """Operations a second of a product of two square matrices, as fast as this machine has it."""
    a, b = (torch.randn(side, side).to(dtype) for _ in range(2))
    return 2 * side**3 / _least(lambda: a @ b)
