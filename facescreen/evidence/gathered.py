"""What the tables and the ledger are computed from: read or measured once, when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facescreen.breakage import KINDS, DamagedBatch, plant_all
from facescreen.evaluation import PAPER_SAVED
from facescreen.faces import portraits
from facescreen.labels import ReferencePool, load_reference
from facescreen.labels.labeling import JUDGE_FACES, JUDGE_SEED
from facescreen.screening import (
    LearnedRule,
    MultiColorRule,
    NoRule,
    PoolWalk,
    PortraitJudge,
    Rule,
    SignsRule,
    SingleColorRule,
    Verdicts,
)

# Named as in `facescreen.evaluation.paper_table`.
TABLE_RULES: Mapping[str, Rule] = {
    "none": NoRule(),
    "single 40": SingleColorRule(40),
    "single 20": SingleColorRule(20),
    "multi 40 / 1,000": MultiColorRule(40, 1000),
}
OTHERS = "multi, others' sum"  # the other reading of the paper's white sum
VALID_LOST = 0.05  # the price at which screens are compared
DAMAGE_SEED, CLEAN_SEED, SIGNS_SEED = 105, 106, 108  # of portraits: no model here learned from them
PLANTED = 200  # images of each kind
STRENGTHS, AREAS = (0.5, 1.0), (0.02, 0.3)


@dataclass(frozen=True)
class Evidence:
    """The labeled pools, planted damage, and what every screen says of them.

    images_per_kind: of planted damage. alarm_faces: clean portraits to count false alarms on.
    audit_images: generated images to take through every way of saving them.

    Screens learn from the pools "default" and "strong", and are measured on "test" and
    "test_strong", new images that were labeled when their design was done. The four signs are
    calibrated on the valid images of each generator, as a user would; weights are learned from the
    default pool alone.
    """

    images_per_kind: int = PLANTED
    alarm_faces: int = 12_000
    audit_images: int = 2496  # whole blocks of the generator, about as many as the paper saves

    @cached_property
    def pool(self) -> ReferencePool:
        return load_reference("default")

    @cached_property
    def strong(self) -> ReferencePool:
        return load_reference("strong")

    @cached_property
    def test(self) -> ReferencePool:
        return load_reference("test")

    @cached_property
    def test_strong(self) -> ReferencePool:
        return load_reference("test_strong")

    # --- screens ---------------------------------------------------------------------------------

    @cached_property
    def signs(self) -> SignsRule:
        """Calibrated on the default pool's valid images."""
        return calibrated_signs(self.pool)

    @cached_property
    def strong_signs(self) -> SignsRule:
        """Calibrated on the strong pool's valid images."""
        return calibrated_signs(self.strong)

    @cached_property
    def learned(self) -> LearnedRule:
        """Taught with the default pool's labels."""
        return LearnedRule.fit(self.pool.images, self.pool.labels, VALID_LOST)

    @cached_property
    def judge(self) -> PortraitJudge:
        return PortraitJudge.fit(portraits(JUDGE_FACES, 64, JUDGE_SEED))

    def scores(self, images: np.ndarray, signs: SignsRule) -> dict[str, np.ndarray]:
        """What each screen measures, the higher the more broken: float (N,) by name.

        Of the multi-color rule, the larger of both its measures, each in its threshold's unit.
        """
        multi = MultiColorRule()(images)
        both = np.maximum(
            multi.score / multi.rule.color_threshold, multi.white_sum / multi.rule.sum_threshold
        )
        return {
            "single color": SingleColorRule()(images).score,
            "multi color": both,
            "four signs": signs(images).score,
            "learned": self.learned(images).score,
            "judge": self.judge(images),
        }

    @cached_property
    def test_scores(self) -> dict[str, np.ndarray]:
        return self.scores(self.test.images, self.signs)

    @cached_property
    def test_strong_scores(self) -> dict[str, np.ndarray]:
        return self.scores(self.test_strong.images, self.strong_signs)

    # --- verdicts --------------------------------------------------------------------------------

    @cached_property
    def verdicts(self) -> dict[str, Verdicts]:
        """Of the paper's rules, on the default pool."""
        return {name: rule(self.pool.images) for name, rule in TABLE_RULES.items()}

    @cached_property
    def walk(self) -> PoolWalk:
        """Every rule walks through the default pool until it has saved 2,500 images."""
        return PoolWalk(PAPER_SAVED, {name: v.broken for name, v in self.verdicts.items()})

    @cached_property
    def clean(self) -> np.ndarray:
        """Portraits without damage, as many as are damaged."""
        return portraits(self.images_per_kind * len(KINDS), 64, CLEAN_SEED)

    @cached_property
    def planted(self) -> DamagedBatch:
        """Portraits with one kind of damage each, the kinds in turn."""
        faces = portraits(self.images_per_kind * len(KINDS), 64, DAMAGE_SEED)
        return plant_all(faces, None, STRENGTHS, AREAS, DAMAGE_SEED)


def calibrated_signs(pool: ReferencePool) -> SignsRule:
    """The four signs, calibrated on a pool's valid images."""
    return SignsRule().calibrate(pool.images[pool.labels == "valid"], VALID_LOST)
