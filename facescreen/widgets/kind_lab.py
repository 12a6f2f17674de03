"""Plant a kind of damage, and see which sign moves, what two classifiers say, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import ipywidgets as ipy
import numpy as np

from facescreen.breakage import Damaged
from facescreen.kinds import COUNTED, PLANTED, measure_kinds
from facescreen.kinds.planting import planted_once
from facescreen.plots.one_kind import draw_one_kind
from facescreen.widgets.panes import (
    NARROW,
    Content,
    control,
    figure_and_text,
    fill,
    row,
    slider,
)
from facescreen.widgets.spoken import spoken

AREAS, SEEDS = (0.02, 1.0), (0, 9999)  # what the controls offer


@dataclass
class KindLab:
    """A face and what is done to it.

    faces: uint8 (N, 64, 64, 3), N >= 1. face: 0 to N - 1. kind: of `kinds.PLANTED`. strength,
    area, seed: as in `breakage.plant`. Raises ValueError for no faces.
    """

    faces: np.ndarray
    face: int = 0
    kind: str = "blob"
    strength: float = 1.0
    area: float = 0.2
    seed: int = 0
    before: dict[int, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.faces):
            raise ValueError("there is no face to break")

    @property
    def damaged(self) -> Damaged:
        clean = self.faces[self.face]
        return planted_once(clean, self.kind, self.strength, self.area, self.seed)

    @cached_property
    def limits(self) -> np.ndarray:
        """By sign, float (12,): what 5 % of clean portraits pass."""
        from facescreen.kinds.tables import kinds_tables

        return kinds_tables("limits")["limit"].reindex(PLANTED).to_numpy()

    def signs(self, image: np.ndarray) -> np.ndarray:
        """Float (12,): each sign as a multiple of its limit."""
        return measure_kinds(image[np.newaxis])[0] / self.limits

    @property
    def clean_signs(self) -> np.ndarray:
        if self.face not in self.before:
            self.before[self.face] = self.signs(self.faces[self.face])
        return self.before[self.face]

    def change(self, **settings: object) -> None:
        for name, value in settings.items():
            setattr(self, name, value)

    def content(self) -> Content:
        """The figure and the text of this state."""
        from facescreen.kinds.network import load_kinds

        planted, real = load_kinds("portraits"), load_kinds("real")
        damaged, before = self.damaged, self.clean_signs
        batch, after = damaged.image[np.newaxis], self.signs(damaged.image)
        where = 1 - planted.maps(batch)[0, 0]
        figure, sentence = draw_one_kind(
            self.faces[self.face], damaged, PLANTED, before, after, where
        )
        beyond = [_words(sign) for sign, x in zip(PLANTED, after, strict=True) if x > 1]
        row, column = np.unravel_index(where.argmax(), where.shape)
        cells = damaged.mask.reshape(16, 4, 16, 4).mean(axis=(1, 3))
        inside = "inside" if cells[row, column] >= 0.5 else "outside"
        lines = [
            f"- Its own sign counts {COUNTED[self.kind]}.",
            f"- Signs beyond their limits: **{', '.join(beyond) or 'none'}**.",
            f"- The network that planted damage taught says **{_first_two(planted, batch)}**; "
            f"where it is surest lies {inside} the mask.",
            f"- The network that labeled images taught says **{_first_two(real, batch)}**.",
        ]
        return figure_and_text(figure, sentence, "\n".join(lines))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _first_two(judge, batch: np.ndarray) -> str:
    said = judge(batch)[0]
    best = np.argsort(-said, kind="stable")[:2]
    return ", ".join(f"{_words(judge.kinds[k])} {said[k]:.0%}" for k in best)


def kind_lab(faces: np.ndarray, seed: int = 0) -> ipy.Widget:
    """Controls and a pane: plant a kind of damage in a face, and see who notices what.

    faces: uint8 (N, 64, 64, 3), N >= 1. seed: 0 to 9999, where the seed's control starts.
    """
    model = KindLab(faces, seed=seed)
    kinds = [(_words(kind), kind) for kind in PLANTED]
    face, face_row = slider("Face", 0, len(faces) - 1, 0)
    kind = control(ipy.Dropdown, "Kind", options=kinds, value=model.kind)
    strength, strength_row = slider("Strength", 0.0, 1.0, model.strength)
    area, area_row = slider("Area", *AREAS, model.area)
    low, high = SEEDS
    seed_box = control(ipy.BoundedIntText, "Seed", NARROW, min=low, max=high, value=model.seed)
    settings = {"face": face, "kind": kind, "strength": strength, "area": area, "seed": seed_box}
    pane = ipy.Output(layout=ipy.Layout(min_height="30em"))

    def show(_change: object = None) -> None:
        model.change(**{name: control.value for name, control in settings.items()})
        fill(pane, model.content)

    for setting in settings.values():
        setting.observe(show, "value")
    show()
    return spoken(ipy.VBox([row(face_row, kind), row(strength_row, area_row, seed_box), pane]))
