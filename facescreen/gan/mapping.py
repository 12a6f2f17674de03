"""The way in from noise, learned last: a small GAN among styles, whose images are never drawn.

Training the mapping network through the images, beside the encoder, was tried: after 112,000 images
its faces were still broken, and they kept the critic from sharpening the others. Among styles the
task is small: make vectors that a critic cannot tell from the styles of existing faces. The
generator then draws them as well as it draws faces, and stays as it was.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm import trange

from facescreen.gan.losses import LOSSES, squared_gradient
from facescreen.gan.networks import Mapping

BATCH, LEARNING_RATE, PENALTY, AVERAGING = 256, 1e-3, 0.2, 0.995


def style_critic(style: int) -> nn.Module:
    """Style `(N, w)` → score `(N, 1)`."""
    layers, width = [], style
    for _ in range(3):
        layers += [nn.Linear(width, 2 * style), nn.LeakyReLU(0.2)]
        width = 2 * style
    return nn.Sequential(*layers, nn.Linear(width, 1))


def learned_mapping(
    styles: Tensor,
    layers: int,
    steps: int,
    seed: int,
    progress: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Mapping | None:
    """A mapping network whose styles resemble `styles` `(N, w)` of existing faces.

    Relativistic loss with R1 and R2, the learning rate falling to nothing, the moving average kept.
    What comes out follows from the arguments alone. `stopped` is asked before each step; None where
    it says so, since half-learned styles make no faces.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mapping, critic = Mapping(styles.shape[1], layers), style_critic(styles.shape[1])
    random, average = torch.Generator().manual_seed(seed), copy.deepcopy(mapping)
    loss = LOSSES["relativistic"]
    players = [
        torch.optim.Adam(network.parameters(), LEARNING_RATE, (0.0, 0.99), fused=True)
        for network in (critic, mapping)
    ]
    for step in trange(steps, desc="mapping network", disable=not progress):
        if stopped():
            return None
        for optimizer in players:
            optimizer.zero_grad(set_to_none=True)
            optimizer.param_groups[0]["lr"] = LEARNING_RATE * (1 - step / steps)
        real = styles[torch.randint(len(styles), (BATCH,), generator=random)]
        made = mapping(torch.randn(BATCH, styles.shape[1], generator=random))
        scores = critic(torch.cat([real, made.detach()]))
        penalty = squared_gradient(critic, torch.cat([real, made])).mean()
        (loss.critic(*scores.split(BATCH)) + PENALTY * penalty).backward()
        players[0].step()
        with torch.no_grad():
            scores_real = critic(real)
        game = loss.generator(scores_real, critic(made))
        game.backward(inputs=list(mapping.parameters()))
        players[1].step()
        with torch.no_grad():
            torch._foreach_lerp_(
                list(average.parameters()), list(mapping.parameters()), 1 - AVERAGING
            )
    return average
