"""How far screens travel, as measured when the shipped profiles were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facescreen.screening.profiles import SCREENS

if TYPE_CHECKING:
    import pandas as pd

TRAVELS = {"travel": 2, "travel_by_repository": 1, "travel_calibrated": 2}  # columns of the index


def travel_table(name: str = "travel") -> pd.DataFrame:
    """A shipped table of `data/screens`, as `facescreen.evidence.travel_tables` made it.

    name: of TRAVELS. "travel": every screen on images that it has not learned from, rows by images
    and screen; "travel_by_repository": the rule of signs on each repository left out;
    "travel_calibrated": the same calibrated on a few valid images. Raises KeyError for another.
    """
    import pandas as pd

    index = list(range(TRAVELS[name]))
    return pd.read_csv(SCREENS / f"{name}.csv", index_col=index)
