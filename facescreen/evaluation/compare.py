"""Is one rule better than another? Exact tests, for the same images and for separate ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.evaluation.columns import read_flags
from facescreen.evaluation.tables import paper_table
from facescreen.screening import read_labels

if TYPE_CHECKING:
    import pandas as pd

SUBSETS = ("all", "broken", "valid")


def compare_rules(
    verdicts_by_rule: Mapping[str, Any],
    labels: Sequence[bool] | Sequence[str] | np.ndarray,
    on: str = "all",
) -> pd.DataFrame:
    """Compare rules on the same images, pair by pair: McNemar's exact test.

    verdicts_by_rule: `Verdicts` or bool (N,), True for broken, by the rule's name. labels: as in
    `Verdicts.against`; images labeled unsure are left out. on: "all" compares who is right about
    all images, "broken" about the broken ones (who misses more), "valid" about the valid ones
    (who loses more).

    One row per pair (``first``, ``second``): ``images`` compared, ``first right %``, ``second
    right %``, ``only first`` and ``only second`` (images that one alone judged right), ``p`` (two
    sided: of the images on which they differ, is it a fair coin who is right? 1 where they never
    differ), and ``p Holm``, adjusted for the number of pairs. Raises ValueError for fewer than
    two rules, other numbers of images or another `on`.
    """
    from scipy.stats import binomtest

    if on not in SUBSETS:
        raise ValueError(f"expected on to be one of {', '.join(SUBSETS)}; not {on!r}")
    flags = read_flags(verdicts_by_rule)
    broken, sure = read_labels(labels, len(next(iter(flags.values()))))
    asked = sure if on == "all" else sure & (broken if on == "broken" else ~broken)
    right = {name: (flag == broken)[asked] for name, flag in flags.items()}
    images = int(asked.sum())
    rows = {}
    for a, b in _pairs(list(right)):
        only_a, only_b = int((right[a] & ~right[b]).sum()), int((right[b] & ~right[a]).sum())
        differ = only_a + only_b
        rows[a, b] = {
            "images": images,
            "first right %": _share(right[a].sum(), images),
            "second right %": _share(right[b].sum(), images),
            "only first": only_a,
            "only second": only_b,
            "p": float(binomtest(only_a, differ, 0.5).pvalue) if differ else 1.0,
        }
    return _by_pair(rows)


def compare_saved(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the broken rates of separate sets of saved images, pair by pair: Fisher's exact test.

    table: one row per screening, with ``saved`` and ``broken`` and, if there are any, ``unsure``
    images, which are left out: a `screening_table` or a `paper_table`. One row per pair
    (``first``, ``second``): ``first rate %``, ``second rate %``, ``p`` (two-sided) and ``p Holm``,
    adjusted for the number of pairs.

    The test takes the sets for independent draws, as the paper's are. Sets saved from one pool
    share images: there `compare_rules`, which knows that, is the test to use. Raises ValueError
    for a missing column, counts that cannot be, or fewer than two rows.
    """
    from scipy.stats import fisher_exact

    missing = {"saved", "broken"} - set(table.columns)
    if missing:
        raise ValueError(f"expected columns saved and broken, but {', '.join(missing)} is missing")
    totals = table["saved"] - table.get("unsure", 0)
    if (table["broken"] < 0).any() or (table["broken"] > totals).any():
        raise ValueError("expected 0 to saved − unsure broken images in every row of the table")
    counts = dict(zip(table.index, zip(table["broken"], totals, strict=True), strict=True))
    rows = {}
    for a, b in _pairs(list(counts)):
        square = [[int(broken), int(total - broken)] for broken, total in (counts[a], counts[b])]
        rows[a, b] = {
            "first rate %": _share(*counts[a]),
            "second rate %": _share(*counts[b]),
            "p": float(fisher_exact(square).pvalue),
        }
    return _by_pair(rows)


def paper_fisher() -> pd.DataFrame:
    """`compare_saved` on the paper's Tables 2 and 3: which of its improvements are significant."""
    return compare_saved(paper_table())


def holm(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Adjust p values for being several (Holm 1979): float64, in the order given.

    The smallest is multiplied by how many there are, the next one by one less and so on, never
    falling below the one before nor rising above 1.
    """
    p = np.asarray(p, np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    stepped = p[order] * np.arange(len(p), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return adjusted


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    if len(names) < 2:
        raise ValueError(f"expected two or more rules to compare, got {len(names)}")
    return list(combinations(names, 2))


def _share(count: int, total: int) -> float:
    return 100 * float(count) / float(total) if total else float("nan")


def _by_pair(rows: dict[tuple[str, str], dict[str, float]]) -> pd.DataFrame:
    import pandas as pd

    index = pd.MultiIndex.from_tuples(list(rows), names=["first", "second"])
    table = pd.DataFrame(list(rows.values()), index)
    table["p Holm"] = holm(table["p"].to_numpy())
    return table
