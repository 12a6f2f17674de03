"""Labeled images judged by both rules at any thresholds, and what a move of one changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from facescreen.evaluation import compare_rules
from facescreen.screening import MultiColorRule, SingleColorRule, Verdicts, read_labels
from facescreen.screening.rules import as_uint8
from facescreen.widgets.debate_stand import Stand, Standing

PAPER = {"threshold": 40, "color_threshold": 40, "sum_threshold": 1000}
STEPS = {"threshold": 5, "color_threshold": 5, "sum_threshold": 50}  # pixels, at the lower end
NAMES = {"single": "single color", "multi": "multi color"}
SAID = {
    "threshold": "Single color: threshold",
    "color_threshold": "Multi color: color threshold",
    "sum_threshold": "Multi color: sum threshold",
}


class ThresholdDebate:
    """Labeled images, measured once by both rules; judged again at any thresholds.

    images: uint8 (N, H, W, 3), N >= 1. labels: bool (N,), True for broken, or str (N,) of the four
    labels. Raises ValueError for anything else.
    """

    def __init__(
        self, images: np.ndarray, labels: Sequence[bool] | Sequence[str] | np.ndarray
    ) -> None:
        self.images, finite = as_uint8(images, None)
        if not len(self.images) or not finite.all():
            raise ValueError(
                f"{finite.sum()} of {len(finite)} images are finite, expected all of 1+"
            )
        self.broken, self.sure = read_labels(labels, len(self.images))
        self.labels = np.asarray(labels)
        self._single, self._multi = SingleColorRule()(self.images), MultiColorRule()(self.images)

    @property
    def measured(self) -> tuple[Verdicts, Verdicts]:
        """What both rules measured, at the paper's thresholds."""
        return self._single, self._multi

    @property
    def named(self) -> bool:
        """Whether labels tell in which way an image is broken."""
        return self.labels.dtype != bool

    @property
    def pixels(self) -> int:
        """Pixels of an image."""
        return self.images.shape[1] * self.images.shape[2]

    def at(
        self, threshold: int = 40, color_threshold: int = 40, sum_threshold: int = 1000
    ) -> Stand:
        """Judge at these thresholds, in pixels, without counting again."""
        single = self._single.at(threshold=threshold)
        multi = self._multi.at(color_threshold=color_threshold, sum_threshold=sum_threshold)
        both = {"single": single, "multi": multi}
        truth = np.where(self.sure, np.where(self.broken, "broken_other", "valid"), "unsure")
        duels = {on: compare_rules(both, truth, on).iloc[0] for on in ("all", "broken", "valid")}
        standings = (Standing.of(verdicts, self.broken, self.sure) for verdicts in both.values())
        values = (threshold, color_threshold, sum_threshold)
        return Stand(dict(zip(PAPER, values, strict=True)), *standings, duels)

    def stops(self, setting: str) -> list[int]:
        """Thresholds to choose from: 0 flags every image, the last one flags none by this score.

        Steps double every 20 of them; the paper's thresholds are among them.
        """
        scores = {
            "threshold": self._single.score,
            "color_threshold": self._multi.score,
            "sum_threshold": self._multi.white_sum,
        }
        step, found = STEPS[setting], [0]
        beyond = max(float(scores[setting].max()), PAPER[setting])
        while found[-1] <= beyond:
            if found[-1] >= 20 * step:
                step *= 2
            found.append(found[-1] + step)
        return found

    def bundle(self) -> dict[str, Any]:
        """What a page needs: every image's label and scores; both rules judge by them."""
        single, multi = self.measured
        return {
            "kind": "threshold_debate",
            "paper": PAPER,
            "names": SAID,
            "stops": {name: self.stops(name) for name in PAPER},
            "labels": "".join(self.kind(index)[0] for index in range(len(self.images))),
            "single": single.score.astype(int).tolist(),
            "color": multi.score.astype(int).tolist(),
            "white": multi.white_sum.astype(int).tolist(),
        }

    def kind(self, index: int) -> str:
        """What an image is labeled: "valid", "broken" or "unsure"."""
        if not self.sure[index]:
            return "unsure"
        return "broken" if self.broken[index] else "valid"

    def changed(self, before: Stand, now: Stand) -> list[tuple[str, int]]:
        """(rule, image's index) where a rule's verdict is not what it was before."""
        pairs = {rule: np.flatnonzero(before.flags[rule] != now.flags[rule]) for rule in now.flags}
        return [(rule, int(k)) for rule, indices in pairs.items() for k in indices]

    def disagreed(self, now: Stand) -> list[tuple[str, int]]:
        """("multi", image's index) where the two rules do not say the same."""
        single, multi = now.flags.values()
        return [("multi", int(k)) for k in np.flatnonzero(single != multi)]

    def moved_sentence(self, before: Stand, now: Stand) -> str:
        """What the move changed, in words."""
        moves = [
            f"{name.replace('_', ' ')} {before.settings[name]:,} → {value:,}"
            for name, value in now.settings.items()
            if value != before.settings[name]
        ]
        changed = self.changed(before, now)
        parts = []
        for rule, name in NAMES.items():
            for flags, verb in ((True, "flags"), (False, "passes")):
                indices = [k for r, k in changed if r == rule and now.flags[rule][k] == flags]
                if indices:
                    parts.append(f"{name} {verb} {self._counted(indices, flags)}")
        said = "; ".join(parts) or "no image changed side"
        start = ", ".join(moves).capitalize() or "Back where the move began"
        return f"{start}: {said}."

    def disagreed_sentence(self, now: Stand) -> str:
        """On how many images the rules disagree, in words."""
        indices = [k for _, k in self.disagreed(now)]
        if not indices:
            return "The two rules say the same of every image."
        return f"The two rules disagree on {self._kinds(indices)}."

    def _counted(self, indices: list[int], flags: bool) -> str:
        outcomes = (
            ("valid", "lost" if flags else "kept"),
            ("broken", "caught" if flags else "missed"),
        )
        counts = [(sum(self.kind(k) == kind for k in indices), kind, o) for kind, o in outcomes]
        counts.append((sum(self.kind(k) == "unsure" for k in indices), "unsure", ""))
        said = ", ".join(f"{n:,} {kind} {o}".strip() for n, kind, o in counts if n)
        return f"{len(indices):,} more ({said})"

    def _kinds(self, indices: list[int]) -> str:
        kinds = [self.kind(k) for k in indices]
        counted = ", ".join(f"{kinds.count(k):,} {k}" for k in dict.fromkeys(kinds))
        return f"{len(indices):,} images ({counted})"
