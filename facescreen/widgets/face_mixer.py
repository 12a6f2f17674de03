"""Mix existing faces by hand: which face each layer of the generator takes its style from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy

from facescreen import plots
from facescreen.screening import MultiColorRule, SingleColorRule
from facescreen.widgets.mixed_face import BY_HAND, LETTERS, FaceMixer, layer_names, parts_of
from facescreen.widgets.panes import NARROW, Content, control, figure_and_text, fill, row, slider
from facescreen.widgets.spoken import spoken

if TYPE_CHECKING:
    from facescreen.generation import FaceMaker
    from facescreen.screening import Verdicts

MOST_ALPHA = 2.0  # what the controls offer
MOST_SEED = 9999
THIN = "11em"


def verdict_text(verdicts: Verdicts) -> str:
    """What a rule measured on one image, beside its thresholds."""
    rule, reason = verdicts.rule, str(verdicts.reason[0])
    if reason == "not finite":
        return "a value is not finite"
    score = f"score {verdicts.score[0]:,.0f} px"
    least = getattr(rule, "threshold", getattr(rule, "color_threshold", None))
    parts = [score if least is None else f"{score} (broken from {least:g})"]
    if hasattr(rule, "sum_threshold"):
        parts.append(f"white sum {verdicts.white_sum[0]:,.0f} (from {rule.sum_threshold:,g})")
    return ", ".join(parts)


def content(model: FaceMixer) -> Content:
    """The mixer's figure, and its sentence below."""
    mixed = model.mix()
    used = [letter in model.used for letter in LETTERS]
    named = list(zip(LETTERS, model.picked, used, strict=True))
    captions = [f"{x}: face {face}" if on else f"{x}: not used" for x, face, on in named]
    parts = [part.replace("α", f"{model.alpha:g}") for part in model.parts]
    layers = list(zip(layer_names(model.layers), parts, strict=True))
    rows = [(name, verdict_text(v), str(v.reason[0])) for name, v in mixed.verdicts.items()]
    figure = plots.draw_mix(model.faces(), captions, used, mixed.image, layers, rows)
    faces = ", ".join(f"{x} = face {face}" for x, face, on in named if on)
    taken = ", ".join(f"{name} from {part}" for name, part in layers)
    words = [f"broken ({reason})" if reason else "valid" for *_, reason in rows]
    said = "; ".join(f"{row[0]}: {word}, {row[1]}" for row, word in zip(rows, words, strict=True))
    of = f" ({faces})" if faces else ""
    sentence = f"A mixed face{of}. Layers: {taken}. {said[:1].upper()}{said[1:]}."
    return figure_and_text(figure, sentence, f"*{sentence}*")


class MixerView(ipy.VBox):
    """Controls and a pane; `model` holds the state that they show."""

    def __init__(self, model: FaceMixer) -> None:
        self.model, self._following, self._by_hand = model, False, False
        last = model.maker.existing - 1
        self.faces = [
            control(ipy.BoundedIntText, f"Face {letter}", THIN, min=0, max=last, value=face)
            for letter, face in zip(LETTERS, model.picked, strict=True)
        ]
        schemes = [(name.replace("_", " "), name) for name in (*model.schemes, BY_HAND)]
        self.scheme = control(ipy.Dropdown, "Scheme", options=schemes)
        most = max(MOST_ALPHA, model.alpha)
        self.alpha, alpha_row = slider("Alpha α", 0.0, most, float(model.alpha))
        self.seed = control(
            ipy.BoundedIntText, "Seed", NARROW, min=min(0, model.seed),
            max=max(MOST_SEED, model.seed), value=model.seed,
        )  # fmt: skip
        self.surprise = ipy.Button(
            description="Surprise me", button_style="primary", layout={"width": "9em"},
            tooltip="Pick four other faces: those of the seed's next image",
        )  # fmt: skip
        self.layers = [
            control(ipy.Dropdown, name, "25em", options=model.choices)
            for name in layer_names(model.layers)
        ]
        for layer in self.layers:
            layer.style.description_width = "11em"
        self.said = ipy.HTML()
        self.pane = ipy.Output(layout={"min_height": "27em"})
        self._listen()
        left = ipy.VBox([self.scheme, alpha_row, row(self.seed, self.surprise), self.said])
        super().__init__([row(*self.faces), row(left, ipy.VBox(self.layers)), self.pane])
        spoken(self)
        self.redraw()

    def _listen(self) -> None:
        for each in (*self.faces, *self.layers, self.alpha, self.scheme, self.seed):
            each.observe(self._changed, "value")
        self.surprise.on_click(self._surprised)

    def _surprised(self, _button: ipy.Button) -> None:
        self.model.pick(self.model.number + 1)
        self.redraw()

    def _changed(self, change: Mapping[str, Any]) -> None:
        """Take over what the learner set; what we set ourselves in `redraw` is no news."""
        if self._following:
            return
        owner, model = change["owner"], self.model
        if owner is self.scheme:
            self._by_hand = owner.value == BY_HAND  # the layers stay as they are, to be changed
            if not self._by_hand:
                model.parts = parts_of(owner.value, model.layers)
        elif owner is self.seed:
            model.seed = owner.value
            model.pick(0)
        elif owner is self.alpha:
            model.alpha = owner.value
        elif owner in self.layers:
            model.parts = tuple(layer.value for layer in self.layers)
        else:
            model.picked = tuple(face.value for face in self.faces)
        self.redraw()

    def redraw(self) -> None:
        """Let the controls follow the model, and make the picture anew."""
        model, self._following = self.model, True
        try:
            for face, value in zip(self.faces, model.picked, strict=True):
                face.value = value
            for layer, part in zip(self.layers, model.parts, strict=True):
                layer.value = part
            self.scheme.value = BY_HAND if self._by_hand else model.scheme
            self.seed.value = model.seed
            self.alpha.value, self.alpha.disabled = model.alpha, not model.extrapolates
        finally:
            self._following = False
        self.said.value = f"Last surprise: image {model.number} of seed {model.seed}"
        fill(self.pane, lambda: content(model))


def face_mixer(
    maker: FaceMaker, rules: Mapping[str, Callable[..., Verdicts]] | None = None
) -> MixerView:
    """Controls and a pane: pick up to four faces, and whose style each layer takes.

    It opens with image 0 of the maker's settings. rules: by name, what judges the mixed face;
    None takes the paper's two, with their first thresholds.
    """
    rules = rules or {"single color": SingleColorRule(), "multi color": MultiColorRule()}
    return MixerView(FaceMixer(maker, rules, maker.settings.seed, alpha=maker.settings.alpha))
