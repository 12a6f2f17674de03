"""What a screen leaves and costs, by whose images it screens."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, MARKS, PAPER, SCREENS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 10  # inches: a page's


def draw_saved(tables: Mapping[str, pd.DataFrame], paper: pd.DataFrame) -> tuple[Figure, str]:
    """Broken among the saved images, and valid ones lost, a row for each screening.

    tables: by whose images they are, `facescreen.evaluation.screening_table`, rows named as those
    of `paper`, which holds the paper's ``rate %`` and says nothing of valid images. With columns
    ``lowest run %`` and ``highest run %`` a thin line shows how far single trainings lie apart.
    """
    import matplotlib.pyplot as plt

    rows, step = np.arange(len(paper)), 0.8 / (len(tables) + 1)
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.3 * len(rows) * (len(tables) + 1) + 1.6),
                                sharey=True)  # fmt: skip
    axes[0].plot(paper["rate %"], rows - 0.4 + step / 2, "X", color=PAPER, markersize=10,
                 label="the paper")  # fmt: skip
    _write(axes[0], paper["rate %"], paper["rate %"], rows - 0.4 + step / 2)
    for k, (name, table) in enumerate(tables.items()):
        places = rows - 0.4 + step * (k + 1.5)
        if "lowest run %" in table:
            axes[0].hlines(places, table["lowest run %"], table["highest run %"], SCREENS[k],
                           linewidth=1)  # fmt: skip
        for axis, before in zip(axes, ("", "valid lost "), strict=True):
            share = table[f"{before or 'rate '}%"]
            low, high = table[f"{before}low %"], table[f"{before}high %"]
            spread = np.clip([share - low, high - share], 0, None)
            axis.errorbar(share, places, xerr=spread, fmt=MARKS[k], color=SCREENS[k], capsize=3,
                          linewidth=2.2, markersize=8, label=name)  # fmt: skip
            beyond = table.get("highest run %", high) if axis is axes[0] else high
            _write(axis, share, np.fmax(high, beyond), places)
    titles = ("broken among the saved (%)", "valid images lost (%)")
    for axis, title in zip(axes, titles, strict=True):
        most = max(1, axis.dataLim.x1)
        axis.set_xlim(-0.03 * most, 1.2 * most)
        axis.set_xlabel(title, fontsize=12, color=INK)
        _calm(axis, "x")
    axes[0].set_yticks(rows, [textwrap.fill(name, 18) for name in paper.index], fontsize=12)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.4 / figure.get_figheight()))
    figure.legend(*axes[0].get_legend_handles_labels(), ncols=len(tables) + 1, fontsize=12,
                  frameon=False, loc="upper center")  # fmt: skip
    said = [_said_of(name, table) for name, table in tables.items()]
    rates = ", ".join(f"{name} {rate:.2f} %" for name, rate in paper["rate %"].items())
    return figure, f"Broken among the saved. The paper: {rates}; {'; '.join(said)}."


def _said_of(name: str, table: pd.DataFrame) -> str:
    shares = [f"{row} {at['rate %']:.1f} % ({at['valid lost %']:.1f} % of the valid lost)"
              for row, at in table.iterrows()]  # fmt: skip
    return f"{name}: {', '.join(shares)}"


def _write(axis: Axes, shares, ends, places: np.ndarray) -> None:
    """Each share in figures, right of where its line ends."""
    for share, end, place in zip(shares, ends, places, strict=True):
        if share == share:
            axis.annotate(f"{share:.1f}", (end, place), (7, 0), textcoords="offset points",
                          fontsize=11, color=INK, va="center")  # fmt: skip


def draw_panels(
    curves: Mapping[str, Mapping[str, pd.DataFrame]],
    points: Mapping[str, pd.DataFrame],
    up_to: float = 40,
) -> tuple[Figure, str]:
    """What each screen catches for the valid images that it loses, a panel for whose images.

    curves: `facescreen.evaluation.broken_rate_curve` by whose images and by screen. points: by
    whose images, rows by screen with ``valid lost %`` and ``caught %``, to be marked. Dotted: a
    screen that picks blindly, which catches of the broken images what it loses of the valid ones.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(curves), figsize=(WIDTH, 4.4), sharey=True, squeeze=False)
    said = []
    for axis, (whose, screens) in zip(axes.flat, curves.items(), strict=True):
        axis.plot([0, up_to], [0, up_to], ":", color=PAPER, linewidth=2, label="blindly")
        for k, (name, curve) in enumerate(screens.items()):
            look = {"color": SCREENS[k], "linestyle": DASHES[k]}
            lost, caught = (curve[column].to_numpy() for column in ("valid lost %", "caught %"))
            axis.step([*lost, 100], [*caught, 100], where="post", linewidth=2, label=name, **look)
        marked = []
        for name, at in points[whose].iterrows():
            k = list(screens).index(name)
            if at["valid lost %"] <= up_to:
                axis.plot(at["valid lost %"], at["caught %"], MARKS[k], color=SCREENS[k],
                          markersize=11, markeredgecolor="white", zorder=4)  # fmt: skip
            marked.append(f"{name} {at['caught %']:.0f} % for {at['valid lost %']:.1f} %")
        said.append(f"{whose}: {', '.join(marked)}")
        axis.set_title(whose, fontsize=13, color=INK)
        axis.set_xlim(0, up_to)
        axis.set_ylim(0, 105)
        axis.set_xlabel("valid images lost (%)", fontsize=12, color=INK)
        _calm(axis, "both")
    axes.flat[0].set_ylabel("broken images caught (%)", fontsize=12, color=INK)
    figure.tight_layout(rect=(0, 0.09, 1, 1))
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles[1:] + handles[:1], names[1:] + names[:1], ncols=len(names), fontsize=12,
                  frameon=False, loc="lower center")  # fmt: skip
    return figure, f"Caught of the broken images for valid ones lost: {'; '.join(said)}."


def _calm(axis: Axes, grid: str) -> None:
    axis.tick_params(labelsize=11)
    axis.grid(axis=grid, alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
