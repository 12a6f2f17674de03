"""Several faces over the bright ends of their histograms: what the multi-color rule looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, PAGE
from facescreen.plots.one_image import CHANNELS, draw_bright_end
from facescreen.screening import channel_histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_bright_ends(
    images: np.ndarray, names: Sequence[str], floor: int = 240
) -> tuple[Figure, str]:
    """Each face, and below it its counts from `floor` up; the largest one is named.

    images: uint8 (N, H, W, 3), 1 to 4 of them. names: what titles and the sentence call them.
    """
    import matplotlib.pyplot as plt

    columns = len(images)
    figure, axes = plt.subplots(2, columns, figsize=(PAGE, 5.3), squeeze=False,
                                height_ratios=[1.2, 1])  # fmt: skip
    parts = []
    for face, chart, image, name in zip(*axes, images, names, strict=True):
        counts = channel_histogram(image[np.newaxis])[0]
        face.imshow(image, interpolation="nearest")
        face.set(xticks=[], yticks=[])
        face.set_title(name, fontsize=13, color=INK)
        draw_bright_end(chart, counts, floor)
        parts.append(f"{name}: {_mark_largest(chart, counts, floor)}")
        if chart is not axes[1, -1]:
            chart.get_legend().remove()
        if chart is not axes[1, 0]:
            chart.set_ylabel("")
    figure.subplots_adjust(0.07, 0.11, 0.99, 0.95, wspace=0.2, hspace=0.32)
    return figure, f"Largest count from {floor} up. {'; '.join(parts)}."


def _mark_largest(axis: Axes, counts: np.ndarray, floor: int) -> str:
    """Write the largest count above its bar; what there is to say of that value, in words."""
    largest = counts[:, floor:].max(axis=0)
    value = 255 - int(largest[::-1].argmax())  # of equal ones the highest, as the rule does
    at = counts[:, value]
    if not at.max():
        return "no pixel is that bright"
    channel = int(at.argmax())
    axis.set_ylim(0, max(10, 1.32 * at.max()))
    side = {"ha": "right"} if value > 247 else {"ha": "left"}
    axis.annotate(f"{at.max():,} at {value}", (value + (channel - 1) * 0.27, at.max()), (0, 7),
                  textcoords="offset points", fontsize=12, color=INK, weight="bold",
                  **side)  # fmt: skip
    listed = ", ".join(f"{c} {n:,}" for c, n in zip(CHANNELS, at, strict=True))
    return f"at {value}, {listed}"
