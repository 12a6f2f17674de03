"""Charts for choosing thresholds: what they cost, and what became of an agreed price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, MARKS, PAGE, PAPER, SCREENS, VALID

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_threshold_costs(
    curves: Mapping[str, pd.DataFrame], up_to: float = 100
) -> tuple[Figure, str]:
    """What every threshold costs, a line per screen, its cheapest point and its start marked.

    curves: by the screen's name, rows by threshold with ``valid lost %`` and ``cost``, of 1,000
    images made. up_to: where the axis of valid images lost ends; points beyond it still count.
    """
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D

    figure, axis = plt.subplots(figsize=(8.5, 4.4))
    said, handles = [], []
    for k, (name, curve) in enumerate(curves.items()):
        color, mark = SCREENS[k % len(SCREENS)], MARKS[k % len(MARKS)]
        look = {"color": color, "linewidth": 2, "linestyle": DASHES[k % len(DASHES)]}
        axis.plot(curve["valid lost %"], curve["cost"], **look)
        axis.plot(curve["valid lost %"].iloc[0], curve["cost"].iloc[0], mark, color=color,
                  markersize=9, markerfacecolor="white", markeredgewidth=2, zorder=3)  # fmt: skip
        handles.append(Line2D([], [], label=name, marker=mark, markersize=9, **look))
        best = curve.loc[curve["cost"].idxmin()]
        axis.plot(best["valid lost %"], best["cost"], color=color, marker=mark, markersize=11,
                  markeredgecolor=INK, markeredgewidth=1.5, zorder=4, clip_on=False)  # fmt: skip
        said.append(
            f"{name} {best['cost']:,.0f}, losing {best['valid lost %']:.1f} % of the valid images "
            f"and catching {best['caught %']:.1f} % of the broken ones"
        )
    axis.set_xlim(-0.025 * up_to, up_to)  # steep starts and their marks lie beside the frame
    axis.set_ylim(0, 1.1 * max(curve["cost"].max() for curve in curves.values()) or 1)
    _finish(axis, "valid images lost (%)", "cost per 1,000 images made")
    axis.legend(handles=handles, frameon=False, fontsize=12)
    figure.tight_layout()
    return figure, (
        "The cheapest point of each screen, the filled mark; the open one saves everything: "
        f"{'; '.join(said)}."
    )


def draw_prices(table: pd.DataFrame, agreed: float) -> tuple[Figure, str]:
    """The share of valid images lost, with its interval, in each row, beside what was agreed.

    table: ``valid lost %``, ``valid lost low %`` and ``valid lost high %``, rows of any names.
    agreed: in percent.
    """
    import matplotlib.pyplot as plt

    names = [" · ".join(n) if isinstance(n, tuple) else str(n) for n in table.index]
    lost, rows = table["valid lost %"].to_numpy(), np.arange(len(table))
    ends = [lost - table["valid lost low %"], table["valid lost high %"] - lost]
    figure, axis = plt.subplots(figsize=(8.5, 0.42 * len(table) + 1.2))
    axis.errorbar(lost, rows, xerr=np.clip(ends, 0, None), fmt="o", color=VALID, capsize=3)
    for row, value in zip(rows, lost, strict=True):
        axis.annotate(f"{value:.1f} %", (value, row), (0, 6), ha="center", fontsize=11, color=INK,
                      textcoords="offset points",
                      bbox={"color": "white", "alpha": 0.8, "pad": 0.5})  # fmt: skip
    axis.axvline(agreed, color=PAPER, linestyle="--", linewidth=2, zorder=0)
    axis.annotate(f"agreed: {agreed:g} %", (agreed, -0.75), (4, 0), color=INK, fontsize=11,
                  textcoords="offset points", va="center")  # fmt: skip
    axis.set_yticks(rows, names, fontsize=11)
    axis.set_ylim(len(table) - 0.4, -1.1)
    widest = max(agreed, table["valid lost high %"].max())
    axis.set_xlim(-0.07 * widest, 1.05 * widest)  # a value at 0 stays off the names of the rows
    _finish(axis, "valid images lost (%)")
    figure.tight_layout()
    said = [f"{name} {value:.1f} %" for name, value in zip(names, lost, strict=True)]
    return figure, f"Valid images lost where {agreed:g} % were agreed: {'; '.join(said)}."


def draw_sizes(table: pd.DataFrame) -> tuple[Figure, str]:
    """How often rules flag the same faces at several sizes, clean ones and damaged ones.

    table: rows by image side in pixels; columns (rule, "clean %") and (rule, "damaged %").
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10.5, 3.9), sharey=True)
    rules = list(dict.fromkeys(table.columns.get_level_values(0)))
    places, said = np.arange(len(table)), []
    for axis, part in zip(axes, ("clean %", "damaged %"), strict=True):
        for k, rule in enumerate(rules):
            axis.plot(places, table[rule, part], color=SCREENS[k], marker=MARKS[k], linewidth=2,
                      linestyle=DASHES[k], markersize=8, label=rule, clip_on=False)  # fmt: skip
        axis.set_xticks(places, table.index)
        axis.set_ylim(0, 100)
        axis.set_title(f"{part.split()[0]} faces", fontsize=12, color=INK)
        _finish(axis, "side of the image (pixels)", "flagged (%)" if axis is axes[0] else "")
    axes[0].legend(frameon=False, fontsize=11)
    figure.tight_layout()
    for rule in rules:
        clean, ill = (table[rule, part] for part in ("clean %", "damaged %"))
        said.append(
            f"{rule}: {', '.join(f'{v:.1f}' for v in clean)} % of the clean and "
            f"{', '.join(f'{v:.1f}' for v in ill)} % of the damaged faces"
        )
    return (
        figure,
        f"Flagged at {', '.join(map(str, table.index))} pixels a side. {'; '.join(said)}.",
    )


def _finish(axis: Axes, across: str, up: str = "") -> None:
    axis.set_xlabel(across, fontsize=12, color=INK)
    axis.set_ylabel(up, fontsize=12, color=INK)
    axis.tick_params(labelsize=11)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


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

    figure, axes = plt.subplots(1, len(curves), figsize=(PAGE, 4.4), sharey=True, squeeze=False)
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
                size = max(5, 11 - 4 * k)  # a mark at the same place leaves the one below it seen
                axis.plot(at["valid lost %"], at["caught %"], MARKS[k], color=SCREENS[k],
                          markersize=size, markeredgecolor="white", zorder=4)  # fmt: skip
            marked.append(f"{name} {at['caught %']:.0f} % for {at['valid lost %']:.1f} %")
        said.append(f"{whose}: {', '.join(marked)}")
        axis.set_title(whose, fontsize=13, color=INK)
        axis.set_xlim(0, up_to)
        axis.set_ylim(0, 105)
        axis.set_xlabel("valid images lost (%)", fontsize=12, color=INK)
        axis.tick_params(labelsize=11)
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes.flat[0].set_ylabel("broken images caught (%)", fontsize=12, color=INK)
    figure.tight_layout(rect=(0, 0.09, 1, 1))
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles[1:] + handles[:1], names[1:] + names[:1], ncols=len(names), fontsize=12,
                  frameon=False, loc="lower center")  # fmt: skip
    return figure, f"Caught of the broken images for valid ones lost: {'; '.join(said)}."
