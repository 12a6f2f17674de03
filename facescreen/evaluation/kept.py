"""Screens at equal acceptance, where some keep an image by chance: what is left, exactly.

A screen is the chance that each image is kept, float (N,), the same share on average for all.
Shares among the kept are then expectations, sums over images; no draw decides. `acceptance.py`
compares screens that are scores alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.columns import as_read

if TYPE_CHECKING:
    import pandas as pd

Z = 1.959963984540054  # of a normal distribution, for 95 %


def keep_lowest(scores: np.ndarray, accept: float) -> np.ndarray:
    """Keep the share `accept` of the images that scores lowest: chances float64 (N,), 0 or 1.

    Images tied at the cut share what is left. NaN counts as +infinity. Raises ValueError for a
    share that is not from 0 to 1.
    """
    if not 0 <= accept <= 1:  # NaN compares False too
        raise ValueError(f"accept must be a share from 0 to 1, not {accept!r}")
    scores = np.asarray(scores, np.float64)
    scores = np.where(np.isnan(scores), np.inf, scores)
    wanted = accept * len(scores)
    place = min(math.floor(wanted + 1e-9), len(scores) - 1)
    cut = np.sort(scores)[place]
    below, tied = scores < cut, scores == cut
    return np.where(below, 1.0, np.where(tied, (wanted - below.sum()) / tied.sum(), 0.0))


def draw_kept(chances: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One draw: indices of round(sum of chances) images, each as often as its chance says.

    Systematic sampling in random order: an image with chance 1.3, as chains may have, comes once,
    and a second time in three draws of ten.
    """
    order = random.permutation(len(chances))
    reached = np.cumsum(chances[order])
    count = round(reached[-1])
    marks = (np.arange(count) + random.random()) * reached[-1] / max(1, count)
    return np.sort(order[np.minimum(np.searchsorted(reached, marks), len(order) - 1)])


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % limits of a share of `count` images, which need not be a whole number."""
    if not count > 0:
        return 0.0, 1.0
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    reach = Z * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def kept_table(
    kept: Mapping[str, np.ndarray], labels: np.ndarray, runs: np.ndarray | None = None
) -> pd.DataFrame:
    """What each screen leaves, one row per screen, in both readings.

    kept: chances float (N,) by screen. labels: str (N,). Columns: ``kept %`` of all images,
    ``calls`` of the generator for an image kept; ``broken %``, saturated among the kept that are
    saturated or valid, and ``unusable %``, broken in any way among the kept that are not unsure,
    each with ``low`` and ``high``, Wilson's 95 % limits for the expected numbers; ``saturated kept
    %``, ``broken kept %`` and ``valid kept %``, of those there are. With runs, (N,), the lowest and
    the highest ``unusable %`` of a single run.
    """
    import pandas as pd

    rows = {}
    for name, chance in kept.items():
        share = float(np.mean(chance))
        row = {"kept %": 100 * share, "calls": 1 / share if share else np.nan}
        for reading in ("broken", "unusable"):
            row |= _left(chance, labels, reading)
        saturated, broken = labels == "broken_saturated", np.char.startswith(labels, "broken")
        parts = {"saturated": saturated, "broken": broken, "valid": labels == "valid"}
        for part, own in parts.items():
            row[f"{part} kept %"] = 100 * float(np.mean(chance[own])) if own.any() else np.nan
        if runs is not None:
            single = [_left(chance[runs == r], labels[runs == r], "unusable")["unusable %"]
                      for r in np.unique(runs)]  # fmt: skip
            row |= {"lowest run %": min(single), "highest run %": max(single)}
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("screen")


def kinds_kept(kept: Mapping[str, np.ndarray], kinds: np.ndarray) -> pd.DataFrame:
    """Which share of each kind of breakage a screen keeps, in percent: rows screens.

    kinds: str (N,), "" for images that have none, which are left out.
    """
    import pandas as pd

    names = [kind for kind in np.unique(kinds) if kind]
    rows = {name: {k: 100 * float(c[kinds == k].mean()) for k in names} for name, c in kept.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("screen")


def difference(
    chance: np.ndarray, other: np.ndarray, labels: np.ndarray, reading: str, draws: int = 1000
) -> tuple[float, float, float]:
    """By how many points a screen's broken share lies above another's, with 95 % limits.

    Paired: images are drawn anew, the same ones for both screens, whose chances stay.
    """
    counted = as_read(labels, reading)
    broken = labels[counted] != "valid"
    pair = np.stack([chance[counted], other[counted]])
    random = np.random.default_rng(0)
    times = random.multinomial(len(broken), np.full(len(broken), 1 / len(broken)), draws)
    times = np.concatenate([np.ones((1, len(broken))), times])
    shares = 100 * (times @ (pair * broken).T) / (times @ pair.T)
    apart = shares[:, 0] - shares[:, 1]
    low, high = np.quantile(apart[1:], (0.025, 0.975))
    return float(apart[0]), float(low), float(high)


def _left(chance: np.ndarray, labels: np.ndarray, reading: str) -> dict[str, float]:
    counted = as_read(labels, reading)
    total = float(chance[counted].sum())
    share = float(chance[counted & (labels != "valid")].sum()) / total if total else np.nan
    low, high = wilson(share, total)
    ends = {f"{reading} low %": 100 * low, f"{reading} high %": 100 * high}
    return {f"{reading} %": 100 * share} | ends
