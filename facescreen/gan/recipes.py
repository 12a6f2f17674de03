"""Recipes by name: a complete set of settings each, for the one training loop.

facescreen train --recipe dcgan --minutes 3 --out build/models/dcgan.safetensors
"""

from dataclasses import replace
from typing import Any

from facescreen.gan.combiner import CombinerSettings, CombinerTrainer
from facescreen.gan.noise_gan import NoiseGanSettings, NoiseGanTrainer
from facescreen.gan.trainer import Trainer, TrainingSettings

DCGAN = NoiseGanSettings()

MODERN = NoiseGanSettings(  # the same generator under today's loss, penalty and averaging
    recipe="modern",
    batch=32,
    normalize=False,
    loss="relativistic",
    penalty_kind="zero_centered",
    penalty=4.0,
    penalty_every=4,
    learning_rate=5e-4,
    betas=(0.0, 0.99),
    averaging=0.995,
    output="linear",
)

# What breaks by clipping while it learns, as other people's style generators do: their output,
# their loss, and a slow start that leaves the first colors standing for some thousand images.
LEARNING = CombinerSettings(
    recipe="learning",
    images=40_000,
    loss="non_saturating",
    penalty=20.0,
    warm_up=4_000,
    rgb="skip",
    mapping_layers=0,
)

RECIPES: dict[str, TrainingSettings] = {
    "combiner": CombinerSettings(),  # the shipped model
    "learning": LEARNING,  # drawn from while it learns, see `facescreen.generation.learning`
    "dcgan": DCGAN,  # as published, with the non-saturating form of eq. 1
    "minimax": replace(DCGAN, recipe="minimax", loss="minimax"),  # eq. 1 to the letter
    "modern": MODERN,
    "quick": replace(MODERN, recipe="quick", images=45_000, generator_width=16, critic_width=16),
    "wgan_gp": NoiseGanSettings(  # Wasserstein distance with gradient penalty
        recipe="wgan_gp",
        normalize=False,
        critic_steps=5,
        loss="wasserstein",
        penalty_kind="unit_slope",
        penalty=10.0,
        learning_rate=1e-4,
        betas=(0.0, 0.9),
    ),
}


def recipe_named(name: str, **changes: Any) -> TrainingSettings:
    """The settings of a recipe, with some changed; `ValueError` lists the recipes there are."""
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}; there are {', '.join(RECIPES)}")
    return replace(RECIPES[name], **changes)


def trainer_for(settings: TrainingSettings, device: str = "cpu") -> Trainer:
    """The trainer that those settings belong to."""
    kinds = {CombinerSettings: CombinerTrainer, NoiseGanSettings: NoiseGanTrainer}
    return kinds[type(settings)](settings, device)
