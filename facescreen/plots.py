"""Every figure of the lessons, each with one sentence made from the numbers that it shows.

The sentence stands under the figure, and is its description for those who cannot see it.
Colors are those of Okabe and Ito (2008), told apart by color-blind readers; a verdict is shown by
a word and a mark as well.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

VALID, BROKEN, PAPER, INK = "#0072B2", "#D55E00", "#999999", "#222222"


def present(figure: Figure, sentence: str) -> None:
    """Show a figure in the notebook as PNG, with ``sentence`` under it and as its alt text."""
    import matplotlib.pyplot as plt
    from IPython.display import Markdown, display

    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=80, bbox_inches="tight")
    plt.close(figure)
    data = {"image/png": picture.getvalue(), "text/plain": sentence}
    display(data, raw=True, metadata={"image/png": {"alt": sentence}})
    display(Markdown(f"*{sentence}*"))


def show_faces(
    images: np.ndarray,
    sentence: str,
    captions: Sequence[str] | None = None,
    broken: Sequence[bool] | None = None,
    columns: int = 10,
) -> None:
    """A gallery of uint8 (N, H, W, 3) images with captions; broken ones get a frame and a cross."""
    import matplotlib.pyplot as plt

    count = len(images)
    columns = max(1, min(columns, count))
    rows = max(1, -(-count // columns))
    height = 1.0 + (0.2 if captions is not None else 0)
    figure, axes = plt.subplots(rows, columns, figsize=(columns, rows * height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for k in range(count):
        axis = axes.flat[k]
        axis.axis("on")
        axis.set(xticks=[], yticks=[])
        axis.imshow(images[k])
        is_broken = broken is not None and bool(broken[k])
        for spine in axis.spines.values():
            spine.set(visible=is_broken, color=BROKEN, linewidth=2.5)
        text = "" if captions is None else str(captions[k])
        axis.set_xlabel(("✗ " if is_broken else "") + text, fontsize=8, labelpad=2, color=INK)
    figure.tight_layout(pad=0.3, h_pad=0.5, w_pad=0.2)
    present(figure, sentence)


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


def plot_rates(ours: pd.DataFrame, paper: pd.DataFrame, measured: str) -> None:
    """Two dot plots of rates in percent with 95 % intervals, one row per screening.

    Both tables are indexed by screening, in the same order, and hold ``rate %``, ``low %`` and
    ``high %``. The panels measure different things (broken by eye; ``measured``), so each has an
    axis of its own.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 0.55 * len(paper) + 1.2), sharey=True)
    panels = [(paper, PAPER, "s", "paper: broken by eye"), (ours, VALID, "o", f"here: {measured}")]
    for axis, (table, color, mark, label) in zip(axes, panels, strict=True):
        rate, rows = table["rate %"], np.arange(len(table))
        spread = np.stack([rate - table["low %"], table["high %"] - rate]).clip(0)
        axis.errorbar(rate, rows, xerr=spread, fmt=mark, color=color, capsize=3)
        for row, value in enumerate(rate):
            axis.annotate(f"{value:.2f} %", (value, row), xytext=(0, 8), fontsize=8, color=INK,
                          textcoords="offset points", ha="center")  # fmt: skip
        axis.set_title(label, fontsize=10, color=INK)
        axis.set_xlabel("share of the saved images (%)")
        axis.set_yticks(rows, table.index)
        axis.set_xlim(-0.12 * max(rate.max(), 1), 1.3 * max(table["high %"].max(), 1))
        axis.grid(axis="x", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylim(len(paper) - 0.5, -0.7)
    figure.tight_layout()
    said = [
        f"{name}: {paper['rate %'][name]:.2f} % in the paper, {ours['rate %'][name]:.2f} % here"
        for name in paper.index
    ]
    present(figure, f"Broken by eye in the paper, {measured} here. {'; '.join(said)}.")
