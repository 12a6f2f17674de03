"""What training leaves behind: models that draw faces, with the card they were loaded from.

Both draw the same image, bit for bit, whatever others are asked for with it.
"""

from typing import Any

import torch
from torch import Tensor, nn

from facescreen.gan.dcgan import DcganGenerator
from facescreen.gan.networks import Encoder, Generator, Mapping, layer_count

# Images are always encoded and drawn in batches of this size, filled up where fewer are asked for:
# convolution libraries choose other kernels for other batch sizes, and the last bits then differ.
BLOCK = 64


class FaceModel(nn.Module):
    """What every model has: image `size`, width of its `noise`, its architecture and card."""

    kind = ""

    def __init__(self, architecture: dict[str, Any], card: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.architecture, self.card = dict(architecture), card or {}
        self.size: int = architecture["size"]

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights file, "" for a model that was never saved."""
        return self.card.get("sha256", "")

    def draw_from_noise(self, noise: Tensor) -> Tensor:
        """Normal noise `(N, noise)` → float32 `(N, size, size, 3)`, about [-1, 1], unclipped."""
        raise NotImplementedError


class NoiseGan(FaceModel):
    """A DCGAN generator: faces from noise alone."""

    kind = "dcgan"

    def __init__(self, architecture: dict[str, Any], card: dict[str, Any] | None = None) -> None:
        super().__init__(architecture, card)
        self.noise: int = architecture["noise"]
        width, output = architecture["generator_width"], architecture["output"]
        self.generator = DcganGenerator(self.size, width, self.noise, output)

    @torch.inference_mode()
    def draw_from_noise(self, noise: Tensor) -> Tensor:
        return by_blocks(self.generator, noise, (3, self.size, self.size)).permute(0, 2, 3, 1)


class FaceCombiner(FaceModel):
    """One style generator with two ways in: an encoder from existing faces, a mapping from noise.

    Both give a style; `draw` takes one for each layer of the generator, so styles from either way
    can be mixed. A model with `mapping_layers` 0 has the first way only.
    """

    kind = "combiner"

    def __init__(self, architecture: dict[str, Any], card: dict[str, Any] | None = None) -> None:
        super().__init__(architecture, card)
        self.style: int = architecture["style"]
        self.noise, self.layers = self.style, layer_count(self.size)
        self.encoder = Encoder(self.size, architecture["encoder_width"], self.style)
        depth = architecture.get("mapping_layers", 0)
        self.mapping = Mapping(self.style, depth) if depth else None
        self.generator = Generator(
            self.size,
            architecture["generator_width"],
            self.style,
            architecture.get("output", "linear"),
            architecture.get("rgb", "last"),
        )

    @torch.inference_mode()
    def encode(self, faces: Tensor) -> Tensor:
        """Existing faces uint8 `(N, size, size, 3)` → styles float32 `(N, w)`."""
        if faces.shape[1:] != (self.size, self.size, 3) or faces.dtype != torch.uint8:
            raise ValueError(
                f"expected uint8 faces (N, {self.size}, {self.size}, 3), "
                f"got {faces.dtype} {tuple(faces.shape)}"
            )
        images = faces.permute(0, 3, 1, 2).float() / 127.5 - 1
        return by_blocks(self.encoder, images, (self.style,))

    @torch.inference_mode()
    def styles_from_noise(self, noise: Tensor) -> Tensor:
        """Normal noise `(N, w)` → styles float32 `(N, w)`."""
        if self.mapping is None:
            raise ValueError("this model was trained without a mapping network: it needs faces")
        return by_blocks(self.mapping, noise, (self.style,))

    @torch.inference_mode()
    def draw(self, styles: Tensor) -> Tensor:
        """Styles `(N, layers, w)` → float32 `(N, size, size, 3)`, about [-1, 1], unclipped."""
        images = by_blocks(self.generator, styles, (3, self.size, self.size))
        return images.permute(0, 2, 3, 1)

    def draw_from_noise(self, noise: Tensor) -> Tensor:
        return self.draw(self.styles_from_noise(noise)[:, None].expand(-1, self.layers, -1))


MODELS: dict[str, type[FaceModel]] = {model.kind: model for model in (FaceCombiner, NoiseGan)}


def by_blocks(network: nn.Module, inputs: Tensor, shape: tuple[int, ...]) -> Tensor:
    """`network` on blocks of exactly `BLOCK` rows, the last one filled up with its first."""
    if not len(inputs):
        return inputs.new_empty((0, *shape))
    device = next(network.parameters()).device
    outputs = []
    for rows in inputs.split(BLOCK):
        full = torch.cat([rows, rows[:1].expand(BLOCK - len(rows), *rows.shape[1:])]).to(device)
        if full.ndim == 4:
            full = full.contiguous(memory_format=torch.channels_last)
        outputs.append(network(full)[: len(rows)].cpu())
    return torch.cat(outputs)
