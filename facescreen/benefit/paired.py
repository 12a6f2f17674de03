"""Differences between arms of the same seeds: intervals, tests, and what counts as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import holm

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
HELPS, HARMS, NOT_SEEN = "helps", "harms", "not seen"


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95 % interval of Student's t, and the paired t test.

    pairs: how many. low, high, p: NaN for fewer than two pairs; p is 1 where all are 0. detectable:
    the true difference that pairs which scatter as these do would have shown at 5 % in 80 of 100
    studies.
    """

    pairs: int
    mean: float
    low: float
    high: float
    p: float
    detectable: float


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """first − second, pair by pair: float (n,) each, n of 1 or more; ValueError otherwise."""
    from scipy import stats

    differences = np.asarray(first, float) - np.asarray(second, float)
    if differences.ndim != 1 or not len(differences):
        raise ValueError(f"expected one or more pairs of numbers, got shape {differences.shape}")
    count, mean = len(differences), float(differences.mean())
    if count < 2:
        return Difference(count, mean, *[float("nan")] * 4)
    error, degrees = float(differences.std(ddof=1)) / np.sqrt(count), count - 1
    reach = float(stats.t.ppf(1 - LEVEL / 2, degrees)) * error
    if not error:
        p = 1.0 if not mean else 0.0
    else:
        p = 2 * float(stats.t.sf(abs(mean) / error, degrees))
    # The usual approximation: both quantiles of t, of the test and of the power.
    power = float(stats.t.ppf(1 - LEVEL / 2, degrees) + stats.t.ppf(0.8, degrees)) * error
    return Difference(count, mean, mean - reach, mean + reach, p, power)


def judged(differences: pd.DataFrame) -> pd.DataFrame:
    """The rows with `p Holm`, over all of them together, and `says`: helps, harms or not seen.

    differences: columns low, high, p, as `Difference` has them, higher being better.
    """
    table = differences.copy()
    table["p Holm"] = holm(table["p"].fillna(1).to_numpy())
    sure = table["p Holm"] < LEVEL
    table["says"] = np.select([sure & (table["low"] > 0), sure & (table["high"] < 0)],
                              [HELPS, HARMS], NOT_SEEN)  # fmt: skip
    return table


def compare_arms(
    table: pd.DataFrame,
    screens: Sequence[str],
    against: str,
    value: str,
    within: Sequence[str] = (),
    scale: float = 1.0,
) -> pd.DataFrame:
    """Each screen's arm minus the arm `against`, seed by seed, judged together.

    table: a row per seed and arm, with columns `seed`, `arm`, `value` and those of `within`, which
    tell comparisons apart. scale: what differences are multiplied by; −1 where less is better.
    Seeds that lack one of the two arms are left out. One row per comparison, indexed by `within`
    and the screen, with the columns of `Difference`, `p Holm` and `says`; none where nothing is.
    """
    import pandas as pd

    groups = table.groupby(list(within), sort=False) if within else [((), table)]
    rows = {}
    for place, own in groups:
        wide = own.pivot_table(index="seed", columns="arm", values=value)
        for screen in screens:
            if {screen, against} <= set(wide.columns):
                both = wide[[screen, against]].dropna()
                found = paired_difference(scale * both[screen], scale * both[against])
                rows[(*place, screen)] = vars(found)
    names, columns = [*within, "screen"], [field.name for field in fields(Difference)]
    levels = list(zip(*rows, strict=True)) or [[] for _ in names]
    index = pd.MultiIndex.from_arrays(levels, names=names)
    index = index if within else index.get_level_values(0)
    return judged(pd.DataFrame(list(rows.values()), index, columns))
