"""Populations: whose images a figure speaks of. The paper's rules on each, read in two ways.

A screen tuned on one population fails on another, so that every table says of which images it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facescreen.evaluation import as_read, run_spread
from facescreen.labels import ReferencePool
from facescreen.labels.elsewhere import load_elsewhere
from facescreen.screening import (
    MultiColorRule,
    NoRule,
    PoolWalk,
    Rule,
    SingleColorRule,
    Verdicts,
    channel_histogram,
)

# Named as in `facescreen.evaluation.paper_table`.
SINGLE, SINGLE_20, MULTI = "single 40", "single 20", "multi 40 / 1,000"
TABLE_RULES: Mapping[str, Rule] = {
    "none": NoRule(),
    SINGLE: SingleColorRule(40),
    SINGLE_20: SingleColorRule(20),
    MULTI: MultiColorRule(40, 1000),
}


@dataclass(frozen=True)
class Population:
    """Labeled images and what the paper's rules say of them.

    name: as tables have it. labels: str (N,). flags: bool (N,) by rule, True for broken. All in
    pixels of 64 × 64, float (N,): single, what the single-color rule measures; full, the pixels at
    255 of the channel that has the fewest; score and white_sum, what the multi-color rule measures.

    runs: (N,), the training run that each image is from; between runs shares differ more than
    intervals tell. run: what a run is called.
    """

    name: str
    labels: np.ndarray
    flags: dict[str, np.ndarray]
    single: np.ndarray
    full: np.ndarray
    score: np.ndarray
    white_sum: np.ndarray
    runs: np.ndarray
    run: str = "seed"

    @cached_property
    def walk(self) -> PoolWalk:
        """All the images judged: what passes is what a run as long as the pool would save."""
        return PoolWalk(len(self.labels), self.flags)

    def counted(self, reading: str) -> tuple[np.ndarray, np.ndarray]:
        """Bool (N,) each: which images a reading counts, and which of them are broken."""
        counted = as_read(self.labels, reading)
        return counted, counted & (self.labels != "valid")

    def spread(self, reading: str, rule: str) -> tuple[float, float]:
        """Between which shares of broken images, among those a rule passes, single runs lie."""
        counted, broken = self.counted(reading)
        return run_spread(broken, counted & ~self.flags[rule], self.runs)

    def by_run(self) -> dict[str, Population]:
        """Each training run's images as a population of their own, if there are several."""
        names = np.unique(self.runs)
        return {str(n): self.part(self.runs == n) for n in names} if len(names) > 1 else {}

    def part(self, chosen: np.ndarray) -> Population:
        """Some of the images: bool (N,)."""
        flags = {name: flag[chosen] for name, flag in self.flags.items()}
        arrays = (self.single, self.full, self.score, self.white_sum, self.runs)
        return Population(
            self.name, self.labels[chosen], flags, *(a[chosen] for a in arrays), self.run
        )


def of_pool(name: str, pool: ReferencePool) -> Population:
    """A labeled pool as a population; a run is the training of a seed, or the one there was."""
    verdicts = {rule: TABLE_RULES[rule](pool.images) for rule in TABLE_RULES}
    full = channel_histogram(pool.images)[:, :, 255].min(axis=1)
    return _of_verdicts(name, pool.labels, verdicts, full, pool.seeds)


def elsewhere(name: str) -> Population:
    """Output tiles of other people's GANs, as far as their table tells; a run is a repository."""
    tiles = load_elsewhere()
    verdicts = {name: tiles.verdicts(rule) for name, rule in TABLE_RULES.items()}
    full = tiles.counts[:, :, -1].min(axis=1)
    return _of_verdicts(name, tiles.labels, verdicts, full, tiles.repositories, "repository")


def _of_verdicts(
    name: str,
    labels: np.ndarray,
    verdicts: Mapping[str, Verdicts],
    full: np.ndarray,
    runs: np.ndarray,
    run: str = "seed",
) -> Population:
    flags, multi = {rule: v.broken for rule, v in verdicts.items()}, verdicts[MULTI]
    measured = verdicts[SINGLE].score, full, multi.score, multi.white_sum
    return Population(name, labels, flags, *measured, runs, run)
