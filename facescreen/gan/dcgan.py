"""DCGAN: the two plain convolutional networks that face GANs began with (Radford et al., 2016).

Images are float32 `(N, 3, H, W)` in [-1, 1], noise is float32 `(N, noise)`. Batch normalization
ties the images of a batch together in training; once trained, running averages stand in for it.
"""

from itertools import pairwise

from torch import Tensor, nn

from facescreen.gan.networks import OUTPUTS, layer_count


def widths_by_layer(size: int, width: int) -> list[int]:
    """Channels at 4×4, 8×8, … up to half of `size`: 8 × `width` first, `width` last."""
    widths = [width * min(8, 2**level) for level in reversed(range(layer_count(size)))]
    return [8 * width, *widths[1:]]


def started(layer: nn.Module) -> nn.Module:
    """The layer with the weights that DCGAN starts from: normal with deviation 0.02."""
    nn.init.normal_(layer.weight, 1.0 if isinstance(layer, nn.BatchNorm2d) else 0.0, 0.02)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class DcganGenerator(nn.Module):
    """Noise → image: `(N, noise)` → `(N, 3, size, size)`, doubling the side layer by layer."""

    def __init__(self, size: int, width: int, noise: int, output: str = "tanh") -> None:
        super().__init__()
        widths = widths_by_layer(size, width)
        layers = [started(nn.ConvTranspose2d(noise, widths[0], 4, 1, 0, bias=False))]
        for channels, out in pairwise(widths):
            layers += [started(nn.BatchNorm2d(channels)), nn.ReLU(inplace=True)]
            layers += [started(nn.ConvTranspose2d(channels, out, 4, 2, 1, bias=False))]
        layers += [started(nn.BatchNorm2d(widths[-1])), nn.ReLU(inplace=True)]
        layers += [started(nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1, bias=False))]
        self.layers, self.squash = nn.Sequential(*layers), OUTPUTS[output]

    def forward(self, noise: Tensor) -> Tensor:
        return self.squash(self.layers(noise[:, :, None, None]))


class DcganCritic(nn.Module):
    """Image → score: `(N, 3, size, size)` → `(N,)`, the logit of "this is real".

    Losses with a gradient penalty take `normalize` False: the penalty is about the gradient of one
    image, and batch normalization would mix in the others'.
    """

    def __init__(self, size: int, width: int, normalize: bool = True) -> None:
        super().__init__()
        widths = widths_by_layer(size, width)[::-1]
        layers = [started(nn.Conv2d(3, widths[0], 4, 2, 1, bias=False))]
        layers += [nn.LeakyReLU(0.2, inplace=True)]
        for channels, out in pairwise(widths):
            layers += [started(nn.Conv2d(channels, out, 4, 2, 1, bias=not normalize))]
            layers += [started(nn.BatchNorm2d(out))] if normalize else []
            layers += [nn.LeakyReLU(0.2, inplace=True)]
        layers += [started(nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False))]
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images).flatten()
