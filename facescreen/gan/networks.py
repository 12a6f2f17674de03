"""The style generator with its two ways in, an encoder and a mapping network, and its critic.

Images inside this package are float32 `(N, 3, H, W)` in [-1, 1]; a style is float32 `(N, w)` on the
sphere of radius sqrt(w). Nothing is normalized by batch statistics, so a face's result does not
depend on the faces that share its batch.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# What a generator's last layer makes of its sums.
OUTPUTS: dict[str, Callable[[Tensor], Tensor]] = {"linear": nn.Identity(), "tanh": torch.tanh}


def on_sphere(style: Tensor) -> Tensor:
    """Scale styles `(..., w)` to length sqrt(w): every entry is then about 1 in size."""
    return F.normalize(style, dim=-1) * style.shape[-1] ** 0.5


def layer_count(size: int) -> int:
    """How often an image of `size` pixels (a power of two from 16 on) is halved to reach 4×4."""
    if size < 16 or size & (size - 1):
        raise ValueError(f"image size must be 16, 32, 64, 128 …, got {size}")
    return int(math.log2(size)) - 2


def halving_convolutions(size: int, width: int) -> nn.ModuleList:
    """Convolutions 4×4 of stride 2 from 3 channels at `size` pixels to 8 × `width` at 4×4."""
    outs = [width * min(8, 2**level) for level in range(layer_count(size))]
    outs[-1] = 8 * width
    convolutions = nn.ModuleList()
    for channels, out in zip([3, *outs], outs, strict=False):
        convolution = nn.Conv2d(channels, out, 4, stride=2, padding=1)
        nn.init.kaiming_normal_(convolution.weight, a=0.2)
        nn.init.zeros_(convolution.bias)
        convolutions.append(convolution)
    return convolutions


class Encoder(nn.Module):
    """Existing face → style: `(N, 3, size, size)` → `(N, w)` on the sphere."""

    def __init__(self, size: int, width: int, style: int) -> None:
        super().__init__()
        self.convolutions = halving_convolutions(size, width)
        self.to_style = nn.Linear(8 * width * 16, style)

    def forward(self, images: Tensor) -> Tensor:
        x = images
        for convolution in self.convolutions:
            x = F.leaky_relu_(convolution(x), 0.2)
        return on_sphere(self.to_style(x.flatten(1)))


class Mapping(nn.Module):
    """Noise → style: `(N, w)` normal → `(N, w)` on the sphere, where the encoder's styles lie too.

    The way in that needs no existing face (StyleGAN, section 2, with fewer layers).
    """

    def __init__(self, style: int, layers: int) -> None:
        super().__init__()
        widths = [style, *[2 * style] * (layers - 1), style]
        self.linears = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(widths))
        for linear in self.linears:
            nn.init.kaiming_normal_(linear.weight, a=0.2)
            nn.init.zeros_(linear.bias)

    def forward(self, noise: Tensor) -> Tensor:
        x = self.linears[0](on_sphere(noise))
        for linear in self.linears[1:]:
            x = linear(F.leaky_relu(x, 0.2))
        return on_sphere(x)


class StyledUpsampling(nn.Module):
    """Doubles the resolution under one style: scale channels, repeat pixels, convolve 3×3, rescale.

    Repeating pixels and convolving 3×3 is one transposed convolution 4×4 whose filter is the 3×3
    one summed over its four shifts: the same output at 4/9 of the cost. Learning the 4×4 filter
    freely costs the same and draws checkerboards (Odena et al., distill.pub, 2016).

    The style scales the channels where they are cheapest, at the low resolution. Dividing by the
    length of the scaled filters afterwards ("demodulation", StyleGAN2 section 2.2) keeps the
    activations at one size without measuring them, which instance normalization would have to.
    """

    def __init__(self, channels: int, out: int, style: int, last: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, out, 3, 3))
        self.bias = nn.Parameter(torch.zeros(out))
        self.to_scale_and_shift = nn.Linear(style, 2 * channels)
        self.last = last
        gain = 0.5 if last else 1.0
        nn.init.normal_(self.weight, std=gain * math.sqrt(2 / (9 * channels)))
        nn.init.normal_(self.to_scale_and_shift.weight, std=0.5 / math.sqrt(style))
        nn.init.zeros_(self.to_scale_and_shift.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.to_scale_and_shift(style).chunk(2, dim=1)
        scale = scale + 1
        x = F.leaky_relu_(x + shift[:, :, None, None], 0.2) * scale[:, :, None, None]
        shifts = [F.pad(self.weight, (j, 1 - j, i, 1 - i)) for i in (0, 1) for j in (0, 1)]
        weight = torch.stack(shifts).sum(dim=0)  # (channels, out, 4, 4)
        x = F.conv_transpose2d(x, weight, stride=2, padding=1)
        if not self.last:
            energy = weight.square().sum(dim=(2, 3)) / 8  # (channels, out)
            x = x * torch.rsqrt(scale.square() @ energy + 1e-8)[:, :, None, None]
        return x.add_(self.bias[:, None, None])


class ToRgb(nn.Module):
    """Features under one style → a picture at their own resolution, by a 1×1 convolution.

    Not demodulated, so nothing bounds it: StyleGAN2's output ("skip connections", its section 4.1)
    is the sum of such pictures, which sets out far beyond [-1, 1] and has to be unlearned.
    """

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, channels) / math.sqrt(channels))
        self.bias = nn.Parameter(torch.zeros(3))
        self.to_scale = nn.Linear(style, channels)
        nn.init.normal_(self.to_scale.weight, std=0.5 / math.sqrt(style))
        nn.init.zeros_(self.to_scale.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale = 1 + self.to_scale(style)
        x = F.leaky_relu(x, 0.2) * math.sqrt(2) * scale[:, :, None, None]
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)


class Generator(nn.Module):
    """A style per layer → face: `(N, layers, w)` → `(N, 3, size, size)`.

    The first style also lays out the 4×4 start, so it decides pose and outline; the last ones only
    scale channels, so they decide color and texture. A "linear" output leaves [-1, 1] at times, and
    the conversion to 8 bits decides what becomes of that; "tanh" cannot, and hardly ever reaches
    the brightest value either. rgb: "last", the last layer draws the picture, or "skip", pictures
    of all resolutions are summed, as StyleGAN2 does.
    """

    def __init__(
        self, size: int, width: int, style: int, output: str = "linear", rgb: str = "last"
    ) -> None:
        super().__init__()
        self.layers, self.squash = layer_count(size), OUTPUTS[output]
        widths = [width * min(8, 2**level) for level in reversed(range(self.layers))] + [3]
        widths[0] = 8 * width
        self.start = nn.Linear(style, widths[0] * 16)
        nn.init.normal_(self.start.weight, std=1 / math.sqrt(style))
        nn.init.zeros_(self.start.bias)
        self.upsamplings = nn.ModuleList(
            StyledUpsampling(channels, out, style, last=out == 3)
            for channels, out in pairwise(widths)
        )
        if rgb not in ("last", "skip"):
            raise ValueError(f"rgb must be 'last' or 'skip', not {rgb!r}")
        self.to_rgb = None
        if rgb == "skip":
            self.to_rgb = nn.ModuleList(ToRgb(channels, style) for channels in widths[:-1])
            with torch.no_grad():
                self.upsamplings[-1].weight.mul_(2)  # as strong as the pictures that it joins

    def forward(self, styles: Tensor) -> Tensor:
        x = self.start(styles[:, 0]).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)
        picture = 0.0
        for layer, upsampling in enumerate(self.upsamplings):
            if self.to_rgb is not None:
                picture = picture + self.to_rgb[layer](x, styles[:, layer])
                picture = F.interpolate(picture, scale_factor=2, mode="bilinear")
            x = upsampling(x, styles[:, layer])
        return self.squash(x + picture)


class Critic(nn.Module):
    """Face → how real it looks, known up to a constant: `(N, 3, size, size)` → `(N,)`."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size, self.width = size, width
        self.convolutions = halving_convolutions(size, width)
        self.to_score = nn.Linear(8 * width * 16, 1)

    def features(self, images: Tensor) -> list[Tensor]:
        """What each convolution sees, finest first; the reconstruction loss compares these."""
        seen = []
        for convolution in self.convolutions:
            images = F.leaky_relu_(convolution(images), 0.2)
            seen.append(images)
        return seen

    def score(self, features: list[Tensor]) -> Tensor:
        """Scores `(N,)` of images whose `features` are known already."""
        return self.to_score(features[-1].flatten(1)).flatten()

    def forward(self, images: Tensor) -> Tensor:
        return self.score(self.features(images))
