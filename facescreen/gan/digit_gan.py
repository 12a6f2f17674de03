"""A Wasserstein GAN with gradient penalty that writes digits: small enough to train in a lesson.

gan = train_digit_gan(images, seed=0)
made = gan.draw(1000, seed=1)  # float32 (1000, 1, 8, 8)
gan.score(made)  # the critic's score, higher for what looks more real to it
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.losses import unit_slope_penalty, wasserstein_critic, wasserstein_generator

NOISE, WIDTH = 32, 192
BATCH, CRITIC_STEPS = 64, 3
RATE, BETAS, PENALTY = 1e-3, (0.0, 0.9), 10.0  # the latter two as Gulrajani et al. 2017


@dataclass(frozen=True, eq=False)
class DigitGan:
    """A generator from noise (N, 32) to images (N, 1, H, W) in [-1, 1], and its critic."""

    generator: nn.Module
    critic: nn.Module

    @torch.inference_mode()
    def draw(self, count: int, seed: int) -> np.ndarray:
        """Float32 (count, 1, H, W), the same for the same seed."""
        noise = torch.randn(count, NOISE, generator=torch.Generator().manual_seed(seed))
        return self.generator(noise).numpy()

    @torch.inference_mode()
    def score(self, images: np.ndarray) -> np.ndarray:
        """The critic's scores of float32 (N, 1, H, W): float64 (N,), known up to a constant."""
        return self.critic(torch.from_numpy(images)).numpy().astype(np.float64)


def train_digit_gan(images: np.ndarray, steps: int = 1500, seed: int = 0) -> DigitGan:
    """Train on float32 (N, 1, H, W) for so many steps of the generator; the rates fall to 0."""
    shape, pixels = images.shape[1:], math.prod(images.shape[1:])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = nn.Sequential(*_layers(NOISE, pixels), nn.Tanh(), nn.Unflatten(1, shape))
        critic = nn.Sequential(nn.Flatten(), *_layers(pixels, 1), nn.Flatten(0))
    real, random = torch.from_numpy(images), torch.Generator().manual_seed(seed)
    players = {
        player: torch.optim.Adam(player.parameters(), RATE, BETAS, fused=True)
        for player in (generator, critic)
    }
    for step in range(steps):
        for optimizer in players.values():
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
        for _ in range(CRITIC_STEPS):
            batch = real[torch.randint(len(real), (BATCH,), generator=random)]
            with torch.no_grad():
                made = generator(torch.randn(BATCH, NOISE, generator=random))
            loss = wasserstein_critic(critic(batch), critic(made))
            penalty = unit_slope_penalty(critic, batch, made, random)
            _step(players[critic], loss + PENALTY * penalty)
        made = generator(torch.randn(BATCH, NOISE, generator=random))
        _step(players[generator], wasserstein_generator(torch.empty(0), critic(made)))
    return DigitGan(generator.eval(), critic.eval())


def _layers(ins: int, outs: int) -> list[nn.Module]:
    return [
        *(nn.Linear(ins, WIDTH), nn.LeakyReLU(0.2)),
        *(nn.Linear(WIDTH, WIDTH), nn.LeakyReLU(0.2)),
        nn.Linear(WIDTH, outs),
    ]


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
