"""What a rule asks, why it decided, and names as text that shows every character."""

from __future__ import annotations

from typing import Any

import numpy as np

from facescreen.screening import (
    SIGNS,
    AnyRule,
    MultiColorRule,
    NoRule,
    Rule,
    SignsRule,
    SingleColorRule,
    Verdicts,
)
from facescreen.screening.rules import in_pixels

CHANNELS = ("red", "green", "blue")
LONGEST = 300  # characters of a name or a problem


def shown(text: str) -> str:
    """A name on one line: what cannot be seen, line ends and broken bytes too, as `\\n`, `\\udcff`.

    Of a name longer than 300 characters, the middle is left out.
    """
    seen = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if len(seen) <= LONGEST:
        return seen
    return f"{seen[: LONGEST // 2]} … {seen[-LONGEST // 2 :]}"


def rule_words(rule: Any) -> list[str]:
    """What a rule asks of an image, in sentences."""
    if isinstance(rule, AnyRule):
        return ["An image is flagged if any of these rules flags it.", *map(_one_rule, rule.rules)]
    return [_one_rule(rule)]


def _one_rule(rule: Any) -> str:
    if isinstance(rule, NoRule):
        return "No screening: every image is read and listed, and none is flagged."
    if isinstance(rule, SingleColorRule):
        return (
            "Single color: an image is flagged (color) if, at value 255, the pixel counts of two "
            f"of its channels differ by {_amount(rule.threshold, rule.unit)} or more."
        )
    if isinstance(rule, MultiColorRule):
        summed = "all three channels" if rule.white_sum == "all" else "the two other channels"
        return (
            f"Multi color: of the values {rule.floor} to 255, the one is taken that most pixels of "
            "a channel have. An image is flagged (color) if the pixel counts of two channels "
            f"differ there by {_amount(rule.color_threshold, rule.unit)} or more; of what passes, "
            f"it is flagged (white) if the counts of {summed} add up there to the sum threshold, "
            f"{_amount(rule.sum_threshold, rule.unit)}, or more."
        )
    if isinstance(rule, SignsRule):
        return (
            f"Signs: twelve signs of breakage are added up as the profile “{rule.profile.name}” "
            "weighs them; an image is flagged from log odds of broken of "
            f"{_odds(rule.threshold)} up. The reason is the sign that counts most."
        )
    return f"A rule of the caller's: {rule_name(rule)}."


def rule_name(rule: Any) -> str:
    """A rule as Python writes it; of a function its name alone, which does not change."""
    own = not isinstance(rule, Rule)
    return shown(getattr(rule, "__qualname__", type(rule).__qualname__) if own else repr(rule))


def _amount(threshold: float, unit: str) -> str:
    if unit == "fraction":
        return f"{100 * threshold:.3g} % of the image's pixels"
    return f"{threshold:,.0f} pixels"


def reason_words(reason: str, by_sum: bool) -> str:
    """What a reason of the table means; by_sum: whether a white one is the multi-color rule's."""
    if reason == "color":
        return "one channel has far more pixels at one bright value than another"
    if reason == "white" and by_sum:
        return "the channels together have very many pixels at one bright value"
    return SIGNS.get(reason, "passed" if not reason else "")


# --- one image ------------------------------------------------------------------------------------


def deciding(verdict: Verdicts) -> Verdicts:
    """Of rules joined by `|`, the verdict of the one that decided."""
    while verdict.parts:
        verdict = next((part for part in verdict.parts if part.broken[0]), verdict.parts[0])
    return verdict


def largest_sign(verdict: Verdicts) -> str:
    """The sign that counts most towards broken. verdict: by SignsRule, of one image."""
    return [*SIGNS][int(verdict.rule.terms(verdict.measured)[0].argmax())]


def why(verdict: Verdicts) -> str:
    """Why a rule decided as it did, in a sentence. verdict: of one image, as `deciding` has it."""
    rule, reason = verdict.rule, str(verdict.reason[0])
    if isinstance(rule, SignsRule):
        sign = SIGNS[largest_sign(verdict)]
        start = f"{sign[0].upper()}{sign[1:]}" if reason else f"Most of it: {sign}"
        return f"{start}; log odds {_odds(verdict.score[0])}, threshold {_odds(rule.threshold)}."
    if not isinstance(rule, (SingleColorRule, MultiColorRule)):
        return ""
    counts, value = verdict.measured.counts[0], int(verdict.bin[0])
    multi = isinstance(rule, MultiColorRule)
    if not counts.any():
        return f"No pixel has a value from {rule.floor if multi else 255} up."
    if reason == "white":
        summed = "the three channels" if rule.white_sum == "all" else "the two other channels"
        limit = _limit(rule.sum_threshold, verdict)
        return (
            f"At value {value}, {summed} count {_pixels(int(verdict.white_sum[0]))} together, "
            f"sum threshold {limit:,}."
        )
    limit = _limit(rule.color_threshold if multi else rule.threshold, verdict)
    high, low = CHANNELS[counts.argmax()], CHANNELS[counts.argmin()]
    if high == low:
        return f"At value {value}, every channel has {_pixels(counts[0])}; threshold {limit:,}."
    return (
        f"At value {value}, {high} has {_pixels(counts.max())} and {low} {counts.min():,}: "
        f"{counts.max() - counts.min():,} apart, threshold {limit:,}."
    )


def _limit(threshold: float, verdict: Verdicts) -> int:
    return int(np.ravel(in_pixels(threshold, verdict.rule.unit, verdict.measured.pixels))[0])


def _pixels(count: int) -> str:
    return f"{count:,} pixel{'' if count == 1 else 's'}"


def _odds(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
