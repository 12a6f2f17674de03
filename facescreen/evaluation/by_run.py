"""A screening of labeled images, with how far single training runs lie apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.columns import as_read
from facescreen.evaluation.tables import screening_table
from facescreen.screening import PoolWalk

if TYPE_CHECKING:
    import pandas as pd

FEW = 10  # below so many images a share of a single run says nothing


def screening_by_run(
    flags: Mapping[str, np.ndarray],
    labels: np.ndarray,
    reading: str = "unusable",
    runs: np.ndarray | None = None,
    count: int | None = None,
) -> pd.DataFrame:
    """`screening_table` of images that were judged in their order, and the spread between runs.

    flags: bool (N,) by rule, True for rejected. labels: str (N,). runs: (N,), the training run that
    each image is from. count: images that each rule saves; None: all that pass.

    With ``runs`` the columns ``lowest run %`` and ``highest run %`` tell between which shares of
    broken images, among all that pass, single runs lie, ``lowest run lost %`` and ``highest run
    lost %`` the same of the valid images lost: see `run_spread`.
    """
    walk = PoolWalk(len(labels) if count is None else count, dict(flags))
    table = screening_table(walk, labels, reading)
    if runs is None:
        return table
    counted, valid = as_read(labels, reading), labels == "valid"
    ends = [run_spread(~valid, counted & ~flag, runs) for flag in flags.values()]
    table["lowest run %"], table["highest run %"] = zip(*ends, strict=True)
    ends = [run_spread(flag, valid, runs) for flag in flags.values()]
    table["lowest run lost %"], table["highest run lost %"] = zip(*ends, strict=True)
    return table


def run_spread(part: np.ndarray, of: np.ndarray, runs: np.ndarray) -> tuple[float, float]:
    """The lowest and highest share, in percent, that `part` is `of` those images in single runs.

    Bool (N,) both. Runs with fewer than FEW of them say nothing; NaN where no two runs say any.
    """
    own = [of & (runs == run) for run in np.unique(runs)]
    shares = [100 * float(part[chosen].mean()) for chosen in own if chosen.sum() >= FEW]
    return (min(shares), max(shares)) if len(shares) > 1 else (float("nan"), float("nan"))
