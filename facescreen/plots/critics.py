"""Charts of screens that ask a critic, and of all screens at equal acceptance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, DASHES, INK, MARKS, PAGE, PAPER, SCREENS, VALID, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABELED = {  # label: name, color, mark
    "valid": ("valid", VALID, "o"),
    "broken_other": ("broken otherwise", "#E69F00", "s"),
    "broken_saturated": ("saturated", BROKEN, "D"),
}
FAR = 4  # standard deviations: what lies further is drawn there


def as_pictures(digits: np.ndarray) -> np.ndarray:
    """Digits float (N, 1, H, W) in [-1, 1] as pictures, dark on white: uint8 (N, H, W, 3)."""
    gray = np.rint(255 - 127.5 * (np.clip(digits[:, 0], -1, 1) + 1)).astype(np.uint8)
    return np.repeat(gray[..., np.newaxis], 3, axis=3)


def draw_band(
    places: Mapping[str, np.ndarray], labels: Mapping[str, np.ndarray], k: float = 1.0
) -> tuple[Figure, str]:
    """Where images of each label lie in a critic's band, a panel for each source of images.

    places: by source, standard deviations from the mean score, float (N,). labels: str (N,). k: how
    many the band reaches to either side.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(places), figsize=(PAGE, 3.2), sharey=True, squeeze=False)
    said, jitter = [], np.random.default_rng(0)
    for axis, (source, place) in zip(axes[0], places.items(), strict=True):
        axis.axvspan(-k, k, color=PAPER, alpha=0.25, linewidth=0, zorder=0)
        shares = []
        for row, (label, (name, color, mark)) in enumerate(LABELED.items()):
            own = place[labels[source] == label]
            if not len(own):
                continue
            at = row + jitter.uniform(-0.3, 0.3, len(own))
            axis.plot(np.clip(own, -FAR, FAR), at, mark, color=color, alpha=0.45, markersize=5)
            inside = (np.abs(own) <= k).mean()
            axis.text(FAR + 0.3, row, f"{inside:.0%} inside", va="center", fontsize=11, color=INK)
            shares.append(f"{inside:.0%} of the {len(own):,} {name}")
        _finish(axis, "standard deviations from the mean score", "")
        axis.set_xlim(-FAR - 0.2, FAR + 2.2)
        axis.set_title(source, fontsize=12, color=INK)
        said.append(f"{source}: {', '.join(shares)}")
    names = [name for name, _, _ in LABELED.values()]
    axes[0][0].set_yticks(range(len(names)), names, fontsize=12)
    axes[0][0].set_ylim(len(names) - 0.5, -0.5)
    figure.tight_layout()
    return (
        figure,
        f"Between mean − {k:g} and mean + {k:g} standard deviations lie, {'; '.join(said)}.",
    )


def draw_chances(log_ratio: np.ndarray, kept: Mapping[str, np.ndarray]) -> tuple[Figure, str]:
    """The chance that an image is kept, by its log density ratio: a line for each screen.

    log_ratio: float (N,). kept: chances float (N,) by screen, all with the same mean.
    """
    import matplotlib.pyplot as plt

    order, spread = np.argsort(log_ratio), np.sort(log_ratio)
    figure, axis = plt.subplots(figsize=(8.5, 3.8))
    for k, (name, chance) in enumerate(kept.items()):
        axis.plot(spread, chance[order], color=SCREENS[k], linestyle=DASHES[k % len(DASHES)],
                  linewidth=2.5, label=name)  # fmt: skip
    axis.plot(spread, np.full(len(spread), -0.04), "|", color=INK, alpha=0.2, markersize=8)
    _finish(axis, "calibrated logit of the critic: log p(real) / p(generated)", "times kept")
    axis.set_ylim(-0.08, None)
    axis.legend(frameon=False, fontsize=11)
    figure.tight_layout()
    low, high = order[: len(order) // 10], order[-(len(order) // 10) :]
    said = [f"{n} {c[low].mean():.2f} and {c[high].mean():.2f}" for n, c in kept.items()]
    return figure, f"Of the lowest tenth and of the highest tenth are kept: {'; '.join(said)}."


def draw_left(tables: Mapping[str, pd.DataFrame], reading: str) -> tuple[Figure, str]:
    """What each screen leaves broken, a panel for each source; dropping blindly is a line.

    tables: by source, as `facescreen.evaluation.kept.kept_table` makes them; the first row is the
    one that drops blindly. reading: "broken" or "unusable".
    """
    import matplotlib.pyplot as plt

    names = list(next(iter(tables.values())).index)
    figure, axes = plt.subplots(1, len(tables), figsize=(PAGE, 0.33 * len(names) + 1.3),
                                sharey=True, squeeze=False)  # fmt: skip
    said = []
    for axis, (source, table) in zip(axes[0], tables.items(), strict=True):
        share, at = table[f"{reading} %"], np.arange(len(names))
        axis.axvline(share.iloc[0], color=INK, linestyle=":", linewidth=1.5)
        axis.hlines(at, table[f"{reading} low %"], table[f"{reading} high %"], color=VALID)
        axis.plot(share, at, "o", color=VALID, markersize=7)
        top = table[f"{reading} high %"].max()
        for row, value in zip(at, share, strict=True):
            axis.text(1.22 * top, row, f"{value:.1f} %", ha="right", va="center", fontsize=11)
        axis.set_xlim(0, 1.24 * top)
        _finish(axis, f"{reading} among the kept (%)", "")
        axis.set_title(source, fontsize=12, color=INK)
        best = share.drop(index=names[0]).idxmin()
        blind = share.iloc[0]
        said.append(f"{source}: blindly {blind:.1f} %, least by {best} with {share[best]:.1f} %")
    axes[0][0].set_yticks(np.arange(len(names)), names, fontsize=12)
    axes[0][0].set_ylim(len(names) - 0.4, -0.6)
    figure.tight_layout()
    return figure, f"Left {reading} where all keep as many: {'; '.join(said)}."


def draw_over_acceptance(
    curves: Mapping[str, pd.DataFrame], reading: str, marked: float
) -> tuple[Figure, str]:
    """What is left broken, by the share that is kept: a panel for each source of images.

    curves: by source, rows by share kept, a column for each screen, in percent.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(curves), figsize=(PAGE, 3.9), squeeze=False)
    said = []
    for axis, (source, curve) in zip(axes[0], curves.items(), strict=True):
        for k, name in enumerate(curve.columns):
            axis.plot(100 * curve.index, curve[name], color=SCREENS[k % len(SCREENS)], label=name,
                      linestyle=DASHES[k % len(DASHES)], marker=MARKS[k], markersize=6,
                      linewidth=2, clip_on=False)  # fmt: skip
        axis.axvline(100 * marked, color=PAPER, linestyle=":", linewidth=1.5)
        axis.set_ylim(0, None)
        _finish(axis, "kept of all images (%)", f"{reading} among the kept (%)")
        axis.set_title(source, fontsize=12, color=INK)
        least = curve.iloc[0]
        ends = ", ".join(f"{name} {value:.1f} %" for name, value in least.items())
        said.append(f"{source}: {ends}")
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.tight_layout()
    figure.legend(handles, names, ncols=3, fontsize=11, frameon=False, loc="upper center",
                  bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    kept = 100 * next(iter(curves.values())).index[0]
    return figure, f"Left {reading} where {kept:.0f} % are kept, {'; '.join(said)}."


plot_band, plot_chances = presented(draw_band), presented(draw_chances)
plot_left, plot_over_acceptance = presented(draw_left), presented(draw_over_acceptance)


def _finish(axis: Axes, x: str, y: str) -> None:
    axis.set_xlabel(x, fontsize=12, color=INK)
    axis.set_ylabel(y, fontsize=12, color=INK)
    axis.tick_params(labelsize=11)
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
