"""One line of the ledger: a claim, the paper's figure, ours, the outcome and its criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import percent
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

REPRODUCED, PARTLY, NOT = "reproduced", "partly", "not"
CHOSEN = "chosen for it"  # how the images were made was chosen with an eye to this very figure
PAPER, OURS = "the paper's claim", "our question"
APART = "no labels needed"  # the images of a claim that is tested on planted damage, or on none


@dataclass(frozen=True)
class Entry:
    """A line: the claim, whose it is, the paper's figure, ours with its interval, the outcome.

    images: the population that it was tested on. criterion: when it would count as reproduced, and
    when as partly. whose: PAPER, or OURS for what the paper does not count or take up.
    """

    claim: str
    section: str
    paper: str
    here: str
    outcome: str
    criterion: str
    images: str = APART
    whose: str = PAPER


def share_of(found: np.ndarray, chosen: np.ndarray) -> Rate:
    return Rate.of(int(found[chosen].sum()), int(chosen.sum()))


def share(row: pd.Series) -> str:
    return f"{row['rate %']:.2f} % ({row['low %']:.2f} to {row['high %']:.2f})"


def words(rate: Rate) -> str:
    shares = percent(rate)
    return f"{shares['rate %']:.1f} % ({shares['low %']:.1f} to {shares['high %']:.1f})"
