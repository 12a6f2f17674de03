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

    def mixed(a, b, layers, cut):
        return np.array([a] * cut + [b] * (layers - cut))

    mistakes = [
        (
            "the two are swapped: a comes first, before the cut",
            lambda a, b, n, k: mixed(b, a, n, k),
        ),
        (
            "off by one: the layer at the cut takes b already",
            lambda a, b, n, k: mixed(a, b, n, k + 1),
        ),
        (
            "off by one: the layer before the cut still takes a",
            lambda a, b, n, k: mixed(a, b, n, k - 1),
        ),
        ("the cut is counted from the first layer on", lambda a, b, n, k: mixed(a, b, n, n - k)),
        ("a row per layer, not a column", lambda a, b, n, k: mixed(a, b, n, k).T),
        (
            "a row per layer: stack the styles, do not join them",
            lambda a, b, n, k: mixed(a, b, n, k).ravel(),
        ),
        (
            "the cut lies between layers, not within a style",
            lambda a, b, n, k: np.stack([np.concatenate([a[:k], b[k:]])] * n),
        ),
        (
            "each layer takes one of the styles, not a mean of them",
            lambda a, b, n, k: np.stack([(a + b) / 2] * n),
        ),
    ]
    hint = "one row per layer, coarsest first: cut rows of a, then b"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_interpolate(function: Callable[..., Any]) -> Verdict:
    """Check ``interpolate(a, b, t)``: the style at share ``t`` of the way, back on the sphere.

    Styles are ``(w,)``; the sphere has radius sqrt(w).
    """

    def back(style):
        return style * np.sqrt(len(style)) / np.linalg.norm(style)

    def between(a, b, t):
        return back((1 - t) * a + t * b)

    wanted = [((a, b, t), between(a, b, t)) for a, b, t in ((A, B, 0.5), (A, C, 0.25), (B, C, 1))]
    mistakes = [
        ("put it back on the sphere: its length is too small", lambda a, b, t: (1 - t) * a + t * b),
        ("the two are swapped: t = 0 is a, t = 1 is b", lambda a, b, t: between(b, a, t)),
        (
            "the two are swapped: t = 0 is a, t = 1 is b; and put it back on the sphere",
            lambda a, b, t: (1 - t) * b + t * a,
        ),
        (
            "its length is 1 here; that of the sphere is sqrt(len(a))",
            lambda a, b, t: between(a, b, t) / np.sqrt(len(a)),
        ),
        (
            "its length is len(a) here; that of the sphere is the square root",
            lambda a, b, t: between(a, b, t) * np.sqrt(len(a)),
        ),
        ("a needs its weight, too: 1 − t", lambda a, b, t: back(a + t * b)),
        ("half of the way, whatever t is", lambda a, b, t: between(a, b, 0.5)),
    ]
    hint = "weigh a by 1 − t and b by t; scale to length sqrt(len(a))"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_extrapolate(function: Callable[..., Any]) -> Verdict:
    """Check ``extrapolate(a, b, c, alpha)``: style a, moved by what tells b from c."""
    cases = [(A, B, C, 1.0), (A, B, C, 0.0), (A, B, A, 0.5), (B, C, A, 1.5)]
    wanted = [(given, given[0] + given[3] * (given[1] - given[2])) for given in cases]

    def back(style):
        return style * np.sqrt(len(style)) / np.linalg.norm(style)

    mistakes = [
        ("the two are swapped: what b has and c has not", lambda a, b, c, k: a + k * (c - b)),
        ("do not scale it back: its length may change", lambda a, b, c, k: back(a + k * (b - c))),
        ("brackets: alpha weighs b − c, both of them", lambda a, b, c, k: a + k * b - c),
        ("alpha is missing", lambda a, b, c, k: a + b - c),
        ("this is the move alone: add it to a", lambda a, b, c, k: k * (b - c)),
        ("a keeps its full weight", lambda a, b, c, k: (1 - k) * a + k * (b - c)),
        ("this goes on from a beyond b: c is missing", lambda a, b, c, k: a + k * (b - a)),
    ]
    return compare(
        function, wanted, "add alpha times (b − c) to a; its length may change", mistakes
    )
