"""Ask the study of benefit: which generator, how many real images, which two arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as ipy

from facescreen import plots
from facescreen.widgets.panes import Content, control, figure_and_text, fill, row
from facescreen.widgets.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

SAID = {"source": "Generator", "real": "Real", "first": "Arm", "second": "Against"}


@dataclass
class BenefitExplorer:
    """One comparison of the study: `first` minus `second`, of one source and amount.

    table: rows as in `data/benefit/downstream.csv`. Values that the table does not hold raise
    ValueError when they are asked for.
    """

    table: pd.DataFrame
    source: str = ""
    real: int = 0
    first: str = "signs"
    second: str = "unscreened"

    def __post_init__(self) -> None:
        self.source = self.source or self.choices("source")[0]
        self.real = self.real or self.choices("real")[0]

    def choices(self, column: str) -> list:
        """What a column holds, in its order."""
        return list(dict.fromkeys(self.table[column].tolist()))

    def accuracies(self, arm: str) -> pd.Series:
        """Balanced accuracy in percent by seed, named as the arm."""
        own = self.table[(self.table["source"] == self.source) & (self.table["real"] == self.real)]
        its = own[own["arm"] == arm].set_index("seed")["accuracy"].sort_index()
        if its.empty:
            raise ValueError(f"no {arm!r} of {self.source!r} with {self.real} real images")
        return (100 * its).rename(arm)

    @property
    def pairs(self) -> tuple[pd.Series, pd.Series]:
        """Both arms, by the seeds that both have."""
        first, second = self.accuracies(self.first), self.accuracies(self.second)
        both = first.index.intersection(second.index)
        return first[both], second[both]

    @property
    def text(self) -> str:
        """What the seeds say, in Markdown."""
        first, second = self.pairs
        better, equal = int((first > second).sum()), int((first == second).sum())
        share = f"better in {better} of {len(first)} seeds" + (f", equal in {equal}" * (equal > 0))
        return (
            f"{self.source}, {self.real:,} real images. **{self.first}** {first.mean():.1f} %, "
            f"**{self.second}** {second.mean():.1f} %: **{self.first}** is {share}."
        )

    @property
    def content(self) -> Content:
        """The figure, its sentence and the text."""
        figure, sentence = plots.draw_pairs(*self.pairs)
        plots.base.hold_size(figure)
        return figure_and_text(figure, sentence, f"{self.text}\n\n*{sentence}*")


def benefit_explorer(table: pd.DataFrame) -> ipy.Widget:
    """Four menus and the comparison that they choose; the widget's `model` is its BenefitExplorer.

    table: rows as in `data/benefit/downstream.csv`.
    """
    model, pane = BenefitExplorer(table), ipy.Output(layout={"min_height": "22em"})
    columns = {"source": "source", "real": "real", "first": "arm", "second": "arm"}
    menus = {
        name: control(ipy.Dropdown, SAID[name], options=model.choices(column),
                      value=getattr(model, name))
        for name, column in columns.items()
    }  # fmt: skip

    def changed(_change: object = None) -> None:
        for name, menu in menus.items():
            setattr(model, name, menu.value)
        fill(pane, lambda: model.content)

    for menu in menus.values():
        menu.observe(changed, "value")
    changed()
    box = spoken(ipy.VBox([row(*list(menus.values())[:2]), row(*list(menus.values())[2:]), pane]))
    box.model, box.menus, box.pane = model, menus, pane
    return box
