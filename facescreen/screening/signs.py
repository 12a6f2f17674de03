"""A screen that adds up twelve signs of breakage, and says which counted most.

    rule = SignsRule()  # thresholds set beforehand, for generated faces
    rule = SignsRule("photographs")  # for photographs of faces
    rule = SignsRule().calibrate(valid_images)  # 16 or more of the generator at hand
    rule(images).reason  # "steps_face", "blobs", ... or ""

The paper's rules ask how many bright pixels share one value. That misses what never gets bright,
and takes a pale wall behind a good face for breakage. This rule measures twelve signs instead
(`measures.SIGNS`), most of them against what the image itself is like, and adds them up as a
profile says: how far each stands above what valid images show, times how much it counts. The sum
is the log odds of broken. Calibration moves one number, the threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from facescreen.screening.measures import SIGNS, Signs, measure_signs
from facescreen.screening.profiles import CLIP, Profile
from facescreen.screening.rules import Rule, may_lose
from facescreen.screening.verdicts import Verdicts

__all__ = ["FEWEST", "SIGNS", "Signs", "SignsRule", "measure_signs"]

FEWEST = 8  # valid images from which a threshold is calibrated
ENOUGH = 10  # valid images that may be lost: from there on, they are counted
PRIOR = 20  # images that a profile's spread counts as


@dataclass(frozen=True)
class SignsRule(Rule):
    """Broken if the twelve signs add up to the threshold; the reason is the largest of them.

    score = intercept + sum of weight * clip((value - mean) / sd, -5, 5), the log odds of broken;
    broken from `threshold` up. Faces are expected in the middle, as large as in CelebA or in the
    rendered portraits; images of any size from 8 x 8 are judged at 64 x 64.

    profile: a Profile, or what `Profile.load` takes: "generated", "photographs" or a path; it is
    loaded at once. threshold: log odds; None for the profile's. Raises ProfileError for a profile
    that cannot be loaded, ValueError for a threshold that is no finite number.
    """

    name: ClassVar[str] = "signs"
    rejudges: ClassVar[frozenset[str]] = frozenset({"threshold"})
    profile: Profile | str | Path = "generated"
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.profile, Profile):
            object.__setattr__(self, "profile", Profile.load(self.profile))
        threshold = self.profile.threshold if self.threshold is None else self.threshold
        number = isinstance(threshold, (int, float, np.integer, np.floating))
        if not number or isinstance(threshold, bool) or not math.isfinite(threshold):
            raise ValueError(f"threshold must be a finite number (log odds), not {threshold!r}")
        object.__setattr__(self, "threshold", float(threshold))

    def __repr__(self) -> str:
        return f"SignsRule({self.profile.name!r}, threshold={self.threshold!r})"

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Signs:
        return Signs(measure_signs(images), finite)

    def terms(self, measured: Signs) -> np.ndarray:
        """What each sign adds to the score: float64 (N, 12), in the order of SIGNS."""
        means, sds, weights = (self.profile.vector(name) for name in ("means", "sds", "weights"))
        return weights * np.clip((measured.values - means) / sds, -CLIP, CLIP)

    def judge(self, measured: Signs) -> Verdicts:
        terms = self.terms(measured)
        score = terms.sum(axis=1) + self.profile.intercept
        reason = np.where(score >= self.threshold, np.array([*SIGNS])[terms.argmax(axis=1)], "")
        return Verdicts.of_scores(reason, score, measured.finite, self, measured)

    def calibrate(self, valid_images: np.ndarray, max_valid_loss: float = 0.05) -> SignsRule:
        """Return this rule with its threshold moved to what the generator at hand shows.

        valid_images, max_valid_loss: as for every rule. Where ten or more of the images may be
        lost, the threshold is the smallest that flags at most floor(max_valid_loss * N) of them.
        Where fewer may be, a count says too little: the threshold then lies as many standard
        deviations above the mean score as the profile's `shape` says, the profile's `spread`
        counting as twenty images beside theirs; of the images themselves it may flag more or fewer.
        `expected_loss` says what to expect. Raises ValueError as every rule does, for fewer than 8
        images, and where few may be lost for a share that the shape does not hold.
        """
        return super().calibrate(valid_images, max_valid_loss)

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, loss: float) -> SignsRule:
        scores = self.judge(self.measure(images, finite)).score
        return replace(self, threshold=self.threshold_for(scores, loss))

    def threshold_for(self, scores: np.ndarray, max_valid_loss: float = 0.05) -> float:
        """The threshold that `calibrate` sets, from the scores of valid images, float (N,)."""
        count = len(scores)
        if not self.extrapolates(count, max_valid_loss):
            lost = min(may_lose(max_valid_loss, count), count - 1)
            return float(np.nextafter(np.sort(scores)[::-1][lost], np.inf))
        if count < FEWEST:
            raise ValueError(f"calibration needs {FEWEST} valid images or more, not {count}")
        degrees = count - 1
        variance = degrees * np.var(scores, ddof=1) + PRIOR * self.profile.spread**2
        deviation = math.sqrt(variance / (degrees + PRIOR))
        return float(np.mean(scores) + deviation * self.profile.deviate(max_valid_loss))

    @staticmethod
    def extrapolates(images: int, max_valid_loss: float) -> bool:
        """Whether so many images are too few to count out such a loss."""
        return may_lose(max_valid_loss, images) < ENOUGH

    def calibrated_profile(self, **card: Any) -> Profile:
        """The profile with this rule's threshold, to be saved; `card` says how it was set."""
        name = self.profile.name.removesuffix(", calibrated") + ", calibrated"
        told = {**self.profile.card, "calibrated": card}
        return replace(self.profile, name=name, threshold=self.threshold, card=told)
