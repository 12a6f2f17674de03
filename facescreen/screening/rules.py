"""What every rule is: a call that turns N images into N verdicts, joined to others by `|`.

A rule measures (`measure`: images to measurement), then judges (`judge`: measurement to Verdicts),
so that `Verdicts.at` can judge again. Thresholds are in one unit, which the rule's repr names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from facescreen.images import to_uint8
from facescreen.screening.verdicts import Verdicts


class Rule:
    """What the rules share: calling, joining by `|`, calibrating."""

    name: ClassVar[str]
    measure: Callable[[np.ndarray, np.ndarray], Any]  # (uint8 (N, H, W, 3), finite (N,))
    judge: Callable[[Any], Verdicts]
    rejudges: ClassVar[frozenset[str]] = frozenset()  # settings that need no new counting

    def __call__(self, images: np.ndarray, finite: np.ndarray | None = None) -> Verdicts:
        """Judge every image.

        images: uint8 (N, H, W, 3), or float in [-1, 1], judged as `to_uint8` makes them 8-bit; of
        floats, an image with NaN or infinity is judged "not finite". finite: bool (N,), False for
        those that are "not finite" whatever their pixels (placeholders made by `quantize`).
        Raises ValueError for another type or shape, or floats outside [-1, 1].
        """
        return self.judge(self.measure(*as_uint8(images, finite)))

    def __or__(self, other: Rule) -> AnyRule:
        """Join two rules: broken if either says so."""
        if not isinstance(other, Rule):
            return NotImplemented
        return AnyRule((*_members(self), *_members(other)))

    def calibrate(self, valid_images: np.ndarray, max_valid_loss: float = 0.05) -> Rule:
        """Return this rule with the smallest thresholds that lose few enough valid images.

        valid_images: N >= 1 images as in a call, all finite; labels of broken images are not
        needed. max_valid_loss: the share of them, 0 to 1, that the rule may flag: at most
        floor(max_valid_loss * N) images. Raises ValueError for anything else. Of few images,
        SignsRule makes more than a count, and says how.
        """
        if not 0 <= max_valid_loss <= 1:  # NaN compares False too
            raise ValueError(f"max_valid_loss must be a share from 0 to 1, not {max_valid_loss!r}")
        images, finite = as_uint8(valid_images, None)
        if not len(images) or not finite.all():
            raise ValueError(
                f"calibration needs one or more finite images, not {finite.sum()} of {len(images)}"
            )
        return self._calibrated(images, finite, max_valid_loss)


@dataclass(frozen=True)
class AnyRule(Rule):
    """Rules joined by `|`: an image is broken if any of them says so.

    The verdict (reason, score, channel, bin, white_sum) is that of the first rule that calls the
    image broken, or else of the first rule; `verdicts.parts` holds each rule's own. Calibration
    gives each rule an equal share of the valid images that may be lost.
    """

    name: ClassVar[str] = "any"
    rules: tuple[Rule, ...]

    def __call__(self, images: np.ndarray, finite: np.ndarray | None = None) -> Verdicts:
        images, finite = as_uint8(images, finite)
        return self.join([rule(images, finite) for rule in self.rules])

    def join(self, parts: Sequence[Verdicts]) -> Verdicts:
        """Join the verdicts of each rule on the same images into one."""
        first = np.argmax([part.broken for part in parts], axis=0)  # 0 where none is True
        names = ("reason", "score", "channel", "bin", "white_sum")
        stacks = (np.stack([getattr(part, name) for part in parts]) for name in names)
        columns = (np.take_along_axis(s, first[np.newaxis], axis=0)[0] for s in stacks)
        return Verdicts(*columns, rule=self, parts=tuple(parts))

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, loss: float) -> AnyRule:
        share = loss / len(self.rules)
        return AnyRule(tuple(rule._calibrated(images, finite, share) for rule in self.rules))


def as_uint8(images: np.ndarray, finite: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return 8-bit images and which are finite; those that are not become all zeros."""
    images = np.asarray(images)
    if (
        images.ndim != 4
        or images.shape[3] != 3
        or not (images.dtype == np.uint8 or images.dtype.kind == "f")
    ):
        raise ValueError(
            "images must be uint8, or float from -1 to 1, of shape (N, H, W, 3), not "
            f"{images.dtype} of shape {images.shape}"
        )
    count = len(images)
    good = np.ones(count, bool) if finite is None else np.asarray(finite)
    if good.dtype != bool or good.shape != (count,):
        raise ValueError(f"finite must be bool ({count},), not {good.dtype} {good.shape}")
    if images.dtype == np.uint8:
        return images, good
    good = good & np.isfinite(images).all(axis=(1, 2, 3))
    judged = np.zeros(images.shape, np.uint8)
    judged[good] = to_uint8(images[good])
    return judged, good


def may_lose(share: float, count: int) -> int:
    """How many of `count` images are no more than a share of them, 0 to 1."""
    return math.floor(share * count + 1e-9)  # and a hair: 0.29 * 100 is 28.999999999999996


def _members(rule: Rule) -> tuple[Rule, ...]:
    return rule.rules if isinstance(rule, AnyRule) else (rule,)


def check_threshold(name: str, threshold: float, unit: str) -> None:
    """Raise ValueError unless the threshold makes sense in its unit, "pixels" or "fraction"."""
    if unit not in ("pixels", "fraction"):
        raise ValueError(f"unit must be 'pixels' or 'fraction', not {unit!r}")
    number = isinstance(threshold, (int, float, np.integer, np.floating))
    if not number or isinstance(threshold, bool) or not 0 <= threshold < math.inf:
        raise ValueError(f"{name} must be a number of {unit}, 0 or more, not {threshold!r}")
    if unit == "pixels" and threshold != int(threshold):
        raise ValueError(
            f"{name} must be a whole number of pixels, not {threshold!r}; for a fraction of the "
            "pixels use the rule's scaled(...)"
        )
    if unit == "fraction" and threshold > 4:  # the sum over three channels reaches 3
        raise ValueError(
            f"{name} must be a fraction of the image's pixels, not {threshold!r}; is it meant in "
            "pixels?"
        )


def in_pixels(threshold: float, unit: str, pixels: np.ndarray) -> np.ndarray | float:
    """Resolve a threshold for images of int64 (N,) pixels; a fraction is rounded up."""
    if unit == "pixels":
        return threshold
    return np.ceil(threshold * pixels - 1e-9)  # less a hair: 0.1 * 30 is 3.0000000000000004
