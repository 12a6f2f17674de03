"""Compiled loops: where numba is there, and when they pay. Loading it takes about a second, as long
as a thousand small images.

Where there is a plain way to the same result, it is taken until a process has asked for enough.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

ENOUGH = 8 << 20  # bytes: 700 images of 64 x 64, some tenths of a second in the plain way
_asked = 0


@cache
def compiles() -> bool:
    """Whether numba is installed; it is not loaded for the answer."""
    return find_spec("numba") is not None


def pays(size: int) -> bool:
    """Whether to work on so many bytes by a compiled loop, though it may have to be loaded."""
    global _asked
    if "numba" in sys.modules or not compiles():
        return compiles()
    _asked += size
    return _asked > ENOUGH


def loop(function: Callable) -> Callable:
    """The function compiled; without numba itself, for Python to run, some seventy times slower."""
    if not compiles():
        return function
    from numba import njit

    return njit(cache=True, nogil=True)(function)


def taken(array: np.ndarray) -> Any:
    """An array of numbers as a `loop` takes it: a list, which Python reads fastest, if need be."""
    return array if compiles() else array.tolist()
