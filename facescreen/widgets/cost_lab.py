"""Make one part of the work faster, take more machines: what becomes of the whole, and its bill."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as ipy

from facescreen import plots
from facescreen.widgets.panes import NARROW, Content, control, figure_and_text, fill, row
from facescreen.widgets.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

IMAGES = (2_500, 10**6, 10**9)
TIMES = (2.0, 5.0, 10.0, 100.0, math.inf)
MACHINES = (1, 2, 5, 10, 100, 1000)


@dataclass
class CostLab:
    """So many images by one way of working, one `part` of which becomes `times` as fast.

    table: seconds an image, rows by way of working and columns by part; 0 or NaN where a way has
    no such part. price: US dollars for an hour of one machine. Machines share the images evenly.
    """

    table: pd.DataFrame
    price: float
    work: str = ""
    part: str = ""
    times: float = TIMES[0]
    images: int = IMAGES[1]
    machines: int = 1

    def __post_init__(self) -> None:
        self.work = self.work or str(self.table.index[0])
        self.part = self.part if self.part in self.parts else self.parts[0]

    @property
    def before(self) -> pd.Series:
        """Seconds an image by part, as measured."""
        own = self.table.loc[self.work].fillna(0)
        return own[own > 0]

    @property
    def parts(self) -> list[str]:
        return list(self.before.index)

    @property
    def after(self) -> pd.Series:
        """Seconds an image by part, one of them faster."""
        changed = self.before.copy()
        changed[self.part] /= self.times
        return changed

    @property
    def speedup(self) -> float:
        """How many times as fast the whole becomes, on one machine."""
        after = self.after.sum()
        return self.before.sum() / after if after else math.inf

    @property
    def most(self) -> float:
        """The same if the part took no time at all."""
        rest = self.before.drop(self.part).sum()
        return self.before.sum() / rest if rest else math.inf

    @property
    def seconds(self) -> float:
        """Of the images, by all machines together."""
        return self.images * self.after.sum() / self.machines

    @property
    def dollars(self) -> float:
        """What the machines' hours cost, whichever way they are shared out."""
        return self.images * self.after.sum() / 3600 * self.price

    @property
    def text(self) -> str:
        """What it comes to, in Markdown."""
        share = 100 * self.before[self.part] / self.before.sum()
        return (
            f"**{self.work}**, {self.images:,} images, machines: {self.machines:,}; *{self.part}* "
            f"takes {share:.1f} % of the time. {_times(self.times)} as fast, it makes the whole "
            f"**{_times(self.speedup)}** as fast; without it, {_times(self.most)}. "
            f"That is **{plots.duration(self.seconds)}** and **{self.dollars:,.2f} dollars**."
        )

    @property
    def content(self) -> Content:
        """The figure, its sentence and the text."""
        import pandas as pd

        rows = {"measured": self.before, "then": self.after}
        figure, sentence = plots.draw_parts(pd.DataFrame(rows).T)
        plots.base.hold_size(figure)
        return figure_and_text(figure, sentence, f"{self.text}\n\n*{sentence}*")


def _times(value: float) -> str:
    return "∞ times" if math.isinf(value) else f"{value:.3g} times"


def cost_lab(table: pd.DataFrame, price: float) -> ipy.Widget:
    """Five menus and what they come to; the widget's `model` is its CostLab.

    table, price: as CostLab takes them.
    """
    model, pane = CostLab(table, price), ipy.Output(layout={"min_height": "18em"})
    menus = {
        "work": control(ipy.Dropdown, "Work", options=list(table.index), value=model.work),
        "part": control(ipy.Dropdown, "Faster", options=model.parts, value=model.part),
        "times": control(ipy.Dropdown, "By", NARROW, options=[(_times(t), t) for t in TIMES]),
        "images": control(ipy.Dropdown, "Images", NARROW, value=model.images,
                          options=[(f"{n:,}", n) for n in IMAGES]),
        "machines": control(ipy.Dropdown, "Machines", NARROW, options=MACHINES),
    }  # fmt: skip

    def changed(change: dict) -> None:
        if change["owner"] is menus["work"]:
            model.work = menus["work"].value
            menus["part"].options = model.parts  # which chooses the first
        for name, menu in menus.items():
            setattr(model, name, menu.value)
        fill(pane, lambda: model.content)

    for menu in menus.values():
        menu.observe(changed, "value")
    fill(pane, lambda: model.content)
    last = [menus[name] for name in ("times", "images", "machines")]
    box = spoken(ipy.VBox([row(menus["work"], menus["part"]), row(*last), pane]))
    box.model, box.menus, box.pane = model, menus, pane
    return box
