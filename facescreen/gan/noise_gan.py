"""Recipes that make faces from noise alone: DCGAN's networks under any loss."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.dcgan import DcganCritic
from facescreen.gan.losses import LOSSES
from facescreen.gan.models import NoiseGan
from facescreen.gan.trainer import Trainer, TrainingSettings

SAMPLES = 32


@dataclass(frozen=True, kw_only=True)
class NoiseGanSettings(TrainingSettings):
    """Plain DCGAN unless told otherwise, with its learning rate and momentum."""

    recipe: str = "dcgan"
    images: int = 100_000
    batch: int = 64
    noise: int = 100  # entries of the noise
    generator_width: int = 32  # channels before the last convolution
    critic_width: int = 32  # channels after the first convolution
    normalize: bool = True  # batch normalization in the critic
    critic_steps: int = 1  # updates of the critic for one of the generator
    loss: str = "non_saturating"
    learning_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    output: str = "tanh"


class NoiseGanTrainer(Trainer):
    """A DCGAN generator against a DCGAN critic."""

    settings: NoiseGanSettings
    model: NoiseGan

    def build_model(self) -> NoiseGan:
        names = ("size", "noise", "generator_width", "output")
        return NoiseGan({name: getattr(self.settings, name) for name in names})

    def build_critic(self) -> nn.Module:
        settings = self.settings
        return DcganCritic(settings.size, settings.critic_width, settings.normalize)

    def step(self, faces: Tensor, random: torch.Generator) -> dict[str, float]:
        due = (self.steps + 1) % self.settings.critic_steps == 0
        with self.autocast(), torch.set_grad_enabled(due):
            made = self.model.generator(self.noise(len(faces), random))
        losses = self.update_critic(faces, made.detach(), random)
        if due:
            losses |= self.update_generator(faces, made)
        self.finish(len(faces))
        return losses

    def scores(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        # A batch of its own for each, or batch normalization would tell the critic the share of
        # real images.
        if self.settings.normalize:
            return self.critic(real), self.critic(made)
        return super().scores(real, made)

    def update_generator(self, faces: Tensor, made: Tensor) -> dict[str, float]:
        """One step of the generator; the critic's own gradients, not needed here, are not taken."""
        settings = self.settings
        self.begin("model")
        self.critic.requires_grad_(False)
        with self.autocast():
            with torch.no_grad():
                real = self.critic(faces) if settings.loss == "relativistic" else faces.new_zeros(1)
            loss = LOSSES[settings.loss].generator(real, self.critic(made))
        loss.backward()
        self.critic.requires_grad_(True)
        self.optimizers["model"].step()
        return {"model": loss.item()}

    def samples(self, faces: np.ndarray) -> np.ndarray:
        """`SAMPLES` faces from the same noise at each call."""
        random = torch.Generator().manual_seed(1)
        return self.averaged.draw_from_noise(
            torch.randn(SAMPLES, self.averaged.noise, generator=random)
        ).numpy()
