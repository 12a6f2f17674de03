"""What all recipes share: two players, their optimizers, the moving average, and the critic's step.

Everything random in a step comes from the generator that the caller hands in, so that a run which
was stopped goes on as if it had not been.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.batches import FaceArray
from facescreen.gan.losses import PENALTIES
from facescreen.gan.models import FaceModel

SIZES = (16, 32, 64, 128, 256, 512, 1024)  # pixels a side


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What every recipe sets. Lengths are in images shown, weights multiply losses."""

    recipe: str  # its name in `facescreen.gan.recipes.RECIPES`
    images: int  # existing faces shown in all, each one many times
    seed: int = 0
    size: int = 64  # pixels
    batch: int
    loss: str  # a name in `facescreen.gan.losses.LOSSES`
    penalty_kind: str = ""  # a name in `facescreen.gan.losses.PENALTIES`, or none
    penalty: float = 0.0  # its weight
    penalty_every: int = 1  # steps; the penalty counts that much more when it comes
    learning_rate: float
    warm_up: int = 0  # images: over so many the rate rises from nothing
    last_learning_rate: float | None = None  # None: the learning rate does not change
    anneal_from: int = 0  # images: here a cosine sets out from the first rate to the last
    anneal: int = 0  # images: how long it takes
    betas: tuple[float, float]
    averaging: float = 0.0  # decay of the moving average of the weights, per step
    output: str = "linear"  # the generator's last layer: "linear" or "tanh"
    checkpoint_every: int = 16_000  # images
    history_every: int = 512  # images: a row of the history is the mean over so many
    precision: str = "float32"  # of the convolutions: "float32" or "bfloat16"
    channels_last: bool = True  # memory layout

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:  # with a step it becomes a number of 64 bits
            raise ValueError(f"the seed is {self.seed}, expected 0 to {2**32 - 1}")
        if self.size not in SIZES:
            raise ValueError(f"the size is {self.size}, expected {', '.join(map(str, SIZES))}")
        if not self.images >= 0:
            raise ValueError(f"{self.images} images to show, expected 0 or more")


class Trainer:
    """Both players of one recipe; `step` is one batch. Subclasses say who plays and how."""

    def __init__(self, settings: TrainingSettings, device: str = "cpu") -> None:
        self.settings, self.device = settings, torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            model, averaged, critic = self.build_model(), self.build_model(), self.build_critic()
        layout = torch.channels_last if settings.channels_last else torch.contiguous_format
        self.model: FaceModel = model.to(self.device, memory_format=layout)
        self.critic: nn.Module = critic.to(self.device, memory_format=layout)
        self.averaged: FaceModel = averaged.to(self.device, memory_format=layout)
        self.averaged.load_state_dict(self.model.state_dict())
        self.averaged.eval().requires_grad_(False)
        self.optimizers = {
            name: torch.optim.Adam(
                getattr(self, name).parameters(), settings.learning_rate, settings.betas, fused=True
            )
            for name in ("model", "critic")
        }
        self.images = 0
        self.seconds = 0.0

    def build_model(self) -> FaceModel:
        """The model with fresh weights."""
        raise NotImplementedError

    def build_critic(self) -> nn.Module:
        """The critic with fresh weights."""
        raise NotImplementedError

    def step(self, faces: Tensor, random: torch.Generator) -> dict[str, float]:
        """One update on `faces` `(batch, 3, size, size)`; returns the losses by name."""
        raise NotImplementedError

    def samples(self, faces: np.ndarray) -> np.ndarray:
        """Float32 `(N, size, size, 3)` of the averaged model, from the same inputs at each call.

        `faces` uint8 `(n, size, size, 3)` are existing faces for models that take any.
        """
        raise NotImplementedError

    def concluded(
        self, faces: FaceArray, progress: bool, stopped: Callable[[], bool]
    ) -> FaceModel | None:
        """The model that a run ends in: the averaged one, with what is learned only at the end.

        None where `stopped()` became true before it was learned.
        """
        return self.averaged

    @property
    def steps(self) -> int:
        """Batches done so far."""
        return self.images // self.settings.batch

    def noise(self, count: int, random: torch.Generator) -> Tensor:
        """Normal noise `(count, noise)`, the same on every device."""
        return torch.randn(count, self.model.noise, generator=random).to(self.device)

    def autocast(self) -> Any:
        """Where bfloat16 is chosen, convolutions and products within run in it."""
        low = self.settings.precision == "bfloat16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=low)

    def learning_rate(self) -> float:
        """The rate of this step; it depends on the images seen alone, not on when a run ends."""
        first, last = self.settings.learning_rate, self.settings.last_learning_rate
        first *= min(1.0, (self.images + 1) / max(1, self.settings.warm_up))
        if last is None:
            return first
        since = self.images - self.settings.anneal_from
        progress = min(1.0, max(0.0, since / max(1, self.settings.anneal)))
        return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2

    def take_gradients(self, player: str, loss: Tensor, retain_graph: bool = False) -> None:
        """Set the player's gradients of `loss`, and its learning rate; nobody else's."""
        self.optimizers[player].zero_grad(set_to_none=True)
        loss.backward(inputs=list(getattr(self, player).parameters()), retain_graph=retain_graph)
        for group in self.optimizers[player].param_groups:
            group["lr"] = self.learning_rate()

    def add_penalty(self, real: Tensor, made: Tensor, random: torch.Generator) -> None:
        """Add the penalty on the critic's gradient to what it already has, where one is due."""
        settings = self.settings
        if settings.penalty_kind and self.steps % settings.penalty_every == 0:
            of = PENALTIES[settings.penalty_kind]
            penalty = of(self.critic, real, made.detach().float(), random)
            (penalty * settings.penalty * settings.penalty_every).backward()

    def scores(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """The critic's scores of both, `(N,)` each, in one pass."""
        both = self.critic(torch.cat([real, made.to(real.dtype)]))
        return both[: len(real)], both[len(real) :]

    @torch.no_grad()
    def finish(self, faces: int) -> None:
        """Count the images of a step and let the averaged weights follow."""
        self.images += faces
        # Early weights are worth forgetting sooner: the average then starts on the first faces.
        decay = min(self.settings.averaging, (1 + self.steps) / (10 + self.steps))
        ours, theirs = list(self.averaged.parameters()), list(self.model.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - decay)
        for kept, now in zip(self.averaged.buffers(), self.model.buffers(), strict=True):
            kept.copy_(now)  # running averages of batch normalization

    def tensors(self) -> dict[str, Tensor]:
        """Everything that training goes on from, by name."""
        named = {}
        for part in ("model", "averaged", "critic"):
            for name, value in getattr(self, part).state_dict().items():
                named[f"{part}/{name}"] = value
        for part, optimizer in self.optimizers.items():
            for number, state in optimizer.state_dict()["state"].items():
                for name, value in state.items():
                    named[f"optimizer/{part}/{number}/{name}"] = value
        return {name: value.contiguous() for name, value in named.items()}

    def load_tensors(self, named: dict[str, Tensor]) -> None:
        """The inverse of `tensors`."""
        for part in ("model", "averaged", "critic"):
            start = f"{part}/"
            state = {n.removeprefix(start): v for n, v in named.items() if n.startswith(start)}
            getattr(self, part).load_state_dict(state)
        for part, optimizer in self.optimizers.items():
            whole = optimizer.state_dict()
            parameters = list(getattr(self, part).parameters())
            for name, value in named.items():
                if name.startswith(f"optimizer/{part}/"):
                    number, entry = name.split("/")[2:]
                    if value.ndim:  # the fused step needs the moments laid out as the weights are
                        value = torch.empty_like(parameters[int(number)]).copy_(value)
                    whole["state"].setdefault(int(number), {})[entry] = value
            optimizer.load_state_dict(whole)
