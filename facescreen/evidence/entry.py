"""One line of the ledger: a claim, the paper's figure, ours, the outcome and its criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import percent
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

REPRODUCED, PARTLY, NOT, UNTESTED = "reproduced", "partly", "not", "not tested here"


@dataclass(frozen=True)
class Entry:
    """A line: the claim, where it stands, the paper's figure, ours with its interval, the outcome.

    criterion: when it would count as reproduced, and when as partly.
    """

    claim: str
    section: str
    paper: str
    here: str
    outcome: str
    criterion: str


def share_of(found: np.ndarray, chosen: np.ndarray) -> Rate:
    return Rate.of(int(found[chosen].sum()), int(chosen.sum()))


def share(row: pd.Series) -> str:
    return f"{row['rate %']:.2f} % ({row['low %']:.2f} to {row['high %']:.2f})"


def words(rate: Rate) -> str:
    shares = percent(rate)
    return f"{shares['rate %']:.1f} % ({shares['low %']:.1f} to {shares['high %']:.1f})"
