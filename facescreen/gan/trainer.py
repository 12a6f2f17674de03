"""The recipe of the face combiner: its settings, and what one step does with a batch.

Everything random in a step comes from the generator that the caller hands in, so that a run which
was stopped goes on as if it had not been.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from facescreen.gan.checkpoints import FaceCombiner
from facescreen.gan.combine import SCHEMES
from facescreen.gan.losses import (
    critic_loss,
    feature_loss,
    generator_loss,
    gradient_penalty,
    pixel_loss,
)
from facescreen.gan.networks import Critic


@dataclass(frozen=True)
class TrainingSettings:
    """The recipe. Lengths are in images shown, weights multiply losses."""

    images: int = 240_000  # existing faces shown in all, each one many times
    seed: int = 0
    size: int = 64  # pixels
    batch: int = 32
    style: int = 128  # entries of a style
    encoder_width: int = 20  # channels after the first convolution
    generator_width: int = 32  # channels before the last one
    critic_width: int = 24
    learning_rate: float = 5e-4
    betas: tuple[float, float] = (0.0, 0.99)
    penalty: float = 4.0  # gamma of R1 and R2
    penalty_every: int = 4  # steps; the penalty counts that much more when it comes
    pixel_weight: float = 8.0
    edge_weight: float = 0.5  # within the pixel loss
    feature_weight: float = 1.0
    averaging: float = 0.998  # decay of the moving average of the weights, per step
    checkpoint_every: int = 16_000  # images


class Trainer:
    """Networks, optimizers and their moving averages; `step` is one batch of the recipe."""

    def __init__(self, settings: TrainingSettings) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        architecture = {
            name: getattr(settings, name)
            for name in ("size", "style", "encoder_width", "generator_width")
        }
        self.combiner = FaceCombiner(architecture)
        self.averaged = FaceCombiner(architecture).requires_grad_(False)
        self.averaged.load_state_dict(self.combiner.state_dict())
        self.critic = Critic(settings.size, settings.critic_width)
        self.critic.to(memory_format=torch.channels_last)
        self.optimizers = {
            name: torch.optim.Adam(
                network.parameters(), settings.learning_rate, settings.betas, fused=True
            )
            for name, network in (("combiner", self.combiner), ("critic", self.critic))
        }
        self.images = 0
        self.seconds = 0.0

    @property
    def steps(self) -> int:
        """Batches done so far."""
        return self.images // self.settings.batch

    def step(self, faces: Tensor, random: torch.Generator) -> dict[str, float]:
        """One update of both players on `faces` `(batch, 3, size, size)`; returns the losses."""
        half = len(faces) // 2
        styles = self.combiner.encoder(faces)
        layers = self.combiner.layers
        own = SCHEMES["self"].combine(styles[:half, None], layers, 0.0)
        combined = combined_styles(styles, len(faces) - half, layers, random)
        made = self.combiner.generator(torch.cat([own, combined]))

        losses = self._update_critic(faces, made.detach())
        losses |= self._update_combiner(faces, made, half)
        self.images += len(faces)
        self._average()
        return losses

    def _update_critic(self, real: Tensor, made: Tensor) -> dict[str, float]:
        settings, critic = self.settings, self.critic
        self.optimizers["critic"].zero_grad(set_to_none=True)
        scores = critic(torch.cat([real, made]))
        loss = critic_loss(*scores.split([len(real), len(made)]))
        loss.backward()
        if self.steps % settings.penalty_every == 0:
            # R1 and R2 in one pass (twice the mean over both is the sum of the two), on half of the
            # batch: half the cost for a noisier estimate of the same.
            penalty = 2 * gradient_penalty(critic, torch.cat([real[::2], made[::2]]))
            (penalty * settings.penalty / 2 * settings.penalty_every).backward()
        self.optimizers["critic"].step()
        return {"critic": loss.item()}

    def _update_combiner(self, faces: Tensor, made: Tensor, half: int) -> dict[str, float]:
        settings, critic = self.settings, self.critic
        self.optimizers["combiner"].zero_grad(set_to_none=True)
        critic.requires_grad_(False)
        with torch.no_grad():
            seen_real = critic.features(faces)
            scores_real = critic.score(seen_real)
        seen = critic.features(made)
        adversarial = generator_loss(scores_real, critic.score(seen))
        pixels = pixel_loss(made[:half], faces[:half], settings.edge_weight)
        features = feature_loss([x[:half] for x in seen], [x[:half] for x in seen_real])
        loss = adversarial + settings.pixel_weight * pixels + settings.feature_weight * features
        loss.backward()
        critic.requires_grad_(True)
        self.optimizers["combiner"].step()
        return {"combiner": adversarial.item(), "pixels": pixels.item(), "loss": loss.item()}

    @torch.no_grad()
    def _average(self) -> None:
        # Early weights are worth forgetting sooner: the average then starts on the first faces.
        decay = min(self.settings.averaging, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(
            list(self.averaged.parameters()), list(self.combiner.parameters()), 1 - decay
        )

    def tensors(self) -> dict[str, Tensor]:
        """Everything that training goes on from, by name."""
        named = {}
        for part in ("combiner", "averaged", "critic"):
            for name, value in getattr(self, part).state_dict().items():
                named[f"{part}/{name}"] = value
        for part, optimizer in self.optimizers.items():
            for number, state in optimizer.state_dict()["state"].items():
                for name, value in state.items():
                    named[f"optimizer/{part}/{number}/{name}"] = value
        return {name: value.contiguous() for name, value in named.items()}

    def load_tensors(self, named: dict[str, Tensor]) -> None:
        """The inverse of `tensors`."""
        for part in ("combiner", "averaged", "critic"):
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


def combined_styles(styles: Tensor, count: int, layers: int, random: torch.Generator) -> Tensor:
    """`count` combinations of the batch's styles `(N, w)`: `(count, layers, w)`.

    The scheme is drawn anew for each batch, so that the critic sees, and the generator learns, all
    the ways of combining that stay inside the learned styles. The layer at which two faces meet is
    drawn too: whoever combines may cut wherever they like.
    """
    rows = torch.stack(
        [torch.randperm(len(styles), generator=random)[:count] for _ in range(layers)], dim=1
    )
    picked = styles[rows]  # (count, layers, w): another face for each layer
    kind = torch.rand((), generator=random).item()
    if kind < 0.25:
        return picked
    if kind < 0.4:
        return SCHEMES["mean_two"].combine(picked[:, :2], layers, 0.0)
    cut = int(torch.randint(1, layers, (), generator=random))
    return picked[:, [0] * cut + [1] * (layers - cut)]
