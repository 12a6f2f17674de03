"""Whether screening helps: accuracies, differences between arms, doses, learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, MARKS, PAGE, PAPER, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_accuracies(table: pd.DataFrame, arms: Sequence[str]) -> tuple[Figure, str]:
    """Balanced accuracy by the number of real images, a panel for each source, a line for an arm.

    table: rows as in `downstream.csv`; marks are means over seeds, bars reach from the lowest to
    the highest seed.
    """
    import matplotlib.pyplot as plt

    sources = list(dict.fromkeys(table["source"]))
    figure, axes = plt.subplots(1, len(sources), figsize=(PAGE, 4.2), sharey=True, squeeze=False)
    said = []
    for axis, source in zip(axes[0], sources, strict=True):
        own = table[table["source"] == source]
        for k, arm in enumerate(arms):
            its = 100 * own[own["arm"] == arm].groupby("real")["accuracy"].agg(
                ["mean", "min", "max"]
            )
            at = np.arange(len(its)) + (k - (len(arms) - 1) / 2) * 0.09
            look = {"color": SCREENS[k], "linestyle": DASHES[k % len(DASHES)]}
            axis.plot(at, its["mean"], marker=MARKS[k], markersize=7, label=arm, **look)
            axis.vlines(at, its["min"], its["max"], color=SCREENS[k], linewidth=1)
            said.append(f"{source}, {arm}: {_numbers(its['mean'])} %")
        amounts = [f"{real:,}" for real in sorted(own["real"].unique())]
        axis.set_xticks(range(len(amounts)), amounts)
        _finish(axis, f"generator: {source}", "real images")
    axes[0][0].set_ylabel("balanced accuracy (%)", fontsize=11)
    _legend(figure, axes[0][0])
    counts = " and ".join([", ".join(amounts[:-1]), amounts[-1]]) if amounts[1:] else amounts[0]
    return figure, f"Mean accuracy with {counts} real images. {'; '.join(said)}."


def draw_differences(
    tables: Mapping[str, pd.DataFrame], unit: str, better: str = "screening helps"
) -> tuple[Figure, str]:
    """Means of paired differences with 95 % intervals, a panel for each table.

    tables: by title, rows indexed by (group, screen) or by screen, with ``mean``, ``low``, ``high``
    and ``says``, as `facescreen.benefit.compare_arms` has them. Filled marks are those that count.
    """
    import matplotlib.pyplot as plt

    rows = max(len(table) for table in tables.values())
    size = {"figsize": (PAGE, 0.3 * rows + 1.4), "squeeze": False}
    figure, axes = plt.subplots(1, len(tables), sharex=True, sharey=True, **size)
    said = []
    for axis, (title, table) in zip(axes[0], tables.items(), strict=True):
        _intervals(axis, table)
        _finish(axis, title, f"{unit}\n(right of 0: {better})")
        axis.grid(visible=False, axis="y")
        counted = table["says"].value_counts()
        said.append(
            f"{title}: differences from {table['mean'].min():+.2f} to {table['mean'].max():+.2f}; "
            + ", ".join(f"{says} {n} of {len(table)}" for says, n in counted.items())
        )
    figure.tight_layout(pad=0.5, w_pad=1.5)
    return figure, f"Filled marks count as an answer, open ones do not. {'. '.join(said)}."


def _intervals(axis: Axes, table: pd.DataFrame) -> None:
    """A mark and a line for each row, a faint line between groups."""
    keys = [key if isinstance(key, tuple) else (key,) for key in table.index]
    screens = list(dict.fromkeys(key[-1] for key in keys))
    for place, (key, (_, row)) in enumerate(zip(keys, table.iterrows(), strict=True)):
        look = {"color": SCREENS[screens.index(key[-1])]}
        axis.hlines(place, row["low"], row["high"], linewidth=2, **look)
        filled = look["color"] if row["says"] != "not seen" else "white"
        mark = MARKS[screens.index(key[-1])]
        axis.plot(row["mean"], place, mark, markersize=8, markerfacecolor=filled, **look)
        if place and key[:-1] != keys[place - 1][:-1]:
            axis.axhline(place - 0.5, color=PAPER, linewidth=0.6)
    axis.set_yticks(range(len(keys)), [" · ".join(map(str, key)) for key in keys], fontsize=11)
    axis.set_ylim(len(keys) - 0.5, -0.5)
    axis.axvline(0, color=INK, linewidth=1, linestyle=":")


def draw_doses(table: pd.DataFrame) -> tuple[Figure, str]:
    """What planted damage costs: accuracy less that without damage, a panel for each damage.

    table: rows as in `doses.csv`; the row of dose 0 is the same for all. Bars are 95 % intervals of
    the paired difference.
    """
    import matplotlib.pyplot as plt

    from facescreen.benefit import paired_difference

    clean = table[table["dose %"] == 0].set_index("seed")["accuracy"]
    damages = list(dict.fromkeys(table["damage"]))
    figure, axes = plt.subplots(1, len(damages), figsize=(PAGE, 3.6), sharey=True, squeeze=False)
    said = []
    for axis, damage in zip(axes[0], damages, strict=True):
        for k, arm in enumerate(dict.fromkeys(table["arm"])):
            own = table[(table["damage"] == damage) & (table["arm"] == arm) & (table["dose %"] > 0)]
            if own.empty:
                continue
            doses = sorted(own["dose %"].unique())
            found = []
            for dose in doses:
                its = own[own["dose %"] == dose].set_index("seed")["accuracy"]
                found.append(paired_difference(100 * its, 100 * clean[its.index]))
            at, look = np.array([0, *doses]) + k - 0.5, {"color": SCREENS[k]}
            means = [0, *(one.mean for one in found)]
            axis.plot(at, means, DASHES[k], marker=MARKS[k], markersize=7, label=arm, **look)
            axis.vlines(at[1:], [d.low for d in found], [d.high for d in found], **look)
            said.append(f"{damage}, {arm} {_numbers([one.mean for one in found], '+.1f')}")
        axis.axhline(0, color=INK, linewidth=1, linestyle=":")
        axis.set_xticks([0, *doses])
        share = "of that class" if "one class" in damage else "of the added images"
        _finish(axis, damage, f"damaged (% {share})")
    axes[0][0].set_ylabel("accuracy, less that\nwithout damage (points)", fontsize=11)
    _legend(figure, axes[0][0])
    asked = ", ".join(str(dose) for dose in doses)
    sentence = f"Accuracy less that without damage, in points, at doses of {asked} %"
    return figure, f"{sentence}: {'; '.join(said)}."


def draw_learning(table: pd.DataFrame, arms: Sequence[str]) -> tuple[Figure, str]:
    """KID by images shown, a line for each arm: the mean over seeds, each seed as a small mark.

    table: rows as in `second_gan.csv`.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 4.4))
    said = []
    for k, arm in enumerate(arms):
        own = table[table["arm"] == arm]
        mean = own.groupby("images")["kid"].mean()
        shift = (k - (len(arms) - 1) / 2) * 30
        axis.plot(own["images"] + shift, own["kid"], MARKS[k], markersize=4, color=SCREENS[k],
                  alpha=0.6)  # fmt: skip
        axis.plot(mean.index + shift, mean, linestyle=DASHES[k % len(DASHES)], marker=MARKS[k],
                  markersize=8, color=SCREENS[k], label=arm)  # fmt: skip
        said.append(f"{arm} {mean.iloc[0]:.2f} → {mean.iloc[-1]:.2f}")
    axis.set_xticks(sorted(table["images"].unique()))
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.set_yscale("log")
    axis.set_yticks([1, 2, 3, 5, 10, 20, 40], ["1", "2", "3", "5", "10", "20", "40"])
    axis.minorticks_off()
    axis.set_ylim(table["kid"].min() * 0.85, table["kid"].max() * 1.15)
    axis.set_ylabel("KID to held-out portraits (log scale)", fontsize=11)
    _finish(axis, "", "images shown to the second GAN")
    _legend(figure, axis)
    return figure, f"Mean KID at the first and the last moment (less is better): {'; '.join(said)}."


def draw_pairs(first: pd.Series, second: pd.Series, unit: str = "points") -> tuple[Figure, str]:
    """Two arms seed by seed: both accuracies in percent, and what lies between them.

    first, second: indexed by seed and named as their arms.
    """
    import matplotlib.pyplot as plt

    from facescreen.benefit import paired_difference

    found = paired_difference(first, second)
    figure, (left, right) = plt.subplots(1, 2, figsize=(PAGE, 3.4), width_ratios=(1.4, 1))
    for seed in first.index:
        left.plot([0, 1], [second[seed], first[seed]], "o-", color=PAPER, markersize=7)
    left.set_xticks([0, 1], [second.name, first.name], fontsize=12)
    left.set_xlim(-0.3, 1.3)
    left.set_ylabel("balanced accuracy (%)", fontsize=11)
    _finish(left, "one line a seed", "")
    differences = (first - second).to_numpy()
    right.plot(differences, np.linspace(0.2, 0.8, len(differences)), "o", color=PAPER)
    right.hlines(0, found.low, found.high, color=SCREENS[0], linewidth=3)
    right.plot(found.mean, 0, "s", color=SCREENS[0], markersize=9)
    right.axvline(0, color=INK, linestyle=":", linewidth=1)
    right.set_yticks([])
    right.set_ylim(-0.3, 1)
    _finish(right, "differences, mean and interval", f"{first.name} − {second.name} ({unit})")
    figure.tight_layout(pad=0.5)
    where = "right of" if found.low > 0 else "left of" if found.high < 0 else "across"
    return figure, (
        f"{first.name} − {second.name}: {found.mean:+.2f} {unit} over {found.pairs} seeds, 95 % "
        f"interval {found.low:+.2f} to {found.high:+.2f}, {where} 0; p = {found.p:.3f}, "
        "not corrected for other looks."
    )


def _numbers(values: Sequence[float], how: str = ".1f") -> str:
    return ", ".join(f"{value:{how}}" for value in values)


def _finish(axis: Axes, title: str, below: str) -> None:
    axis.set_title(title, fontsize=12, color=INK)
    axis.set_xlabel(below, fontsize=11)
    axis.tick_params(labelsize=11)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _legend(figure: Figure, axis: Axes) -> None:
    handles, names = axis.get_legend_handles_labels()
    figure.tight_layout(pad=0.5)
    figure.legend(handles, names, ncols=min(3, len(names)), fontsize=11, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip


plot_accuracies, plot_differences = presented(draw_accuracies), presented(draw_differences)
plot_doses, plot_learning = presented(draw_doses), presented(draw_learning)
