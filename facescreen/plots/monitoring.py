"""The figure of the training monitor: losses so far, and samples from the same inputs each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.images import contact_sheet
from facescreen.plots.base import DASHES, INK, SCREENS, hold_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP = 2  # pixels between samples
LOSS_NAMES = {
    "model": "generator",
    "pixels": "pixel difference",
}  # of losses, where they need another


def draw_training(
    history: Sequence[Mapping[str, float]],
    samples: np.ndarray | None,
    images: int,
    columns: int = 8,
    rows: Sequence[str] = (),
) -> tuple[Figure, str]:
    """Losses over images shown, and a sheet of samples uint8 (N, H, W, 3), None for none yet.

    history: rows of `facescreen.gan.training.train`. images: after how many the samples were drawn.
    rows: what the rows of the sheet show, where they differ.
    Uses no pyplot, which belongs to the main thread: training is watched from another one.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4))
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    figure.subplots_adjust(left=0.07, right=0.99, bottom=0.14, top=0.9, wspace=0.06)
    said = _draw_losses(left, history)
    right.set(xticks=[], yticks=[])
    for spine in right.spines.values():
        spine.set_visible(False)
    if samples is None:
        drawn = "No samples have been drawn yet."
    else:
        right.imshow(contact_sheet(samples, columns=columns, gap=GAP))
        drawn = f"{len(samples)} samples after {images:,} images, from the same inputs each time."
        if rows:
            step = samples.shape[1] + GAP
            right.set_yticks([GAP + step * (k + 0.5) for k in range(len(rows))], rows)
            right.tick_params(left=False, labelleft=False, labelright=True, labelsize=11)
            figure.subplots_adjust(right=0.9)
        right.set_xlabel(f"samples after {images:,} images", fontsize=12, color=INK)
    hold_size(figure)
    return figure, f"{said} {drawn}"


def _draw_losses(axis: Axes, history: Sequence[Mapping[str, float]]) -> str:
    """A line per loss, named at its end; returns where each stands."""
    axis.set_xlabel("existing faces shown to the GAN (images)", fontsize=12)
    axis.set_ylabel("loss (mean of some steps)", fontsize=12)
    axis.tick_params(labelsize=11)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.3)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.locator_params(axis="x", nbins=5)
    losses = list(dict.fromkeys(name for row in history for name in row if name != "images"))
    if not losses:
        axis.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        axis.text(0.5, 0.5, "no losses yet", ha="center", fontsize=13, color=INK)
        return "No losses yet."
    parts = []
    for k, loss in enumerate(losses):
        points = [
            (row["images"], row[loss]) for row in history if np.isfinite(row.get(loss, np.nan))
        ]
        if not points:
            continue
        name, last = LOSS_NAMES.get(loss, loss), points[-1][1]
        mark = {"marker": "o"} if len(points) == 1 else {}
        axis.plot(*zip(*points, strict=True), label=f"{name} {last:.2f}", linewidth=2, **mark,
                  color=SCREENS[k % len(SCREENS)], linestyle=DASHES[k % len(DASHES)])  # fmt: skip
        parts.append(f"{name} {points[0][1]:.2f} at first, {last:.2f} now")
    axis.set_xlim(left=0)
    look = {"fontsize": 12, "frameon": False, "ncols": len(parts), "handlelength": 2.5}
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), **look)
    return f"Losses after {history[-1]['images']:,} images: {'; '.join(parts)}."
