"""The axis of a histogram of scores: which bar a score belongs to, and where the threshold stands.

No bar lies on both sides of the threshold. The bars do not depend on the scores, so that a table
need be read only once; those of log odds are joined afterwards where they are too many.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil, floor

from facescreen.screening import AnyRule, MultiColorRule, SignsRule, SingleColorRule

MOST_BARS = 32
WIDTH = 0.25  # of a bar, in log odds
MOST_SCORE = 1 << 28  # pixels


@dataclass(frozen=True)
class Pixels:
    """Bars that double in width every two: bar i holds edges[i] to less than edges[i + 1]."""

    edges: tuple[int, ...]
    over: int | None  # the first bar from the threshold up
    axis = "Score: pixels by which the channels' counts differ; bars double in width every two"

    @classmethod
    def by(cls, threshold: int | None) -> Pixels:
        base = threshold or 1
        steps = {ceil(base * 2 ** (k / 2) - 1e-9) for k in range(-60, 60)}
        edges = sorted({0, 1, base} | {edge for edge in steps if edge <= MOST_SCORE})
        return cls(tuple(edges), None if threshold is None else edges.index(threshold))

    @property
    def threshold(self) -> int | None:
        return None if self.over is None else self.edges[self.over]

    def bar(self, score: float) -> int:
        return max(0, bisect_right(self.edges, score) - 1)

    def joined(self, low: int, high: int) -> int:
        return 1

    def label(self, bar: int) -> str:
        return f"{self.edges[bar]:,}"

    def words(self, bar: int, count: int) -> str:
        low, high = self.edges[bar], self.edges[bar + count] - 1
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


@dataclass(frozen=True)
class LogOdds:
    """Bars of equal width on both sides of the threshold."""

    threshold: float
    over = 0

    @property
    def axis(self) -> str:
        return f"Score: log odds, from the threshold ({self.threshold:.4g}) on"

    def bar(self, score: float) -> int:
        return floor((score - self.threshold) / WIDTH)

    def joined(self, low: int, high: int) -> int:
        """How many bars, a power of two, make one, so that there are few enough."""
        joined = 1
        while high // joined - low // joined >= MOST_BARS:
            joined *= 2
        return joined

    def label(self, bar: int) -> str:
        return f"{bar * WIDTH:+g}".replace("-", "−") if bar else "0"

    def words(self, bar: int, count: int) -> str:
        low, high = (self.threshold + i * WIDTH for i in (bar, bar + count))
        return f"{low:.3g} to {high:.3g}".replace("-", "−")


def scale_of(rule: object) -> Pixels | LogOdds | None:
    """The axis of a rule's scores; None where the rule has none, or it is not known."""
    if isinstance(rule, SignsRule):
        return LogOdds(rule.threshold)
    if isinstance(rule, AnyRule):
        scales = {scale_of(one) for one in rule.rules} - {None}
        if all(isinstance(scale, Pixels) for scale in scales):
            return scales.pop() if len(scales) == 1 else Pixels.by(None) if scales else None
        return None
    if isinstance(rule, (SingleColorRule, MultiColorRule)):
        return Pixels.by(int(color_threshold(rule)) if rule.unit == "pixels" else None)
    return None


def color_threshold(rule: SingleColorRule | MultiColorRule) -> float:
    return rule.threshold if isinstance(rule, SingleColorRule) else rule.color_threshold


def number(score: float) -> str:
    """A score, or a threshold, for reading."""
    text = f"{score:,.0f}" if score == int(score) else f"{score:,.3f}"
    return text.replace("-", "−")
