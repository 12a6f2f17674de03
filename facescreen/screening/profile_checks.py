"""What each field of a `Profile` must be: checked, and brought into the type that it is held in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.screening.measures import SIGNS

LARGEST = 1e9  # of any number in a profile


class ProfileError(ValueError):
    """A profile, or its file, is not as expected; one sentence says where."""


def _number(name: str, value: Any, least: float = -LARGEST, above: bool = False) -> float:
    number = isinstance(value, (int, float, np.integer, np.floating))
    good = number and not isinstance(value, bool) and least <= value <= LARGEST  # not NaN
    if not good or (above and value == least):
        kind = f" above {least:g}" if above else f" of {least:g} or more" if least == 0 else ""
        raise ProfileError(f"{name} must be a number{kind}, not {_short(value)}")
    return float(value)


def _positive(name: str, value: Any) -> float:
    return _number(name, value, 0, above=True)


def _by_sign(least: float, above: bool) -> Callable[[str, Any], dict[str, float]]:
    def check(name: str, value: Any) -> dict[str, float]:
        if not isinstance(value, dict) or value.keys() != SIGNS.keys():
            raise ProfileError(
                f"{name} must have a number for each of {', '.join(SIGNS)}, not {_short(value)}"
            )
        return {s: _number(f"{name} of {s!r}", value[s], least, above) for s in SIGNS}

    return check


def _shape(name: str, value: Any) -> tuple[tuple[float, float], ...]:
    pairs = _tuples(name, value, 2)
    shares, deviates = [share for share, _ in pairs], [deviate for _, deviate in pairs]
    inside = len(pairs) > 1 and min(shares) > 0 and max(shares) < 1
    if not inside or (np.diff(shares) <= 0).any() or (np.diff(deviates) > 0).any():
        raise ProfileError(
            f"{name} must be two or more pairs of a share, rising from above 0 to below 1, and a "
            f"deviate, falling, not {_short(value)}"
        )
    return pairs


def _expected(name: str, value: Any) -> dict[int, tuple[float, float, float]]:
    keys = [str(k) for k in value] if isinstance(value, dict) else [""]
    if not all(k.isdecimal() and len(k) < 10 and int(k) > 0 for k in keys):
        raise ProfileError(f"{name} must be by numbers of images, not {_short(value)}")
    rows = _tuples(name, list(value.values()), 3)
    for images, (lost, low, high) in zip(value, rows, strict=True):
        if not (0 <= low <= high <= 1 and 0 <= lost <= 1):
            raise ProfileError(
                f"{name} for {images} images must be a share lost, its low and its high, 0 to 1, "
                f"not {[lost, low, high]}"
            )
    return dict(sorted(zip(map(int, value), rows, strict=True)))


def _tuples(name: str, value: Any, length: int) -> tuple[tuple[float, ...], ...]:
    lists = (list, tuple)
    if not isinstance(value, lists) or any(
        not isinstance(row, lists) or len(row) != length for row in value
    ):
        raise ProfileError(f"{name} must be lists of {length} numbers, not {_short(value)}")
    return tuple(tuple(_number(f"each number of {name}", x) for x in row) for row in value)


def _name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ProfileError(f"{name} must be a line of text, not {_short(value)}")
    return value


def _card(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileError(f"{name} must be an object, not {_short(value)}")
    return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "name": _name,
    "means": _by_sign(-LARGEST, above=False),
    "sds": _by_sign(0, above=True),
    "weights": _by_sign(0, above=False),
    "intercept": _number,
    "threshold": _number,
    "spread": _positive,
    "shape": _shape,
    "expected": _expected,
    "card": _card,
}
