"""The paper's two rules for screening broken images, in three steps: histogram, score, verdict.

    rule = MultiColorRule(color_threshold=40, sum_threshold=1000)
    verdicts = rule(images)  # N images in, N verdicts out

A rule is anything that is called as rule(images, finite=None) and returns Verdicts. The two here
hold their thresholds in one unit, which their repr names: pixels, or a fraction of the pixels of
the images they are called on (`scaled`). Source: the paper, sections 3.2 (single color, Fig. 3)
and 3.4 (multi color, Fig. 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np

from facescreen.screening.histogram import bright_counts, channel_histogram, checked_floor
from facescreen.screening.rules import AnyRule, Rule, check_threshold, in_pixels, may_lose
from facescreen.screening.signs import SignsRule
from facescreen.screening.verdicts import Agreement, Rate, Verdicts

__all__ = [
    "PAPER_RULES",
    "RULES",
    "Agreement",
    "AnyRule",
    "MultiColorRule",
    "NoRule",
    "Rate",
    "Rule",
    "SignsRule",
    "SingleColorRule",
    "Verdicts",
    "calibrate",
    "reference_verdict",
    "rule_from_name",
]


@dataclass(frozen=True, eq=False)
class Measured:
    """What both rules measure: int64 (N, 3) the channels' counts at one bin, and that bin (N,).

    finite: bool (N,). pixels: int64 (N,), how many pixels each image has.
    """

    counts: np.ndarray
    bin: np.ndarray
    finite: np.ndarray
    pixels: np.ndarray

    def __getitem__(self, index: Any) -> Measured:
        return Measured(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def of_counts(cls, counts: np.ndarray, pixels: np.ndarray, finite: np.ndarray) -> Measured:
        """Find the largest of all counts up to value 255, int64 (N, 3, bins), and its bin."""
        largest = counts.max(axis=1)
        place = counts.shape[2] - 1 - np.argmax(largest[:, ::-1], axis=1)  # of equals, the highest
        at_bin = np.take_along_axis(counts, place[:, np.newaxis, np.newaxis], axis=2)[..., 0]
        return cls(at_bin, 256 - counts.shape[2] + place, finite, pixels)

    @classmethod
    def concatenate(cls, batches: Sequence[Measured]) -> Measured:
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(b, name) for b in batches]) for name in names))


@dataclass(frozen=True)
class SingleColorRule(Rule):
    """Single color-based screening: broken if the channels differ by `threshold` pixels at 255.

    The score is the largest minus the smallest of the three channels' counts at value 255; an
    image is broken ("color") if score >= threshold. The paper tries 40 and 20 pixels.

    threshold: whole pixels, 0 or more; with unit="fraction" a fraction of the image's pixels,
    rounded up to whole ones. Raises ValueError otherwise. Source: section 3.2, Fig. 3.
    """

    name: ClassVar[str] = "single"
    rejudges: ClassVar[frozenset[str]] = frozenset({"threshold"})
    threshold: float = 40
    unit: str = "pixels"

    def __post_init__(self) -> None:
        check_threshold("threshold", self.threshold, self.unit)

    @classmethod
    def scaled(cls, fraction: float) -> SingleColorRule:
        """Return the rule with its threshold as a fraction of the pixels; 40 of 64 x 64: 0.0098."""
        return cls(fraction, "fraction")

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Measured:
        return _measure(images, finite, floor=255)

    def judge(self, measured: Measured) -> Verdicts:
        color = _difference(measured) >= in_pixels(self.threshold, self.unit, measured.pixels)
        return _verdicts(self, measured, color, np.zeros_like(color), measured.counts.sum(axis=1))

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, loss: float) -> SingleColorRule:
        measured = self.measure(images, finite)
        allowed = may_lose(loss, len(images))
        threshold = _smallest_threshold(_difference(measured), allowed)
        return replace(self, threshold=_in_unit(threshold, self.unit, measured))


@dataclass(frozen=True)
class MultiColorRule(Rule):
    """Multi color-based screening: color breakage from `floor` up, then white breakage.

    Over the values floor to 255, the largest count of any channel is looked up (of equal ones, that
    at the highest value, then in the order R, G, B). There, the score is the largest minus the
    smallest channel's count: broken ("color") if score >= color_threshold. What passes is broken
    ("white") if the counts there sum to >= sum_threshold.

    color_threshold, sum_threshold: whole pixels, 0 or more; with unit="fraction" a fraction of the
    image's pixels, rounded up to whole ones (the sum can reach 3). floor: 1 to 255. white_sum:
    "all" sums the three channels, "others" the two beside that of the largest count, the paper's
    other reading. Raises ValueError otherwise. Source: section 3.4, Fig. 6.
    """

    name: ClassVar[str] = "multi"
    rejudges: ClassVar[frozenset[str]] = frozenset(
        {"color_threshold", "sum_threshold", "white_sum"}
    )
    color_threshold: float = 40
    sum_threshold: float = 1000
    floor: int = 240
    white_sum: str = "all"
    unit: str = "pixels"

    def __post_init__(self) -> None:
        check_threshold("color_threshold", self.color_threshold, self.unit)
        check_threshold("sum_threshold", self.sum_threshold, self.unit)
        checked_floor(self.floor)
        if self.white_sum not in ("all", "others"):
            raise ValueError(f"white_sum must be 'all' or 'others', not {self.white_sum!r}")

    @classmethod
    def scaled(
        cls, color_fraction: float, sum_fraction: float, floor: int = 240, white_sum: str = "all"
    ) -> MultiColorRule:
        """Return the rule with thresholds as fractions; 40 and 1,000 of 64 x 64: 0.0098, 0.244."""
        return cls(color_fraction, sum_fraction, floor, white_sum, "fraction")

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Measured:
        return _measure(images, finite, self.floor)

    def judge(self, measured: Measured) -> Verdicts:
        pixels, total = measured.pixels, self._sum(measured)
        color = _difference(measured) >= in_pixels(self.color_threshold, self.unit, pixels)
        white = total >= in_pixels(self.sum_threshold, self.unit, pixels)
        return _verdicts(self, measured, color, white, total)

    def _sum(self, measured: Measured) -> np.ndarray:
        total = measured.counts.sum(axis=1)
        return total if self.white_sum == "all" else total - measured.counts.max(axis=1)

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, loss: float) -> MultiColorRule:
        """Color gets half of the allowed images (rounded down), white all that color left over."""
        allowed = may_lose(loss, len(images))
        measured = self.measure(images, finite)
        color = _smallest_threshold(_difference(measured), allowed // 2)
        passed = _difference(measured) < color
        left = allowed - int((~passed).sum())
        white = _smallest_threshold(self._sum(measured)[passed], left)
        return replace(
            self,
            color_threshold=_in_unit(color, self.unit, measured),
            sum_threshold=_in_unit(white, self.unit, measured),
        )


@dataclass(frozen=True)
class NoRule(Rule):
    """No screening: every finite image passes, and nothing is measured."""

    name: ClassVar[str] = "none"

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Measured:
        count, unknown = len(images), np.full(len(images), -1)
        pixels = np.full(count, images.shape[1] * images.shape[2])
        return Measured(np.full((count, 3), -1), unknown, finite, pixels)

    def judge(self, measured: Measured) -> Verdicts:
        nowhere, unmeasured = np.full(len(measured.bin), -1), np.full(len(measured.bin), np.nan)
        reason = _reasons(measured.finite)
        return Verdicts(reason, unmeasured, nowhere, nowhere, unmeasured, self, measured)

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, loss: float) -> NoRule:
        return self


RULES: dict[str, type[Rule]] = {
    rule.name: rule for rule in (NoRule, SingleColorRule, MultiColorRule, SignsRule)
}
# The paper's, at the thresholds that it tried (Tables 2 and 3).
PAPER_RULES: dict[str, Rule] = {
    "single@40": SingleColorRule(40),
    "single@20": SingleColorRule(20),
    "multi": MultiColorRule(40, 1000),
}


def rule_from_name(name: str, **settings: Any) -> Rule:
    """Make the rule of a name in RULES; ValueError for other names or settings."""
    if name not in RULES:
        raise ValueError(f"there is no rule {name!r}; the rules are {', '.join(RULES)}")
    known = [field.name for field in fields(RULES[name])]
    for setting in settings:
        if setting not in known:
            has = f"its settings are {', '.join(known)}" if known else "it has no settings"
            raise ValueError(f"the rule {name!r} has no setting {setting!r}; {has}")
    return RULES[name](**settings)


def calibrate(rule: Rule, valid_images: np.ndarray, max_valid_loss: float = 0.05) -> Rule:
    """Set a rule's thresholds from valid images alone: `rule.calibrate`, which see."""
    return rule.calibrate(valid_images, max_valid_loss)


def reference_verdict(image: np.ndarray, rule: Rule) -> tuple[str, int, int, int, int]:
    """Judge one image the slow way: same answer, more obviously right.

    image: uint8 (H, W, 3). rule: a SingleColorRule or MultiColorRule. Returns reason, score,
    channel, bin and white sum, in pixels, as the paper's flow charts (Figs 3 and 6) compute them.
    """
    histogram = channel_histogram(image[np.newaxis])[0].tolist()
    single = isinstance(rule, SingleColorRule)
    largest, channel, value = -1, -1, -1
    for v in range(255, 254 if single else rule.floor - 1, -1):
        for c in range(3):
            if histogram[c][v] > largest:  # not >=: of equal counts, the first one met stays
                largest, channel, value = histogram[c][v], c, v
    at_value = [histogram[c][value] for c in range(3)]
    score = largest - min(at_value)
    white_sum = sum(at_value)
    if not single and rule.white_sum == "others":
        white_sum -= largest
    per_pixel = image.shape[0] * image.shape[1] if rule.unit == "fraction" else 1
    slack = 1e-9 if rule.unit == "fraction" else 0  # 0.1 * 30 is 3.0000000000000004
    if score >= (rule.threshold if single else rule.color_threshold) * per_pixel - slack:
        return "color", score, channel, value, white_sum
    if not single and white_sum >= rule.sum_threshold * per_pixel - slack:
        return "white", score, channel, value, white_sum
    return "", score, channel, value, white_sum


def _measure(images: np.ndarray, finite: np.ndarray, floor: int) -> Measured:
    pixels = np.full(len(images), images.shape[1] * images.shape[2])
    return Measured.of_counts(bright_counts(images, floor), pixels, finite)


def _difference(measured: Measured) -> np.ndarray:
    return measured.counts.max(axis=1) - measured.counts.min(axis=1)


def _reasons(
    finite: np.ndarray, color: np.ndarray | bool = False, white: np.ndarray | bool = False
) -> np.ndarray:
    reasons = np.where(color, "color", np.where(white, "white", ""))
    return np.where(finite, reasons, "not finite")


def _verdicts(
    rule: Rule, measured: Measured, color: np.ndarray, white: np.ndarray, total: np.ndarray
) -> Verdicts:
    finite = measured.finite
    return Verdicts(
        reason=_reasons(finite, color, white),
        score=np.where(finite, _difference(measured), np.nan),
        channel=np.where(finite, np.argmax(measured.counts, axis=1), -1),
        bin=np.where(finite, measured.bin, -1),
        white_sum=np.where(finite, total, np.nan),
        rule=rule,
        measured=measured,
    )


def _in_unit(threshold: int, unit: str, measured: Measured) -> float:
    """Express a threshold in pixels, for images of one size, in a rule's unit."""
    return threshold if unit == "pixels" else threshold / int(measured.pixels[0])


def _smallest_threshold(scores: np.ndarray, allowed: int) -> int:
    """Return the smallest whole t for which at most `allowed` scores are >= t."""
    if allowed >= len(scores):
        return 0
    return int(np.sort(scores)[::-1][allowed]) + 1
