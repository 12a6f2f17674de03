"""Charts of what screenings did: rates, trade-offs, kinds of breakage."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, MARKS, PAGE, PAPER, SCREENS, VALID, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLINDLY = "blindly"  # the curve of a screen that picks images by chance
TRADES = {  # what a screen gains: an axis, and a clause of the sentence
    "rate %": ("broken among the saved (%)", "leaves {:.2f} % broken among the saved"),
    "caught %": ("broken images caught (%)", "catches {:.2f} % of the broken ones"),
}


def draw_rates(
    ours: pd.DataFrame, paper: pd.DataFrame, measured: str, same_axis: bool = False
) -> tuple[Figure, str]:
    """Two dot plots of rates in percent with 95 % intervals, one row per screening.

    Both tables are indexed by screening, in the same order, and hold ``rate %``, ``low %`` and
    ``high %``. The paper's were broken by eye; ours are what `measured` says. same_axis: False
    gives each panel an axis of its own, which rates that measure different things need.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(PAGE, 0.66 * len(paper) + 1.4), sharey=True)
    panels = [(paper, PAPER, "s", "paper: broken by eye"), (ours, VALID, "o", f"here: {measured}")]
    for axis, (table, color, mark, label) in zip(axes, panels, strict=True):
        rate, rows = table["rate %"], np.arange(len(table))
        spread = np.stack([rate - table["low %"], table["high %"] - rate]).clip(0)
        axis.errorbar(rate, rows, xerr=spread, fmt=mark, color=color, capsize=3)
        for row, value in enumerate(rate):
            axis.annotate(f"{value:.2f} %", (value, row), xytext=(0, 8), fontsize=11, color=INK,
                          textcoords="offset points", ha="center")  # fmt: skip
        axis.set_title(label, fontsize=13, color=INK)
        axis.set_xlabel("share of the saved images (%)", fontsize=12)
        axis.set_yticks(rows, table.index, fontsize=12)
        axis.tick_params(axis="x", labelsize=11)
        tables = (ours, paper) if same_axis else (table,)
        most = max(1, *(t["high %"].max() for t in tables))
        axis.set_xlim(-0.12 * most, 1.3 * most)
        axis.grid(axis="x", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylim(len(paper) - 0.5, -0.7)
    figure.tight_layout()
    said = [
        f"{name}: {paper['rate %'][name]:.2f} % in the paper, {ours['rate %'][name]:.2f} % here"
        for name in paper.index
    ]
    return figure, f"Broken by eye in the paper, {measured} here. {'; '.join(said)}."


plot_rates = presented(draw_rates)


def draw_tradeoff(
    curves: Mapping[str, pd.DataFrame], points: pd.DataFrame, y: str = "rate %", up_to: float = 25
) -> tuple[Figure, str]:
    """What each screen gains against the valid images that it loses, a line per screen.

    curves: `facescreen.evaluation.broken_rate_curve` by the screen's name. points: chosen ones to
    mark, rows with ``valid lost %`` and `y` by name, such as `at_thresholds`,
    `at_equal_valid_loss` or `screening_table` return; a point named like a line has its look.
    y: "rate %", broken among the saved images, or "caught %", of the broken images. up_to: where
    the axis of valid images lost ends. Lines are steps: between two thresholds there is none.
    """
    import matplotlib.pyplot as plt

    title, said = TRADES[y]
    points = points[(points["valid lost %"] <= up_to) & points[y].notna()]
    figure, axis = plt.subplots(figsize=(8.5, max(4.5, 0.35 * len(curves) + 2)))
    ends, looks = _draw_lines(axis, curves, y, up_to)
    axis.set_xlabel("valid images lost (%)", fontsize=12)
    axis.set_ylabel(title, fontsize=12)
    axis.set_xlim(0, up_to)
    axis.set_ylim(0, 1.1 * np.nanmax([axis.dataLim.y1, *points[y], 1]))
    axis.tick_params(labelsize=11)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    _name_lines(axis, ends, looks)
    _mark_points(axis, points, y, looks)
    parts = [
        f"{name} loses {at['valid lost %']:.2f} % of the valid images and {said.format(at[y])}"
        for name, at in points.iterrows()
    ]
    return figure, f"Where marked, {'; '.join(parts)}." if parts else "Nothing is marked."


plot_tradeoff = presented(draw_tradeoff)


def _draw_lines(
    axis: Axes, curves: Mapping[str, pd.DataFrame], y: str, up_to: float
) -> tuple[dict[str, float], dict[str, dict]]:
    """Draw each curve up to `up_to`; return at what height it ends, and each screen's look."""
    ends, looks = {}, {}
    screens = [name for name in curves if name != BLINDLY]  # whose looks it does not shift
    for name, curve in curves.items():
        k = screens.index(name) if name in screens else 0
        color, dashes = SCREENS[k % len(SCREENS)], DASHES[k % len(DASHES)]
        if name == BLINDLY:
            color, dashes = PAPER, ":"
        looks[name] = {"color": color, "marker": MARKS[k % len(MARKS)]}
        seen = curve[(curve["valid lost %"] <= up_to) & curve[y].notna()]
        if len(seen):
            ends[name] = float(seen[y].iloc[-1])
            axis.step([*seen["valid lost %"], up_to], [*seen[y], ends[name]], where="post",
                      color=color, linestyle=dashes, linewidth=2)  # fmt: skip
    return ends, looks


def _name_lines(axis: Axes, ends: Mapping[str, float], looks: Mapping[str, dict]) -> None:
    """Write each line's name right of its end, names pushed apart where ends lie close."""
    top, gap = axis.get_ylim()[1], 0.075
    names = sorted(ends, key=ends.__getitem__, reverse=True)[::-1]  # equal: first on top
    places = [ends[name] / top for name in names]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + gap)
    for k in reversed(range(len(places))):
        places[k] = min(places[k], 1 - gap * (len(places) - 1 - k))
    for name, place in zip(names, places, strict=True):
        lead = {"arrowstyle": "-", "color": looks[name]["color"], "linewidth": 2,
                "relpos": (0, 0.5)}  # fmt: skip
        axis.annotate(name, (1, ends[name] / top), (1.06, place), "axes fraction", "axes fraction",
                      fontsize=12, color=INK, va="center", arrowprops=lead)  # fmt: skip


def _mark_points(axis: Axes, points: pd.DataFrame, y: str, looks: Mapping[str, dict]) -> None:
    """Mark points; beside each its threshold if it is a line's, or else its name."""
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    taken = []
    axis.figure.canvas.draw()
    for k, (name, at) in enumerate(points.iterrows()):
        look = looks.get(name, {"color": INK, "marker": MARKS[-1 - k % len(MARKS)]})
        place = (at["valid lost %"], at[y])
        axis.plot(*place, markersize=11, markeredgecolor="white", clip_on=False, zorder=4, **look)
        x, height = axis.transData.transform(place)
        taken.append(Bbox.from_extents(x - 8, height - 8, x + 8, height + 8))
    for name, at in points.iterrows():
        text = f"≥ {at['threshold']:,.4g}" if name in looks and "threshold" in at else str(name)
        lead = {"arrowstyle": "-", "color": INK, "linewidth": 0.8, "relpos": (0, 0.5)}
        label = axis.annotate(text, (at["valid lost %"], at[y]), (0, 0), "data", "offset points",
                              fontsize=11, color=INK, arrowprops=lead, zorder=5,
                              bbox={"color": "white", "alpha": 0.7, "pad": 1})  # fmt: skip
        for height in (8, -18, 25, -35, 42, -52, 59, 76, 93):  # points above or below the mark
            label.set_position((18, height))
            label.update_positions(axis.figure.canvas.get_renderer())
            box = Text.get_window_extent(label)  # without the leading line
            inside = axis.bbox.y0 < box.y0 and box.y1 < axis.bbox.y1
            if inside and not any(box.overlaps(other) for other in taken):
                break
        taken.append(box)


def draw_kinds(table: pd.DataFrame, counted: bool = False) -> tuple[Figure, str]:
    """The share of each kind of breakage that every rule catches, as a table of tinted cells.

    table: `facescreen.evaluation.kinds_table`. Each cell holds the share in percent and, below,
    its 95 % interval, or with `counted` the images caught and how many there are.
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import LinearSegmentedColormap

    parts = ("caught", "caught %", "low %", "high %")
    number, caught, low, high = (table.xs(c, axis=1, level=1) for c in parts)
    whole = np.floor(caught + 0.5)  # as formatting rounds, but for halves: all of them go up
    rules, kinds, images = list(caught), list(caught.index), table["images"].to_numpy().ravel()
    size = (min(PAGE, 1.9 * len(rules) + 2.8), 0.66 * len(kinds) + 1)
    figure, axis = plt.subplots(figsize=size)
    tint = LinearSegmentedColormap.from_list("share", ["#FFFFFF", VALID])
    edges = (np.arange(len(names) + 1) - 0.5 for names in (rules, kinds))
    axis.pcolormesh(*edges, caught, cmap=tint, vmin=0, vmax=100, edgecolors="white", linewidth=2)
    axis.invert_yaxis()
    for row, column in np.ndindex(caught.shape):
        share, *limits = (part.iloc[row, column] for part in (whole, low, high))
        look = {"ha": "center", "textcoords": "offset points"}
        look["color"] = "white" if share > 85 else INK  # of the two, the one that stands out more
        axis.annotate(f"{share:.0f} %", (column, row), (0, 1), fontsize=13, **look)
        below = "{:.0f} to {:.0f}".format(*limits)
        if counted:
            below = f"{number.iloc[row, column]:,} of {images[row]:,}"
        axis.annotate(below, (column, row), (0, -13), fontsize=11, **look)
    names = [textwrap.fill(str(rule), 16) for rule in rules]
    axis.set_xticks(range(len(rules)), names, fontsize=12)
    names = [
        str(kind) if counted else f"{kind}\n({n:,} image{'s' if n != 1 else ''})"
        for kind, n in zip(kinds, images, strict=True)
    ]
    axis.set_yticks(range(len(kinds)), names, fontsize=12 if counted else 11)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    said = []
    for rule in rules:
        if caught.size <= 12:  # few enough to be said
            shares = [f"{share:.0f} % of {kind}" for kind, share in whole[rule].items()]
            said.append(f"{rule} {', '.join(shares)}")
            continue
        least, most = caught[rule].idxmin(), caught[rule].idxmax()
        said.append(f"{rule} from {whole[rule][least]:.0f} % ({least}) to "
                    f"{whole[rule][most]:.0f} % ({most})")  # fmt: skip
    return figure, f"Share of each kind that is flagged: {'; '.join(said)}."


plot_kinds = presented(draw_kinds)
