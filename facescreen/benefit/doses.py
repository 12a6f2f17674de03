"""When screening would help: damage planted in a known share of the generated images.

Three ways to be broken: patches that cover most of the face, in every class alike; the same in one
class alone, so that the patch gives the class away; a sound face under a wrong label. An oracle
screen drops what was damaged: what it drops is made again, which is dose 0, or it is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from facescreen.benefit import design
from facescreen.benefit.classifier import balanced_accuracy, read, train_classifier
from facescreen.benefit.downstream import Cell, Part
from facescreen.benefit.labeled import held_out
from facescreen.breakage import plant_all

COVERED, GIVEN_AWAY, WRONG = "covered", "covered, one class", "wrong label"
DAMAGES = (COVERED, GIVEN_AWAY, WRONG)
KINDS, AREA = ("blob", "white_out", "black_crush"), (0.4, 0.7)
ONE_CLASS = 1  # "long", the most frequent one
KEPT, NOT_REPLACED = "unscreened", "oracle, not replaced"


def damaged(part: Part, damage: str, dose: int, seed: int) -> tuple[Part, np.ndarray]:
    """The part with `dose` percent of its images damaged, and which: bool (n,).

    Larger doses damage the same images and more. Of `GIVEN_AWAY`, the percentage is of one class.
    """
    images, labels = part[0].copy(), part[1].copy()
    hit = np.zeros(len(labels), bool)
    classes = np.unique(labels)
    for one in classes if damage != GIVEN_AWAY else [ONE_CLASS]:
        own = np.random.default_rng([seed, 11, one]).permutation(np.flatnonzero(labels == one))
        hit[own[: round(len(own) * dose / 100)]] = True
    if damage == WRONG:
        others = np.random.default_rng([seed, 12]).integers(1, len(classes), len(labels))
        labels[hit] = ((labels + others) % len(classes))[hit]
    elif hit.any():
        covered = plant_all(images, KINDS, 1.0, AREA, seed).images
        images[hit] = covered[hit]
    return (images, labels), hit


def run_dose(cell: Cell, damage: str, dose: int, arm: str) -> dict[str, Any]:
    """Train with one dose, screened or not: a row of `doses.csv`."""
    part, hit = damaged(cell.added(design.UNSCREENED), damage, dose, cell.seed)
    if arm == NOT_REPLACED:
        part = part[0][~hit], part[1][~hit]
    images, labels = held_out(design.SOURCES[cell.source].setting, design.TEST_SEED, cell.test)
    network = train_classifier([cell.real_part, part], cell.seed)
    accuracy = balanced_accuracy(labels, read(network, images))
    return {"seed": cell.seed, "real": cell.real, "damage": damage, "dose %": dose, "arm": arm,
            "accuracy": accuracy, "images": len(part[1])}  # fmt: skip
