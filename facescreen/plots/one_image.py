"""Figures of one image: with its three histograms, or beside its damaged copy."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, PAGE, PAPER, SCREENS
from facescreen.screening import channel_histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from facescreen.breakage import Damaged

CHANNELS = ("red", "green", "blue")
LOOKS = tuple(  # color, mark and line of each channel
    {"color": SCREENS[k], "marker": mark, "linestyle": line}
    for k, mark, line in ((1, "o", "-"), (2, "s", "--"), (0, "^", "-."))
)


def draw_image_histograms(
    image: np.ndarray, name: str, value: int = 255, floor: int = 240
) -> tuple[Figure, str]:
    """An image, its channels' histograms, and their bright end; a line marks one value.

    image: uint8 (H, W, 3). name: what the title and the sentence call it. value: 0 to 255, whose
    counts the sentence tells. floor: where the bright end begins.
    """
    counts = channel_histogram(image[np.newaxis])[0]
    figure, (left, middle, right) = _panels([1, 1.45, 1.45])
    _show(left, image, name)
    _draw_whole_range(middle, counts, floor)
    draw_bright_end(right, counts, floor)
    for axis, lowest in ((middle, 0), (right, floor)):
        if value >= lowest:
            axis.axvline(value, color=INK, linestyle=":", linewidth=1.8, zorder=0)
            axis.annotate(str(value), (value, 1), (0, 3), ("data", "axes fraction"),
                          "offset points", ha="center", fontsize=12, color=INK)  # fmt: skip
    at, bright = counts[:, value], counts[:, floor:]
    channel, bin_ = np.unravel_index(bright.argmax(), bright.shape)
    listed = ", ".join(f"{c} {n:,}" for c, n in zip(CHANNELS, at, strict=True))
    return figure, (
        f"{name[:1].upper()}{name[1:]}. Pixels at value {value}: {listed}; largest − smallest "
        f"{at.max() - at.min():,}. From {floor} up the highest bar is "
        f"{bright.max():,} pixels, "
        + (f"{CHANNELS[channel]} at {floor + bin_}." if bright.max() else "so all are empty.")
    )


def draw_damage(
    face: np.ndarray, damaged: Damaged, name: str, revealed: bool, floor: int = 240
) -> tuple[Figure, str]:
    """A face beside its damaged copy; revealed, also where the mask lies, and the bright counts.

    face: uint8 (H, W, 3). damaged: what `breakage.plant` made of it. name: what titles and the
    sentence call the face. revealed: False leaves the places of mask and counts empty.
    """
    figure, axes = _panels([1, 1, 1, 0.2, 1.4], 0.08)
    axes[3].remove()  # room for the numbers beside the last axes
    axes = [*axes[:3], axes[4]]
    kind = damaged.kind.replace("_", " ")
    _show(axes[0], face, name)
    _show(axes[1], damaged.image, f"damaged: {kind}")
    sentence = f"{name[:1].upper()}{name[1:]}, and the same face damaged by {kind}."
    if not revealed:
        _show(axes[2], np.full_like(face, 245), "where the mask lies")
        axes[3].set(xticks=[], yticks=[], facecolor="#f5f5f5")
        axes[3].set_title("the bright end", fontsize=13, color=INK)
        for axis in axes[2:]:
            axis.text(0.5, 0.5, "?", transform=axis.transAxes, fontsize=48, color=PAPER,
                      ha="center", va="center")  # fmt: skip
            for spine in axis.spines.values():
                spine.set_color(PAPER)
        return figure, f"{sentence} Mask and counts are shown after the verdict."
    mask = damaged.mask
    _show(axes[2], np.where(mask[..., np.newaxis], damaged.image, 128 + face // 4),
          "where the mask lies")  # fmt: skip
    edge = np.pad(mask, 1).astype(float)  # padded: the outline closes at the image's border, too
    sides = (np.arange(-1, side + 1) for side in mask.shape[::-1])
    axes[2].contour(*sides, edge, [0.5], colors=[INK], linewidths=2)
    axes[2].set(xlim=(-0.5, mask.shape[1] - 0.5), ylim=(mask.shape[0] - 0.5, -0.5))
    draw_bright_end(axes[3], channel_histogram(damaged.image[np.newaxis])[0], floor)
    return figure, f"{sentence} {mask_words(mask)}"


def mask_words(mask: np.ndarray) -> str:
    """Where a mask, bool (H, W) with a pixel or more in it, lies: a sentence."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        f"The mask covers {mask.sum():,} of {mask.size:,} pixels ({100 * mask.mean():.1f} %), in "
        f"rows {rows[0]} to {rows[-1]} and columns {columns[0]} to {columns[-1]}."
    )


def draw_bright_end(axis: Axes, counts: np.ndarray, floor: int) -> None:
    """The counts int64 (3, 256) from `floor` up: a bar per channel and value, with its mark."""
    values = np.arange(floor, 256)
    for k, look in enumerate(LOOKS):
        place, bright = values + (k - 1) * 0.27, counts[k, floor:]
        axis.bar(place, bright, 0.24, color=look["color"])
        seen = bright > 0  # an empty bar has no mark either
        axis.plot(place[seen], bright[seen], linestyle="", markersize=5, clip_on=False,
                  color=look["color"], marker=look["marker"])  # fmt: skip
    axis.set_xlim(floor - 0.6, 255.6)
    axis.set_ylim(0, max(10, 1.15 * counts[:, floor:].max()))
    axis.set_xticks([*range(floor, 251, 5), 255])
    _name_channels(axis)
    _label(axis, f"value, from {floor} up")


def _draw_whole_range(axis: Axes, counts: np.ndarray, floor: int) -> None:
    """The three histograms as lines; what would flatten the rest is cut, each half's most named."""
    for look, row in zip(LOOKS, counts, strict=True):
        axis.plot(np.arange(256), row, color=look["color"], linestyle=look["linestyle"],
                  drawstyle="steps-mid", linewidth=1.6)  # fmt: skip
    axis.axvspan(floor - 0.5, 255.5, color=PAPER, alpha=0.25, linewidth=0)
    most, usual = counts.max(), 4 * np.quantile(counts, 0.98)
    top = usual if 0 < usual < most else most
    limit = max(10, 1.15 * top)
    highest = counts.max(axis=0)
    for row, (first, x, side) in enumerate([(0, 20, "left"), (128, 235, "right")]):
        value = first + int(highest[first : first + 128].argmax())
        if highest[value] > limit:
            axis.text(x, (1.04 - 0.1 * row) * top, f"cut off: {highest[value]:,} at {value} ↑",
                      ha=side, fontsize=12, color=INK)  # fmt: skip
    axis.set_xlim(-2, 257)
    axis.set_ylim(0, limit)
    axis.set_xticks([0, 50, 100, 150, 200, 255])
    _name_channels(axis)
    _label(axis, "value (0 dark, 255 full)")


def _name_channels(axis: Axes) -> None:
    """A legend above the axes, in one row, which covers no data."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], label=c, **look) for c, look in zip(CHANNELS, LOOKS, strict=True)]
    axis.legend(handles=handles, ncols=3, fontsize=12, frameon=False, loc="lower center",
                bbox_to_anchor=(0.5, 1.06), handlelength=1.6, columnspacing=0.9,
                handletextpad=0.4, borderpad=0)  # fmt: skip


def _label(axis: Axes, value: str) -> None:
    axis.set_xlabel(value, fontsize=13, color=INK)
    axis.set_ylabel("pixels", fontsize=13, color=INK)
    axis.tick_params(labelsize=12)
    axis.spines[["top", "right"]].set_visible(False)


def _show(axis: Axes, image: np.ndarray, title: str) -> None:
    axis.imshow(image, interpolation="nearest")
    axis.set(xticks=[], yticks=[], anchor="N")
    axis.set_title(textwrap.fill(title, 24), fontsize=13, color=INK)
    for spine in axis.spines.values():
        spine.set_color(PAPER)


def _panels(widths: list[float], space: float = 0.27) -> tuple[Figure, np.ndarray]:
    """Axes side by side, on a figure that is saved at the same size whatever they hold."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    place = {"left": 0.015, "right": 0.98, "bottom": 0.16, "top": 0.83, "wspace": space}
    figure, axes = plt.subplots(
        1, len(widths), figsize=(PAGE, 3.7), width_ratios=widths, gridspec_kw=place
    )
    frame = Rectangle((0, 0), 1, 1, transform=figure.transFigure, fill=False, linewidth=0)
    figure.add_artist(frame)  # saving cuts a figure to what is drawn: here, always to all of it
    return figure, axes
