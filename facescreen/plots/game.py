"""Figures of the game between generator and discriminator: in one dimension, and as losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, DASHES, INK, PAPER, SCREENS, VALID, presented

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Snapshots = Mapping[int, tuple[np.ndarray, np.ndarray]]  # step → generated points, D on the grid
WIDTH, LETTERS = 10.2, 11.5  # of a figure in inches, of its lettering in points


def draw_game(
    games: Mapping[str, Snapshots],
    real: np.ndarray,
    grid: np.ndarray,
    describe: Callable[[np.ndarray], str],
) -> tuple[Figure, str]:
    """A strip of pictures for each game: where real and generated points lie, and what D says.

    games: snapshots by the game's name, of each the generated points (n,) and D (len(grid),) from 0
    to 1. real: points (m,). describe: what the sentence says of a snapshot's points.
    """
    import matplotlib.pyplot as plt

    columns = max(len(game) for game in games.values())
    size = (min(WIDTH, 2.4 * columns + 0.6), 2.0 * len(games) + 0.7)
    figure, axes = plt.subplots(len(games), columns, figsize=size, squeeze=False, sharex=True)
    bins = np.linspace(grid[0], grid[-1], 61)
    shown, _ = np.histogram(real, bins, density=True)
    said = []
    for row, (name, game) in zip(axes, games.items(), strict=True):
        parts = []
        for axis, (step, (made, seen)) in zip(row, game.items(), strict=True):
            _draw_moment(axis, real, made, bins, 1.6 * shown.max())
            scale = 1.6 * shown.max()  # D from 0 to 1 fills the height
            axis.plot(grid, seen * scale, color=BROKEN, linestyle="--", linewidth=1.6)
            axis.set_title(f"step {step:,}", fontsize=LETTERS, color=INK)
            parts.append(f"step {step:,}: {describe(made)}")
        row[0].set_ylabel(name if len(games) > 1 else "density", fontsize=LETTERS, color=INK)
        said.append((f"With {name}, " if len(games) > 1 else "") + "; ".join(parts))
    for axis in axes[-1]:
        axis.set_xlabel("x", fontsize=LETTERS)
    _key(figure)
    figure.tight_layout(pad=0.4, rect=(0, 0, 1, 1 - 0.34 / size[1]))
    return figure, f"Real points: {describe(real)}. Generated points: {'. '.join(said)}."


plot_game = presented(draw_game)


def _draw_moment(
    axis: Axes, real: np.ndarray, made: np.ndarray, bins: np.ndarray, top: float
) -> None:
    axis.hist(real, bins, density=True, histtype="stepfilled", color=PAPER, alpha=0.6)
    inside = np.clip(made, bins[0], bins[-1])  # points far out stand at the edge
    axis.hist(inside, bins, density=True, histtype="step", color=VALID, linewidth=2)
    axis.set(xlim=(bins[0], bins[-1]), ylim=(0, top), yticks=[], xticks=[-4, 0, 4])
    axis.tick_params(labelsize=LETTERS)
    axis.spines[["top", "right"]].set_visible(False)


def _key(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Patch(color=PAPER, alpha=0.6, label="real points"),
        Line2D([], [], color=VALID, linewidth=2, label="generated points"),
        Line2D([], [], color=BROKEN, linestyle="--", label="D(x): 0 at the bottom, 1 at the top"),
    ]
    figure.legend(handles=marks, loc="upper center", ncols=3, frameon=False, fontsize=LETTERS)


def draw_generator_losses(moments: Mapping[str, float]) -> tuple[Figure, str]:
    """log(1 − D) beside −log D, and how hard each pulls at the score; moments: named D(G(z))."""
    import matplotlib.pyplot as plt

    d = np.linspace(0.003, 0.997, 400)
    curves = {
        "log(1 − D), eq. 1": (np.log(1 - d), d),
        "−log D, non-saturating": (-np.log(d), 1 - d),
    }
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.8))
    for k, (name, lines) in enumerate(curves.items()):
        for axis, line in zip(axes, lines, strict=True):
            axis.plot(d, line, label=name, color=SCREENS[k], linestyle=DASHES[k], linewidth=2)
    names = ("the generator's loss", "size of the slope, per unit of score")
    for axis, name in zip(axes, names, strict=True):
        axis.set_xlabel("D(G(z)): what the discriminator says of a fake", fontsize=LETTERS)
        axis.set_ylabel(name, fontsize=LETTERS)
        _plain(axis)
        for k, (moment, at) in enumerate(moments.items()):
            axis.axvline(at, color=INK, linewidth=1, linestyle=":")
            # Below the curves, which meet the line of an early moment near the top.
            look = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
            look |= {"fontsize": LETTERS, "color": INK}
            axis.annotate(moment, (at, 0.55 + 0.2 * k), (4, 0), **look)
    axes[0].legend(frameon=False, loc="lower left", fontsize=LETTERS)
    figure.tight_layout()
    said = [
        f"{moment}, D(G(z)) is {at:.4f}: the slope is −{at:.4f} for log(1 − D) and −{1 - at:.4f} "
        "for −log D"
        for moment, at in moments.items()
    ]
    return figure, f"In the game on the line: {'; '.join(said)}."


plot_generator_losses = presented(draw_generator_losses)


def draw_paths(paths: Mapping[str, np.ndarray], target: float) -> tuple[Figure, str]:
    """The mean of the generated points step by step, a line per game; target: the real mean."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(WIDTH, 3.4))
    axis.axhline(target, color=INK, linewidth=1, linestyle=":")
    said = []
    for k, (name, path) in enumerate(paths.items()):
        axis.plot(path, color=SCREENS[k], linestyle=DASHES[k], linewidth=2 - 0.6 * k, label=name,
                  zorder=3 - k)  # fmt: skip
        late = path[len(path) // 2 :]
        said.append(f"{name} from {late.min():.2f} to {late.max():.2f}".replace("-", "−"))
    axis.set(ylim=(-14, 14), xlim=(0, None))
    axis.set_xlabel("step", fontsize=LETTERS)
    axis.set_ylabel("mean of the points", fontsize=LETTERS)
    _plain(axis)
    axis.legend(frameon=False, ncols=len(paths), loc="lower right", fontsize=LETTERS)
    figure.tight_layout()
    return figure, (
        f"In the second half of the steps the mean ranges {', '.join(said)}; "
        f"the dotted line is the real mean, {target:.2f}."
    )


plot_paths = presented(draw_paths)


def _plain(axis: Axes) -> None:
    axis.tick_params(labelsize=LETTERS)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
