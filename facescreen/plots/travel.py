"""Screens on generators that they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, MARKS, PAGE, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {  # a column of the table, with its title
    "valid lost": "valid lost, own threshold (%)",
    "at 5 %: saturated caught": "saturated caught at 5 % (%)",
    "at 5 %: caught": "all broken caught at 5 % (%)",
}


def draw_travel(table: pd.DataFrame) -> tuple[Figure, str]:
    """What screens lose and catch, a mark for each source of images.

    table: rows (images, screen), as `facescreen.evidence.travel_tables.travel` makes them and
    `data/screens/travel.csv` holds them; lines are Wilson's 95 % intervals.
    """
    import matplotlib.pyplot as plt

    sources = list(dict.fromkeys(table.index.get_level_values("images")))
    screens = list(dict.fromkeys(table.index.get_level_values("screen")))
    figure, axes = plt.subplots(1, 3, figsize=(PAGE, 0.85 * len(screens) + 1.2), sharey=True)
    for axis, (column, title) in zip(axes, PANELS.items(), strict=True):
        for k, source in enumerate(sources):
            at = np.arange(len(screens)) + (k - (len(sources) - 1) / 2) * 0.2
            rows = table.loc[source].reindex(screens)
            look = {"color": SCREENS[k], "zorder": 3, "clip_on": False}  # a mark at 0 whole
            axis.hlines(at, rows[f"{column} low %"], rows[f"{column} high %"], **look)
            axis.plot(rows[f"{column} %"], at, MARKS[k], markersize=7, label=source, **look)
        _finish(axis, title)
    axes[0].set_yticks(range(len(screens)), screens, fontsize=12)
    axes[0].set_ylim(len(screens) - 0.5, -0.5)
    axes[0].axvline(5, color=INK, linewidth=1, linestyle=":")
    handles, names = axes[0].get_legend_handles_labels()
    figure.tight_layout(pad=0.4)
    figure.legend(handles, names, ncols=len(names), fontsize=12, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    said = [_say(source, table.loc[source]) for source in sources]
    return (
        figure,
        f"Of all broken images, caught where 5 % of the valid ones are lost. {' '.join(said)}",
    )


plot_travel = presented(draw_travel)


def _finish(axis: Axes, title: str) -> None:
    axis.set_title(title, fontsize=12, color=INK)
    axis.set_xlim(0, 105)
    axis.tick_params(labelsize=11)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _say(source: str, rows: pd.DataFrame) -> str:
    shares = [f"{screen} {row['at 5 %: caught %']:.0f} %" for screen, row in rows.iterrows()]
    return f"{source[:1].upper()}{source[1:]}: {', '.join(shares)}."
