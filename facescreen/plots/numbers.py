"""Pictures as numbers: values written into pixels, and histograms below the faces they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, INK, PAGE, PAPER, VALID, presented
from facescreen.plots.one_image import CHANNELS, LOOKS
from facescreen.screening import channel_histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 5  # images side by side above their histograms
FLAGGED = {  # how each line is drawn: its color, its dashes, its mark and the mark's size
    "broken": (BROKEN, "--", "X", 10),
    "broken by color": (BROKEN, "--", "X", 10),
    "broken otherwise": (INK, "-.", "s", 15),  # a valid image's mark, on it, is seen
    "valid": (VALID, "-", "o", 9),
}


def draw_pixels(image: np.ndarray) -> tuple[Figure, str]:
    """A small picture, uint8 (H, W, 3), with the red, green and blue value in every pixel."""
    import matplotlib.pyplot as plt

    height, width = image.shape[:2]
    figure, axis = plt.subplots(figsize=(0.95 * width + 0.3, 0.95 * height + 0.3))
    axis.imshow(image)
    for row, column in np.ndindex(height, width):
        values = image[row, column]
        ink = "white" if values @ (0.3, 0.59, 0.11) < 120 else INK
        text = "\n".join(f"{c[0].upper()} {v}" for c, v in zip(CHANNELS, values, strict=True))
        axis.text(column, row, text, ha="center", va="center", fontsize=12, color=ink)
    axis.set_xticks(np.arange(width + 1) - 0.5, [])
    axis.set_yticks(np.arange(height + 1) - 0.5, [])
    axis.tick_params(length=0)
    axis.grid(color=PAPER, linewidth=1)
    said = f"A picture of {height} × {width} pixels, each of which is three numbers"
    return figure, f"{said}: {height * width} pixels, {image.size} values from 0 to 255."


plot_pixels = presented(draw_pixels)


def draw_histograms(images: np.ndarray, names: Sequence[str]) -> tuple[Figure, str]:
    """Each image, uint8 (N, H, W, 3), above its three histograms, all on one axis of pixels.

    Values 0 to 254 are drawn in bins of five. 255 stays apart, in words: a pile there would
    flatten the rest.
    """
    import matplotlib.pyplot as plt

    counts, many = channel_histogram(images), len(images)
    in_fives = counts[:, :, :255].reshape(many, 3, 51, 5).sum(axis=3)
    top = 1.05 * max(1, in_fives.max(initial=1))
    columns, bands = min(many, ROW), -(-many // ROW)
    size = min(PAGE, max(5, 2.6 * columns)), 4.4 * bands
    figure, axes = plt.subplots(2 * bands, columns, figsize=size, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        band, column = divmod(k, columns)
        above, below = axes[2 * band : 2 * band + 2, column]
        above.imshow(image, interpolation="nearest")
        above.set_title(name, fontsize=12, color=INK)
        below.set_axis_on()
        _draw_curves(below, in_fives[k], counts[k, :, 255], top)
        below.tick_params(labelleft=column == 0)
        if not column:
            below.set_ylabel("pixels per 5 values", fontsize=12)
    figure.tight_layout(pad=0.4, h_pad=1.2)
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=3, fontsize=12, frameon=False, handlelength=3,
                  loc="upper center", bbox_to_anchor=(0.5, 0))  # fmt: skip
    means = counts @ np.arange(256) / counts.sum(axis=2)
    said = [
        f"{name}, mean value {_three(mean, '.0f')} and {_three(count[:, 255], ',')} pixels at 255"
        for name, mean, count in zip(names, means, counts, strict=True)
    ]
    return figure, f"Red / green / blue: {'; '.join(said)}."


plot_histograms = presented(draw_histograms)


def _draw_curves(axis: Axes, in_fives: np.ndarray, at_255: np.ndarray, top: float) -> None:
    """One image's three histograms, int64 (3, 51), and the three counts at 255 as text."""
    values = 5 * np.arange(51) + 2
    for name, look, row in zip(CHANNELS, LOOKS, in_fives, strict=True):
        line = {"color": look["color"], "linestyle": look["linestyle"]}
        axis.plot(values, row, drawstyle="steps-mid", linewidth=1.8, label=name, **line)
    red, green, blue = (f"{n[0].upper()} {c:,}" for n, c in zip(CHANNELS, at_255, strict=True))
    axis.set_title(f"pixels at 255\n{red} · {green} · {blue}", fontsize=11, color=INK)
    axis.set(xlim=(-3, 258), ylim=(0, top), xticks=(0, 100, 200))
    axis.set_xlabel("value, 0 to 254", fontsize=12)
    axis.tick_params(labelsize=11)
    axis.spines[["top", "right"]].set_visible(False)


def draw_flagged(scores: np.ndarray, labels: np.ndarray, threshold: float) -> tuple[Figure, str]:
    """The shares of the valid and of the broken images that are flagged, at every threshold.

    scores: float (N,), in pixels. labels: bool (N,), True for those labeled broken; or str (N,),
    where the two kinds of broken images are drawn apart. threshold: where a line marks the shares;
    1 or more.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(8.5, 3.9))
    grid = np.arange(1, max(1000, round(2 * threshold)) + 1)
    said, ends = [], []
    for name, these in _groups(labels).items():
        color, dash, mark, large = FLAGGED[name]
        own = np.sort(scores[these])
        share = 100 * (1 - np.searchsorted(own, grid) / max(1, len(own)))
        here = 100 * float((own >= threshold).sum()) / max(1, len(own))
        axis.plot(grid, share, color=color, linestyle=dash, linewidth=2, label=f"labeled {name}")
        axis.plot(threshold, here, mark, color=color, markersize=large, markeredgecolor="white")
        said.append(f"{here:.1f} % of the {len(own):,} images labeled {name}")
        ends.append(share.max(initial=0))
    axis.axvline(threshold, color=INK, linewidth=1)
    axis.set(xscale="log", xlim=(1, grid[-1]), ylim=(0, 1.15 * max(1, *ends)))
    ticks = [t for t in (1, 3, 10, 30, 100, 300, 1000, 3000) if t <= grid[-1]]
    axis.set_xticks(ticks, [f"{t:,}" for t in ticks])
    axis.set_xlabel("threshold (pixels)", fontsize=12)
    axis.set_ylabel("images flagged (%)", fontsize=12)
    axis.tick_params(labelsize=11)
    axis.legend(fontsize=11, frameon=False)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    listed = f"{', '.join(said[:-1])} and {said[-1]}"
    return figure, f"At a threshold of {threshold:,} pixels the rule flags {listed}."


def _groups(labels: np.ndarray) -> dict[str, np.ndarray]:
    """Which images are drawn together, bool (N,), by what they are called."""
    if labels.dtype == bool:
        return {"broken": labels, "valid": ~labels}
    names = ("broken by color", "broken otherwise", "valid")
    kinds = ("broken_saturated", "broken_other", "valid")
    return {name: labels == kind for name, kind in zip(names, kinds, strict=True)}


plot_flagged = presented(draw_flagged)


def _three(values: np.ndarray, style: str) -> str:
    return " / ".join(format(v, style) for v in values.tolist())
