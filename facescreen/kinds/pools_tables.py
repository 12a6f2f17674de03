"""What classifiers and screens of kinds make of labeled images that had no part in learning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import auc, caught_at, equal_acceptance, percent
from facescreen.kinds.planting import EYES
from facescreen.labels import KINDS, ReferencePool
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

UNNAMED = "no such kind"  # what the raters had no word for: washed out, few levels
SAID = ("valid", *KINDS, UNNAMED)
PRICE, ACCEPTED = 0.05, 0.7  # of the valid images lost; of all images saved


@dataclass(frozen=True, eq=False)
class Judged:
    """Labeled images for testing: labels and kinds, str (N,), kinds "" where nobody gave one.

    probabilities: float (N, K) by the classifier's name, and the names of its columns in `columns`.
    scores: float (N,) by the screen's name, higher is more broken; flags: bool (N,), its verdicts.
    """

    labels: np.ndarray
    kinds: np.ndarray
    probabilities: Mapping[str, np.ndarray]
    columns: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, np.ndarray]
    flags: Mapping[str, np.ndarray]

    def said(self, classifier: str) -> np.ndarray:
        """Str (N,), of SAID: the likeliest kind, in the raters' words."""
        return in_raters_words(self.probabilities[classifier], self.columns[classifier])


def in_raters_words(probabilities: np.ndarray, columns: tuple[str, ...]) -> np.ndarray:
    """Str (N,), of SAID: the likeliest column, planted kinds named as raters would."""
    words = {column: column for column in ("valid", *KINDS)} | EYES
    said = np.array([words.get(column, UNNAMED) for column in columns])
    return said[probabilities.argmax(axis=1)]


def confusions(pools: Mapping[str, Judged]) -> pd.DataFrame:
    """Images by what the raters said and what each classifier says.

    Rows (classifier, images, by eye), columns SAID; by eye is a kind, "valid", or, where images
    have no kind, the label. Unsure images are left out.
    """
    import pandas as pd

    rows = {}
    for pool, own in pools.items():
        by_eye = np.where(own.kinds != "", own.kinds, own.labels)
        for name in own.probabilities:
            said = own.said(name)
            for kind in ("valid", *KINDS, "broken_saturated", "broken_other"):
                if (by_eye == kind).any():
                    counts = {word: int((said[by_eye == kind] == word).sum()) for word in SAID}
                    rows[name, pool, kind] = counts
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["classifier", "images", "by eye"])


def recalls(confusion: pd.DataFrame) -> pd.DataFrame:
    """Of each kind by eye, the share called so; of what is called so, the share that is.

    confusion: counts as `confusions` has them, of images whose kind is known. Rows as there.
    Columns: ``n``, images of the kind; ``recall %`` and ``precision %`` with Wilson's limits;
    ``called valid``, those of the kind that are: valid ones rightly, all others missed.
    """
    import pandas as pd

    rows = {}
    for (name, pool), counts in confusion.groupby(level=[0, 1], sort=False):
        counts = counts.droplevel([0, 1])
        for kind in counts.index.intersection(["valid", *KINDS]):
            right, total = int(counts.loc[kind, kind]), int(counts.loc[kind].sum())
            rows[name, pool, kind] = {
                "n": total,
                **percent(Rate.of(right, total), "recall"),
                **percent(Rate.of(right, int(counts[kind].sum())), "precision"),
                "called valid": int(counts.loc[kind, "valid"]),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(confusion.index.names)


def raters_recall(
    pool: ReferencePool, first: str = "look 1", second: str = "look 2"
) -> pd.DataFrame:
    """Of the images that one look gave a kind, the share that another gave the same one.

    Rows "valid" and kinds; columns ``n``, ``recall %`` with Wilson's limits. Images that the
    first look was unsure of are left out; where the second was, it did not say the same.
    """
    import pandas as pd

    words = []
    for look in (first, second):
        kinds = pool.kinds_by(look)
        words.append(np.where(kinds != "", kinds, pool.rated_by(look)))
    rows = {}
    for kind in ("valid", *KINDS):
        own = words[0] == kind
        same = Rate.of(int((words[1][own] == kind).sum()), int(own.sum()))
        if own.any():
            rows[kind] = {"n": same.total, **percent(same, "recall")}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("by eye")


def screens_table(pools: Mapping[str, Judged]) -> pd.DataFrame:
    """Every screen on every pool: at its own threshold, at an equal price, at equal acceptance.

    Rows (images, screen). Columns: ``AUC``; at its own threshold ``valid lost %``, ``saturated
    caught %``, ``caught %`` of all broken, each with Wilson's limits, and what is left broken among
    the saved, ``left, broken %`` (saturated alone; broken otherwise left out) and ``left, unusable
    %``; at 5 % of the valid images lost the same, beginning ``at 5 %: ``; where 7 images in 10
    are saved ``at 70 %: left, unusable %`` and ``at 70 %: valid lost %``.
    """
    import pandas as pd

    rows = {}
    for pool, own in pools.items():
        for name, scores in own.scores.items():
            same = equal_acceptance({name: scores}, own.labels, ACCEPTED).loc[name]
            at = caught_at(scores, own.labels, PRICE)
            reached = scores >= at.threshold
            rows[pool, name] = {
                "AUC": auc(scores, own.labels).value,
                **shares(own.flags[name], own.labels),
                **{f"at 5 %: {k}": x for k, x in shares(reached, own.labels).items()},
                "at 70 %: left, unusable %": same["rate %"],
                "at 70 %: valid lost %": same["valid lost %"],
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["images", "screen"])


def shares(flagged: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """What a screen loses, catches and leaves, as columns of `screens_table`."""
    valid, saturated = labels == "valid", labels == "broken_saturated"
    broken = saturated | (labels == "broken_other")
    kept = ~flagged
    return {
        **percent(_rate(flagged, valid), "valid lost"),
        **percent(_rate(flagged, saturated), "saturated caught"),
        **percent(_rate(flagged, broken), "caught"),
        "left, broken %": 100 * _rate(saturated, kept & (valid | saturated)).value,
        "left, unusable %": 100 * _rate(broken, kept & (valid | broken)).value,
    }


def _rate(hit: np.ndarray, of: np.ndarray) -> Rate:
    return Rate.of(int((hit & of).sum()), int(of.sum()))
