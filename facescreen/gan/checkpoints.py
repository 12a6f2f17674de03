"""Weights on disk: a safetensors file beside a JSON card that says where they come from.

Pickle is never read or written. The card holds the SHA-256 of the weights, so a file that was cut
short or swapped is refused before a single weight is used.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from facescreen.gan.networks import Encoder, Generator, layer_count

SHIPPED = Path(__file__).parents[2] / "data" / "models" / "combiner64.safetensors"

# Images are always encoded and drawn in batches of this size, filled up where fewer are asked for:
# convolution libraries choose other kernels for other batch sizes, and the last bits then differ.
BLOCK = 64


class CheckpointError(Exception):
    """A checkpoint is missing, cut short or not what its card says, told in one sentence."""


class FaceCombiner(nn.Module):
    """Encoder and generator with the card they were loaded from; `encode` and `draw` use them.

    Both give bit for bit the same result for an image whatever others are asked for with it.
    """

    def __init__(self, architecture: dict[str, int], card: dict[str, Any] | None = None) -> None:
        super().__init__()
        size, style = architecture["size"], architecture["style"]
        self.encoder = Encoder(size, architecture["encoder_width"], style)
        self.generator = Generator(size, architecture["generator_width"], style)
        self.size, self.style, self.layers = size, style, layer_count(size)
        self.architecture, self.card = dict(architecture), card or {}
        self.to(memory_format=torch.channels_last)

    @property
    def sha256(self) -> str:
        """SHA-256 of the weights file, "" for a model that was never saved."""
        return self.card.get("sha256", "")

    @torch.inference_mode()
    def encode(self, faces: Tensor) -> Tensor:
        """Existing faces uint8 `(N, size, size, 3)` → styles float32 `(N, w)`."""
        if faces.shape[1:] != (self.size, self.size, 3) or faces.dtype != torch.uint8:
            raise ValueError(
                f"expected uint8 faces (N, {self.size}, {self.size}, 3), "
                f"got {faces.dtype} {tuple(faces.shape)}"
            )
        images = faces.permute(0, 3, 1, 2).float() / 127.5 - 1
        return _by_blocks(self.encoder, images, (self.style,))

    @torch.inference_mode()
    def draw(self, styles: Tensor) -> Tensor:
        """Styles `(N, layers, w)` → float32 `(N, size, size, 3)`, about [-1, 1], unclipped."""
        images = _by_blocks(self.generator, styles, (3, self.size, self.size))
        return images.permute(0, 2, 3, 1)


def _by_blocks(network: nn.Module, inputs: Tensor, shape: tuple[int, ...]) -> Tensor:
    """`network` on blocks of exactly `BLOCK` rows, the last one filled up with its first."""
    if not len(inputs):
        return inputs.new_empty((0, *shape))
    outputs = []
    for rows in inputs.split(BLOCK):
        full = torch.cat([rows, rows[:1].expand(BLOCK - len(rows), *rows.shape[1:])])
        if full.ndim == 4:
            full = full.contiguous(memory_format=torch.channels_last)
        outputs.append(network(full)[: len(rows)])
    return torch.cat(outputs)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, write: Any) -> None:
    """Call `write(temporary path)`, then rename: `path` is the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")  # one name: a kill leaves no pile of them
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def card_path(weights: Path) -> Path:
    """The card that belongs to a weights file: the same name ending in `.json`."""
    return weights.with_suffix(".json")


def save_combiner(combiner: FaceCombiner, path: Path, card: dict[str, Any]) -> None:
    """Write the weights as float16 and their card (with architecture and SHA-256 added)."""
    weights = {name: value.half().contiguous() for name, value in combiner.state_dict().items()}
    write_atomically(path, lambda temporary: save_file(weights, temporary))
    card = {**card, "architecture": combiner.architecture, "sha256": sha256_of(path)}
    text = json.dumps(card, indent=2) + "\n"
    write_atomically(card_path(path), lambda temporary: temporary.write_text(text, "utf-8"))


def load_combiner(path: Path | str | None = None) -> FaceCombiner:
    """The face combiner at `path` (default: the one shipped in `data/models`), ready to use.

    Raises `CheckpointError` with one sentence where a file is missing, cut short or not the one
    that its card describes.
    """
    weights = Path(path) if path is not None else SHIPPED
    if path is None and not weights.exists():
        raise CheckpointError(
            f"the shipped model is not at {weights}: install the package from its repository "
            "with `pip install -e .`, or make a model with `facescreen train`"
        )
    card = read_card(weights)
    combiner = FaceCombiner(card["architecture"], card)
    combiner.load_state_dict(_checked_weights(weights, card, combiner.state_dict()))
    return combiner.eval().requires_grad_(False)


def read_card(weights: Path) -> dict[str, Any]:
    """The JSON card beside a weights file; raises `CheckpointError`."""
    for file in (weights, card_path(weights)):
        if not file.is_file():
            raise CheckpointError(f"there is no file {file}")
    try:
        card = json.loads(card_path(weights).read_text("utf-8"))
        _ = card["sha256"], card["architecture"]["size"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{card_path(weights)} is not the card of a model: {error}"
        ) from error
    return card


def _checked_weights(
    path: Path, card: dict[str, Any], expected: dict[str, Tensor]
) -> dict[str, Tensor]:
    if sha256_of(path) != card["sha256"]:
        raise CheckpointError(
            f"{path} is not the file that {card_path(path).name} describes (SHA-256 differs): "
            "it was cut short or replaced, so fetch both files again"
        )
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a safetensors file: {error}") from error
    wrong = {
        name
        for name in expected.keys() | weights.keys()
        if name not in expected
        or name not in weights
        or expected[name].shape != weights[name].shape
    }
    if wrong:
        raise CheckpointError(f"{path} does not fit the architecture on its card: {min(wrong)}")
    return {name: value.float() for name, value in weights.items()}
