"""How every check compares a learner's function with what was expected; it never raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """What a check found: `attempted` is False for a function that returned nothing but None."""

    right: bool
    attempted: bool
    text: str


def compare(
    function: Callable[..., Any], cases: Sequence[tuple], hint: str, tolerance: float = 1e-8
) -> Verdict:
    """Call ``function(*arguments)`` for each case, (arguments, expected); say what differs.

    tolerance: by how much a number may differ, beside a hundred-thousandth of itself.
    """
    name = getattr(function, "__name__", "your function")
    attempted = False
    for arguments, expected in cases:
        shown = ", ".join(
            np.array2string(a) if isinstance(a, np.ndarray) else repr(a) for a in arguments
        )
        try:
            answer = function(*arguments)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
            same = False
        else:
            same = _same(answer, expected, tolerance)
        attempted = attempted or answer is not None
        if not same:
            nothing = "the function returns nothing so far; " if answer is None else ""
            text = (
                f"Not yet. {name}({shown})\n  expected: {expected!r}\n  yours:    {answer!r}\n"
                f"  hint:     {nothing}{hint}"
            )
            return Verdict(False, attempted, text)
    return Verdict(True, True, f"Right: {name} agrees on all {len(cases)} cases.")


def _same(answer: Any, expected: Any, tolerance: float) -> bool:
    if expected is None or answer is None:
        return answer is expected
    if isinstance(expected, str):
        return isinstance(answer, str) and answer == expected
    try:
        given, wanted = np.asarray(answer, float), np.asarray(expected, float)
        return given.shape == wanted.shape and bool(np.allclose(given, wanted, atol=tolerance))
    except (TypeError, ValueError):
        return False
