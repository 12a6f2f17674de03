"""What the face mixer mixes: four existing faces, and what each layer takes from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from facescreen.images import quantize

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
