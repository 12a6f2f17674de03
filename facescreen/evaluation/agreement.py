"""How far two raters, or one rater on two days, give images the same labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.columns import percent
from facescreen.screening import LABELS, Rate, label_names, read_labels

if TYPE_CHECKING:
    import pandas as pd

Labels = Sequence[str] | np.ndarray


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa with its 95 % interval: agreement beyond chance, 1 for full agreement.

    agreement: share of the images with the same label. left_out: images that were not compared.
    Value NaN, interval -1 to 1, where nothing can be said: no images, or one label throughout.
    """

    value: float
    low: float
    high: float
    agreement: Rate
    left_out: int = 0

    def __str__(self) -> str:
        return (
            f"kappa {self.value:.2f} ({self.low:.2f} to {self.high:.2f}), same label "
            f"{self.agreement}, {self.left_out} left out"
        )


def kappa(a: Labels, b: Labels, merge: bool = False, names: Sequence[str] | None = None) -> Kappa:
    """Cohen's kappa of two lists of labels of the same N images.

    a, b: str (N,), of "valid", "broken_saturated", "broken_other" and "unsure". merge: False
    compares the four labels as they are, "unsure" being one; True compares valid with broken,
    leaves out images that either is unsure about, and takes bool labels (True for broken) too.
    names: other words than the four labels, such as kinds of breakage, which are compared as they
    are; images to which either list gives none of them are left out.

    The interval is Cohen's (1960), kappa at the limits of the agreement with the agreement by
    chance held fixed; the limits are Wilson's, so that full agreement on a few images does not
    count as certain. Raises ValueError for other labels or lists of unequal length.
    """
    from sklearn.metrics import cohen_kappa_score

    first, second, names = _compared(a, b, merge) if names is None else _named(a, b, names)
    count = len(first)
    same = Rate.of(int((first == second).sum()), count)
    left_out = len(np.asarray(a)) - count
    by_chance = sum(float((first == n).mean() * (second == n).mean()) for n in names if count)
    if not count or by_chance > 1 - 1e-12:
        return Kappa(float("nan"), -1.0, 1.0, same, left_out)
    low, high = ((limit - by_chance) / (1 - by_chance) for limit in (same.low, same.high))
    value = float(cohen_kappa_score(first, second))
    return Kappa(value, max(low, -1.0), min(high, 1.0), same, left_out)


def confusion(a: Labels, b: Labels, merge: bool = False) -> pd.DataFrame:
    """How many images got which label from the one (rows) and the other (columns).

    Takes and raises what `kappa` does. Rows ``first`` and columns ``second`` are all four labels,
    or, merged, "valid" and "broken".
    """
    import pandas as pd

    first, second, names = _compared(a, b, merge)
    counts = [[int(((first == a) & (second == b)).sum()) for b in names] for a in names]
    index, columns = pd.Index(names, name="first"), pd.Index(names, name="second")
    return pd.DataFrame(counts, index, columns)


def agreement_table(a: Labels, b: Labels) -> pd.DataFrame:
    """Agreement on all four labels, and on valid against broken: one row each.

    Columns: ``images`` compared, ``left out``, ``same %`` with its Wilson 95 % interval ``same
    low %`` and ``same high %``, ``kappa`` with ``kappa low`` and ``kappa high``. Takes and raises
    what `kappa` does.
    """
    import pandas as pd

    cases = (("four labels", False), ("valid or broken", True))
    rows = {name: kappa_row(kappa(a, b, merge)) for name, merge in cases}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("compared")


def kappa_row(found: Kappa) -> dict[str, float]:
    """A row of an `agreement_table`."""
    return {
        "images": found.agreement.total,
        "left out": found.left_out,
        **percent(found.agreement, "same"),
        "kappa": found.value,
        "kappa low": found.low,
        "kappa high": found.high,
    }


def _named(a: Labels, b: Labels, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Both lists where both have one of the names."""
    first, second = np.asarray(a, str), np.asarray(b, str)
    if first.shape != second.shape:
        raise ValueError(f"expected as many of the one as of the other, got {first.shape} and "
                         f"{second.shape}")  # fmt: skip
    both = np.isin(first, names) & np.isin(second, names)
    return first[both], second[both], list(names)


def _compared(a: Labels, b: Labels, merge: bool) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Both lists without what is left out, and the labels that can be in them."""
    count = len(np.asarray(a))
    if not merge:
        return label_names(a, count), label_names(b, count), list(LABELS)
    (broken_a, sure_a), (broken_b, sure_b) = read_labels(a, count), read_labels(b, count)
    both = sure_a & sure_b
    first, second = (np.where(x[both], "broken", "valid") for x in (broken_a, broken_b))
    return first, second, ["valid", "broken"]
