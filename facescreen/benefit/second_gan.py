"""Do broken images in the data slow learning down? GANs trained on existing and on added images.

Each GAN learns as many existing portraits, and as many images beside them that a raw generator
drew while it learned: as they came, screened, thinned at random, or only what a screen rejects.
Its quality is measured at equal steps of the images shown, on the moving average of its weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from facescreen.benefit import design
from facescreen.benefit.downstream import screens_for
from facescreen.benefit.labeled import RAW, small
from facescreen.faces import portraits
from facescreen.gan.combine import noise_for
from facescreen.gan.recipes import recipe_named
from facescreen.gan.trainer import Trainer
from facescreen.gan.training import train
from facescreen.generation import GenerationSettings, Learning, LearningMaker, one_thread
from facescreen.images import quantize
from facescreen.images.temporary import temporary_folder
from facescreen.quality import HELD_OUT_SEED, shipped_features
from facescreen.quality.measure import kernel_distance
from facescreen.screening import MultiColorRule, SignsRule, SingleColorRule

COMPARED = 400  # images on each side of a KID
ROUND = 2560  # images drawn in one go: a block at each of forty moments
WIDTH = 12
SOURCE = design.SOURCES["while learning"]
RULES = {
    "single color %": SingleColorRule.scaled(40 / 64**2),
    "multi color %": MultiColorRule.scaled(40 / 64**2, 1000 / 64**2),
    "signs %": SignsRule(),
}


@dataclass(frozen=True, eq=False)
class ArrayFaces:
    """Images in memory as a source of faces: uint8 (N, H, H, 3)."""

    images: np.ndarray
    name: str
    problems: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return self.images.shape[1]

    @property
    def fingerprint(self) -> str:
        return sha256(self.images.tobytes()).hexdigest()[:16]

    def __len__(self) -> int:
        return len(self.images)

    def load(self, indices: Any) -> np.ndarray:
        return self.images[np.asarray(indices)]


@cache
def drawn(seed: int, folder: Path = RAW) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What the raw generator of a seed drew while it learned, and what each screen rejects of it.

    uint8 (n, 64, 64, 3), enough for every arm; bool (n,) by screen. Seeds that share a training
    take other images of it.
    """
    number, turn = SOURCE.training[seed % 2], seed // 2
    settings = GenerationSettings(scheme=SOURCE.scheme, alpha=SOURCE.alpha, seed=number,
        source="portraits:bright", while_learning=Learning(threads=1))  # fmt: skip
    maker, parts, flags = LearningMaker(settings, folder / str(number)), [], []
    rules = screens_for(SOURCE.valid) | {design.ONLY_REJECTED: SignsRule()}
    wanted = design.GAN_SETS[1]
    while True:
        start = (turn * 4 + len(parts)) * ROUND
        parts.append(maker.images(start, start + ROUND)[0])
        flags.append([rule(parts[-1]).broken for rule in rules.values()])
        rejected = dict(zip(rules, np.concatenate(flags, axis=1), strict=True))
        least = min((~rejected[name]).sum() for name in design.SCREENS)
        if min(least, rejected[design.ONLY_REJECTED].sum()) >= wanted or len(parts) == 4:
            return np.concatenate(parts), rejected


def added(arm: str, seed: int, folder: Path = RAW) -> np.ndarray:
    """The images that an arm adds: uint8 (n, 64, 64, 3), none for `design.REAL`."""
    wanted = design.GAN_SETS[1] if arm != design.REAL else 0
    images, rejected = drawn(seed, folder) if wanted else (np.empty((0, 64, 64, 3), np.uint8), {})
    if arm == design.DROPPED:
        tried = np.flatnonzero(~rejected["multi color"])[:wanted].max() + 1
        kept = np.sort(np.random.default_rng([seed, 9]).permutation(tried)[:wanted])
    elif arm == design.ONLY_REJECTED:
        kept = np.flatnonzero(rejected[arm])[:wanted]
    else:
        passed = ~rejected[arm] if arm in rejected else np.ones(len(images), bool)
        kept = np.flatnonzero(passed)[:wanted]
    if len(kept) < wanted:
        raise RuntimeError(f"{arm}: {len(kept)} images of {len(images)}, expected {wanted}")
    return images[kept]


@cache
def _held_out() -> np.ndarray:
    """Features of held-out portraits at the size of the GANs."""
    with one_thread():
        return shipped_features()(small(portraits(COMPARED, 64, HELD_OUT_SEED, SOURCE.setting)))


def train_gan(images: np.ndarray, seed: int, shown: int = design.GAN_IMAGES,
              every: int = design.GAN_EVERY) -> list[dict[str, Any]]:  # fmt: skip
    """Train on uint8 (n, 32, 32, 3) and measure every so many images shown: a row each time."""
    settings = recipe_named("quick", images=shown, size=design.GAN_SIDE, seed=seed,
        generator_width=WIDTH, critic_width=WIDTH, checkpoint_every=shown)  # fmt: skip
    rows: list[dict[str, Any]] = []

    def measure(trainer: Trainer, _losses: dict[str, float]) -> None:
        if trainer.images // every > len(rows):
            rows.append({"images": trainer.images} | measured(trainer))

    with one_thread(), temporary_folder() as folder:
        place = Path(folder) / "gan.safetensors"
        train(ArrayFaces(images, "mixed"), settings, place, progress=False, callback=measure)
    return rows


def measured(trainer: Trainer) -> dict[str, float]:
    """KID and shares flagged of what the averaged weights draw, from the same noise each time."""
    noise = torch.from_numpy(noise_for(77, np.arange(COMPARED), trainer.averaged.noise))
    images, finite = quantize(trainer.averaged.draw_from_noise(noise).numpy())
    kid, error = kernel_distance(_held_out(), shipped_features()(images))
    broken = {name: rule(images, finite=finite).broken for name, rule in RULES.items()}
    flagged = {name: 100 * float(its.mean()) for name, its in broken.items()}
    return {"kid": kid, "kid error": error} | flagged


def run_gan(arm: str, seed: int, folder: Path = RAW) -> list[dict[str, Any]]:
    """Train one arm with one seed: its rows of `second_gan.csv`, one a moment."""
    existing = portraits(design.GAN_SETS[0], 64, 0, SOURCE.setting)
    images = small(np.concatenate([existing, added(arm, seed, folder)]))
    return [{"seed": seed, "arm": arm} | row for row in train_gan(images, seed)]
