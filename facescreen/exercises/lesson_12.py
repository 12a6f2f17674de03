"""Checks of lesson 12, screen a million images."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from facescreen.exercises.core import Verdict, compare
from facescreen.exercises.score import exercise


@exercise
def check_bright_pixels(function: Callable[..., Any]) -> Verdict:
    """Check ``bright_pixels(images, value)``: pixels of at least ``value``, by image and channel.

    ``images`` are uint8 (N, H, W, 3); the answer is of shape (N, 3).
    """

    def bright(images, value):
        return (images >= value).sum(axis=(1, 2))

    rng = np.random.default_rng(12)
    lit = rng.integers(200, 256, (4, 5, 3, 3)).astype(np.uint8)
    square = np.minimum(lit.reshape(3, 5, 4, 3)[:, :4], np.uint8([255, 250, 245]))
    large = np.full((2, 20, 20, 3), 255, np.uint8)  # more pixels than uint8 can count
    large[1, :3, :, 1] = 0
    arguments = [(lit, 240), (square, 250), (lit, 255), (large, 240)]
    hint = "compare all images at once, then add up over rows and columns: two of the four axes"
    mistakes = [
        ("at least the value: ≥, not >", lambda x, v: (x > v).sum(axis=(1, 2))),
        ("these are the pixels at the value alone: ≥", lambda x, v: (x == v).sum(axis=(1, 2))),
        ("these are the darker ones", lambda x, v: (x < v).sum(axis=(1, 2))),
        ("channels are added up: keep the last axis", lambda x, v: (x >= v).sum(axis=(1, 2, 3))),
        ("this is one number for all images: name the axes", lambda x, v: (x >= v).sum()),
        ("this adds up over images: axis 0 is the image", lambda x, v: (x >= v).sum(axis=(0, 1))),
        ("images are added up, too: keep axis 0", lambda x, v: (x >= v).sum(axis=(0, 1, 2))),
        ("columns are still apart: add up axis 2, too", lambda x, v: (x >= v).sum(axis=1)),
        ("rows are still apart: add up axis 1, too", lambda x, v: (x >= v).sum(axis=2)),
        ("this is a share: a count is asked", lambda x, v: (x >= v).mean(axis=(1, 2))),
        ("images first, then channels: this is (3, N)", lambda x, v: bright(x, v).T),
        (
            "this adds up values, not pixels",
            lambda x, v: np.where(x >= v, x, 0).sum(axis=(1, 2)),
        ),
        (
            "uint8 ends at 255: a sum of that type starts again at 0",
            lambda x, v: (x >= v).sum(axis=(1, 2), dtype=np.uint8),
        ),
    ]  # fmt: skip
    return compare(function, [(given, bright(*given)) for given in arguments], hint, mistakes)


@exercise
def check_speedup(function: Callable[..., Any]) -> Verdict:
    """Check ``speedup(share, times)``: Amdahl's law.

    ``share``, 0 to 1, of the time is spent in a part that becomes ``times`` as fast, which may be
    infinite; the answer says how many times as fast the whole becomes.
    """

    def whole(share, times):
        left = 1 - share + share / times
        return 1 / left if left else math.inf

    arguments = [
        (0.6, 3),
        (0.9, 10),
        (0.01, 1000),
        (0.25, math.inf),
        (0.7, 1),
        (0.8, 0.5),
        (1.0, 20),
    ]
    hint = "add up the time that stays and the time that shrinks; then old time over new time"
    mistakes = [
        ("the part still takes time: its share over times", lambda s, n: whole(s, math.inf)),
        ("this is the new time: old over new is asked", lambda s, n: 1 / whole(s, n)),
        ("this is the time saved: old over new is asked", lambda s, n: 1 - 1 / whole(s, n)),
        ("share and rest are swapped", lambda s, n: whole(1 - s, n)),
        ("this is how fast the part is: the rest stays as it was", lambda s, n: n),
        ("times add up, speeds do not", lambda s, n: 1 - s + s * n),
        ("the rest of the time stays", lambda s, n: n / s),
        ("the rest of the time stays", lambda s, n: s * n),
        ("this is in percent faster: old over new is asked", lambda s, n: 100 * (whole(s, n) - 1)),
        ("this is what is gained: add the 1", lambda s, n: whole(s, n) - 1),
        ("the part takes its share over times, not the share times it", lambda s, n: 1 / (
            1 - s + s * n)),
    ]  # fmt: skip
    return compare(function, [(given, whole(*given)) for given in arguments], hint, mistakes)


@exercise
def check_fewest_seconds(function: Callable[..., Any]) -> Verdict:
    """Check ``fewest_seconds(images, side, gigabytes)``: the time to read all pixels once.

    Square RGB images of 8 bits a channel; ``gigabytes`` a second, of 10⁹ bytes each.
    """

    def seconds(images, side, gigabytes):
        return images * side**2 * 3 / (gigabytes * 1e9)

    arguments = [(10**6, 64, 10), (2500, 64, 5), (10**9, 64, 20), (1000, 1024, 4)]
    hint = "a pixel has three bytes; bytes over bytes a second are seconds"
    mistakes = [
        ("a pixel has three channels, a byte each", lambda n, s, g: seconds(n, s, g) / 3),
        ("an image has side × side pixels", lambda n, s, g: n * s * 3 / (g * 1e9)),
        ("a gigabyte is 10⁹ bytes here, not 2³⁰", lambda n, s, g: n * s**2 * 3 / (g * 2**30)),
        ("a gigabyte is 10⁹ bytes", lambda n, s, g: n * s**2 * 3 / g),
        ("a gigabyte is 10⁹ bytes, not 10⁶", lambda n, s, g: 1e3 * seconds(n, s, g)),
        ("these are bits: memory's speed is in bytes", lambda n, s, g: 8 * seconds(n, s, g)),
        ("8 bits a channel are one byte, not four", lambda n, s, g: 4 * seconds(n, s, g)),
        ("this is the inverse: bytes over bytes a second", lambda n, s, g: 1 / seconds(n, s, g)),
        ("this is one image's time: times the images", lambda n, s, g: seconds(1, s, g)),
        ("these are images a second", lambda n, s, g: 1 / seconds(1, s, g)),
        ("these are hours", lambda n, s, g: seconds(n, s, g) / 3600),
    ]
    cases = [(given, seconds(*given)) for given in arguments]
    return compare(function, cases, hint, mistakes)
