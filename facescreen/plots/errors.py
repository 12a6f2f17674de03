"""Both errors of screenings: broken images that are left, valid images that are lost."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, MARKS, PAGE, PAPER, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {  # what a panel shows of a table: columns of the share, of its limits, and a title
    "rate %": ("low %", "high %", "broken among those that pass (%)"),
    "valid lost %": ("valid lost low %", "valid lost high %", "valid images lost (%)"),
}
RUNS = {  # of a share, the columns of the lowest and the highest single run, where a table has them
    "rate %": ["lowest run %", "highest run %"],
    "valid lost %": ["lowest run lost %", "highest run lost %"],
}
# How names of image sources end that keep their color and mark from figure to figure.
SOURCES = ("other people's GANs", "while learning", "finished")
STEP = 0.29  # inches from one image source to the next


def draw_both_errors(
    tables: Mapping[str, pd.DataFrame], paper: pd.DataFrame | None = None
) -> tuple[Figure, str]:
    """What each screening leaves and what it costs, on several sources of images.

    tables: `facescreen.evaluation.screening_by_run` by the source's name, all of the same rows;
    drawn are 95 % intervals and, where there are runs, a thin line from the lowest to the highest.
    paper: a table of those rows with the paper's rates, which did not count valid images.
    """
    import matplotlib.pyplot as plt

    names, rules = list(tables), list(next(iter(tables.values())).index)
    places = 1 + np.arange(len(names) + (paper is not None))  # the source's place below a rule's
    high = (len(places) + 1) * len(rules)
    figure, axes = plt.subplots(1, 2, figsize=(PAGE, STEP * high + 1.3), sharey=True)
    for axis, (column, (low, top, title)) in zip(axes, PANELS.items(), strict=True):
        if paper is not None and column in paper:
            look = {"color": PAPER, "marker": "X", "label": "the paper"}
            _draw_shares(axis, paper[[low, column, top]], 0, len(places) + 1, look)
        for k, (table, look) in enumerate(zip(tables.values(), _looks(tables), strict=True)):
            first = k + (paper is not None)
            spread = _spread(table, column)
            _draw_shares(axis, table[[low, column, top]], first, len(places) + 1, look, spread)
        _finish(axis, title, high)
    rows = np.arange(len(rules)) * (len(places) + 1) + (len(places) - 1) / 2
    axes[0].set_yticks(rows, [textwrap.fill(rule, 18) for rule in rules], fontsize=12)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.tight_layout(pad=0.4)
    figure.legend(handles, labels, ncols=len(labels), fontsize=12, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    said = [_say(name, table) for name, table in tables.items()]
    if paper is not None:
        rates = ", ".join(f"{name} {rate:.2f} %" for name, rate in paper["rate %"].items())
        said.append(f"The paper: {rates} broken.")
    return figure, " ".join(said)


plot_both_errors = presented(draw_both_errors)


def _looks(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Color, mark and label of each source of a figure."""
    others, left = count(len(SOURCES)), list(SOURCES)
    for name in names:
        end = next(filter(name.endswith, left), None)
        k = SOURCES.index(end) if end else next(others)
        left = [known for known in left if known != end]
        look = {"color": SCREENS[k % len(SCREENS)], "marker": MARKS[k % len(MARKS)]}
        yield {**look, "label": name}


def _draw_shares(
    axis: Axes,
    shares: pd.DataFrame,
    first: int,
    step: int,
    look: dict[str, str],
    spread: np.ndarray | None = None,
) -> None:
    """A row of shares, columns low, share and high, each written beside its interval."""
    low, share, high = shares.to_numpy(float).T
    y = first + step * np.arange(len(share))
    ends = np.clip([share - low, high - share], 0, None)
    axis.errorbar(share, y, xerr=ends, linestyle="none", markersize=8, capsize=3, linewidth=2.2,
                  clip_on=False, zorder=3, **look)  # fmt: skip
    if spread is not None:
        axis.hlines(y, *spread, color=look["color"], linewidth=1)
        high = np.fmax(high, spread[1])
    for value, end, row in zip(share, high, y, strict=True):
        if value == value:
            axis.annotate(f"{value:.1f} %", (end, row), (7, 0), textcoords="offset points",
                          fontsize=11, color=INK, va="center")  # fmt: skip


def _spread(table: pd.DataFrame, column: str) -> np.ndarray | None:
    """The lowest and highest share among single runs, (2, rows); None where there are no runs."""
    ends = RUNS[column]
    return table[ends].to_numpy(float).T if set(ends) <= set(table) else None


def _finish(axis: Axes, title: str, high: int) -> None:
    axis.set_title(title, fontsize=13, color=INK)
    axis.set_ylim(high - 1.3, -0.8)
    axis.set_xlim(0, 1.16 * max(1, axis.dataLim.x1))
    axis.tick_params(labelsize=11)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _say(name: str, table: pd.DataFrame) -> str:
    """One source's sentence: the first row's share, then what each screening leaves and costs."""
    before, *after = table.index
    parts = []
    for rule in after:
        left = table.loc[rule, "rate %"]  # NaN where it rejects every image that counts
        said = f"{left:.1f} %{_ends(table, rule, 'rate %')}" if left == left else "no image"
        lost = f"{table.loc[rule, 'valid lost %']:.1f} %{_ends(table, rule, 'valid lost %')}"
        parts.append(f"{said} by {rule}, which loses {lost} of the valid images")
    start = f"{name[:1].upper()}{name[1:]}: {table.loc[before, 'rate %']:.1f} % broken"
    return f"{start}{_ends(table, before, 'rate %')}; left are {'; '.join(parts)}."


def _ends(table: pd.DataFrame, rule: str, column: str) -> str:
    spread = _spread(table.loc[[rule]], column)
    if spread is None or np.isnan(spread).any():
        return ""
    (low,), (high,) = spread
    return f" ({low:.0f} to {high:.0f} by run)"
