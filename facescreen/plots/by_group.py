"""A screen's mistakes by group of faces, a panel for each kind of mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.plots.base import INK, MARKS, PAGE, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_by_group(table: pd.DataFrame) -> tuple[Figure, str]:
    """Shares of images on which rules are mistaken, a row for each group, a panel for each error.

    table: rows (error, rule, attribute, group), columns ``rate %``, ``low %`` and ``high %``, as
    `facescreen.evaluation.by_group` has them; every rule has the same groups.
    """
    import matplotlib.pyplot as plt

    errors, rules = (list(dict.fromkeys(table.index.get_level_values(k))) for k in (0, 1))
    groups = _part(table, errors[0], rules[0]).index
    # A gap between attributes keeps them apart.
    attributes = list(dict.fromkeys(groups.get_level_values(0)))
    at = np.arange(len(groups)) + 0.9 * np.array([attributes.index(name) for name, _ in groups])
    size = (PAGE, 0.38 * at[-1] + 1.5)
    figure, axes = plt.subplots(1, len(errors), figsize=size, sharey=True, squeeze=False)
    for axis, error in zip(axes[0], errors, strict=True):
        for k, rule in enumerate(rules):
            own = _part(table, error, rule).reindex(groups)
            rows = at + (k - (len(rules) - 1) / 2) * 0.2
            look = {"color": SCREENS[k], "clip_on": False, "zorder": 3}
            axis.hlines(rows, own["low %"], own["high %"], linewidth=1.6, **look)
            axis.plot(own["rate %"], rows, MARKS[k], markersize=6, label=rule, **look)
        _finish(axis, f"{error} (%)")
    axes[0, 0].set_yticks(at, [group for _, group in groups], fontsize=12)
    axes[0, 0].set_ylim(at[-1] + 0.7, -1.3)
    for name in attributes:
        first = at[[attribute for attribute, _ in groups].index(name)]
        axes[0, 0].annotate(
            name, (0, first - 0.9), (-8, 0), ("axes fraction", "data"), "offset points",
            fontsize=12, fontweight="bold", color=INK, ha="right", va="center",
        )  # fmt: skip
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.tight_layout(pad=0.4, w_pad=1.5)
    figure.legend(handles, names, ncols=len(names), fontsize=12, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    return figure, f"{' '.join(_say(e, _part(table, e)) for e in errors)} Lines are 95 % intervals."


plot_by_group = presented(draw_by_group)


def _part(table: Any, *names: str) -> Any:
    """The rows whose first levels have these names, in their order, which `.loc` warns of."""
    for name in names:
        table = table[table.index.get_level_values(0) == name].droplevel(0)
    return table


def _finish(axis: Axes, title: str) -> None:
    axis.set_title(title, fontsize=13, color=INK)
    axis.set_xlim(left=0)
    axis.tick_params(labelsize=12)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _say(error: str, table: pd.DataFrame) -> str:
    """For each rule, the attribute by which its shares lie furthest apart."""
    said = []
    for rule, own in table["rate %"].groupby(level=0, sort=False):
        by_trait = own.droplevel(0).groupby(level=0)
        name = (by_trait.max() - by_trait.min()).idxmax()
        groups = _part(own, rule, name)
        ends = [f"{groups[group]:.1f} % ({group})" for group in (groups.idxmin(), groups.idxmax())]
        said.append(f"{rule}, by {name} from {' to '.join(ends)}")
    return f"{error[:1].upper()}{error[1:]}, where groups are furthest apart: {'; '.join(said)}."
