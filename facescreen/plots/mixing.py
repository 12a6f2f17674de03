"""The figure of the face mixer: the faces picked, the face made of them, what rules say of it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, INK, PAGE, PAPER, VALID, hold_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_mix(
    faces: np.ndarray,
    captions: Sequence[str],
    used: Sequence[bool],
    mixed: np.ndarray,
    layers: Sequence[tuple[str, str]],
    verdicts: Sequence[tuple[str, str, str]],
) -> Figure:
    """Up to four faces, pale where not used; the mixed face; layers and verdicts as text.

    faces: uint8 (k, H, W, 3). mixed: uint8 (H, W, 3). layers: of each layer its name and where its
    style comes from, the coarsest first. verdicts: the rule, what it measured, and the reason for
    which it calls the face broken, "" for none.
    """
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(PAGE, 3.3))
    grid = figure.add_gridspec(
        2, 4, width_ratios=[1, 1, 2.1, 3.6], left=0.01, right=0.99, bottom=0.08, top=0.99,
        wspace=0.08, hspace=0.22,
    )  # fmt: skip
    for k, (face, caption) in enumerate(zip(faces, captions, strict=True)):
        axis = figure.add_subplot(grid[k // 2, k % 2])
        _show(axis, face if used[k] else _pale(face), caption, INK if used[k] else "#666666")
    axis = figure.add_subplot(grid[:, 2])
    broken = any(reason for *_, reason in verdicts)
    _show(axis, mixed, f"mixed face, {'flagged' if broken else 'not flagged'}", INK)
    for spine in axis.spines.values():
        spine.set(visible=True, color=BROKEN if broken else VALID, linewidth=3)
    _write(figure.add_subplot(grid[:, 3]), layers, verdicts)
    hold_size(figure)
    return figure


def _pale(face: np.ndarray) -> np.ndarray:
    return (255 - (255 - face.astype(np.int16)) // 4).astype(np.uint8)


def _show(axis: Axes, image: np.ndarray, caption: str, color: str) -> None:
    axis.set(xticks=[], yticks=[])
    axis.imshow(image)
    axis.set_xlabel(caption, fontsize=12, labelpad=3, color=color)
    for spine in axis.spines.values():
        spine.set(visible=False)


def _write(
    axis: Axes, layers: Sequence[tuple[str, str]], verdicts: Sequence[tuple[str, str, str]]
) -> None:
    """Two blocks of text: a line for each layer, two or more for each verdict."""
    axis.axis("off")
    axis.set(xlim=(0, 1), ylim=(0, 1))
    measured = [textwrap.wrap(said, 46) for _, said, _ in verdicts]
    steps = 1 + len(layers) + 0.6 + sum(1 + len(lines) for lines in measured)
    height, size = 1 / steps, min(13, 136 / steps)
    look = {"va": "top", "fontsize": size, "color": INK}
    place = 1.0
    axis.text(0.03, place, "layer", **{**look, "color": "#666666"})
    axis.text(0.52, place, "style from", **{**look, "color": "#666666"})
    for name, part in layers:
        place -= height
        axis.text(0.03, place, name, **look)
        axis.text(0.52, place, part, **look, weight="bold")
    place -= 1.3 * height
    axis.plot([0.03, 1], [place, place], color=PAPER, linewidth=0.8)
    place -= 0.3 * height
    for (rule, _, reason), lines in zip(verdicts, measured, strict=True):
        axis.text(0.03, place, rule, **look)
        word, color = (f"✗ broken ({reason})", BROKEN) if reason else ("✓ valid", VALID)
        axis.text(0.52, place, word, **{**look, "color": color}, weight="bold")
        for line in lines:
            place -= height
            axis.text(0.03, place, line, **{**look, "fontsize": size - 1})
        place -= height
