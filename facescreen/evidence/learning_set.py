"""What the shipped screen learned from: labeled images of many generators, by population.

    images = learning_set()
    rule = learned(images, leave={"carpedm20/DCGAN-tensorflow"})  # as if it had never been seen

Populations are the four pools that are not for testing, clean portraits, planted damage, and each
repository of other people's GANs. Images of one population are alike, so that a large one counts
for little more than a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from facescreen.breakage import plant_all
from facescreen.faces import portraits
from facescreen.labels import load_elsewhere, load_reference
from facescreen.screening import SignsRule
from facescreen.screening.measures import Signs, measure_signs
from facescreen.screening.profiles import fit_profile

POOLS = ("default", "strong", "learning", "learning_plain")
MOST = 500  # images of a pool of either kind, valid and broken
SETTINGS = ("varied", "bright", "studio")  # of clean portraits
CLEAN, PLANTED = 400, 200  # portraits of each setting
CLEAN_SEED, PLANTED_SEED = 900, 950
RENDERED = 0.5  # weight of a population of portraits: nobody generated them
GROWTH = 0.25  # a population of n images weighs n to this power


@dataclass(frozen=True, eq=False)
class LearningSet:
    """values: float64 (N, 12), as `measure_signs`. broken: bool (N,). population: str (N,)."""

    values: np.ndarray
    broken: np.ndarray
    population: np.ndarray

    def without(self, leave: Collection[str]) -> LearningSet:
        """The images of all other populations."""
        kept = ~np.isin(self.population, list(leave))
        return LearningSet(self.values[kept], self.broken[kept], self.population[kept])

    @property
    def weights(self) -> np.ndarray:
        """Float64 (N,): valid and broken images weigh the same in all, whatever their number."""
        weights = np.zeros(len(self.broken))
        for broken in (True, False):
            for name in np.unique(self.population[self.broken == broken]):
                own = (self.broken == broken) & (self.population == name)
                each = RENDERED if name.startswith(("clean", "planted")) else 1
                weights[own] = each * own.sum() ** GROWTH / own.sum()
            weights[self.broken == broken] /= weights[self.broken == broken].sum()
        return weights


def learning_set() -> LearningSet:
    """All that the shipped screen learned from; the pools for testing are no part of it."""
    parts = list(_parts())
    names = np.concatenate([np.full(len(values), name) for name, values, _ in parts])
    return LearningSet(
        np.concatenate([values for _, values, _ in parts]),
        np.concatenate([broken for _, _, broken in parts]),
        names,
    )


def learned(images: LearningSet, leave: Collection[str] = ()) -> SignsRule:
    """The screen that the images of all populations but some teach."""
    rest = images.without(leave)
    return SignsRule(fit_profile(rest.values, rest.broken, rest.weights))


def scored(rule: SignsRule, values: np.ndarray) -> np.ndarray:
    """Float64 (N,): what a rule scores images of which the signs are known, float (N, 12)."""
    return rule.judge(Signs(values, np.ones(len(values), bool))).score


def _parts() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Populations by name: values and which are broken."""
    rng = np.random.default_rng(0)
    for name in POOLS:
        pool = load_reference(name)
        for broken in (pool.labels == "valid", pool.broken):
            chosen = np.sort(rng.permutation(np.flatnonzero(broken))[:MOST])
            yield name, measure_signs(pool.images[chosen]), pool.broken[chosen]
    for number, setting in enumerate(SETTINGS):
        clean = measure_signs(portraits(CLEAN, 64, CLEAN_SEED + number, setting=setting))
        yield f"clean {setting}", clean, np.zeros(CLEAN, bool)
        faces = portraits(PLANTED, 64, PLANTED_SEED + number, setting=setting)
        damaged = plant_all(faces, None, (0.4, 1.0), (0.02, 0.4), number).images
        yield "planted", measure_signs(damaged), np.ones(PLANTED, bool)
    tiles = load_elsewhere()
    sure = tiles.labels != "unsure"
    for name in np.unique(tiles.repositories):
        own = sure & (tiles.repositories == name)
        yield name, tiles.signs[own], tiles.labels[own] != "valid"
