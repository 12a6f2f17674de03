"""Checks of lesson 02, train a face GAN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise

_NATURAL = "the natural logarithm, np.log, not one to another base"


@exercise
def check_discriminator_loss(function: Callable[..., Any]) -> Verdict:
    """Check ``discriminator_loss(d_real, d_fake)``: minus V of eq. 1, from D's answers (n,)."""
    cases = [
        (np.array([0.5, 0.5]), np.array([0.5, 0.5])),
        (np.array([0.9, 0.6]), np.array([0.1, 0.3])),
        (np.array([0.2]), np.array([0.8, 0.7, 0.9])),
    ]
    wanted = [((a, b), float(-np.log(a).mean() - np.log(1 - b).mean())) for a, b in cases]
    mistakes = [
        (
            "this is V: D makes −V small",
            lambda a, b: np.log(a).mean() + np.log(1 - b).mean(),
        ),
        (
            "the two are swapped: 1 − D belongs to the generated data",
            lambda a, b: -np.log(b).mean() - np.log(1 - a).mean(),
        ),
        (
            "for generated data it is log(1 − D), not log D",
            lambda a, b: -np.log(a).mean() - np.log(b).mean(),
        ),
        ("take means, not sums", lambda a, b: -np.log(a).sum() - np.log(1 - b).sum()),
        (
            "add the two means; do not average them",
            lambda a, b: -(np.log(a).mean() + np.log(1 - b).mean()) / 2,
        ),
        (
            "a mean for the real and one for the generated data, not one over both",
            lambda a, b: -np.log(np.concatenate([a, 1 - b])).mean(),
        ),
        (
            "the mean of the logarithms, not the logarithm of the mean",
            lambda a, b: -np.log(a.mean()) - np.log(1 - b.mean()),
        ),
        (_NATURAL, lambda a, b: -np.log10(a).mean() - np.log10(1 - b).mean()),
        (_NATURAL, lambda a, b: -np.log2(a).mean() - np.log2(1 - b).mean()),
    ]
    hint = "−V: minus the mean of log D(x), minus that of log(1 − D(G(z)))"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_generator_loss(function: Callable[..., Any]) -> Verdict:
    """Check ``generator_loss(d_fake)``: the non-saturating form, from D's answers (n,)."""
    cases = [np.array([0.5, 0.5]), np.array([0.01, 0.2]), np.array([0.9, 0.6, 0.99])]
    wanted = [((d,), float(-np.log(d).mean())) for d in cases]
    mistakes = [
        (
            "this is the form with log(1 − D), whose slope vanishes early on",
            lambda d: np.log(1 - d).mean(),
        ),
        (
            "this is what D makes small: the generator wants D near 1",
            lambda d: -np.log(1 - d).mean(),
        ),
        ("the sign: a good generator has a small loss", lambda d: np.log(d).mean()),
        ("take the mean, not the sum", lambda d: -np.log(d).sum()),
        (
            "the mean of the logarithms, not the logarithm of the mean",
            lambda d: -np.log(d.mean()),
        ),
        (_NATURAL, lambda d: -np.log10(d).mean()),
        (_NATURAL, lambda d: -np.log2(d).mean()),
    ]
    hint = "not log(1 − D), but minus the mean of log D(G(z))"
    return compare(function, wanted, hint, mistakes)


@exercise
def check_move_generator(function: Callable[..., Any]) -> Verdict:
    """Check ``move_generator(b, z, w, c, rate)``: the next b, after one step of gradient descent.

    G(z) = z + b for noise ``z`` (n,), D(x) = 1 / (1 + exp(−(w x + c))), the loss is the mean of
    −log D(G(z)).
    """

    def seen(score):
        return 1 / (1 + np.exp(-score))

    def moved(b, z, w, c, rate):
        return float(b + rate * ((1 - seen(w * (z + b) + c)) * w).mean())

    z = np.random.default_rng(2).normal(size=4).round(1)
    cases = [(0.0, np.zeros(2), 1.0, 0.0, 1.0), (-2.0, z, 1.5, -1.0, 0.5), (1.0, z, -2.0, 0.5, 0.1)]
    hint = "the slope of −log D along the score is −(1 − D), and of the score along b it is w"
    mistakes = [
        (
            "descent goes against the slope: this step makes the loss larger",
            lambda b, z, w, c, rate: 2 * b - moved(b, z, w, c, rate),
        ),
        (
            "this is the step alone: the next b is b plus it",
            lambda b, z, w, c, rate: moved(b, z, w, c, rate) - b,
        ),
        (
            "the slope of the score along b is w: it is missing",
            lambda b, z, w, c, rate: b + rate * (1 - seen(w * (z + b) + c)).mean(),
        ),
        (
            "D looks at G(z) = z + b: here b is missing",
            lambda b, z, w, c, rate: b + rate * ((1 - seen(w * z + c)) * w).mean(),
        ),
        (
            "D's own c is missing",
            lambda b, z, w, c, rate: b + rate * ((1 - seen(w * (z + b))) * w).mean(),
        ),
        (
            "take the mean over the noise, not the sum",
            lambda b, z, w, c, rate: b + rate * ((1 - seen(w * (z + b) + c)) * w).sum(),
        ),
        (
            "this follows log(1 − D), the form whose slope vanishes",
            lambda b, z, w, c, rate: b + rate * (seen(w * (z + b) + c) * w).mean(),
        ),
        (
            "the mean of the slopes, not the slope at the mean of z",
            lambda b, z, w, c, rate: b + rate * (1 - seen(w * (z.mean() + b) + c)) * w,
        ),
        (
            "the rate is missing",
            lambda b, z, w, c, rate: moved(b, z, w, c, 1),
        ),
    ]
    return compare(function, [(given, moved(*given)) for given in cases], hint, mistakes)
