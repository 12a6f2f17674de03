"""Whom a screen's mistakes hit: shares by group with intervals, and how far groups lie apart.

    shares = by_group(flagged[valid], {"skin tone": tones[valid]})
    gaps(shares)  # of each attribute: the groups furthest apart, and whether chance does as much
    bias_table("gaps")  # as measured when `python -m facescreen.evidence.bias` last ran

A screen that is right on average may be wrong about some faces far more often than about others.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import hypot
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.evaluation.columns import percent
from facescreen.evaluation.compare import holm
from facescreen.evaluation.false_alarms import chance_of_spread
from facescreen.screening import Rate
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

BIAS = DATA / "bias"
TABLES = {"groups": 5, "gaps": 4}  # columns of the index
POINTS = 3  # percentage points, from which a difference is named
FEWEST = 30  # images of a group that is compared
DRAWS = 19_999  # of chance: so that the smallest p survives Holm over a few hundred comparisons
NO, MAYBE, YES = "", "may be chance", "beyond chance"


def by_group(mistaken: np.ndarray, attributes: Mapping[str, Any]) -> pd.DataFrame:
    """Count a screen's mistakes by group: rows (``attribute``, ``group``).

    mistaken: bool (N,), of images of which each could be one. attributes: str (N,) or a
    `pandas.Categorical` of them, the group of each image, by the attribute's name; groups stand in
    the order of the categories, or sorted, those without an image left out. Columns: ``images``,
    ``mistakes``, ``rate %`` and its Wilson 95 % interval ``low %`` and ``high %``. Raises
    ValueError for other lengths.
    """
    import pandas as pd

    rows = {}
    for attribute, groups in attributes.items():
        if len(groups) != len(mistaken):
            raise ValueError(
                f"{attribute!r} has {len(groups)} groups, expected one for each of the "
                f"{len(mistaken)} images"
            )
        groups = pd.Categorical(groups)
        for group in groups.remove_unused_categories().categories:
            own = mistaken[groups == group]
            rate = Rate.of(int(own.sum()), len(own))
            rows[attribute, str(group)] = {
                "images": rate.total,
                "mistakes": rate.count,
                **percent(rate),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["attribute", "group"])


def gaps(shares: pd.DataFrame, fewest: int = FEWEST) -> pd.DataFrame:
    """Of each attribute the two groups whose shares lie furthest apart.

    shares: of `by_group`, or several of them joined, whose further levels of the index stand before
    ``attribute``. Groups of fewer than `fewest` images are not compared; where fewer than two are
    left, there is no row. Columns: ``groups`` compared; ``lowest`` and ``highest``, with their
    shares ``lowest %`` and ``highest %``; ``gap`` in percentage points between ``gap low`` and
    ``gap high``, Newcombe's interval at a level at which it holds for all pairs of the groups at
    once, so for the one that was chosen, too; ``p``, how often chance alone spreads the mistakes as
    unevenly over all the groups; ``p Holm``, adjusted for the number of rows; ``apart``: "beyond
    chance" where the gap is above POINTS and ``p Holm`` below 0.05, "may be chance" where it is
    above POINTS only.
    """
    import pandas as pd

    names = list(shares.index.names[:-1])
    rows = {}
    for where, own in shares[shares["images"] >= fewest].groupby(level=names, sort=False):
        if len(own) > 1:
            rows[where] = _gap(own.droplevel(names))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(names)
    if rows:
        table["p Holm"] = holm(table["p"].to_numpy())
        sure = np.where(table["p Holm"] < 0.05, YES, MAYBE)
        table["apart"] = np.where(table["gap"] > POINTS, sure, NO)
    return table


def newcombe(first: Rate, second: Rate, confidence: float = 0.95) -> tuple[float, float]:
    """An interval for second - first, two independent shares: Newcombe's, from Wilson's limits.

    Source: Newcombe, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods" (Statistics in Medicine, 1998), method 10.
    """
    from scipy.stats import binomtest

    one, two = (
        binomtest(rate.count, rate.total).proportion_ci(confidence, method="wilson")
        for rate in (first, second)
    )
    difference = second.value - first.value
    down = hypot(second.value - two.low, one.high - first.value)
    up = hypot(two.high - second.value, first.value - one.low)
    return difference - down, difference + up


def bias_table(name: str = "gaps") -> pd.DataFrame:
    """A shipped table of `data/bias`, as `facescreen.evidence.bias` made it.

    name: "groups", rows (population, error, rule, attribute, group), as `by_group` has them; or
    "gaps", rows (population, error, rule, attribute), as `gaps` has them. ``error`` is "valid
    lost", "saturated missed" or "broken missed"; ``seen`` says that the rule learned from these
    very images. Raises KeyError for another name.
    """
    import pandas as pd

    index = list(range(TABLES[name]))
    return pd.read_csv(BIAS / f"{name}.csv", index_col=index, keep_default_na=False)


def _gap(own: pd.DataFrame) -> dict[str, Any]:
    order = own["rate %"].to_numpy().argsort(kind="stable")
    pair = own.iloc[[order[0], order[-1]]]
    low, high = (Rate.of(*map(int, counts)) for counts in pair[["mistakes", "images"]].to_numpy())
    pairs = len(list(combinations(own.index, 2)))
    ends = newcombe(low, high, 1 - 0.05 / pairs)
    return {
        "groups": len(own),
        **dict(zip(("lowest", "highest"), pair.index, strict=True)),
        "lowest %": 100 * low.value,
        "highest %": 100 * high.value,
        "gap": 100 * (high.value - low.value),
        "gap low": 100 * ends[0],
        "gap high": 100 * ends[1],
        "p": chance_of_spread(own["mistakes"], own["images"], DRAWS),
    }
