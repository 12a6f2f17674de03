"""Set both rules' thresholds and see at once what each costs and catches on labeled images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipy
import numpy as np

from facescreen.evaluation import compare_rules
from facescreen.screening import MultiColorRule, SingleColorRule, Verdicts, read_labels
from facescreen.screening.rules import as_uint8
from facescreen.widgets.debate_gallery import SHOWN, Gallery, Move
from facescreen.widgets.debate_paper import paper_html
from facescreen.widgets.debate_stand import Stand, Standing, debate_html
from facescreen.widgets.live import LiveBox, debate_bundle
from facescreen.widgets.panes import beside, control, fill, html_only, row, text_only
from facescreen.widgets.spoken import spoken

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


def threshold_debate(
    images: np.ndarray, labels: Sequence[bool] | Sequence[str] | np.ndarray
) -> ipy.Widget:
    """Three sliders and what follows from them: matrices and tests; the images that changed side.

    images: uint8 (N, H, W, 3), N >= 1. labels: bool (N,), True for broken, or str (N,) of the four
    labels. The widget's `debate` is its `ThresholdDebate`, its `stand` a function that returns the
    `Stand` shown.
    """
    return _DebateView(ThresholdDebate(images, labels)).box


class _DebateView:
    """The controls of a debate and what they do."""

    def __init__(self, model: ThresholdDebate) -> None:
        self.model, self.stand, self.gallery = model, model.at(**PAPER), Gallery(model)
        self.move, self._following = Move(self.stand), False
        self.sliders = {name: _slider(model, name) for name in PAPER}
        self.boxes = {name: ipy.BoundedIntText(max=slider.options[-1][1], value=slider.value)
                      for name, slider in self.sliders.items()}  # fmt: skip
        wide = {"width": "17em", "margin": "2px 12px 2px 0"}
        back = ipy.Button(description="Back to the paper's thresholds", layout=wide)
        self.compare = ipy.ToggleButton(
            description="Compare with the paper", layout=wide,
            tooltip="Set the paper's thresholds and show its Tables 2 and 3",
        )  # fmt: skip
        self.paper, self.said = ipy.Output(), ipy.Output()
        self.tables = ipy.Output(layout={"min_height": "24em"})
        self.faces = ipy.Output(layout={"min_height": "13em"})  # of a row: nothing jumps
        for slider, box in zip(self.sliders.values(), self.boxes.values(), strict=True):
            slider.observe(self.slid, "value")
            box.observe(self.typed, "value")
        back.on_click(lambda _button: self.judge_at(PAPER))
        self.compare.observe(self.compared, "value")
        self.show(model.disagreed(self.stand), model.disagreed_sentence(self.stand), anew=True)
        pairs = [
            beside(*pair) for pair in zip(self.sliders.values(), self.boxes.values(), strict=True)
        ]
        parts = [*pairs, row(back, self.compare), self.paper, self.tables, self.said, self.faces]
        self.box = spoken(LiveBox(parts, debate_bundle(model, PAPER, SAID)))
        self.box.debate, self.box.stand = model, lambda: self.stand

    def slid(self, _change: object) -> None:
        if not self._following:
            self.judge_at({name: slider.value for name, slider in self.sliders.items()})

    def typed(self, _change: object) -> None:
        if not self._following:
            self.judge_at({name: box.value for name, box in self.boxes.items()})

    def compared(self, change: dict[str, bool]) -> None:
        """Show the paper's figures, and its thresholds, or take the figures away."""
        if change["new"]:
            self.judge_at(PAPER)
        fill(self.paper, lambda: (html_only(paper_html(self.model)),) if change["new"] else ())

    def judge_at(self, settings: Mapping[str, int]) -> None:
        """Let every control show these thresholds, and count again."""
        self._following = True
        try:
            for name, value in settings.items():
                _put(self.sliders[name], self.model.stops(name), value)
                self.boxes[name].value = value
        finally:
            self._following = False
        if settings == self.stand.settings:
            return
        anew = self.move.step(self.stand, settings)
        self.stand, before = self.model.at(**settings), self.move.before
        changed = self.model.changed(before, self.stand)
        self.show(changed, self.model.moved_sentence(before, self.stand), anew)
        self.move.end_step()

    def show(self, changed: list[tuple[str, int]], sentence: str, anew: bool) -> None:
        """The tables, the images and what is said of them; what stays as it was is not drawn."""
        now, unsure = self.stand, int((~self.model.sure).sum())
        html = debate_html(now, self.model.pixels, unsure)
        fill(self.tables, lambda: (html_only(html),))
        if len(changed) > SHOWN:
            sentence += f" {SHOWN} of them are shown."
        elif not changed and self.gallery.pairs:
            sentence += " The images below are from before."
        fill(self.said, lambda: (text_only(f"*{sentence}*"),))
        if self.gallery.change(changed, now, anew):
            fill(self.faces, lambda: self.gallery.drawn(now))


def _slider(model: ThresholdDebate, name: str) -> ipy.SelectionSlider:
    how = {"options": _options(model.stops(name)), "value": PAPER[name], "continuous_update": False}
    slider = control(ipy.SelectionSlider, SAID[name], "44em", **how)
    slider.style.description_width = "15em"
    return slider


def _options(stops: Sequence[int]) -> list[tuple[str, int]]:
    return [(f"{stop:,}", stop) for stop in stops]


def _put(slider: ipy.SelectionSlider, stops: list[int], value: int) -> None:
    """Set a slider to a value; one that was typed between two stops becomes a stop."""
    if value in dict(slider.options).values():
        slider.value = value
        return
    with slider.hold_sync():  # or the page would see the first stop in between
        slider.options = _options(sorted({*stops, value}))
        slider.value = value
