"""Classifiers trained on real images and on generated ones beside them, screened in several ways.

    cell = Cell("finished", real=40, seed=0)
    cell.accuracy("signs")  # balanced, on held-out portraits

All arms of a cell have the same real images, as many generated ones, as many steps, the same first
weights and the same test images. Every screen judges the same stream of images, one per class, and
takes the first that pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.benefit import design
from facescreen.benefit.classifier import (
    Classifier,
    balanced_accuracy,
    read,
    train_classifier,
)
from facescreen.benefit.labeled import (
    RAW,
    LabeledPool,
    held_out,
    labels_of,
    members,
    small,
)
from facescreen.labels import load_reference
from facescreen.screening import MultiColorRule, SignsRule, SingleColorRule

BOUND = 30  # images of a class tried for each one wanted, at the most
Part = tuple[np.ndarray, np.ndarray]  # uint8 (n, 32, 32, 3), int64 (n,)


@cache
def calibrating(pool: str) -> np.ndarray:
    """The valid images that calibrate the signs, of a labeled pool: uint8 (24, 64, 64, 3)."""
    its = load_reference(pool)
    valid = its.images[its.labels == "valid"]
    return np.random.default_rng(0).permutation(valid)[: design.CALIBRATED_BY]


@cache
def screens_for(pool: str) -> dict[str, Any]:
    """The screens by name, the signs calibrated on valid images of a labeled pool."""
    rules = [SingleColorRule(40), MultiColorRule(40, 1000)]
    rules.append(SignsRule().calibrate(calibrating(pool)))
    return dict(zip(design.SCREENS, rules, strict=True))


@cache
def reader(setting: str) -> Classifier:
    """A classifier that learned from many labels: what checks whether a label is right."""
    images, labels = held_out(setting, design.READER_SEED, design.READER)
    return train_classifier([(images, labels)], seed=0, steps=1000, width=32)


@dataclass
class Cell:
    """One source of generated images, one amount of real ones, one seed.

    generated: images added in each arm. test: held-out portraits. checked: whether a reader checks
    labels, which the arm `ORACLE` needs. folder: of the raw generators.
    """

    source: str
    real: int
    seed: int
    generated: int = design.GENERATED
    test: int = design.TEST
    checked: bool = True
    folder: Path = RAW
    tried: dict[str, int] = field(default_factory=dict)  # images made for an arm
    right: dict[str, float] = field(default_factory=dict)  # percent of its labels, by the reader

    def __post_init__(self) -> None:
        classes = len(design.CLASSES)
        if self.real % classes or self.generated % classes or min(self.real, self.generated) < 16:
            raise ValueError(
                f"{self.real} real and {self.generated} generated images: expected 16 or more of "
                f"both, as many of each of the {classes} classes"
            )
        self._source = design.SOURCES[self.source]
        self._each = self.generated // classes
        self._flags: dict[str, list[np.ndarray]] = {}

    @cached_property
    def pool(self) -> LabeledPool:
        """What is drawn of this cell's real images."""
        chosen = members(self._source.setting, self.seed, self.real // len(design.CLASSES))
        return LabeledPool(self._source, self.seed, chosen, self.folder)

    @cached_property
    def real_part(self) -> Part:
        """The real images."""
        return small(self.pool.real), labels_of(self.real // len(design.CLASSES))

    def by_class(self) -> tuple[np.ndarray, np.ndarray]:
        """Real and added, unscreened images of each class: uint8 (classes, n, 64, 64, 3)."""
        rows = self.passed(design.UNSCREENED)
        added = np.stack([self.pool.images[c][own] for c, own in enumerate(rows)])
        return self.pool.real.reshape(len(added), -1, *added.shape[2:]), added

    def arm(self, name: str) -> list[Part]:
        """What the classifier of an arm is trained on."""
        if name == design.REAL:
            return [self.real_part]
        part = self.added(name.removesuffix(", no real"))
        return [part] if name.endswith(", no real") else [self.real_part, part]

    def accuracy(self, name: str) -> float:
        """Balanced accuracy of an arm's classifier on the held-out portraits, 0 to 1."""
        images, labels = held_out(self._source.setting, design.TEST_SEED, self.test)
        network = train_classifier(self.arm(name), self.seed)
        return balanced_accuracy(labels, read(network, images))

    def added(self, screen: str) -> Part:
        """The generated images of an arm, class after class."""
        rows = self.dropped() if screen == design.DROPPED else self.passed(screen)
        images = np.concatenate([self.pool.images[c][own] for c, own in enumerate(rows)])
        self.tried[screen] = sum(int(own.max()) + 1 for own in rows)
        part = small(images), labels_of(self._each)
        if self.checked:
            answers = read(reader(self._source.setting), part[0])
            self.right[screen] = 100 * float((answers == part[1]).mean())
        return part

    def passed(self, screen: str) -> list[np.ndarray]:
        """The numbers of the first images of each class that pass a screen."""
        while True:
            flags = self._flagged(screen)
            rows = [np.flatnonzero(~own)[: self._each] for own in flags]
            if flags.shape[1] and min(map(len, rows)) == self._each:
                return rows
            if flags.shape[1] > BOUND * self._each:
                raise RuntimeError(f"{screen} lets too few of {flags.shape[1]} images pass")
            self.pool.extend()

    def dropped(self) -> list[np.ndarray]:
        """As many of the same images as rule 1 rejects, dropped at random: numbers by class."""
        random = np.random.default_rng([self.seed, 9])
        rows = self.passed("single color")
        return [np.sort(random.permutation(own.max() + 1)[: self._each]) for own in rows]

    def _flagged(self, screen: str) -> np.ndarray:
        """What a screen rejects of the pool as far as it is drawn: bool (classes, n)."""
        images, done = self.pool.images, self._flags.setdefault(screen, [])
        start = sum(part.shape[1] for part in done)
        if start < images.shape[1]:
            fresh = images[:, start:]
            flat = fresh.reshape(-1, *images.shape[2:])
            done.append(self._judge(screen, flat, fresh.shape[:2]))
        return np.concatenate([np.zeros((len(images), 0), bool), *done], axis=1)

    def _judge(self, screen: str, images: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        if screen == design.UNSCREENED:
            return np.zeros(shape, bool)
        if screen == design.ORACLE:
            answers = read(reader(self._source.setting), small(images)).reshape(shape)
            return answers != np.arange(shape[0])[:, np.newaxis]
        return screens_for(self._source.valid)[screen](images).broken.reshape(shape)


def run_arm(cell: Cell, arm: str) -> dict[str, Any]:
    """Train one arm: a row of `downstream.csv`."""
    accuracy = cell.accuracy(arm)
    screen = arm.removesuffix(", no real")
    return {
        "source": cell.source,
        "real": cell.real,
        "seed": cell.seed,
        "arm": arm,
        "accuracy": accuracy,
        "tried": cell.tried.get(screen, 0),
        "label right %": cell.right.get(screen, float("nan")),
    }
