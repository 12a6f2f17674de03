"""The recipe of the face combiner: faces drawn again, faces combined; at the end, from noise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.batches import FaceArray
from facescreen.gan.combine import SCHEMES
from facescreen.gan.losses import LOSSES, feature_loss, pixel_loss
from facescreen.gan.mapping import learned_mapping
from facescreen.gan.models import FaceCombiner
from facescreen.gan.networks import Critic
from facescreen.gan.trainer import Trainer, TrainingSettings

STYLES = 10_000  # existing faces, at most, whose styles the mapping network learns


@dataclass(frozen=True, kw_only=True)
class CombinerSettings(TrainingSettings):
    """The recipe behind the shipped model."""

    recipe: str = "combiner"
    images: int = 400_000
    batch: int = 32
    drawn_again: int = 16  # images of a batch drawn from their own style; the others combine two
    style: int = 128  # entries of a style
    mapping_layers: int = 3  # from noise to style; 0: no way in from noise
    mapping_steps: int = 3000  # at most, see `facescreen.gan.mapping`
    encoder_width: int = 20  # channels after the first convolution
    generator_width: int = 32  # channels before the last one
    critic_width: int = 24
    rgb: str = "last"  # "skip" sums pictures of all resolutions, see `Generator`
    loss: str = "relativistic"
    penalty_kind: str = "zero_centered"
    penalty: float = 4.0  # gamma of R1 and R2
    penalty_every: int = 4
    pixel_weight: float = 8.0
    edge_weight: float = 0.5  # within the pixel loss
    feature_weight: float = 1.0
    learning_rate: float = 5e-4
    last_learning_rate: float | None = 5e-5
    anneal_from: int = 320_000
    anneal: int = 80_000
    betas: tuple[float, float] = (0.0, 0.99)
    averaging: float = 0.998


class CombinerTrainer(Trainer):
    """Encoder and generator against one critic; a mapping network follows when they are done.

    Each batch of existing faces is answered by as many generated ones: some drawn again from their
    own style, the rest from styles combined.
    """

    settings: CombinerSettings
    model: FaceCombiner
    averaged: FaceCombiner

    def build_model(self) -> FaceCombiner:
        return FaceCombiner(self.architecture(mapping_layers=0))

    def build_critic(self) -> nn.Module:
        return Critic(self.settings.size, self.settings.critic_width)

    def architecture(self, mapping_layers: int) -> dict[str, Any]:
        """What `FaceCombiner` is built from."""
        names = ("size", "style", "encoder_width", "generator_width", "output", "rgb")
        chosen = {name: getattr(self.settings, name) for name in names}
        return {**chosen, "mapping_layers": mapping_layers}

    def step(self, faces: Tensor, random: torch.Generator) -> dict[str, float]:
        again, layers = min(self.settings.drawn_again, len(faces)), self.model.layers
        with self.autocast():
            styles = self.model.encoder(faces)
            own = SCHEMES["self"].combine(styles[:again, None], layers, 0.0)
            combined = combined_styles(styles, len(faces) - again, layers, random)
            made = self.model.generator(torch.cat([own, combined])).float()
        losses = self.update_critic(faces, made, random)
        losses |= self.update_model(faces, made)
        self.finish(len(faces))
        return losses

    def concluded(
        self, faces: FaceArray, progress: bool, stopped: Callable[[], bool]
    ) -> FaceCombiner | None:
        """The averaged model with a mapping network that has learned its styles of `faces`."""
        settings = self.settings
        if not settings.mapping_layers:
            return self.averaged
        whole = FaceCombiner(self.architecture(settings.mapping_layers))
        whole.load_state_dict(self.averaged.state_dict(), strict=False)
        shown = faces.load(np.arange(min(STYLES, len(faces))))
        both = np.concatenate([shown, shown[:, :, ::-1]])  # mirrored, as training shows them
        styles = self.averaged.encode(torch.from_numpy(both))
        # A short run, whose styles mean little yet, is not kept waiting.
        steps = min(settings.mapping_steps, self.images // 16)
        whole.mapping = learned_mapping(
            styles, settings.mapping_layers, steps, settings.seed, progress, stopped
        )
        if whole.mapping is None:
            return None
        return whole.to(memory_format=torch.channels_last).eval().requires_grad_(False)

    def update_critic(
        self, faces: Tensor, made: Tensor, random: torch.Generator
    ) -> dict[str, float]:
        """One step of the critic."""
        with self.autocast():
            loss = LOSSES[self.settings.loss].critic(*self.scores(faces, made.detach()))
        self.take_gradients("critic", loss)
        self.add_penalty(faces, made, random)
        self.optimizers["critic"].step()
        return {"critic": loss.item()}

    def update_model(self, faces: Tensor, made: Tensor) -> dict[str, float]:
        """One step of encoder and generator: fool the new critic, and resemble the faces."""
        settings, critic = self.settings, self.critic
        again = min(settings.drawn_again, len(faces))
        with self.autocast():
            with torch.no_grad():
                seen_real = critic.features(faces)
                scores_real = critic.score(seen_real)
            seen = critic.features(made)
            adversarial = LOSSES[settings.loss].generator(scores_real, critic.score(seen))
            features = feature_loss([x[:again] for x in seen], [x[:again] for x in seen_real])
        pixels = pixel_loss(made[:again], faces[:again], settings.edge_weight)
        loss = adversarial + settings.pixel_weight * pixels + settings.feature_weight * features
        self.take_gradients("model", loss)
        self.optimizers["model"].step()
        return {"model": adversarial.item(), "pixels": pixels.item()}

    def samples(self, faces: np.ndarray) -> np.ndarray:
        """Three rows: the faces, drawn again, each mixed with the next."""
        model, layers = self.averaged, self.averaged.layers
        styles = model.encode(torch.from_numpy(faces))
        pairs = torch.stack([styles, styles.roll(-1, 0)], dim=1)
        rows = [faces.astype(np.float32) / 127.5 - 1]
        rows.append(model.draw(SCHEMES["self"].combine(styles[:, None], layers, 0.0)).numpy())
        rows.append(model.draw(SCHEMES["two_faces"].combine(pairs, layers, 0.0)).numpy())
        return np.concatenate(rows)


def combined_styles(styles: Tensor, count: int, layers: int, random: torch.Generator) -> Tensor:
    """`count` combinations of the batch's styles `(N, w)`: `(count, layers, w)`.

    The scheme is drawn anew for each batch, so that the critic sees, and the generator learns, all
    the ways of combining that stay inside the learned styles. The layer at which two faces meet is
    drawn too: whoever combines may cut wherever they like.
    """
    rows = torch.stack(
        [torch.randperm(len(styles), generator=random)[:count] for _ in range(layers)], dim=1
    )
    picked = styles[rows.to(styles.device)]  # (count, layers, w): another face for each layer
    kind = torch.rand((), generator=random).item()
    if kind < 0.25:
        return picked
    if kind < 0.4:
        return SCHEMES["mean_two"].combine(picked[:, :2], layers, 0.0)
    cut = int(torch.randint(1, layers, (), generator=random))
    return picked[:, [0] * cut + [1] * (layers - cut)]
