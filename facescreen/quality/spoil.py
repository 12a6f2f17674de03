"""Spoil faces by known amounts: what the judge's features learn to see beside the face itself.

Each kind is a plain function `(images, amounts, random) -> images`: float32 `(N, 3, H, W)` in
[0, 1], amounts float32 `(N,)` from 0 (leaves the image as it is) to 1 (plain to see).

All of them are made from portraits. `ghost` and `streaks` were added after a look at what a face
combiner draws, so the choice of kinds, unlike the network, does know of GANs.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

CLEAN_SHARE = 0.25  # of the images stay as they are
CHANCE = 0.3  # of each kind, for the others


def _uniform(low: float, high: float, shape: tuple[int, ...], random: Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=random)


def _per_image(amounts: Tensor) -> Tensor:
    return amounts[:, None, None, None]


def blur(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """Gaussian blur, sigma up to 1/25 of the side (2.5 of 64 pixels), as a product of matrices."""
    side = images.shape[-1]
    sigma = (amounts * side / 25).clamp_min(0.05)[:, None, None]  # 0.05: the identity
    steps = torch.arange(side)
    matrix = torch.exp(-0.5 * ((steps[:, None] - steps) / sigma) ** 2)
    matrix = (matrix / matrix.sum(-1, keepdim=True))[:, None]  # at the border what is there counts
    return matrix @ images @ matrix.transpose(-1, -2)


def noise(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """White noise, standard deviation up to 0.15."""
    drawn = torch.randn(images.shape, generator=random)
    return images + 0.15 * _per_image(amounts) * drawn


def checkerboard(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """A checkerboard of 1 or 2 pixels a square, up to ±0.15: what transposed convolutions draw."""
    side = images.shape[-1]
    square = torch.randint(1, 3, (len(images), 1), generator=random)
    shift = torch.randint(0, 4, (len(images), 2), generator=random)
    stripes = [(torch.arange(side) + s[:, None]) // square % 2 * 2.0 - 1 for s in shift.unbind(1)]
    board = stripes[0][:, None, :, None] * stripes[1][:, None, None, :]
    return images + 0.15 * _per_image(amounts) * board


def color(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """A cast: all pixels moved by up to 0.25 in one direction of color space."""
    direction = F.normalize(torch.randn((len(images), 3), generator=random), dim=1)
    return images + 0.25 * _per_image(amounts) * direction[:, :, None, None]


def contrast(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """Contrast around the image's mean, less or more by up to 60 %."""
    sign = torch.randint(0, 2, (len(images),), generator=random) * 2.0 - 1
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return mean + (1 + 0.6 * _per_image(amounts * sign)) * (images - mean)


def warp(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """Bend the picture smoothly, by up to about 1/16 of the side (4 of 64 pixels)."""
    side = images.shape[-1]
    coarse = torch.randn((len(images), 2, 5, 5), generator=random)
    field = F.interpolate(coarse, (side, side), mode="bicubic", align_corners=True)
    straight = torch.eye(2, 3).expand(len(images), 2, 3)
    grid = F.affine_grid(straight, list(images.shape), align_corners=False)
    grid = grid + 0.1 * _per_image(amounts) * field.permute(0, 2, 3, 1)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def blotch(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """A soft spot, 1/16 to 1/5 of the side wide, that goes towards a saturated color."""
    side = images.shape[-1]
    at = _uniform(0.1, 0.9, (len(images), 2, 1), random) * side
    width = _uniform(1 / 16, 1 / 5, (len(images), 1), random) * side
    rows, columns = (torch.exp(-(((torch.arange(side) - at[:, i]) / width) ** 2)) for i in (0, 1))
    spot = _per_image(amounts) * rows[:, None, :, None] * columns[:, None, None, :]
    target = torch.randint(0, 2, (len(images), 3), generator=random).float()[:, :, None, None]
    return images + spot * (target - images)


def ghost(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """Another face shows through in places, by up to 70 %: two faces that do not fit together."""
    other = images.roll(1, 0).flip(3)  # of one image alone, its mirror image
    return images + 0.7 * _per_image(amounts) * _patches(images, random) * (other - images)


def streaks(images: Tensor, amounts: Tensor, random: Generator) -> Tensor:
    """Short strokes in places, upright or level, standard deviation up to 0.12, mostly gray."""
    count, colors, *sides = images.shape
    noise = torch.randn((count, 1, *sides), generator=random)
    noise = noise + 0.3 * torch.randn((count, colors, *sides), generator=random)
    strokes = F.avg_pool2d(noise, (9, 1), stride=1, padding=(4, 0)) * 3  # keeps the variance
    level = (torch.arange(count) % 2 == 0)[:, None, None, None]
    strokes = torch.where(level, strokes.transpose(2, 3), strokes)
    return images + 0.12 * _per_image(amounts) * _patches(images, random) * strokes


def _patches(images: Tensor, random: Generator) -> Tensor:
    """Where something acts: `(N, 1, H, W)` in [0, 1], smooth, about half of the image."""
    coarse = torch.rand((len(images), 1, 5, 5), generator=random)
    smooth = F.interpolate(coarse, images.shape[2:], mode="bicubic", align_corners=True)
    return torch.sigmoid(12 * (smooth - 0.5))


SPOILING: dict[str, Callable[[Tensor, Tensor, Generator], Tensor]] = {
    "ghost": ghost,
    "warp": warp,
    "streaks": streaks,
    "blur": blur,
    "contrast": contrast,
    "color": color,
    "blotch": blotch,
    "checkerboard": checkerboard,
    "noise": noise,
}


def spoil(images: Tensor, random: Generator) -> tuple[Tensor, Tensor]:
    """Spoil images by amounts drawn at random: the images, 8-bit steps of [0, 1], and the amounts.

    `images` float32 `(N, 3, H, W)` in [0, 1]; amounts float32 `(N, len(SPOILING))`, columns in the
    order of `SPOILING`, which is also the order in which they act.
    """
    shape = (len(images), len(SPOILING))
    acts = torch.rand(shape, generator=random) < CHANCE
    acts &= torch.rand((len(images), 1), generator=random) >= CLEAN_SHARE
    amounts = torch.rand(shape, generator=random) * acts
    images = images.clone()
    for column, kind in enumerate(SPOILING.values()):
        rows = acts[:, column].nonzero().flatten()  # only those: some kinds are slow
        if len(rows):
            images[rows] = kind(images[rows], amounts[rows, column], random)
    # Rounded to 8 bits, so that not even the last bit tells a spoiled image from a clean one.
    return (images.clamp(0, 1) * 255).round() / 255, amounts
