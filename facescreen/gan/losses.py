"""Losses as plain functions of scores, images and features.

A loss is a pair: what the critic makes small and what the generator makes small, given scores
`(N,)` of real and of generated images. `LOSSES` and `PENALTIES` name them for the settings.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# --- the game -------------------------------------------------------------------------------------


def binary_critic(real: Tensor, fake: Tensor) -> Tensor:
    """−log D(x) − log(1 − D(G(z))), the paper's eq. 1 for the critic, with D = sigmoid(score)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def minimax_generator(real: Tensor, fake: Tensor) -> Tensor:
    """log(1 − D(G(z))), eq. 1 for the generator: flat where the critic is sure of itself."""
    return -F.softplus(fake).mean()


def non_saturating_generator(real: Tensor, fake: Tensor) -> Tensor:
    """−log D(G(z)): the same fixed point as eq. 1, and steep where eq. 1 is flat."""
    return F.softplus(-fake).mean()


def wasserstein_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Mean score of generated images minus that of real ones (Arjovsky et al., 2017)."""
    return fake.mean() - real.mean()


def wasserstein_generator(real: Tensor, fake: Tensor) -> Tensor:
    """Minus the mean score of generated images."""
    return -fake.mean()


def relativistic_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Mean of softplus(fake − real): each real image should score above its generated partner.

    Adding a constant to every score changes nothing, so a score alone says nothing about an image.
    From the formula in Huang et al., "The GAN is dead; long live the GAN!", 2024, equation 2.
    """
    return F.softplus(fake - real).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """The same with the roles exchanged: generated images should score above real ones."""
    return F.softplus(real - fake).mean()


class Loss(NamedTuple):
    """What each player makes small: both take scores of real and of generated images."""

    critic: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]


LOSSES: dict[str, Loss] = {
    "minimax": Loss(binary_critic, minimax_generator),
    "non_saturating": Loss(binary_critic, non_saturating_generator),
    "wasserstein": Loss(wasserstein_critic, wasserstein_generator),
    "relativistic": Loss(relativistic_critic, relativistic_generator),
}

# --- penalties on the critic's gradient -----------------------------------------------------------


def squared_gradient(critic: nn.Module, images: Tensor) -> Tensor:
    """Squared length of the critic's gradient at each of `images` `(N, …)`: `(N,)`."""
    images = images.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1)


def zero_centered_penalty(
    critic: nn.Module, real: Tensor, fake: Tensor, random: torch.Generator
) -> Tensor:
    """Half of R1 + R2: the squared gradient at real and at generated images, half of each batch.

    Keeps the critic flat where the two distributions meet, which lets the pair converge. On half of
    the batch it costs half, for a noisier estimate of the same.
    """
    return squared_gradient(critic, torch.cat([real[::2], fake[::2]])).mean()


def unit_slope_penalty(
    critic: nn.Module, real: Tensor, fake: Tensor, random: torch.Generator
) -> Tensor:
    """(|gradient| − 1)² at random points between real and generated images: WGAN-GP.

    From the formula in Gulrajani et al., "Improved training of Wasserstein GANs", 2017, equation 3.
    """
    share = torch.rand(len(real), 1, 1, 1, generator=random).to(real.device)
    slope = (squared_gradient(critic, share * real + (1 - share) * fake) + 1e-12).sqrt()
    return (slope - 1).square().mean()


PENALTIES: dict[str, Callable[[nn.Module, Tensor, Tensor, torch.Generator], Tensor]] = {
    "zero_centered": zero_centered_penalty,
    "unit_slope": unit_slope_penalty,
}

# --- likeness -------------------------------------------------------------------------------------


def edges(images: Tensor) -> tuple[Tensor, Tensor]:
    """Differences between vertical and horizontal neighbors of `(N, 3, H, W)`."""
    return images[:, :, 1:] - images[:, :, :-1], images[..., 1:] - images[..., :-1]


def pixel_loss(made: Tensor, real: Tensor, edge_weight: float) -> Tensor:
    """Mean absolute difference of pixels plus `edge_weight` times that of edges.

    Edges count apart because eyes, glasses and strands of hair are few pixels: the plain mean would
    trade them for a smooth cheek.
    """
    loss = (made - real).abs().mean()
    for ours, theirs in zip(edges(made), edges(real), strict=True):
        loss = loss + edge_weight * (ours - theirs).abs().mean()
    return loss


def feature_loss(made: list[Tensor], real: list[Tensor]) -> Tensor:
    """Mean absolute difference of the critic's features, summed over its levels.

    Compares what the critic sees rather than pixels, so a sharp edge one pixel off costs little
    (Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", 2016).
    """
    return torch.stack([(m - r).abs().mean() for m, r in zip(made, real, strict=True)]).sum()
