"""Screens compared at the same cost: as many images saved, or as many valid ones lost.

Scores and labels are those of `facescreen.evaluation.sweeps`: higher is more broken, NaN counts
as +infinity, images labeled unsure are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.columns import percent
from facescreen.evaluation.sweeps import Labels, caught_at, read_scores
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

Scores = Mapping[str, Sequence[float] | np.ndarray]


def equal_acceptance(scores_by_screen: Scores, labels: Labels, accept: float = 0.9) -> pd.DataFrame:
    """Let every screen save the same number of images: those that score lowest.

    scores_by_screen: float (N,) by the screen's name. labels: bool (N,), True for broken, or
    label names. accept: the share 0 to 1 of the n images that are not unsure to be saved, which
    makes floor(accept * n) images. Where scores tied at the cut would have to be torn apart, any
    of the tied images may be saved; no order of images decides.

    One row per screen: ``saved`` images; ``threshold``, below which all are saved (NaN where no
    image is rejected); ``tied`` images at the threshold, of which ``tied saved`` are; ``broken``
    among the saved, on average over all ways to choose among the tied; ``rate %`` of it, which
    lies from ``least %`` to ``most %`` whatever is chosen, ``low %`` to ``high %`` being the
    Wilson limits of these two; ``valid lost %`` and ``caught %``, on average. Raises ValueError
    for another share, and as `Verdicts.against` does.
    """
    if not 0 <= accept <= 1:  # NaN compares False too
        raise ValueError(f"accept must be a share from 0 to 1, not {accept!r}")
    rows = {}
    for name, scores in scores_by_screen.items():
        scores, broken, _ = read_scores(scores, labels)
        rows[name] = _saving(scores, broken, math.floor(accept * len(scores) + 1e-9))
    return _by_screen(rows)


def at_equal_valid_loss(
    scores_by_screen: Scores, labels: Labels, valid_lost: float = 0.05
) -> pd.DataFrame:
    """Let every screen lose at most the same share of the valid images: `caught_at` as a table.

    scores_by_screen, labels: as in `equal_acceptance`. valid_lost: share 0 to 1. One row per
    screen: ``threshold``; ``valid lost %``, ``caught %`` and ``saturated caught %``, each with
    ``… low %`` and ``… high %``; ``saved`` images, ``broken`` among them, ``rate %`` with
    ``low %`` and ``high %``. Intervals are Wilson's, 95 %. Raises ValueError as `caught_at` does.
    """
    rows = {}
    for name, scores in scores_by_screen.items():
        at = caught_at(scores, labels, valid_lost)
        missed = at.broken.total - at.broken.count
        saved = missed + at.valid_lost.total - at.valid_lost.count
        rows[name] = {
            "threshold": at.threshold,
            **percent(at.valid_lost, "valid lost"),
            **percent(at.broken, "caught"),
            **percent(at.saturated, "saturated caught"),
            "saved": saved,
            "broken": missed,
            **percent(Rate.of(missed, saved)),
        }
    return _by_screen(rows)


def _saving(scores: np.ndarray, broken: np.ndarray, saved: int) -> dict[str, float]:
    """A screen's row where it saves so many of the images."""
    ill, valid = int(broken.sum()), int((~broken).sum())
    rejects = saved < len(scores)
    threshold = float(np.sort(scores)[saved]) if rejects else float("nan")
    below = scores < threshold if rejects else np.ones(len(scores), bool)
    tied = scores == threshold
    free = saved - int(below.sum())  # images to take from the tied ones
    tied_ill, of_tied = int((tied & broken).sum()), int(tied.sum())
    sure_ill = int((below & broken).sum())
    least = Rate.of(sure_ill + max(0, free - (of_tied - tied_ill)), saved)
    most = Rate.of(sure_ill + min(free, tied_ill), saved)
    expected = sure_ill + (free * tied_ill / of_tied if of_tied else 0)
    return {
        "saved": saved,
        "threshold": threshold,
        "tied": of_tied,
        "tied saved": free,
        "broken": expected,
        "rate %": _share(expected, saved),
        "least %": 100 * least.value,
        "most %": 100 * most.value,
        "low %": 100 * least.low,
        "high %": 100 * most.high,
        "valid lost %": _share(valid - (saved - expected), valid),
        "caught %": _share(ill - expected, ill),
    }


def _share(count: float, total: int) -> float:
    return 100 * count / total if total else float("nan")


def _by_screen(rows: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    import pandas as pd

    if not rows:
        raise ValueError("expected the scores of one or more screens, got none")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("screen")
