"""Checks of lesson 03, combine existing faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise

# Styles of four entries, on the sphere of radius 2.
A, B, C = (np.array(style, float) for style in ((2, 0, 0, 0), (0, 2, 0, 0), (1, -1, 1, 1)))


@exercise
def check_mix_layers(function: Callable[..., Any]) -> Verdict:
    """Check ``mix_layers(a, b, layers, cut)``: a style per layer, ``(layers, w)``.

    Layers before ``cut`` take style ``a`` ``(w,)``, those from ``cut`` on take ``b``.
    """
    cases = [(A, B, 4, 2), (A, C, 4, 1), (C, B, 4, 3), (A, B, 5, 0)]
    wanted = [((*given,), np.stack([given[0]] * given[3] + [given[1]] * (given[2] - given[3])))
              for given in cases]  # fmt: skip
    return compare(function, wanted, "one row per layer, coarsest first: cut rows of a, then b")


@exercise
def check_interpolate(function: Callable[..., Any]) -> Verdict:
    """Check ``interpolate(a, b, t)``: the style at share ``t`` of the way, back on the sphere.

    Styles are ``(w,)``; the sphere has radius sqrt(w).
    """

    def between(a, b, t):
        style = (1 - t) * a + t * b
        return style * np.sqrt(len(style)) / np.linalg.norm(style)

    wanted = [((a, b, t), between(a, b, t)) for a, b, t in ((A, B, 0.5), (A, C, 0.25), (B, C, 1))]
    return compare(function, wanted, "weigh a by 1 − t and b by t; scale to length sqrt(len(a))")


@exercise
def check_extrapolate(function: Callable[..., Any]) -> Verdict:
    """Check ``extrapolate(a, b, c, alpha)``: style a, moved by what tells b from c."""
    cases = [(A, B, C, 1.0), (A, B, C, 0.0), (A, B, A, 0.5), (B, C, A, 1.5)]
    wanted = [(given, given[0] + given[3] * (given[1] - given[2])) for given in cases]
    return compare(function, wanted, "add alpha times (b − c) to a; its length may change")
