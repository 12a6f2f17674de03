"""What the tables share: a rate as three columns, and one bool array per rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from facescreen.verdicts import Rate


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
