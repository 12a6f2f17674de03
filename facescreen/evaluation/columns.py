"""What the tables share: a rate as three columns, read or shown, and one bool array per rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd


# What counts as broken: in the paper's sense, saturated pixels alone, images broken otherwise being
# left out; or either label, whatever is of no use in a data set.
READINGS = ("broken", "unusable")


def as_read(labels: np.ndarray, reading: str) -> np.ndarray:
    """Bool (N,): which images a reading counts; those that it leaves out are neither kind.

    labels: str (N,). Raises ValueError for a reading that is none of READINGS.
    """
    if reading not in READINGS:
        raise ValueError(f"there is no reading {reading!r}; the readings are {', '.join(READINGS)}")
    counted = labels != "unsure"
    return counted & (labels != "broken_other") if reading == "broken" else counted


def percent(rate: Rate, name: str = "rate") -> dict[str, float]:
    """A rate as table columns: ``NAME %`` with its Wilson limits ``NAME low %``, ``NAME high %``.

    The main rate of a table, named "rate", has plain ``low %`` and ``high %``.
    """
    before = "" if name == "rate" else f"{name} "
    return {
        f"{name} %": 100 * rate.value,
        f"{before}low %": 100 * rate.low,
        f"{before}high %": 100 * rate.high,
    }


def with_intervals(table: pd.DataFrame, digits: int = 1) -> pd.DataFrame:
    """A table to read: each share and its limits become one column, "16.7 (15.2–18.2)".

    table: columns as `percent` names them, and others, which are kept: whole numbers with
    thousands marked, other numbers with `digits`. What is missing becomes an empty text.
    """
    limits = {limit for name in table for limit in _limits(name) & set(table)}
    names = [name for name in table if name not in limits]
    shown = table[names].map(lambda value: _spelled(value, digits)).astype(str)
    for name in names:
        low, high = _limit(name, "low"), _limit(name, "high")
        if low in table and high in table:
            ends = zip(table[low], table[high], strict=True)
            spans = [
                f"\N{NO-BREAK SPACE}({a:,.{digits}f}–{b:,.{digits}f})" if a == a else ""
                for a, b in ends
            ]
            shown[name] = shown[name] + spans
    return shown


def _limit(name: Any, end: str) -> str:
    """The name of a share's lower or upper limit, by `percent`."""
    before = str(name).removesuffix("%").removesuffix(" ")
    return f"{end} %" if before == "rate" else f"{before} {end} %"


def _limits(name: Any) -> set[str]:
    return {_limit(name, "low"), _limit(name, "high")} if str(name).endswith("%") else set()


def _spelled(value: Any, digits: int) -> str:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:,.{digits}f}"
    return str(value)


def read_flags(verdicts_by_rule: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What each rule says of the same N images: bool (N,) by the rule's name.

    verdicts_by_rule: `Verdicts` or bool (N,), True for broken, by name. Raises ValueError where
    there is no rule, where they judged different numbers of images, or for other arrays.
    """
    flags = {name: np.asarray(getattr(v, "broken", v)) for name, v in verdicts_by_rule.items()}
    if not flags:
        raise ValueError("expected the verdicts of one or more rules, got none")
    for name, flag in flags.items():
        if flag.ndim != 1 or flag.dtype != bool:
            raise ValueError(
                f"expected verdicts or one bool per image from {name!r}, got {flag.dtype} "
                f"of shape {flag.shape}"
            )
    if len({len(flag) for flag in flags.values()}) > 1:
        seen = ", ".join(f"{name!r} {len(flag)}" for name, flag in flags.items())
        raise ValueError(f"expected the same images for every rule, but they judged: {seen}")
    return flags
