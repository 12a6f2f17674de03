"""Which images teach kinds, which set thresholds, and which are left for testing.

Runs of a GAN, by seed, are dealt out whole: images of one run are alike.

    teaching      learning 10 to 13, learning_plain 30 and 31, every other image of default
    calibrating   learning 14 and 15, the other images of default
    testing       learning_test (20, 21), learning_plain 32, test, tiles of other people's GANs
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from facescreen.faces import portraits
from facescreen.kinds.planting import PLANTED, plant_kinds
from facescreen.labels import KINDS, ReferencePool, load_reference

VALID = "valid"
BY_EYE = (VALID, *KINDS)  # the order of columns
PLANTED_KINDS = (VALID, *PLANTED)
TAUGHT = {"learning": (10, 11, 12, 13), "learning_plain": (30, 31)}
CALIBRATED = {"learning": (14, 15)}
TESTED = {  # the pool, and which of its runs; () for all
    "while learning": ("learning_test", ()),
    "another recipe": ("learning_plain", (32,)),
    "finished": ("test", ()),
}
SATURATED = ("clipped_patch", "tint", "weave")  # kinds that images labeled saturated were given
SETTINGS = ("varied", "bright")  # of portraits


@dataclass(frozen=True, eq=False)
class Examples:
    """images: uint8 (N, 64, 64, 3). allowed: bool (N, K), which kinds an image may be of.

    An image whose kind is known has one; one labeled broken without a kind has several. cells:
    int64 (N, 16, 16), the kind's column in each part of the picture, or None where nobody knows.
    """

    images: np.ndarray
    allowed: np.ndarray
    cells: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.images)


def planted_in(clean: np.ndarray, seed: int) -> Examples:
    """Images of which a fifth stays clean and the others are damaged, half of these all over.

    clean: uint8 (N, 64, 64, 3). A part of 4 x 4 pixels is of the kind where half of it or more was
    damaged.
    """
    images, kinds = clean.copy(), np.full(len(clean), VALID, dtype="U16")
    masks = np.zeros(clean.shape[:3], bool)
    for part, area in ((0, (0.03, 0.5)), (1, (0.5, 1.0))):
        own = np.arange(len(clean)) % 5 // 2 == part  # 0 and 1, then 2 and 3; 4 stays clean
        batch = plant_kinds(clean[own], PLANTED, (0.5, 1.0), area, seed + part)
        images[own], kinds[own], masks[own] = batch.images, batch.kinds, batch.masks
    column = np.array([PLANTED_KINDS.index(kind) for kind in kinds])
    covered = masks.reshape(-1, 16, 4, 16, 4).mean(axis=(2, 4)) >= 0.5
    cells = np.where(covered, column[:, np.newaxis, np.newaxis], 0)
    return Examples(images, np.arange(len(PLANTED_KINDS)) == column[:, np.newaxis], cells)


def portrait_examples(faces: int, seed: int) -> Examples:
    """Damage planted in rendered portraits of two settings, in equal parts."""
    each = faces // len(SETTINGS)
    parts = [portraits(each, 64, seed, setting=name) for name in SETTINGS]
    return planted_in(np.concatenate(parts), seed)


def generated_examples(seed: int) -> Examples:
    """Damage planted in the teaching images that are valid, in each of them twice."""
    pools = teaching_pools()
    valid = np.concatenate([images[labels == VALID] for images, labels, _ in pools])
    return planted_in(np.concatenate([valid, valid]), seed)


def real_examples() -> Examples:
    """The teaching images that GANs drew, unsure ones left out."""
    pools = teaching_pools()
    images = np.concatenate([images for images, _, _ in pools])
    allowed = np.concatenate([allowed_kinds(labels, kinds) for _, labels, kinds in pools])
    sure = allowed.any(axis=1)
    return Examples(images[sure], allowed[sure])


def allowed_kinds(labels: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Bool (N, 7), in the order of BY_EYE: what labels and kinds, str (N,), leave possible.

    A valid image can be nothing else. Broken without a kind: of any kind that such a label was
    given. Unsure: none.
    """
    columns = np.array(BY_EYE)
    allowed = kinds[:, np.newaxis] == columns
    unknown = kinds == ""
    allowed[unknown & (labels == "valid")] = columns == VALID
    allowed[unknown & (labels == "broken_saturated")] = np.isin(columns, SATURATED)
    allowed[unknown & (labels == "broken_other")] = ~np.isin(columns, (VALID, "tint"))
    allowed[labels == "unsure"] = False
    return allowed


Pool = tuple[np.ndarray, np.ndarray, np.ndarray]  # images, labels, kinds


def of_runs(pool: ReferencePool, seeds: tuple[int, ...]) -> Pool:
    """The images of some runs of a pool."""
    own = np.isin(pool.seeds, seeds)
    return pool.images[own], pool.labels[own], pool.kinds[own]


def every_other(name: str, first: int) -> Pool:
    """Every other image of a pool, from number `first` on."""
    pool = load_reference(name)
    return pool.images[first::2], pool.labels[first::2], pool.kinds[first::2]


def teaching_pools() -> list[Pool]:
    """Images, labels and kinds of all that teaches."""
    pools = [of_runs(load_reference(name), seeds) for name, seeds in TAUGHT.items()]
    return [*pools, every_other("default", 0)]


@cache
def calibrating() -> dict[str, np.ndarray]:
    """The valid images on which thresholds are set, by pool: uint8 (N, 64, 64, 3)."""
    learning = of_runs(load_reference("learning"), CALIBRATED["learning"])
    found = {"learning": learning, "default": every_other("default", 1)}
    return {name: images[labels == "valid"] for name, (images, labels, _) in found.items()}
