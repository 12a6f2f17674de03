"""Set both rules' thresholds and see at once what each costs and catches on labeled images."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as ipy
import numpy as np

from facescreen import plots
from facescreen.evaluation import compare_rules
from facescreen.screening import MultiColorRule, SingleColorRule, read_labels
from facescreen.screening.rules import as_uint8
from facescreen.widgets.debate_stand import Stand, Standing, debate_html
from facescreen.widgets.panes import Content, control, figure_and_text, fill

PAPER = {"threshold": 40, "color_threshold": 40, "sum_threshold": 1000}
STEPS = {"threshold": 5, "color_threshold": 5, "sum_threshold": 50}  # pixels, at the lower end
NAMES = {"single": "single color", "multi": "multi color"}
SHOWN = 8  # faces in the gallery: more would keep the learner waiting


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
        self._single, self._multi = SingleColorRule()(self.images), MultiColorRule()(self.images)

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
        return f"{', '.join(moves).capitalize()}: {said}."

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

    def pick(self, pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Up to SHOWN of them, as many broken as valid ones while there are."""
        broken = [pair for pair in pairs if self.kind(pair[1]) == "broken"]
        others = [pair for pair in pairs if self.kind(pair[1]) != "broken"]
        half = max(SHOWN // 2, SHOWN - len(others))
        chosen = broken[:half]
        return chosen + others[: SHOWN - len(chosen)]

    def gallery(self, pairs: list[tuple[str, int]], now: Stand, sentence: str) -> Content:
        """Faces with their new verdict and their label, in words; flagged ones carry a cross."""
        chosen = self.pick(pairs)
        flags = [bool(now.flags[rule][k]) for rule, k in chosen]
        captions = [
            f"{rule} flags\n{_outcome(self.kind(k), flag)}"
            if flag
            else f"✓ {rule} passes\n{_outcome(self.kind(k), flag)}"
            for (rule, k), flag in zip(chosen, flags, strict=True)
        ]
        if len(chosen) < len(pairs):
            sentence += f" {len(chosen)} of them are shown."
        images = self.images[[k for _, k in chosen]]
        figure = plots.draw_faces(images, captions, flags, SHOWN, tile=1.35, font=10)
        return figure_and_text(figure, sentence, f"*{sentence}*")


def _outcome(kind: str, flagged: bool) -> str:
    outcomes = {"valid": ("kept", "lost"), "broken": ("missed", "caught")}
    return f"{kind}, {outcomes[kind][flagged]}" if kind in outcomes else kind


def threshold_debate(
    images: np.ndarray, labels: Sequence[bool] | Sequence[str] | np.ndarray
) -> ipy.Widget:
    """Three sliders and two panes: confusion matrices and tests; the images that changed side.

    images: uint8 (N, H, W, 3), N >= 1. labels: bool (N,), True for broken, or str (N,) of the four
    labels. The widget's `debate` is its `ThresholdDebate`, its `stand` a function that returns the
    `Stand` shown.
    """
    model = ThresholdDebate(images, labels)
    sliders = {name: _slider(model, name) for name in PAPER}
    paper = ipy.Button(description="Back to the paper's thresholds", layout={"width": "17em"})
    tables, faces = ipy.Output(layout={"min_height": "24em"}), ipy.Output()
    shown = {"stand": model.at(**PAPER)}

    def move(_change: object = None) -> None:
        settings = {name: slider.value for name, slider in sliders.items()}
        before, now = shown["stand"], model.at(**settings)
        if settings == before.settings:
            return
        shown["stand"] = now
        fill(tables, lambda: _tables(model, now))
        sentence = model.moved_sentence(before, now)
        fill(faces, lambda: _faces(model, model.changed(before, now), now, sentence))

    def back(_button: ipy.Button) -> None:
        for slider in sliders.values():
            slider.unobserve(move, "value")
        for name, slider in sliders.items():
            slider.value = PAPER[name]
            slider.observe(move, "value")
        move()

    for slider in sliders.values():
        slider.observe(move, "value")
    paper.on_click(back)
    start = shown["stand"]
    fill(tables, lambda: _tables(model, start))
    sentence = model.disagreed_sentence(start)
    fill(faces, lambda: _faces(model, model.disagreed(start), start, sentence))
    box = ipy.VBox([*sliders.values(), paper, tables, faces])
    box.debate, box.stand = model, lambda: shown["stand"]
    return box


def _slider(model: ThresholdDebate, name: str) -> ipy.SelectionSlider:
    said = {
        "threshold": "Single color: threshold",
        "color_threshold": "Multi color: color threshold",
        "sum_threshold": "Multi color: sum threshold",
    }
    options = [(f"{stop:,}", stop) for stop in model.stops(name)]
    how = {"options": options, "value": PAPER[name], "continuous_update": False}
    slider = control(ipy.SelectionSlider, said[name], "48em", **how)
    slider.style.description_width = "15em"
    return slider


def _tables(model: ThresholdDebate, stand: Stand) -> Content:
    html = debate_html(stand, model.pixels, int((~model.sure).sum()))
    return ({"output_type": "display_data", "data": {"text/html": html}, "metadata": {}},)


def _faces(
    model: ThresholdDebate, pairs: list[tuple[str, int]], stand: Stand, sentence: str
) -> Content:
    if pairs:
        return model.gallery(pairs, stand, sentence)
    text = {"text/markdown": f"*{sentence}*"}
    return ({"output_type": "display_data", "data": text, "metadata": {}},)
