"""Images with labels: portraits, whose traits are known, and new faces made of faces of one class.

A new face is combined from existing ones that all share a class, and so carries it; `classifier`
checks how often that is true. Which faces are combined depends on (seed, class, number) alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch

from facescreen.benefit.design import CLASSES, EXISTING, MOMENTS, SIDE, Source
from facescreen.faces import PortraitSource, portrait_table, portraits
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.combine import pick_faces, scheme_named
from facescreen.gan.models import BLOCK, FaceCombiner
from facescreen.gan.moments import weights_at
from facescreen.generation import GenerationSettings, Learning, LearningMaker, one_thread
from facescreen.images import quantize

RAW = Path("build") / "benefit" / "raw"  # where generators learn, a folder for each seed
FEW = 100  # portraits that are drawn one by one
OTHER = -1  # the class of hair that is in none


def class_of(styles: np.ndarray) -> np.ndarray:
    """Hair styles, str (N,), as numbers of `CLASSES`, int64 (N,); `OTHER` for those left out."""
    numbers = np.full(len(styles), OTHER)
    for number, members in enumerate(CLASSES.values()):
        numbers[np.isin(styles, members)] = number
    return numbers


@cache
def classes_of_portraits(setting: str, seed: int = 0, count: int = EXISTING) -> np.ndarray:
    """The class of each of the first `count` portraits: int64 (count,)."""
    return class_of(portrait_table(count, seed, setting)["hair_style"].to_numpy())


def small(images: np.ndarray) -> np.ndarray:
    """uint8 (N, 64, 64, 3) averaged down to uint8 (N, 32, 32, 3)."""
    factor = images.shape[1] // SIDE
    parts = images.reshape(len(images), SIDE, factor, SIDE, factor, 3).astype(np.float32)
    return np.rint(parts.mean(axis=(2, 4))).astype(np.uint8)


@cache
def held_out(setting: str, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Portraits of another seed: uint8 (n, 32, 32, 3) and their classes, those of none left out."""
    classes = classes_of_portraits(setting, seed, count)
    kept = np.flatnonzero(classes != OTHER)
    return small(PortraitSource(64, seed, setting).load(kept)), classes[kept]


def members(setting: str, seed: int, each: int) -> np.ndarray:
    """Which existing portraits are the real ones of a seed: int64 (classes, each).

    The fewer are among the more: amounts of one seed are nested. Raises ValueError where a class
    has too few.
    """
    classes = classes_of_portraits(setting)
    rows = []
    for number, name in enumerate(CLASSES):
        own = np.flatnonzero(classes == number)
        if len(own) < each:
            raise ValueError(f"{each} real images of the class {name!r}: there are {len(own)}")
        rows.append(np.random.default_rng([seed, number]).permutation(own)[:each])
    return np.stack(rows)


def existing(setting: str, numbers: np.ndarray) -> np.ndarray:
    """Existing portraits by number: uint8 (n, 64, 64, 3). Many are drawn with all others."""
    if len(numbers) > FEW:
        return _all_existing(setting)[numbers]
    return PortraitSource(64, 0, setting).load(numbers)


@cache
def _all_existing(setting: str) -> np.ndarray:
    return portraits(EXISTING, 64, 0, setting)


def labels_of(each: int) -> np.ndarray:
    """The classes of `each` images a class, class after class: int64 (classes × each,)."""
    return np.repeat(np.arange(len(CLASSES)), each)


@dataclass
class LabeledPool:
    """New faces of every class, drawn as they are asked for, from the real ones of a seed.

    chosen: int64 (classes, each), numbers of existing portraits; `real` holds these images, class
    after class, uint8 (classes × each, 64, 64, 3). folder: where raw generators learn, or have
    learned. Image number i of a class is drawn at the moment i mod `len(MOMENTS)`.
    """

    source: Source
    seed: int
    chosen: np.ndarray
    folder: Path = RAW
    images: np.ndarray = field(init=False)  # uint8 (classes, n, 64, 64, 3)

    def __post_init__(self) -> None:
        self.images = np.empty((len(self.chosen), 0, 64, 64, 3), np.uint8)
        self.real = existing(self.source.setting, self.chosen.ravel())

    def extend(self) -> None:
        """Draw the next images of every class: whole blocks at each moment."""
        stages = self._stages()
        more = len(stages) * BLOCK // len(self.chosen)  # of each class: a block for each generator
        start = self.images.shape[1]
        numbers = np.arange(start, start + more)
        drawn = np.empty((len(self.chosen), more, 64, 64, 3), np.uint8)
        with one_thread():
            for stage, combiner in enumerate(stages):
                own = numbers[numbers % len(stages) == stage]
                drawn[:, own - start] = self._draw(combiner, own)
        self.images = np.concatenate([self.images, drawn], axis=1)

    def _draw(self, combiner: FaceCombiner, numbers: np.ndarray) -> np.ndarray:
        """Images of these numbers, of every class: uint8 (classes, n, 64, 64, 3)."""
        scheme, (classes, each) = scheme_named(self.source.scheme), self.chosen.shape
        picks = [
            number * each + pick_faces(self.seed * classes + number, numbers, scheme.faces, each)
            for number in range(classes)
        ]
        picked = np.concatenate(picks)
        faces, place = np.unique(picked, return_inverse=True)
        styles = combiner.encode(torch.from_numpy(self.real[faces]))[place.reshape(picked.shape)]
        layers = scheme.combine(styles, combiner.layers, self.source.alpha)
        images, _ = quantize(combiner.draw(layers).numpy())
        return images.reshape(classes, len(numbers), 64, 64, 3)

    def _stages(self) -> list[FaceCombiner]:
        """The generators that draw, in turn."""
        if not self.source.training:
            return _shipped()
        number = self.source.training[self.seed % len(self.source.training)]
        return _learned(number, self.folder)


@cache
def _shipped() -> list[FaceCombiner]:
    return [load_combiner()] * 4  # four turns: as many images in one go as fill their blocks


@cache
def _learned(number: int, folder: Path) -> list[FaceCombiner]:
    """A raw generator at its moments; it learns first if it has not (20 minutes)."""
    learning = Learning(threads=1)
    settings = GenerationSettings(
        scheme="two_faces", seed=number, source="portraits:bright", while_learning=learning
    )
    LearningMaker(settings, folder / str(number)).images(0, 1)  # which makes it learn
    return [load_combiner(weights_at(folder / str(number), moment)) for moment in MOMENTS]
