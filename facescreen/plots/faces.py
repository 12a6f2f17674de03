"""Galleries of faces."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, INK, VALID, present

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show_faces(
    images: np.ndarray,
    sentence: str,
    captions: Sequence[str] | None = None,
    broken: Sequence[bool] | None = None,
    columns: int = 10,
) -> None:
    """Present `draw_faces`."""
    present(draw_faces(images, captions, broken, columns), sentence)


def draw_faces(
    images: np.ndarray,
    captions: Sequence[str] | None = None,
    broken: Sequence[bool] | None = None,
    columns: int = 10,
    rows_named: Sequence[str] | None = None,
    tile: float = 1.0,
    font: float = 10,
) -> Figure:
    """A gallery of uint8 (N, H, W, 3) images with captions; broken ones get a frame and a cross.

    rows_named: what stands left of each row. tile: width of an image, in inches. font: size
    of the captions at most, in points; smaller where they are wider than an image.
    """
    import matplotlib.pyplot as plt

    count = len(images)
    columns = max(1, min(columns, count))
    texts = ["" if captions is None else str(captions[k]) for k in range(count)]
    marks = ["✗ " if broken is not None and broken[k] else "" for k in range(count)]
    texts = [mark + text for mark, text in zip(marks, texts, strict=True)]
    font = _fitting(font, texts, tile)
    rows = max(1, -(-count // columns))
    height = tile + (font / 40 if captions is not None else 0)
    size = (columns * tile, rows * height)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for k in range(count):
        axis = axes.flat[k]
        axis.axis("on")
        axis.set(xticks=[], yticks=[])
        axis.imshow(images[k])
        for spine in axis.spines.values():
            spine.set(visible=bool(marks[k]), color=BROKEN, linewidth=2.5)
        axis.set_xlabel(texts[k], fontsize=font, labelpad=2, color=INK)
    for row, name in enumerate(rows_named or ()):
        look = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9, "color": INK}
        axes[row, 0].set_ylabel(textwrap.fill(name, 12), **look)
    figure.tight_layout(pad=0.3, h_pad=0.5, w_pad=0.2)
    return figure


def _fitting(font: float, texts: Sequence[str], width: float) -> float:
    """The largest size, `font` at most, at which no line is wider than `width` inches."""
    longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
    return min(font, 72 * width / (0.58 * max(1, longest)))


def show_combination(
    picked: np.ndarray, made: np.ndarray, names: Sequence[str], sentence: str
) -> None:
    """Rows of picked faces and what they were combined into: (N, k, H, W, 3) and (N, H, W, 3)."""
    import matplotlib.pyplot as plt

    count, faces = picked.shape[:2]
    figure, axes = plt.subplots(
        faces + 1, count, figsize=(count * 0.95, (faces + 1) * 0.95), squeeze=False
    )
    for column in range(count):
        for row in range(faces + 1):
            axis = axes[row, column]
            axis.set(xticks=[], yticks=[])
            axis.imshow(made[column] if row == faces else picked[column, row])
            for spine in axis.spines.values():
                spine.set(visible=row == faces, color=VALID, linewidth=2)
    for row, name in enumerate([*names, "new face"]):
        axes[row, 0].set_ylabel(name, fontsize=9, color=INK)
    figure.tight_layout(pad=0.3, h_pad=0.15, w_pad=0.15)
    present(figure, sentence)
