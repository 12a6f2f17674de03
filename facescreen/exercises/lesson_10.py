"""Checks of lesson 10, tell kinds of breakage apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_pure_color(function: Callable[..., Any]) -> Verdict:
    """Check ``pure_color(image)``: the sign of a colored blob, as a share of the pixels.

    ``image`` is uint8 (H, W, 3); a pixel counts where its largest channel is 255 and its smallest
    is lower by 128 or more.
    """

    def share(image, high=255, apart=128):
        x = image.astype(int)
        low, top = x.min(axis=2), x.max(axis=2)
        return float(((top >= high) & (top - low >= apart)).mean())

    random = np.random.default_rng(10)
    small = np.array([[[255, 20, 10], [255, 255, 255]], [[250, 20, 10], [255, 140, 127]]], np.uint8)
    wide = random.choice(np.array([0, 90, 127, 128, 254, 255], np.uint8), (3, 5, 3))
    cases = [((image,), share(image)) for image in (small, wide, small[:1], small[1:, :1])]

    def wrapped(image):
        difference = image.max(axis=2) + np.uint8(128) <= image.min(axis=2)
        return float(((image.max(axis=2) == 255) & difference).mean())

    mistakes = [
        ("white is no color: the smallest channel must be lower by 128 or more",
         lambda x: float((x.max(axis=2) == 255).mean())),
        ("a channel at 255 is asked for, too: other strong colors have another sign",
         lambda x: share(x, high=0)),
        ("this is the number of pixels: divide it by how many there are",
         lambda x: share(x) * x.shape[0] * x.shape[1]),
        ("a share from 0 to 1, not percent", lambda x: 100 * share(x)),
        ("128 apart counts, too", lambda x: share(x, apart=129)),
        ("uint8 starts again at 0 after 255: make it int first", wrapped),
        ("a pixel has three values and counts once", lambda x: share(x) / 3),
        ("the largest channel of each pixel, not of the whole image",
         lambda x: float((np.ptp(x.astype(int), axis=2) >= 128).mean()) * (x.max() == 255)),
    ]  # fmt: skip
    hint = "compare each pixel's largest and smallest channel: x.max(axis=2), x.min(axis=2)"
    return compare(function, cases, hint, mistakes)


@exercise
def check_confusion(function: Callable[..., Any]) -> Verdict:
    """Check ``confusion(by_eye, said, kinds)``: how many images of each kind are called what.

    ``by_eye`` and ``said`` are str (N,); the answer is int (K, K), a row for each of ``kinds`` by
    eye, a column for each that is said. Other words are left out.
    """

    def counts(by_eye, said, kinds):
        return np.array([[int(((by_eye == a) & (said == b)).sum()) for b in kinds] for a in kinds])

    kinds = ["valid", "tint", "dark"]
    random = np.random.default_rng(11)
    by_eye = np.array(["valid", "tint", "tint", "dark", "valid"])
    said = np.array(["valid", "tint", "valid", "tint", "valid"])
    drawn = (random.choice([*kinds, "unsure"], 40) for _ in range(2))
    cases = [(given, counts(*given)) for given in (
        (by_eye, said, kinds), (*drawn, kinds), (by_eye, said, kinds[::-1]))]  # fmt: skip
    mistakes = [
        ("rows are what the eye said, columns what the classifier says",
         lambda a, b, k: counts(a, b, k).T),
        ("counts of images, not shares",
         lambda a, b, k: counts(a, b, k) / np.maximum(counts(a, b, k).sum(1, keepdims=True), 1)),
        ("this is the diagonal: what are the others taken for?",
         lambda a, b, k: np.diag(counts(a, b, k))),
        ("the order is that of kinds, not of the alphabet",
         lambda a, b, k: counts(a, b, sorted(k))),
        ("one number is not enough: which kinds are confused?",
         lambda a, b, k: int((a == b).sum())),
    ]  # fmt: skip
    return compare(function, cases, "for each pair of kinds, count the images", mistakes)


@exercise
def check_reason(function: Callable[..., Any]) -> Verdict:
    """Check ``reason(scores, thresholds, kinds)``: what screens of kinds say together.

    ``scores`` is float (K,) of one image, ``thresholds`` float (K,); broken is what reaches the
    threshold of any kind. The answer is the kind that is exceeded most, or "" for valid.
    """

    def said(scores, thresholds, kinds):
        over = np.asarray(scores) - np.asarray(thresholds)
        return kinds[int(over.argmax())] if over.max() >= 0 else ""

    kinds = ["clipped patch", "tint", "melted"]
    thresholds = np.array([3.0, 1.0, -2.0])
    scores = ([2.0, 0.5, -2.5], [2.9, 1.5, -1.9], [3.0, 0.0, -4.0], [9.0, 9.0, -2.0], [4, 1.5, 0])
    arguments = [(np.array(one, float), thresholds, kinds) for one in scores]
    cases = [(given, said(*given)) for given in arguments]
    mistakes = [
        ("the highest score is not the one that exceeds its own threshold most",
         lambda s, t, k: k[int(np.argmax(s))] if (s >= t).any() else ""),
        ("valid where no screen says broken: then return an empty text",
         lambda s, t, k: k[int(np.argmax(s - t))]),
        ("the first screen that says broken need not be the one exceeded most",
         lambda s, t, k: next((n for n, a, b in zip(k, s, t, strict=True) if a >= b), "")),
        ("at the threshold is broken, too",
         lambda s, t, k: k[int(np.argmax(s - t))] if (s > t).any() else ""),
        ("each kind has its own threshold: one for all would be another screen",
         lambda s, t, k: said(s, np.full(len(t), t[0]), k)),
        ("the name of the kind, not its place", lambda s, t, k: int(np.argmax(s - t))),
        ("which kind, not whether", lambda s, t, k: bool((s >= t).any())),
    ]  # fmt: skip
    hint = "take each score less its threshold; broken if the largest is 0 or more"
    return compare(function, cases, hint, mistakes)
