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
        """Both players answer the same scores, so the critic looks at each image once.

        The tutorials' way, critic first and generator against the new critic, costs a pass more.
        """
        settings, loss = self.settings, LOSSES[self.settings.loss]
        due = (self.steps + 1) % settings.critic_steps == 0
        with self.autocast():
            with torch.set_grad_enabled(due):
                made = self.model.generator(self.noise(len(faces), random))
            scores = self.scores(faces, made)
            losses = {"critic": loss.critic(*scores)}
            if due:
                losses["model"] = loss.generator(*scores)
        self.take_gradients("critic", losses["critic"], retain_graph=due)
        self.add_penalty(faces, made, random)
        if due:
            self.take_gradients("model", losses["model"])
            self.optimizers["model"].step()
        self.optimizers["critic"].step()
        self.finish(len(faces))
        return {name: value.item() for name, value in losses.items()}

    def scores(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        # A batch of its own for each, or batch normalization would tell the critic the share of
        # real images.
        if self.settings.normalize:
            return self.critic(real), self.critic(made)
        return super().scores(real, made)

    def samples(self, faces: np.ndarray) -> np.ndarray:
        """`SAMPLES` faces from the same noise at each call."""
        random = torch.Generator().manual_seed(1)
        return self.averaged.draw_from_noise(
            torch.randn(SAMPLES, self.averaged.noise, generator=random)
        ).numpy()
