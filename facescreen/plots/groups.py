"""Groups of images compared by their histograms: means, one score of each image, shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, PAGE, PAPER, SCREENS, VALID, presented
from facescreen.plots.one_image import CHANNELS, LOOKS, draw_bright_end
from facescreen.screening import Rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FLOOR = 250  # where the bright end begins: below it, means are too small to be seen


def draw_mean_histograms(groups: Mapping[str, np.ndarray]) -> tuple[Figure, str]:
    """Each group's mean histogram, and its bright end below; one scale for all groups in a row.

    groups: int64 (N, 3, 256) of N >= 1 images, by name. Values 0 to 254 are drawn in bins of five.
    """
    import matplotlib.pyplot as plt

    means = {name: counts.mean(axis=0) for name, counts in groups.items()}
    figure, axes = plt.subplots(2, len(means), figsize=(PAGE, 5.4), squeeze=False, sharey="row")
    said = []
    for column, (name, mean) in enumerate(means.items()):
        above, below = axes[:, column]
        _draw_mean(above, mean)
        above.set_title(f"{name} ({len(groups[name]):,} images)", fontsize=13, color=INK)
        draw_bright_end(below, mean, FLOOR)
        below.get_legend().remove()
        if column:
            below.set_ylabel("")
        at = ", ".join(f"{c} {n:.0f}" for c, n in zip(CHANNELS, mean[:, 255], strict=True))
        said.append(f"{name}: {at}")
    axes[0, 0].set_ylabel("pixels per 5 values", fontsize=13, color=INK)
    axes[0, 0].set_ylim(bottom=0)
    axes[1, 0].set_ylim(0, 1.15 * max(10, *(mean[:, FLOOR:].max() for mean in means.values())))
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.tight_layout(pad=0.5, h_pad=1.2)
    figure.legend(handles, names, ncols=3, fontsize=13, frameon=False, handlelength=3,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    return figure, f"Pixels at 255, on average over each group. {'; '.join(said)}."


plot_mean_histograms = presented(draw_mean_histograms)


def _draw_mean(axis: Axes, mean: np.ndarray) -> None:
    in_fives = mean[:, :255].reshape(3, 51, 5).sum(axis=2)
    for name, look, row in zip(CHANNELS, LOOKS, in_fives, strict=True):
        axis.plot(5 * np.arange(51) + 2, row, color=look["color"], linestyle=look["linestyle"],
                  linewidth=1.8, drawstyle="steps-mid", label=name)  # fmt: skip
    axis.set_xlim(-3, 258)
    axis.set_xticks([0, 50, 100, 150, 200, 250])
    axis.set_xlabel("value, 0 (dark) to 254", fontsize=13, color=INK)
    axis.tick_params(labelsize=13)
    axis.spines[["top", "right"]].set_visible(False)


def draw_reached(
    scores: Mapping[str, np.ndarray], label: str, marked: int = 40
) -> tuple[Figure, str]:
    """Which share of each group's images reaches a score, for every score.

    scores: whole numbers (N,), 0 or more, by the group's name. label: what the score is, with its
    unit. marked: the score, 1 or more, at which the sentence reads the lines.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 4.2))
    top = max(2 * marked, 10, *(int(own.max(initial=0)) for own in scores.values()))
    grid, said = np.unique(np.geomspace(1, top, 400).round()), []
    for k, (name, own) in enumerate(scores.items()):
        share = 100 * (1 - np.searchsorted(np.sort(own), grid) / max(1, len(own)))
        axis.plot(grid, share, color=SCREENS[k], linestyle=DASHES[k], linewidth=2.5, label=name)
        said.append(f"{100 * (own >= marked).mean():.1f} % of the {len(own):,} {name}")
    axis.axvline(marked, color=PAPER, linewidth=1.5)
    axis.annotate(f"{marked:,}", (marked, 1), (0, 3), ("data", "axes fraction"), "offset points",
                  fontsize=13, color=INK, ha="center")  # fmt: skip
    axis.set(xscale="log", xlim=(1, top), ylim=(0, None))
    ticks = [t for t in (1, 3, 10, 30, 100, 300, 1000, 3000) if t <= top]
    axis.set_xticks(ticks, [f"{t:,}" for t in ticks])
    axis.set_xlabel(label, fontsize=13, color=INK)
    axis.set_ylabel("images that reach it (%)", fontsize=13, color=INK)
    axis.tick_params(labelsize=13)
    axis.legend(frameon=False, fontsize=13, handlelength=3)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(pad=0.3)
    return figure, f"{marked:,} or more: {', '.join(said)} images."


plot_reached = presented(draw_reached)


def draw_shares(shares: Mapping[str, Rate], label: str) -> tuple[Figure, str]:
    """A share of the images of each group, in percent with its 95 % interval, a row for each.

    label: what the images of which a share is shown do, in words that end the sentence.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 0.56 * len(shares) + 0.9))
    for row, rate in enumerate(shares.values()):
        if not rate.total:
            axis.annotate("no images", (0, row), (8, 0), textcoords="offset points", fontsize=13,
                          va="center", color=INK)  # fmt: skip
            continue
        share, low, high = (100 * part for part in (rate.value, rate.low, rate.high))
        axis.hlines(row, low, high, color=VALID, linewidth=2)
        axis.plot(share, row, "o", color=VALID, markersize=10)
        axis.annotate(f"{share:.1f} %", (share, row), (5, 6), textcoords="offset points",
                      fontsize=13, color=INK)  # fmt: skip
    names = [f"{name} ({rate.total:,})" for name, rate in shares.items()]
    axis.set_yticks(range(len(shares)), names, fontsize=13)
    axis.set_ylim(len(shares) - 0.5, -0.5)
    axis.set_xlim(-1, 108)
    axis.set_xticks(range(0, 101, 20))
    axis.tick_params(axis="x", labelsize=13)
    axis.set_xlabel(f"images that {label} (%)", fontsize=13, color=INK)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(pad=0.3)
    said = [
        f"{name}: {100 * rate.value:.1f} % of {rate.total:,}"
        if rate.total
        else f"{name}: no images"
        for name, rate in shares.items()
    ]
    return figure, f"Images that {label}. {'; '.join(said)}. Lines are 95 % intervals."


plot_shares = presented(draw_shares)
