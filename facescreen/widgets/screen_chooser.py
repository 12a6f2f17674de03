"""Choose a screen and how much it keeps: broken images kept, valid ones lost, the faces of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ipywidgets as ipy
import numpy as np

from facescreen import plots
from facescreen.evaluation.kept import draw_kept
from facescreen.widgets.panes import Content, control, figure_and_text, fill, row, slider
from facescreen.widgets.spoken import spoken

SHOWN = 8  # faces in a row

Keep = Callable[[float], np.ndarray]  # a share of the images to the chance that each is kept


@dataclass
class ScreenChooser:
    """Labeled images, screens by name, the one chosen and the share that it keeps.

    images: uint8 (N, H, W, 3). labels: str (N,). keep: by screen, from the share to keep to the
    chance that each image is kept, float (N,). Raises ValueError for none, or other numbers.
    """

    images: np.ndarray
    labels: np.ndarray
    keep: Mapping[str, Keep]
    screen: str = ""
    accept: float = 0.8

    def __post_init__(self) -> None:
        if not self.keep or not len(self.images) or len(self.labels) != len(self.images):
            raise ValueError(
                f"expected screens, and as many labels as images; got {len(self.keep)} screens, "
                f"{len(self.labels)} labels, {len(self.images)} images"
            )
        self.screen = self.screen or next(iter(self.keep))

    @property
    def chances(self) -> np.ndarray:
        """How often the screen keeps each image, float64 (N,)."""
        return self.keep[self.screen](self.accept)

    @property
    def kept(self) -> np.ndarray:
        """Bool (N,): one draw, the same each time; a screen without chance keeps what it says."""
        found = np.zeros(len(self.images), bool)
        found[draw_kept(np.minimum(self.chances, 1), np.random.default_rng(0))] = True
        return found

    @property
    def text(self) -> str:
        """Expected numbers in Markdown."""
        chances, lines = self.chances, []
        groups = {"saturated": "broken_saturated", "broken otherwise": "broken_other",
                  "valid": "valid", "unsure": "unsure"}  # fmt: skip
        for name, label in groups.items():
            own = self.labels == label
            if own.any():
                lines.append(f"| {name} | {own.sum():,} | {chances[own].sum():.1f} | "
                             f"{chances[own].mean():.0%} |")  # fmt: skip
        head = "| images | made | kept, expected | share kept |\n|---|---:|---:|---:|\n"
        about = "The pictures show one draw of it; the table, what is expected."
        return f"**{self.screen}**. {about}\n\n{head}" + "\n".join(lines)

    def rows(self) -> tuple[list[list[int]], list[str]]:
        """Indices of broken images kept and of valid ones lost, and what the rows are called."""
        broken, valid = np.char.startswith(self.labels, "broken"), self.labels == "valid"
        kept = self.kept
        chosen, names = [], []
        for name, which in (("broken, kept", broken & kept), ("valid, lost", valid & ~kept)):
            found = np.flatnonzero(which)
            if len(found):
                spread = np.linspace(0, len(found) - 1, min(SHOWN, len(found))).astype(int)
                chosen.append([int(k) for k in found[spread]])
                names.append(f"{name}: {len(found)} images")
        return chosen, names

    def content(self) -> Content:
        """Both rows of faces, as a figure with its sentence, and the numbers."""
        chosen, names = self.rows()
        if not chosen:
            return figure_and_text(*_nothing(self.images), self.text)
        width = max(map(len, chosen))
        blank = np.full_like(self.images[:1], 255)
        padded = [np.concatenate([self.images[of], *[blank] * (width - len(of))]) for of in chosen]
        figure = plots.draw_faces(np.concatenate(padded), None, None, width, names)
        said = f"{self.screen} keeps {self.accept:.0%}; {'; '.join(names)}."
        return figure_and_text(figure, said, self.text)


def _nothing(images: np.ndarray):
    return plots.draw_faces(images[:1], ["all as it should be"]), "No broken image is kept."


def screen_chooser(
    images: np.ndarray, labels: np.ndarray, keep: Mapping[str, Keep], accept: float = 0.8
) -> ipy.Widget:
    """Controls and a pane: choose a screen and the share that it keeps, see its two mistakes."""
    model = ScreenChooser(images, labels, keep, accept=accept)
    screen = control(ipy.Dropdown, "Screen", options=list(keep), value=model.screen)
    share, share_row = slider("Kept", 0.2, 1.0, float(accept))
    pane = ipy.Output(layout=ipy.Layout(min_height="24em"))

    def show(_change: object = None) -> None:
        model.screen, model.accept = screen.value, share.value
        fill(pane, model.content)

    screen.observe(show, "value")
    share.observe(show, "value")
    show()
    return spoken(ipy.VBox([row(screen, share_row), pane]))
