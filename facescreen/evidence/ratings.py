"""Tables of the labels themselves: how many of each, and how far the looks agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import agreement_table, confusion, kappa, kappa_row
from facescreen.evidence.gathered import Evidence
from facescreen.labels import KINDS, ReferencePool

if TYPE_CHECKING:
    import pandas as pd

PATCHES = ("saturated", "not")


def labels(evidence: Evidence) -> pd.DataFrame:
    """How many images of each pool got each label, and each kind of breakage where it was given."""
    import pandas as pd

    pools = (*evidence.finished, *evidence.while_learning)
    rows = {pool.name: {"images": len(pool), **pool.counts, **_kinds(pool)} for pool in pools}
    table = pd.DataFrame.from_dict(rows, orient="index").astype("Int64")
    return table.rename_axis("pool")


def raters(evidence: Evidence) -> pd.DataFrame:
    """How far the first two looks agree: on four labels, and on what the two readings ask.

    "saturated or not" and "valid or broken" leave out images that either look is unsure about;
    "kind" compares images that both looks called broken and gave a kind.
    """
    import pandas as pd

    tables = {}
    for pool in (*evidence.finished, *evidence.while_learning):
        one, two = pool.rated_by("look 1"), pool.rated_by("look 2")
        table = agreement_table(one, two)
        table.loc["saturated or not"] = kappa_row(
            kappa(_patches(one), _patches(two), names=PATCHES)
        )
        if len(pool.kind_ratings):
            kinds = pool.kinds_by("look 1"), pool.kinds_by("look 2")
            table.loc["kind"] = kappa_row(kappa(*kinds, names=KINDS))
        tables[pool.name] = table
    return pd.concat(tables, names=["pool"])


def _patches(labels: np.ndarray) -> np.ndarray:
    """A look's labels as "saturated", "not", or "" where it was unsure."""
    said = np.where(labels == "broken_saturated", *PATCHES)
    return np.where(labels == "unsure", "", said)


def looks(evidence: Evidence) -> pd.DataFrame:
    """Labels of the first look (rows) against those of the second, over all pools."""
    pools = (*evidence.finished, *evidence.while_learning)
    one, two = (
        np.concatenate([pool.rated_by(look) for pool in pools]) for look in ("look 1", "look 2")
    )
    return confusion(one, two)


def _kinds(pool: ReferencePool) -> dict[str, int]:
    given = len(pool.kind_ratings) > 0
    return {kind: int((pool.kinds == kind).sum()) for kind in KINDS} if given else {}
