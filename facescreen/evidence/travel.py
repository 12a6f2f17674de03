"""How far screens travel: measured on generators of which they have never seen an image.

Each repository of other people's GANs is left out in turn: the screen learns from all the others,
its threshold is set on those too, each of them left out of a second model, and both are tried on
the one left out. Nothing of the measured images has a say, but the choice of the twelve signs and
of the settings of `learning_set.py`: these were made while looking at such tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from facescreen.evidence.learning_set import LearningSet, learned, learning_set, scored
from facescreen.labels.elsewhere import Elsewhere, load_elsewhere
from facescreen.screening import SignsRule
from facescreen.screening.profiles import Profile, spread_and_shape

AIMED = 0.04  # of valid images, lost by a threshold set beforehand: a little under the price of 5 %
FEWEST = 12  # valid images of a repository, to calibrate on half of them


@dataclass(frozen=True, eq=False)
class Travel:
    """The screen of signs on tiles of repositories that it has not seen."""

    tiles: Elsewhere
    images: LearningSet

    @classmethod
    def of_shipped(cls) -> Travel:
        return cls(load_elsewhere(), learning_set())

    @cached_property
    def repositories(self) -> list[str]:
        return [str(name) for name in np.unique(self.tiles.repositories)]

    def of(self, repository: str, label: str = "") -> np.ndarray:
        """Bool (N,): the tiles of a repository, and of them those of one label."""
        own = self.tiles.repositories == repository
        return own & (self.tiles.labels == label) if label else own

    def rule_without(self, *repositories: str) -> SignsRule:
        """The screen that has not seen some repositories; its spread and shape neither."""
        rule = learned(self.images, repositories)
        return SignsRule(self.set_by_others(rule.profile, self.valid_scores(repositories)))

    def valid_scores(self, leave: Collection[str] = ()) -> dict[str, np.ndarray]:
        """Scores of valid tiles by repository, each by a screen that saw neither it nor `leave`."""
        found = {}
        for name in self.repositories:
            valid = self.of(name, "valid")
            if name not in leave and valid.any():
                rule = learned(self.images, {name, *leave})
                found[name] = scored(rule, self.tiles.signs[valid])
        return found

    @cached_property
    def rules(self) -> dict[str, SignsRule]:
        """By repository, the screen that has not seen it, with thresholds set without it."""
        return {name: self.rule_without(name) for name in self.repositories}

    @cached_property
    def left_out(self) -> tuple[np.ndarray, np.ndarray]:
        """Float64 (N,) each: a tile's score, and the threshold that was set without it."""
        scores, thresholds = np.empty(len(self.tiles)), np.empty(len(self.tiles))
        for name, rule in self.rules.items():
            own = self.of(name)
            scores[own] = scored(rule, self.tiles.signs[own])
            thresholds[own] = rule.threshold
        return scores, thresholds

    @cached_property
    def profile(self) -> Profile:
        """What all populations teach, with thresholds found by leaving out each repository."""
        return self.set_by_others(learned(self.images).profile, self.valid_scores())

    def set_by_others(self, profile: Profile, scores: dict[str, np.ndarray]) -> Profile:
        """A profile with threshold, spread and shape from scores of valid images by generator."""
        several = {name: own for name, own in scores.items() if len(own) >= FEWEST}
        owners = np.concatenate([np.full(len(own), name) for name, own in several.items()])
        spread, shape = spread_and_shape(np.concatenate(list(several.values())), owners)
        threshold = threshold_for(list(scores.values()), AIMED)
        return replace(profile, threshold=threshold, spread=spread, shape=shape)


def threshold_for(parts: Sequence[np.ndarray], share: float) -> float:
    """The smallest threshold that loses at most a share of the valid images.

    parts: scores by generator. Half of the weight is dealt out evenly to all images, half to
    generators, so that neither a large one nor a small one decides alone.
    """
    scores = np.concatenate(parts)
    weights = [np.full(len(s), 0.5 / len(scores) + 0.5 / len(parts) / len(s)) for s in parts]
    order = np.argsort(-scores, kind="stable")
    lost = np.cumsum(np.concatenate(weights)[order])
    first = min(int(np.searchsorted(lost, share)), len(scores) - 1)  # the first that may not be
    return float(np.nextafter(scores[order[first]], np.inf))
