"""Galleries of faces."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import BROKEN, INK, PAGE, VALID, present

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAP = 0.03  # between images, in inches
LETTER = 0.58  # the usual width of a letter, in sizes of its font


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
    tile: float = 2.0,
    font: float = 11,
) -> Figure:
    """A gallery of uint8 (N, H, W, 3) images with captions; broken ones get a frame and a cross.

    rows_named: what stands above each row. tile: width of an image in inches, at most: a row is no
    wider than the page, and where ten images or fewer stand in it each has an inch. font: size of
    the captions, in points; a longer one is wrapped, and smaller where a word is still too wide.
    """
    import matplotlib.pyplot as plt

    count = len(images)
    columns = max(1, min(columns, count))
    rows = max(1, -(-count // columns))
    width = min(tile if columns > 10 else max(1, tile), (PAGE + GAP) / columns - GAP)
    texts = ["" if captions is None else str(captions[k]) for k in range(count)]
    marks = ["✗ " if broken is not None and broken[k] else "" for k in range(count)]
    texts = [_wrapped(m + text, font, width) for m, text in zip(marks, texts, strict=True)]
    font = _fitting(font, texts, width)
    lines = max((text.count("\n") + 1 for text in texts if text), default=0)
    above, below = (0.28 if rows_named else 0), (0.06 + lines * font / 55 if lines else 0)
    side = width * images.shape[1] / max(1, images.shape[2])
    size = columns * (width + GAP) - GAP, rows * (above + side + below + GAP) - GAP
    figure = plt.figure(figsize=size)
    for k, image in enumerate(images):
        row, column = divmod(k, columns)
        left = column * (width + GAP) / size[0]
        bottom = 1 - (row * (above + side + below + GAP) + above + side) / size[1]
        axis = figure.add_axes(
            (left, bottom, width / size[0], side / size[1]), xticks=[], yticks=[]
        )
        axis.imshow(image, interpolation="nearest", aspect="auto")
        for spine in axis.spines.values():
            spine.set(visible=bool(marks[k]), color=BROKEN, linewidth=3)
        axis.set_xlabel(texts[k], fontsize=font, labelpad=3, color=INK)
        if rows_named and not column:
            axis.annotate(rows_named[row], (0, 1), (0, 5), "axes fraction", "offset points",
                          fontsize=12, color=INK)  # fmt: skip
    return figure


def _wrapped(text: str, font: float, width: float) -> str:
    """The text in lines that are at most `width` inches wide, where its words allow."""
    most = max(1, int(72 * width / (LETTER * font)))
    look = {"break_long_words": False, "break_on_hyphens": False}
    return "\n".join(textwrap.fill(line, most, **look) for line in text.splitlines())


def _fitting(font: float, texts: Sequence[str], width: float) -> float:
    """The largest size, `font` at most, at which no line is wider than `width` inches."""
    longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
    return min(font, 72 * width / (LETTER * max(1, longest)))


def show_combination(
    picked: np.ndarray, made: np.ndarray, names: Sequence[str], sentence: str
) -> None:
    """Rows of picked faces and what they were combined into: (N, k, H, W, 3) and (N, H, W, 3)."""
    count, faces = picked.shape[:2]
    rows = np.concatenate([picked.swapaxes(0, 1), made[np.newaxis]])
    figure = draw_faces(rows.reshape(-1, *made.shape[1:]), None, None, count, [*names, "new face"])
    for axis in figure.axes[faces * count :]:
        for spine in axis.spines.values():
            spine.set(visible=True, color=VALID, linewidth=3)
    present(figure, sentence)
