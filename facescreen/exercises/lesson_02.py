"""Checks of lesson 02, train a face GAN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_discriminator_loss(function: Callable[..., Any]) -> Verdict:
    """Check ``discriminator_loss(d_real, d_fake)``: minus V of eq. 1, from D's answers (n,)."""
    cases = [
        (np.array([0.5, 0.5]), np.array([0.5, 0.5])),
        (np.array([0.9, 0.6]), np.array([0.1, 0.3])),
        (np.array([0.2]), np.array([0.8, 0.7, 0.9])),
    ]
    wanted = [((a, b), float(-np.log(a).mean() - np.log(1 - b).mean())) for a, b in cases]
    return compare(function, wanted, "−V: the mean of log D(x), plus that of log(1 − D(G(z)))")


@exercise
def check_generator_loss(function: Callable[..., Any]) -> Verdict:
    """Check ``generator_loss(d_fake)``: the non-saturating form, from D's answers (n,)."""
    cases = [np.array([0.5, 0.5]), np.array([0.01, 0.2]), np.array([0.9, 0.6, 0.99])]
    wanted = [((d,), float(-np.log(d).mean())) for d in cases]
    return compare(function, wanted, "not log(1 − D), but minus the mean of log D(G(z))")


@exercise
def check_move_generator(function: Callable[..., Any]) -> Verdict:
    """Check ``move_generator(b, z, w, c, rate)``: the next b, after one step of gradient descent.

    G(z) = z + b for noise ``z`` (n,), D(x) = 1 / (1 + exp(−(w x + c))), the loss is the mean of
    −log D(G(z)).
    """

    def moved(b, z, w, c, rate):
        d = 1 / (1 + np.exp(-(w * (z + b) + c)))
        return float(b + rate * ((1 - d) * w).mean())

    z = np.random.default_rng(2).normal(size=4).round(1)
    cases = [(0.0, np.zeros(2), 1.0, 0.0, 1.0), (-2.0, z, 1.5, -1.0, 0.5), (1.0, z, -2.0, 0.5, 0.1)]
    hint = "the slope of −log D along the score is −(1 − D), and of the score along b it is w"
    return compare(function, [(given, moved(*given)) for given in cases], hint)
