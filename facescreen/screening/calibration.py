"""What a calibrated rule will lose of other valid images of its generator, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

from facescreen.screening.profiles import Profile
from facescreen.screening.rules import Rule, may_lose
from facescreen.screening.signs import SignsRule

TRIED_AT = 0.05  # the share lost for which a profile's `expected` was measured


@dataclass(frozen=True)
class ExpectedLoss:
    """The share of other valid images that will be lost.

    images: how many calibrate. asked: the share asked for. lost: the mean share, low and high its
    5 to 95 %; all 0 to 1, NaN where nothing is known. counted: whether they follow from counting
    the images, exactly; otherwise from generators left out when the profile was made.
    """

    images: int
    asked: float
    lost: float
    low: float
    high: float
    counted: bool

    def __str__(self) -> str:
        if self.lost != self.lost:
            return f"what it will lose is not known for {self.images:,} images at {self.asked:.3g}"
        where = "" if self.counted else ", measured on generators left out"
        return (
            f"it will lose about {self.lost:.1%} of other valid images ({self.low:.1%} to "
            f"{self.high:.1%}{where})"
        )


def expected_loss(rule: Rule | Profile, images: int, max_valid_loss: float = 0.05) -> ExpectedLoss:
    """What a rule loses once `calibrate` has set it by so many valid images.

    rule: any, or a profile for SignsRule. images: 1 or more. A threshold that k of N images reach
    is reached by a share of all others that is distributed as Beta(k + 1, N - k), whatever the
    scores are; of scores with ties, or a rule of several thresholds, at most. Where SignsRule goes
    by its profile's shape, the figures are the profile's `expected` for the largest number of
    images not above this one, and known at 5 % alone. Raises ValueError for anything else.
    """
    if images < 1 or not 0 <= max_valid_loss <= 1:
        raise ValueError(
            f"expected 1 image or more and a share from 0 to 1, not {images!r} and "
            f"{max_valid_loss!r}"
        )
    rule = SignsRule(rule) if isinstance(rule, Profile) else rule
    if isinstance(rule, SignsRule) and rule.extrapolates(images, max_valid_loss):
        known = [n for n in rule.profile.expected if n <= images]
        row = (float("nan"),) * 3
        if known and max_valid_loss == TRIED_AT:
            row = rule.profile.expected[max(known)]
        return ExpectedLoss(images, max_valid_loss, *row, counted=False)
    from scipy.stats import beta  # half a second to import: only when asked for

    lost = min(may_lose(max_valid_loss, images), images - 1)
    shares = beta(lost + 1, images - lost)
    low, high = shares.ppf([0.05, 0.95]).tolist()
    return ExpectedLoss(images, max_valid_loss, float(shares.mean()), low, high, counted=True)
