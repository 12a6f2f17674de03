"""A designer that draws a lower part for an upper one, and a critic that judges both together.

Parts are float32 `(N, 3, 64, 64)` in [-1, 1]; a pair is both, upper first: `(N, 6, 64, 64)`.
Convolutions, styles and the drawing generator are those of `facescreen.gan`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facescreen.gan.networks import Encoder, Generator, halving_convolutions, on_sphere

SIZE = 64  # pixels, each way


class Designer(nn.Module):
    """Upper part and noise → lower part: what is seen and what is rolled become one style."""

    def __init__(self, style: int, noise: int, encoder_width: int, generator_width: int) -> None:
        super().__init__()
        self.noise = noise
        self.encoder = Encoder(SIZE, encoder_width, style)
        self.joined = nn.Linear(style + noise, 2 * style)
        self.to_style = nn.Linear(2 * style, style)
        for linear in (self.joined, self.to_style):
            nn.init.kaiming_normal_(linear.weight, a=0.2)
            nn.init.zeros_(linear.bias)
        self.generator = Generator(SIZE, generator_width, style)

    def forward(self, uppers: Tensor, noise: Tensor) -> Tensor:
        """Parts `(N, 3, 64, 64)` and normal noise `(N, noise)` → parts `(N, 3, 64, 64)`."""
        both = torch.cat([self.encoder(uppers), noise], dim=1)
        style = on_sphere(self.to_style(F.leaky_relu(self.joined(both), 0.2)))
        return self.generator(style[:, None].expand(-1, self.generator.layers, -1))


class PairCritic(nn.Module):
    """Pair → how much it looks like an outfit, known up to a constant: `(N, 6, 64, 64)` → `(N,)`.

    Each part has its own convolutions. The score is what the lower part is worth by itself, plus
    the inner product of the two parts' codes: how well they go together (Miyato and Koyama, "cGANs
    with projection discriminator", 2018, with a picture in the place of a label).
    """

    def __init__(self, width: int, style: int) -> None:
        super().__init__()
        self.upper, self.lower = (halving_convolutions(SIZE, width) for _ in range(2))
        self.upper_code, self.lower_code = (nn.Linear(128 * width, style) for _ in range(2))
        self.alone = nn.Linear(style, 1)

    def codes_of_uppers(self, parts: Tensor) -> Tensor:
        """What the critic sees in upper parts: `(N, style)`."""
        return self.upper_code(_seen(self.upper, parts))

    def codes_of_lowers(self, parts: Tensor) -> Tensor:
        """What the critic sees in lower parts: `(N, style)`."""
        return self.lower_code(_seen(self.lower, parts))

    def score(self, upper: Tensor, lower: Tensor) -> Tensor:
        """Scores `(N,)` of pairs whose codes are known already."""
        together = (upper * lower).sum(dim=1) / upper.shape[1] ** 0.5
        return together + self.alone(F.leaky_relu(lower, 0.2)).flatten()

    def score_all(self, upper: Tensor, lower: Tensor) -> Tensor:
        """Scores `(N, N)` of every upper code, a row each, with every lower code."""
        together = upper @ lower.T / upper.shape[1] ** 0.5
        return together + self.alone(F.leaky_relu(lower, 0.2)).T

    def forward(self, pairs: Tensor) -> Tensor:
        return self.score(self.codes_of_uppers(pairs[:, :3]), self.codes_of_lowers(pairs[:, 3:]))


def _seen(convolutions: nn.ModuleList, images: Tensor) -> Tensor:
    for convolution in convolutions:
        images = F.leaky_relu_(convolution(images), 0.2)
    return images.flatten(1)
