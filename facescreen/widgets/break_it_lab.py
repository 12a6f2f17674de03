"""Damage a face, predict which rule will notice, and see whether you were right."""

from __future__ import annotations

from dataclasses import dataclass, field

import ipywidgets as ipy
import numpy as np

from facescreen import plots
from facescreen.breakage import KINDS, Damaged, plant
from facescreen.plots.one_image import mask_words
from facescreen.screening import MultiColorRule, SingleColorRule, Verdicts
from facescreen.widgets.panes import (
    NARROW,
    Content,
    control,
    figure_and_text,
    fill,
    row,
    slider,
    text_only,
)
from facescreen.widgets.spoken import spoken
from facescreen.widgets.words import multi_color_words, single_color_words

BOTH, SINGLE, MULTI, NEITHER = ANSWERS = (
    "both flag it",
    "only single color",
    "only multi color",
    "neither",
)
AREAS, SEEDS = (0.01, 0.5), (0, 9999)  # what the controls offer
Setup = tuple[int, str, float, float, int]


@dataclass
class BreakItLab:
    """A face, what is done to it, what the learner predicts, and the score so far.

    faces: uint8 (N, H, W, 3), N >= 1. face: 0 to N - 1. kind, strength, area, seed: as in
    `breakage.plant`. prediction: one of ANSWERS, or None. revealed: True from the verdict to the
    next change. history: whether the prediction was right, for every setup judged; each counts
    once. Raises ValueError for no faces.
    """

    faces: np.ndarray
    face: int = 0
    kind: str = "blob"
    strength: float = 1.0
    area: float = 0.1
    seed: int = 0
    single: SingleColorRule = field(default_factory=SingleColorRule)
    multi: MultiColorRule = field(default_factory=MultiColorRule)
    prediction: str | None = None
    revealed: bool = False
    message: str = ""
    history: dict[Setup, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.faces):
            raise ValueError("there is no face to break")

    @property
    def setup(self) -> Setup:
        return self.face, self.kind, self.strength, self.area, self.seed

    @property
    def damaged(self) -> Damaged:
        face, kind, strength, area, seed = self.setup
        return plant(self.faces[face], kind, strength, area, seed=seed)

    @property
    def changed(self) -> int:
        """How many pixels the damage gave another value."""
        return int((self.damaged.image != self.faces[self.face]).any(axis=-1).sum())

    @property
    def verdicts(self) -> tuple[Verdicts, Verdicts]:
        """Single-color and multi-color verdicts on two images: the face before and after."""
        images = np.stack([self.faces[self.face], self.damaged.image])
        return self.single(images), self.multi(images)

    @property
    def outcome(self) -> str:
        """Which rules flag the damaged face: one of ANSWERS."""
        single, multi = (bool(verdict.broken[1]) for verdict in self.verdicts)
        return (NEITHER, MULTI, SINGLE, BOTH)[2 * single + multi]

    @property
    def score(self) -> str:
        """How many predictions were right, in words."""
        right, judged = sum(self.history.values()), len(self.history)
        share = f" ({100 * right / judged:.0f} %)" if judged else ""
        return f"Right predictions: {right} of {judged}{share}"

    def change(self, **settings: object) -> bool:
        """Take other settings; if one differs, a new round begins. Returns whether one does."""
        differs = any(getattr(self, name) != value for name, value in settings.items())
        if differs:
            for name, value in settings.items():
                setattr(self, name, value)
            self.prediction, self.revealed, self.message = None, False, ""
        return differs

    def predict(self, answer: str | None) -> None:
        """Choose one of ANSWERS, or None; after the verdict it is too late."""
        if not self.revealed:
            self.prediction, self.message = answer, ""

    def judge(self) -> None:
        """Reveal the verdicts, and count the prediction if this setup is judged the first time."""
        if self.revealed:
            return
        if self.prediction is None:
            self.message = "**Predict first**: choose one of the four answers, then press Judge."
            return
        self.revealed = True
        right = self.prediction == self.outcome
        self.message = f"**{'Right' if right else 'Not this time'}.** You predicted "
        self.message += f"*{self.prediction}*; the verdict is *{self.outcome}*."
        self.message += " Change a setting for another round."
        if self.setup in self.history:
            self.message += " This setting was judged before, so it does not count again."
        else:
            self.history[self.setup] = right

    @property
    def text(self) -> str:
        """What was done, the message and, once revealed, verdicts and place, in Markdown."""
        about = (KINDS[self.kind].__doc__ or "").strip().splitlines()[0]
        done = f"**{self.kind.replace('_', ' ')}**, strength {self.strength:.2f}, "
        done += f"{100 * self.area:.0f} % of the pixels, seed {self.seed}: {about}"
        if not self.revealed:
            message = self.message or (
                "Which rule will flag the damaged face? Choose an answer, then press Judge."
                if self.prediction is None
                else f"You predict *{self.prediction}*. Press Judge to see the verdicts."
            )
            return f"{done}\n\n{message}"
        lines = "\n".join([*self._verdict_lines(), f"- {self._place()}"])
        return f"{done}\n\n{self.message}\n\n{lines}"

    def _verdict_lines(self) -> list[str]:
        lines = []
        words = (single_color_words, multi_color_words)
        names = ("Single-color rule", "Multi-color rule")
        for name, verdict, say in zip(names, self.verdicts, words, strict=True):
            flagged = " and the face was flagged" if verdict.broken[0] else ""
            lines.append(
                f"- {name}: {say(verdict[1])} Before the damage the score was "
                f"{verdict.score[0]:,.0f}{flagged}."
            )
        return lines

    def _place(self) -> str:
        return f"{mask_words(self.damaged.mask)} Pixels that changed: {self.changed:,}."

    def content(self) -> Content:
        """The figure and the text of this state."""
        face, name = self.faces[self.face], f"face {self.face}"
        figure, sentence = plots.draw_damage(
            face, self.damaged, name, self.revealed, self.multi.floor
        )
        return figure_and_text(figure, sentence, self.text)


def break_it_lab(faces: np.ndarray, seed: int = 0) -> ipy.Widget:
    """Controls and a pane: damage a face, predict the verdicts, press Judge, keep score.

    faces: uint8 (N, H, W, 3), N >= 1. seed: 0 to 9999, where the seed's control starts.
    """
    model = BreakItLab(faces, seed=seed)
    kinds = [(kind.replace("_", " "), kind) for kind in KINDS]
    face, face_row = slider("Face", 0, len(faces) - 1, 0)
    kind = control(ipy.Dropdown, "Kind", options=kinds, value=model.kind)
    strength, strength_row = slider("Strength", 0.0, 1.0, model.strength)
    area, area_row = slider("Area", *AREAS, model.area)
    low, high = SEEDS
    seed_box = control(ipy.BoundedIntText, "Seed", NARROW, min=low, max=high, value=model.seed)
    settings = {"face": face, "kind": kind, "strength": strength, "area": area, "seed": seed_box}
    answer = control(ipy.ToggleButtons, "Prediction", "auto", options=ANSWERS, value=None)
    answer.style.button_width = "11em"
    judge = ipy.Button(description="Judge", button_style="primary", layout={"width": "8em"})
    score = ipy.HTML(layout={"margin": "2px 12px"})
    pane = ipy.Output(layout=ipy.Layout(min_height="34em"))

    def show() -> None:
        score.value = f"<b>{model.score}</b>"
        fill(pane, model.content)

    def on_setting(_change: object) -> None:
        if model.change(**{name: control.value for name, control in settings.items()}):
            answer.disabled, answer.value = False, None
            show()

    def on_answer(change: dict) -> None:
        model.predict(change["new"])
        if change["new"] is not None:
            fill(pane, lambda: (*pane.outputs[:1], text_only(model.text)))

    def on_judge(_button: ipy.Button) -> None:
        model.judge()
        answer.disabled = model.revealed
        show()

    for setting in settings.values():
        setting.observe(on_setting, "value")
    answer.observe(on_answer, "value")
    judge.on_click(on_judge)
    show()
    places = row(face_row, kind), row(strength_row, area_row, seed_box)
    return spoken(ipy.VBox([*places, row(answer), row(judge, score), pane]))
