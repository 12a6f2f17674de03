"""The figure of the training monitor: losses so far, and samples from the same inputs each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.images import contact_sheet
from facescreen.plots.base import DASHES, INK, SCREENS, hold_size, presented

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAP = 2  # pixels between samples
WIDTH, LOSSES = 10.2, 2.9  # of a figure, and the height of its losses, in inches
LETTERS = 11.5  # in points
LOSS_NAMES = {
    "model": "generator",
    "pixels": "pixel difference",
}  # of losses, where they need another


def draw_losses(history: Sequence[Mapping[str, float]]) -> tuple[Figure, str]:
    """Losses over images shown; history: rows of `facescreen.gan.training.train`."""
    figure = _figure(3.6)
    axis = figure.subplots()
    figure.subplots_adjust(left=0.075, right=0.99, bottom=0.16, top=0.9)
    return figure, _draw_losses(axis, history)


plot_losses = presented(draw_losses)


def draw_training(
    history: Sequence[Mapping[str, float]],
    samples: np.ndarray | None,
    images: int,
    columns: int = 8,
    rows: Sequence[str] = (),
) -> tuple[Figure, str]:
    """Losses over images shown; below, samples uint8 (N, H, W, 3), None for none yet.

    history: rows of `facescreen.gan.training.train`. images: after how many the samples were drawn.
    rows: what the rows of the sheet show, where they differ; otherwise two rows are shown.
    """
    shown = None if samples is None else samples if rows else samples[: 2 * columns]
    lines = 2 if shown is None else -(-len(shown) // columns)
    height = LOSSES + 0.35 + lines * WIDTH / columns
    figure = _figure(height)
    top = figure.add_axes((0.075, 1 - (LOSSES - 0.5) / height, 0.915, (LOSSES - 0.8) / height))
    below = figure.add_axes((0, 0.3 / height, 1, (height - LOSSES - 0.35) / height))
    below.set(xticks=[], yticks=[])
    for spine in below.spines.values():
        spine.set_visible(False)
    said = _draw_losses(top, history)
    hold_size(figure)
    if shown is None:
        return figure, f"{said} No samples have been drawn yet."
    below.imshow(contact_sheet(shown, columns=columns, gap=GAP), interpolation="nearest")
    below.set_xlabel(_caption(images, rows), fontsize=LETTERS, color=INK)
    many = "" if len(shown) == len(samples) else f", {len(shown)} of them shown"
    return figure, (
        f"{said} {len(samples)} samples after {images:,} images{many}, from the same inputs each "
        "time."
    )


def _figure(height: float) -> Figure:
    """A figure as wide as the page.

    It is not pyplot's, which belongs to the main thread: training is watched from another one.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    return figure


def _caption(images: int, rows: Sequence[str]) -> str:
    named = f": {', '.join(rows)}, from the top" if rows else ""
    return f"samples after {images:,} images{named}"


def _draw_losses(axis: Axes, history: Sequence[Mapping[str, float]]) -> str:
    """A line per loss, named at its end; returns where each stands."""
    axis.set_xlabel("existing faces shown to the GAN (images)", fontsize=LETTERS)
    axis.set_ylabel("loss (mean of steps)", fontsize=LETTERS)
    axis.tick_params(labelsize=LETTERS)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.3)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.locator_params(axis="x", nbins=5)
    losses = list(dict.fromkeys(name for row in history for name in row if name != "images"))
    if not losses:
        axis.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        axis.text(0.5, 0.5, "no losses yet", ha="center", fontsize=LETTERS, color=INK)
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
    look = {"fontsize": LETTERS, "frameon": False, "ncols": len(parts), "handlelength": 2.5}
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), **look)
    return f"Losses after {history[-1]['images']:,} images: {'; '.join(parts)}."
