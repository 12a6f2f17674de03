"""Mix existing faces by hand: which face each layer of the generator takes its style from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy
import numpy as np

from facescreen import plots
from facescreen.images import quantize
from facescreen.screening import MultiColorRule, SingleColorRule
from facescreen.widgets.panes import NARROW, Content, control, figure_and_text, fill, row

if TYPE_CHECKING:
    from torch import Tensor

    from facescreen.generation import FaceMaker
    from facescreen.screening import Verdicts

LETTERS = "abcd"
MEAN, FROM_A, FROM_B = "mean of a and b", "a + α (b − c)", "b + α (c − d)"
NOISE = "noise"
# Where a layer's style may come from, and the faces that this uses.
PARTS = {**dict(zip(LETTERS, LETTERS, strict=True)), MEAN: "ab", FROM_A: "abc", FROM_B: "bcd"}
PARTS[NOISE] = ""
BY_HAND = "by hand"
MOST_ALPHA = 2.0  # what the controls offer
MOST_SEED = 9999
THIN = "11em"


def parts_of(scheme: str, layers: int) -> tuple[str, ...]:
    """What each layer takes under a scheme of `facescreen.gan.combine.SCHEMES`, coarsest first."""
    half = layers - layers // 2
    rows = {
        "noise": [NOISE] * layers,
        "self": ["a"] * layers,
        "two_faces": ["a"] * half + ["b"] * (layers - half),
        "four_faces": [LETTERS[layer * 4 // layers] for layer in range(layers)],
        "mean_two": [MEAN] * layers,
        "extrapolate": [FROM_A] * layers,
        "mix_and_extrapolate": ["a"] * half + [FROM_B] * (layers - half),
    }
    return tuple(rows[scheme])


def layer_names(layers: int) -> tuple[str, ...]:
    """What each layer is called: the size in pixels at which it draws, coarsest first."""
    words = ["coarse", *["middle"] * (layers - 2), "fine"]
    return tuple(f"{word} ({8 << k} × {8 << k} px)" for k, word in enumerate(words))


@dataclass(frozen=True)
class Mixed:
    """A mixed face: uint8 (H, W, 3), whether it was finite, and each rule's verdict on it."""

    image: np.ndarray
    finite: bool
    verdicts: dict[str, Verdicts]


@dataclass
class FaceMixer:
    """Four existing faces, what each layer takes from them, and what comes of it.

    `picked` holds indices of existing faces; `parts` names of `PARTS`, one for each layer. Image
    `number` of a seed picks the faces that `FaceMaker.images` combines under that seed.
    """

    maker: FaceMaker
    rules: Mapping[str, Callable[..., Verdicts]]
    seed: int = 0
    number: int = 0
    alpha: float = 0.4
    picked: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    _styles: dict[int, Tensor] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.parts = self.parts or parts_of(self.maker.settings.scheme, self.layers)
        if not self.picked:
            self.pick(self.number)

    @property
    def layers(self) -> int:
        """How many layers the generator has."""
        return self.maker.combiner.layers

    @property
    def choices(self) -> tuple[str, ...]:
        """The parts that this model offers: noise needs a mapping network."""
        return tuple(p for p in PARTS if p != NOISE or self.maker.combiner.mapping is not None)

    @property
    def schemes(self) -> tuple[str, ...]:
        """Names of the schemes whose parts are among the choices, in the package's order."""
        from facescreen.gan.combine import SCHEMES

        return tuple(s for s in SCHEMES if set(parts_of(s, self.layers)) <= set(self.choices))

    @property
    def scheme(self) -> str:
        """The scheme that the parts are those of, or `BY_HAND`."""
        matching = (s for s in self.schemes if parts_of(s, self.layers) == self.parts)
        return next(matching, BY_HAND)

    @property
    def used(self) -> str:
        """Letters of the faces that any layer uses."""
        return "".join(letter for letter in LETTERS if any(letter in PARTS[p] for p in self.parts))

    @property
    def extrapolates(self) -> bool:
        """Whether alpha matters."""
        return bool({FROM_A, FROM_B} & set(self.parts))

    def pick(self, number: int) -> None:
        """Take the faces of image `number` of the seed; where there are under four, some twice."""
        from facescreen.gan.combine import pick_faces

        available = self.maker.existing
        faces = pick_faces(self.seed, np.array([number]), min(4, available), available)[0]
        self.number, self.picked = number, tuple(int(face) for face in np.resize(faces, 4))

    def faces(self) -> np.ndarray:
        """The picked faces, uint8 (4, H, W, 3)."""
        return np.asarray(self.maker.source.load(np.array(self.picked)))

    def mix(self) -> Mixed:
        """Make the mixed face and judge it by every rule."""
        import torch

        from facescreen.generation import one_thread

        with one_thread():
            faces, noise = self._encoded(), self._from_noise()
            styles = [_style(part, faces, noise, self.alpha) for part in self.parts]
            floats = self.maker.combiner.draw(torch.stack(styles)[None]).numpy()
        images, finite = quantize(floats)
        verdicts = {name: rule(images, finite=finite) for name, rule in self.rules.items()}
        return Mixed(images[0], bool(finite[0]), verdicts)

    def _encoded(self) -> Tensor:
        """Styles (4, w) of the picked faces, computed when first picked, and kept."""
        import torch

        new = sorted(set(self.picked) - self._styles.keys())
        if new:
            faces = np.ascontiguousarray(self.maker.source.load(np.array(new)))
            styles = self.maker.combiner.encode(torch.from_numpy(faces))
            self._styles.update(zip(new, styles, strict=True))
        return torch.stack([self._styles[face] for face in self.picked])

    def _from_noise(self) -> Tensor | None:
        """The style (w,) that the mapping network makes for this seed and number."""
        import torch

        from facescreen.gan.combine import noise_for

        combiner = self.maker.combiner
        if NOISE not in self.parts:
            return None
        noise = noise_for(self.seed, np.array([self.number]), combiner.noise)
        return combiner.styles_from_noise(torch.from_numpy(noise))[0]


def _style(part: str, faces: Tensor, noise: Tensor | None, alpha: float) -> Tensor:
    """The style (w,) of one layer, from styles (4, w) of the picked faces."""
    from facescreen.gan.networks import on_sphere

    a, b, c, d = faces
    if part in LETTERS:
        return faces[LETTERS.index(part)]
    if part == NOISE:
        return noise
    if part == MEAN:
        return on_sphere(faces[:2].mean(dim=0))
    return a + alpha * (b - c) if part == FROM_A else b + alpha * (c - d)


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
        self.alpha = control(
            ipy.FloatSlider, "Alpha α", min=0, max=max(MOST_ALPHA, model.alpha), step=0.05,
            value=model.alpha, readout_format=".2f", continuous_update=False,
        )  # fmt: skip
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
        left = ipy.VBox([self.scheme, self.alpha, row(self.seed, self.surprise), self.said])
        super().__init__([row(*self.faces), row(left, ipy.VBox(self.layers)), self.pane])
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
            # Rounded: a slider may send 0.30000000000000004, which would be another face than 0.3.
            model.alpha = round(owner.value, 2)
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
