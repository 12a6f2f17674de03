"""One face with damage planted in it: which signs move, and where a network sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, INK, PAGE, PAPER, VALID, hold_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from facescreen.breakage import Damaged

MOST = 8  # times its limit: where a sign's bar ends


def draw_one_kind(
    face: np.ndarray,
    damaged: Damaged,
    signs: Sequence[str],
    before: np.ndarray,
    after: np.ndarray,
    where: np.ndarray,
) -> tuple[Figure, str]:
    """A face, clean and damaged, where a network sees breakage, and every sign before and after.

    face: uint8 (64, 64, 3). damaged: what was made of it. signs: K names. before, after: float
    (K,), each sign as a multiple of its limit. where: float (16, 16), 0 to 1.
    """
    import matplotlib.pyplot as plt

    place = {"left": 0.01, "right": 0.985, "bottom": 0.15, "top": 0.92, "wspace": 0.06}
    figure, axes = plt.subplots(1, 5, figsize=(PAGE, 3.3), width_ratios=[1.2, 1.2, 1.2, 0.6, 1],
                                gridspec_kw=place)  # fmt: skip
    axes[3].remove()  # room for the signs' names
    kind = damaged.kind.replace("_", " ")
    titles = ("clean", f"planted: {kind}", "where the network looks")
    for axis, title in zip(axes[:3], titles, strict=True):
        axis.set(xticks=[], yticks=[], anchor="N")
        axis.set_title(title, fontsize=12, color=INK)
    axes[0].imshow(face, interpolation="nearest")
    axes[1].imshow(damaged.image, interpolation="nearest")
    axes[2].imshow(where, cmap="cividis", vmin=0, vmax=1, extent=(-0.5, 63.5, 63.5, -0.5))
    for axis in axes[1:3]:
        axis.contour(damaged.mask.astype(float), [0.5], colors=["white"], linewidths=2.5)
        axis.contour(damaged.mask.astype(float), [0.5], colors=[INK], linewidths=1)
    _draw_signs(axes[4], [sign.replace("_", " ") for sign in signs], before, after)
    hold_size(figure)
    beyond = [sign.replace("_", " ") for sign, x in zip(signs, after, strict=True) if x > 1]
    return figure, (
        f"A clean face, the same face damaged by {kind}, and twelve signs of it. Beyond the limit: "
        f"{', '.join(beyond) or 'none'}."
    )


def _draw_signs(axis: Axes, names: list[str], before: np.ndarray, after: np.ndarray) -> None:
    at = np.arange(len(names))
    for x, y in zip(after, at, strict=True):
        color = BROKEN if x > 1 else VALID
        axis.barh(y, min(x, MOST), 0.6, color=color)
        if x > MOST:
            axis.text(MOST, y, f" {x:.0f}", va="center", fontsize=11, color=INK)
    axis.plot(np.minimum(before, MOST), at, "|", color=INK, markersize=11, markeredgewidth=2,
              clip_on=False, label="while clean")  # fmt: skip
    axis.axvline(1, color=PAPER, linestyle="--", linewidth=1.5, zorder=0)
    axis.set(xlim=(0, MOST), ylim=(len(names) - 0.4, -0.6), xticks=[0, 1, 2, 4, 6, 8])
    axis.set_yticks(at, names, fontsize=10)
    axis.tick_params(labelsize=10)
    axis.set_xlabel("times the sign's limit  ( | while clean)", fontsize=11, color=INK)
    axis.spines[["top", "right"]].set_visible(False)
