"""Every threshold of a score at once: what is caught, what is lost, what is left among the saved.

A score is higher for images that look more broken; at threshold t, those with score >= t are
rejected, equal scores together. Two rules hold everywhere here: a score of NaN, which an image
that is not finite has, counts as +infinity, so such an image is rejected before all others; and
images labeled unsure are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.screening import Rate, Verdicts, read_labels

if TYPE_CHECKING:
    import pandas as pd

Labels = Sequence[bool] | Sequence[str] | np.ndarray  # as in `Verdicts.against`


def read_scores(scores: Any, labels: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of the images that are not unsure, which are broken, and which are saturated.

    Returns float64, bool and bool (n,). Raises ValueError for other shapes or another label.
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 1:
        raise ValueError(f"expected scores (N,), one per image, not shape {scores.shape}")
    broken, sure = read_labels(labels, len(scores))
    saturated = np.asarray(labels) == "broken_saturated"  # of bool labels, none is known to be
    scores = np.where(np.isnan(scores), np.inf, scores)
    return scores[sure], broken[sure], np.broadcast_to(saturated, sure.shape)[sure]


def multi_scores(multi: Verdicts) -> np.ndarray:
    """What moves both thresholds of a multi-color rule at once: float (N,), broken from 1 up.

    multi: its verdicts, by thresholds in pixels. The larger of color and white, each as a share of
    its threshold.
    """
    rule = multi.rule
    return np.maximum(multi.score / rule.color_threshold, multi.white_sum / rule.sum_threshold)


def roc(scores: Sequence[float] | np.ndarray, labels: Labels) -> pd.DataFrame:
    """Receiver operating characteristic: one row per threshold, from none rejected to all.

    scores: float (N,). labels: bool (N,), True for broken, or label names. Columns: ``threshold``
    (each score that occurs, falling; NaN in the first row, which rejects nothing), ``valid lost
    %`` (false positive rate) and ``caught %`` (true positive rate), NaN where there is no valid
    or no broken image. Raises ValueError as `Verdicts.against` does.
    """
    return broken_rate_curve(scores, labels)[["threshold", "valid lost %", "caught %"]]


def broken_rate_curve(scores: Sequence[float] | np.ndarray, labels: Labels) -> pd.DataFrame:
    """What a data set gains and pays at every threshold, from none rejected to all.

    Takes and raises what `roc` does. Columns: ``threshold`` as there, ``valid lost %``, ``caught
    %``, ``saved %`` (of all images that are not unsure) and ``rate %`` (broken among the saved,
    NaN where none is saved).
    """
    import pandas as pd

    thresholds, broken, valid = _rejected(*read_scores(scores, labels)[:2])
    total = broken[-1] + valid[-1]
    saved = total - broken - valid
    return pd.DataFrame(
        {
            "threshold": thresholds,
            "valid lost %": _percent(valid, valid[-1]),
            "caught %": _percent(broken, broken[-1]),
            "saved %": _percent(saved, total),
            "rate %": _percent(broken[-1] - broken, saved),
        }
    )


def at_thresholds(
    curves: Mapping[str, pd.DataFrame], thresholds: Mapping[str, float]
) -> pd.DataFrame:
    """The points of curves where their screens reject score >= threshold, one row per screen.

    curves: `broken_rate_curve` (or `roc`) by screen. thresholds: a number by screen, of those to
    be looked up. Columns are those of the curve, ``threshold`` being the one asked for. Raises
    ValueError for a screen without a curve.
    """
    import pandas as pd

    rows = {}
    for name, threshold in thresholds.items():
        if name not in curves:
            raise ValueError(f"expected a screen among {', '.join(curves)}; not {name!r}")
        # Between two scores that occur, a threshold rejects what the higher one does.
        place = int((curves[name]["threshold"] >= threshold).sum())
        rows[name] = curves[name].iloc[place].to_dict() | {"threshold": threshold}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("screen")


@dataclass(frozen=True)
class CaughtAt:
    """What a score catches while it loses few enough valid images.

    threshold: the smallest score that occurs at which the budget holds (reject score >=
    threshold); NaN where even the highest would break it, so nothing is rejected. budget: valid
    images that may be lost. valid_lost: those that are, of the valid ones. broken, saturated:
    the share caught of all broken images, of the saturated ones.
    """

    threshold: float
    budget: int
    valid_lost: Rate
    broken: Rate
    saturated: Rate

    def __str__(self) -> str:
        return (
            f"score >= {self.threshold:g}: caught {self.broken} of the broken and "
            f"{self.saturated} of the saturated images, valid images lost {self.valid_lost}"
        )


def caught_at(
    scores: Sequence[float] | np.ndarray, labels: Labels, valid_lost: float = 0.05
) -> CaughtAt:
    """What share of the broken images a score catches at a given price in valid ones.

    scores, labels: as in `roc`. valid_lost: share 0 to 1 of the V valid images that may be
    rejected, so at most floor(valid_lost * V) of them: tied scores fall together, and the budget
    is never exceeded. Where labels are bool, nothing is known of saturated ones (a rate of 0 of
    0). Raises ValueError for another share, and as `roc` does.
    """
    if not 0 <= valid_lost <= 1:  # NaN compares False too
        raise ValueError(f"valid_lost must be a share from 0 to 1, not {valid_lost!r}")
    scores, broken, saturated = read_scores(scores, labels)
    thresholds, _, valid = _rejected(scores, broken)
    budget = math.floor(valid_lost * int(valid[-1]) + 1e-9)
    threshold = float(thresholds[np.searchsorted(valid, budget, side="right") - 1])
    flagged = scores >= threshold
    return CaughtAt(
        threshold=threshold,
        budget=budget,
        valid_lost=Rate.of(int((flagged & ~broken).sum()), int((~broken).sum())),
        broken=Rate.of(int((flagged & broken).sum()), int(broken.sum())),
        saturated=Rate.of(int((flagged & saturated).sum()), int(saturated.sum())),
    )


@dataclass(frozen=True)
class Area:
    """Area under the ROC curve with its 95 % interval, of so many valid and broken images.

    It is the chance that a broken image scores above a valid one, equal scores counting half:
    0.5 for a score that tells nothing, NaN (interval 0 to 1) without images of both sorts.
    """

    value: float
    low: float
    high: float
    valid: int
    broken: int

    @property
    def columns(self) -> dict[str, float]:
        """As columns of a table."""
        counts = {"valid": self.valid, "broken": self.broken}
        return counts | {"AUC": self.value, "AUC low": self.low, "AUC high": self.high}

    def __str__(self) -> str:
        return (
            f"AUC {self.value:.3f} ({self.low:.3f} to {self.high:.3f}; "
            f"{self.valid} valid, {self.broken} broken)"
        )


def auc(scores: Sequence[float] | np.ndarray, labels: Labels) -> Area:
    """Area under the ROC curve, with the interval of DeLong et al. (1988), cut to 0 … 1.

    Where their variance is 0 (as where every broken image scores above every valid one) or is
    not defined (one image of a sort), an interval of no width would claim too much: instead
    stands the Wilson interval of the area as a share of the smaller sort's images. Takes and
    raises what `roc` does.
    """
    from sklearn.metrics import roc_auc_score

    scores, broken, _ = read_scores(scores, labels)
    valid, ill = int((~broken).sum()), int(broken.sum())
    if not valid or not ill:
        return Area(float("nan"), 0.0, 1.0, valid, ill)
    ranks = np.unique(scores, return_inverse=True)[1]  # same order, without infinity
    area = float(roc_auc_score(broken, ranks))
    spread = 1.959964 * math.sqrt(_delong_variance(ranks[broken], ranks[~broken]))
    if spread == 0:
        few = Rate.of(round(area * min(valid, ill)), min(valid, ill))
        return Area(area, min(few.low, area), max(few.high, area), valid, ill)
    return Area(area, max(0.0, area - spread), min(1.0, area + spread), valid, ill)


def _delong_variance(broken: np.ndarray, valid: np.ndarray) -> float:
    """Variance of the area by its structural components; 0 where a sort has one image only."""
    if min(len(broken), len(valid)) < 2:
        return 0.0
    above = [_share_below(broken, valid), 1 - _share_below(valid, broken)]
    return float(sum(np.var(share, ddof=1) / len(share) for share in above))


def _share_below(ranks: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each rank, the share of the others below it, equal ones counting half: float64."""
    ordered = np.sort(others)
    left = np.searchsorted(ordered, ranks, side="left")
    return (left + np.searchsorted(ordered, ranks, side="right")) / (2 * len(others))


def _rejected(scores: np.ndarray, broken: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Falling thresholds, after a NaN that rejects nothing, and broken and valid ones rejected."""
    thresholds = np.unique(scores)[::-1]
    counts = []
    for group in (scores[broken], scores[~broken]):
        below = np.searchsorted(np.sort(group), thresholds, side="left")
        counts.append(np.concatenate([[0], len(group) - below]))
    return np.concatenate([[np.nan], thresholds]), counts[0], counts[1]


def _percent(part: np.ndarray, whole: np.ndarray | int) -> np.ndarray:
    whole = np.broadcast_to(whole, part.shape)
    return 100 * np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
