"""Set both rules' thresholds and see at once what each costs and catches on labeled images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipy
import numpy as np

from facescreen.widgets.debate_gallery import SHOWN, Gallery, Move
from facescreen.widgets.debate_model import PAPER, SAID, ThresholdDebate
from facescreen.widgets.debate_paper import paper_bundle, paper_html
from facescreen.widgets.debate_stand import debate_html
from facescreen.widgets.live import LiveBox
from facescreen.widgets.panes import beside, control, fill, html_only, row, text_only
from facescreen.widgets.spoken import spoken


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
        numbers = model.bundle() | {"compare": paper_bundle(model)}
        self.box = spoken(LiveBox(parts, numbers))
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
