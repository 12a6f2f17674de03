"""Losses of the face combiner, as plain functions of scores, images and features.

The adversarial pair is the relativistic one with zero-centered gradient penalties on both real and
generated images, written from its formula (Huang et al., "The GAN is dead; long live the GAN!",
2024, equations 2 to 4).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Mean of softplus(fake − real): each real image should score above its generated partner.

    Both are float32 `(N,)`. Adding a constant to every score changes nothing, so a score alone
    says nothing about an image.
    """
    return F.softplus(fake - real).mean()


def generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The same with the roles exchanged: generated images should score above real ones."""
    return F.softplus(real - fake).mean()


def gradient_penalty(critic: nn.Module, images: Tensor) -> Tensor:
    """Mean squared length of the critic's gradient at `images` `(N, 3, H, W)`.

    On real images it is R1, on generated ones R2. Both keep the critic flat where the two
    distributions meet, which is what lets the pair converge.
    """
    images = images.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean()


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
