"""What screens flag, by the hue of what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, MARKS, PAGE, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_hues(table: pd.DataFrame, colors: np.ndarray) -> tuple[Figure, str]:
    """Share flagged by hue, a panel for each screen and a line for each sort of images.

    table: percent, NaN where there are no images; rows are hues in degrees, columns (screen,
    images). colors: uint8 (k, 3), a color of each hue, for the band under the axis.
    """
    import matplotlib.pyplot as plt

    screens = list(dict.fromkeys(table.columns.get_level_values(0)))
    figure, axes = plt.subplots(1, len(screens), figsize=(PAGE, 3.6), sharey=True, squeeze=False)
    for axis, screen in zip(axes[0], screens, strict=True):
        for k, (name, shares) in enumerate(table[screen].items()):
            axis.plot(table.index, shares, marker=MARKS[k], color=SCREENS[k], markersize=8,
                      linewidth=1.5, label=name, clip_on=False, zorder=3)  # fmt: skip
        _finish(axis, screen, table.index.to_numpy(), colors)
    axes[0, 0].set_ylabel("flagged (%)", fontsize=12, color=INK)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.tight_layout(pad=0.5)
    figure.legend(handles, names, ncols=len(names), fontsize=12, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.02))  # fmt: skip
    said = "; ".join(
        f"{screen}: " + ", ".join(_span(name, shares) for name, shares in table[screen].items())
        for screen in screens
    )
    return figure, f"Flagged, from the hue least often to the hue most often. {said}."


plot_hues = presented(draw_hues)


def _span(name: str, shares: pd.Series) -> str:
    return f"{name} {shares.min():.0f} to {shares.max():.0f} %"


def _finish(axis: Axes, title: str, hues: np.ndarray, colors: np.ndarray) -> None:
    step = hues[1] - hues[0] if len(hues) > 1 else 30
    for hue, color in zip(hues, colors, strict=True):
        axis.add_patch(_patch(hue, step, color / 255))
    axis.set_title(title, fontsize=13, color=INK)
    axis.set_xlim(hues[0] - step / 2, hues[-1] + step / 2)
    axis.set_ylim(-9, 104)
    axis.set_xticks(hues[::2])
    axis.set_yticks(range(0, 101, 20))
    axis.tick_params(labelsize=11)
    axis.set_xlabel("hue of the garment (degrees)", fontsize=12, color=INK)
    axis.grid(axis="y", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _patch(hue: float, step: float, color: np.ndarray):
    from matplotlib.patches import Rectangle

    return Rectangle((hue - step / 2, -9), step, 5.5, color=tuple(color), linewidth=0)
