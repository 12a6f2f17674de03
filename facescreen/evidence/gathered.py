"""What the tables and the ledger are computed from: read or measured once, when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from facescreen.breakage import KINDS, DamagedBatch, plant_all
from facescreen.evaluation import PAPER_SAVED, false_alarms
from facescreen.evidence.populations import TABLE_RULES, Population, elsewhere, of_pool
from facescreen.evidence.travel import Travel
from facescreen.faces import portraits
from facescreen.labels import ReferencePool, load_reference
from facescreen.screening import (
    PoolWalk,
    PortraitJudge,
    SignsRule,
    Verdicts,
)

if TYPE_CHECKING:
    import pandas as pd

OTHERS = "multi, others' sum"  # the other reading of the paper's white sum
POPULATIONS = {  # what a pool is called where populations are compared
    "while learning": "learning",
    "while learning, shipped recipe": "learning_plain",
    "finished": "pool",
}
OTHERS_GANS = "other people's GANs"
VALID_LOST = 0.05  # the price at which screens are compared
DAMAGE_SEED, CLEAN_SEED, SIGNS_SEED = 105, 106, 108  # of portraits: no model here learned from them
PLANTED = 200  # images of each kind
STRENGTHS, AREAS = (0.5, 1.0), (0.02, 0.3)


@dataclass(frozen=True)
class Evidence:
    """The labeled pools, planted damage, and what every screen says of them.

    images_per_kind: of planted damage. alarm_faces: clean portraits to count false alarms on.
    audit_images: generated images to take through every way of saving them.

    Screens are measured on pools that none learned from, "test", "test_strong" and "learning_test",
    and on other people's GANs, each repository left out of what the screen learned from.
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

    @cached_property
    def learning(self) -> ReferencePool:
        return load_reference("learning")

    @cached_property
    def learning_plain(self) -> ReferencePool:
        return load_reference("learning_plain")

    @property
    def finished(self) -> tuple[ReferencePool, ...]:
        """The pools of finished generators."""
        return self.pool, self.strong, self.test, self.test_strong

    @cached_property
    def while_learning(self) -> tuple[ReferencePool, ...]:
        """The pools drawn while a GAN learned; the last is for screens, not for tables of rates."""
        return self.learning, self.learning_plain, load_reference("learning_test")

    # --- populations -----------------------------------------------------------------------------

    @cached_property
    def populations(self) -> dict[str, Population]:
        """All of them by name, the paper's own kind first."""
        pools = {name: getattr(self, attribute) for name, attribute in POPULATIONS.items()}
        found = {name: of_pool(name, pool) for name, pool in pools.items()}
        return found | {OTHERS_GANS: elsewhere(OTHERS_GANS)}

    def population_of(self, pool: ReferencePool) -> Population:
        """A pool of `POPULATIONS` as a population."""
        return next(self.populations[n] for n, a in POPULATIONS.items() if getattr(self, a) is pool)

    # --- false alarms ----------------------------------------------------------------------------

    @cached_property
    def alarms(self) -> pd.DataFrame:
        """False alarms of the rules on clean portraits, varied and studio, by what they show."""
        import pandas as pd

        sources = ("portraits", "portraits:studio")
        tables = {s: false_alarms(s, count=self.alarm_faces) for s in sources}
        return pd.concat(tables, names=["source"])

    # --- screens ---------------------------------------------------------------------------------

    @cached_property
    def signs(self) -> SignsRule:
        """As shipped."""
        return SignsRule()

    @cached_property
    def travel(self) -> Travel:
        return Travel.of_shipped()

    @cached_property
    def judge(self) -> PortraitJudge:
        from facescreen.labels.labeling import JUDGE_FACES, JUDGE_SEED  # draws, and loads torch

        return PortraitJudge.fit(portraits(JUDGE_FACES, 64, JUDGE_SEED))

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
