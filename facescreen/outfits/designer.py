"""The shipped designer and its critic: pictures in, pictures and scores out, checked by a card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.checkpoints import load_network, save_weights
from facescreen.gan.models import BLOCK
from facescreen.images import to_uint8
from facescreen.outfits.networks import SIZE, Designer, PairCritic
from facescreen.setup import DATA

SHIPPED = DATA / "models" / "outfits64.safetensors"


class OutfitGan(nn.Module):
    """Both players with the card they were loaded from; frozen once training is over."""

    def __init__(self, architecture: dict[str, int], card: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.architecture, self.card = dict(architecture), card or {}
        sizes = dict(architecture)
        self.critic = PairCritic(sizes.pop("critic_width"), sizes["style"])
        self.designer = Designer(**sizes)
        self.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def design(self, uppers: np.ndarray, seed: int) -> np.ndarray:
        """A lower part for each upper one, both uint8 `(n, 64, 64, 3)`.

        The noise of row i comes from (seed, i) alone, so more rows change none of these.
        """
        noise = [np.random.default_rng([seed, i]).standard_normal(self.designer.noise)
                 for i in range(len(uppers))]  # fmt: skip
        noise = torch.from_numpy(np.array(noise, np.float32).reshape(-1, self.designer.noise))
        made = [to_uint8(parts.permute(0, 2, 3, 1).numpy(), clip=True)
                for parts in _by_blocks(self.designer, as_floats(uppers), noise)]  # fmt: skip
        return np.concatenate([np.zeros((0, SIZE, SIZE, 3), np.uint8), *made])

    @torch.inference_mode()
    def scores(self, uppers: np.ndarray, lowers: np.ndarray) -> np.ndarray:
        """The critic's score of each pair, float32 `(n,)`: higher looks more like an outfit."""
        pairs = torch.cat([as_floats(uppers), as_floats(lowers)], dim=1)
        blocks = [scores.numpy() for scores in _by_blocks(self.critic, pairs)]
        return np.concatenate([np.zeros(0, np.float32), *blocks])


def _by_blocks(player: nn.Module, *inputs: Tensor) -> Iterator[Tensor]:
    """What a player makes of rows, always BLOCK at a time, so that a row's last bits do not depend
    on how many others come with it."""
    for start in range(0, len(inputs[0]), BLOCK):
        rows = [x[start : start + BLOCK] for x in inputs]
        missing = BLOCK - len(rows[0])
        full = [torch.cat([x, x[:1].expand(missing, *x.shape[1:])]) for x in rows]
        yield player(*(x.contiguous() for x in full))[: len(rows[0])]


def as_floats(parts: np.ndarray) -> Tensor:
    """uint8 `(n, 64, 64, 3)` → float32 `(n, 3, 64, 64)` in [-1, 1]; `ValueError` for others."""
    if parts.dtype != np.uint8 or parts.shape[1:] != (SIZE, SIZE, 3):
        raise ValueError(f"expected uint8 parts (n, 64, 64, 3), got {parts.dtype} {parts.shape}")
    x = torch.from_numpy(np.ascontiguousarray(parts)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def save_outfit_gan(gan: OutfitGan, path: Path, card: dict[str, Any]) -> OutfitGan:
    """Write both players as float16 beside their card; returns them as a reader will load them."""
    save_weights(gan.state_dict(), path, {**card, "architecture": gan.architecture})
    return load_outfit_gan(path)


def load_outfit_gan(path: Path | str | None = None) -> OutfitGan:
    """The players at `path` (default: those shipped in `data/models`), frozen.

    Raises `CheckpointError` with one sentence where a file is missing, cut short or not the one
    that its card describes.
    """
    weights = Path(path) if path is not None else SHIPPED
    gan, _ = load_network(
        weights, lambda card: OutfitGan(card["architecture"], card), "a designer of outfits"
    )
    return gan.eval().requires_grad_(False)
