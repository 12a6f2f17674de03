"""What a rule says about each image, and how that agrees with labels.

A rule measures, then judges; `Verdicts` keeps the measurement beside the judgment, so that other
thresholds can be tried without counting pixels again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from facescreen.screening.measures import SIGNS

REASONS = (*dict.fromkeys(("color", "white", *SIGNS)), "not finite")
BROKEN_LABELS = ("broken_saturated", "broken_other")
LABELS = ("valid", *BROKEN_LABELS, "unsure")


@dataclass(frozen=True, eq=False, repr=False)
class Verdicts:
    """One verdict per image, in the order of the images: N in, N out.

    reason: str (N,), why the image is broken: "color" or "white", a sign's name by the rule
        "signs", or "not finite"; "" if it passed.
    score: float64 (N,), the color difference in pixels: largest minus smallest of the three
        channels' counts at `bin`; where the reason is "white" too, though `white_sum` gave it. By
        the rule "signs", the log odds of broken.
    channel: int64 (N,), which channel has the largest count: 0 red, 1 green, 2 blue.
    bin: int64 (N,), the value (up to 255) at which it stands.
    white_sum: float64 (N,), the counts at `bin` summed over the channels that the rule sums.
    rule: the rule that judged. measured: what it needs to judge again, or None if it cannot.
    parts: for rules joined by `|`, each one's own verdicts.

    What was not measured (nothing of an image that is not finite, nothing by the rule "none") has
    score and white_sum NaN, channel and bin -1.
    """

    reason: np.ndarray
    score: np.ndarray
    channel: np.ndarray
    bin: np.ndarray
    white_sum: np.ndarray
    rule: Any
    measured: Any = None
    parts: tuple[Verdicts, ...] = ()

    @property
    def broken(self) -> np.ndarray:
        """Bool (N,): True for the images not to be saved."""
        return self.reason != ""

    @property
    def counts(self) -> dict[str, int]:
        """How many images there are, passed, are broken, and are broken for each reason."""
        broken = int(self.broken.sum())
        counts = {"images": len(self), "passed": len(self) - broken, "broken": broken}
        return counts | {reason: int((self.reason == reason).sum()) for reason in REASONS}

    def __len__(self) -> int:
        return len(self.reason)

    def __repr__(self) -> str:
        counts = self.counts
        reasons = ", ".join(f"{counts[r]} {r}" for r in REASONS if counts[r])
        detail = f" ({reasons})" if reasons else ""
        return f"Verdicts({len(self)} images, {counts['broken']} broken{detail}, by {self.rule!r})"

    def __getitem__(self, index: Any) -> Verdicts:
        """The verdicts at a slice, an integer array or a bool mask; at one integer, one verdict."""
        if isinstance(index, (int, np.integer)):
            index = [range(len(self))[index]]  # range raises IndexError beyond the end
        elif not isinstance(index, slice):
            index = np.asarray(index)
            index = index if index.size else index.astype(int)  # an empty list picks nothing
        return replace(
            self,
            **{name: getattr(self, name)[index] for name in _ARRAYS},
            measured=None if self.measured is None else self.measured[index],
            parts=tuple(part[index] for part in self.parts),
        )

    def at(self, **settings: Any) -> Verdicts:
        """Judge again with other settings, from the stored measurement, without counting again.

        Settings are those of the rule: threshold for the single-color rule; color_threshold,
        sum_threshold and white_sum for the multi-color rule. Of rules joined by `|`, each takes
        the settings that it knows. Raises ValueError for a setting that no part knows, or that
        changes what is counted (such as floor), which needs the images: call a new rule on them.
        """
        for name in settings:
            if not self._knows(name):
                known = ", ".join(sorted(_settings(self))) or "none"
                raise ValueError(
                    f"{self.rule!r} cannot be judged again with another {name!r} (only with: "
                    f"{known}); make a new rule and call it on the images"
                )
        if self.parts:
            changed = []
            for part in self.parts:
                changed.append(part.at(**{k: v for k, v in settings.items() if part._knows(k)}))
            return type(self.rule)(tuple(part.rule for part in changed)).join(changed)
        if self.measured is None:
            return self
        return replace(self.rule, **settings).judge(self.measured)

    @classmethod
    def of_scores(
        cls, reason: np.ndarray, score: np.ndarray, finite: np.ndarray, rule: Any, measured: Any
    ) -> Verdicts:
        """Verdicts of a rule that has a score and no channel or bin: str, float and bool (N,)."""
        nowhere, unmeasured = np.full(len(score), -1), np.full(len(score), np.nan)
        return cls(
            reason=np.where(finite, reason, "not finite"),
            score=np.where(finite, score, np.nan),
            channel=nowhere,
            bin=nowhere,
            white_sum=unmeasured,
            rule=rule,
            measured=measured,
        )

    def _knows(self, setting: str) -> bool:
        return setting in _settings(self)

    def against(self, labels: Sequence[bool] | Sequence[str] | np.ndarray) -> Agreement:
        """Compare with labels, one per image; "positive" means broken.

        labels: bool (N,), True for broken, or any of "valid", "broken_saturated", "broken_other"
        and "unsure"; images labeled unsure are left out, and counted. Raises ValueError for
        another number of labels or another label.
        """
        is_broken, is_sure = read_labels(labels, len(self))
        flagged, truth = self.broken[is_sure], is_broken[is_sure]
        hits = int((flagged & truth).sum())
        return Agreement(
            precision=Rate.of(hits, int(flagged.sum())),
            recall=Rate.of(hits, int(truth.sum())),
            valid_lost=Rate.of(int((flagged & ~truth).sum()), int((~truth).sum())),
            unsure=int((~is_sure).sum()),
        )

    @staticmethod
    def concatenate(verdicts: Sequence[Verdicts]) -> Verdicts:
        """Join the verdicts of one rule on several batches, images of any sizes, in order."""
        if not verdicts:
            raise ValueError("there are no verdicts to join")
        first = verdicts[0]
        if any(other.rule != first.rule for other in verdicts):
            raise ValueError("only verdicts of one rule can be joined")
        measured = None
        if first.measured is not None:
            measured = type(first.measured).concatenate([v.measured for v in verdicts])
        parts = zip(*(v.parts for v in verdicts), strict=True)
        return replace(
            first,
            **{name: np.concatenate([getattr(v, name) for v in verdicts]) for name in _ARRAYS},
            measured=measured,
            parts=tuple(Verdicts.concatenate(part) for part in parts),
        )


_ARRAYS = ("reason", "score", "channel", "bin", "white_sum")


def _settings(verdicts: Verdicts) -> set[str]:
    """Return the names of the settings that can change without counting again."""
    if verdicts.parts:
        return set().union(*(_settings(part) for part in verdicts.parts))
    return set(getattr(verdicts.rule, "rejudges", ()))


def read_labels(labels: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Two bool (count,) arrays from labels: which images are broken, and which are sure.

    labels: bool (count,), True for broken, all sure; or any of LABELS, of which "unsure" is
    neither broken nor sure. Raises ValueError for another number of labels or another label.
    """
    labels = np.asarray(labels)
    if labels.dtype == bool and labels.shape == (count,):
        return labels, np.ones(count, bool)
    names = label_names(labels, count, "True (broken) and False, or ")
    return np.isin(names, BROKEN_LABELS), names != "unsure"


def label_names(labels: Any, count: int, also: str = "") -> np.ndarray:
    """Labels as str (count,), each one of LABELS.

    Raises ValueError for another number of labels or another label, bool ones included; `also` is
    what else its message says that the caller takes.
    """
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(f"expected {count} labels, one per image, not shape {labels.shape}")
    unknown = sorted({str(label) for label in labels} - set(LABELS))
    if unknown:
        raise ValueError(
            f"expected labels {also}{', '.join(LABELS)}; not "
            f"{', '.join(repr(label) for label in unknown[:5])}"
        )
    return labels.astype(str)


@dataclass(frozen=True)
class Rate:
    """A share, count / total, with its Wilson 95 % interval [low, high].

    Of a total of 0 nothing is known: value is NaN, the interval 0 to 1.
    """

    count: int
    total: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, total: int) -> Rate:
        if total == 0:
            return cls(count, total, float("nan"), 0.0, 1.0)
        from scipy.stats import binomtest  # half a second to import: only when asked for

        interval = binomtest(count, total).proportion_ci(0.95, method="wilson")
        return cls(count, total, count / total, float(interval.low), float(interval.high))

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.count} of {self.total}; {self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True)
class Agreement:
    """How verdicts agree with labels, where positive means broken.

    precision: of the flagged images, the share labeled broken. recall: of the images labeled
    broken, the share flagged. valid_lost: of the images labeled valid, the share flagged, which
    is the price of the screening. unsure: how many images were left out.
    """

    precision: Rate
    recall: Rate
    valid_lost: Rate
    unsure: int

    def __str__(self) -> str:
        return (
            f"precision {self.precision}, recall {self.recall}, valid images lost "
            f"{self.valid_lost}, {self.unsure} unsure left out"
        )
