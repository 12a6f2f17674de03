"""Kinds of breakage: which signs they move, what they are taken for, and where they are seen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import INK, MARKS, PAGE, PAPER, SCREENS, VALID, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_sign_moves(table: pd.DataFrame) -> tuple[Figure, str]:
    """Which share of each planted kind moves each sign, as tinted cells.

    table: rows (kind, sign) with ``images`` and ``moved %``, as `facescreen.kinds` makes them;
    the first kind is "clean". A kind's own sign has a frame.
    """
    import matplotlib.pyplot as plt

    shares = table["moved %"].unstack(sort=False)
    figure, axis = plt.subplots(figsize=(PAGE, 0.42 * len(shares) + 1.6))
    _tint(axis, shares.to_numpy())
    signs = list(shares)
    for row, kind in enumerate(shares.index):
        for column, share in enumerate(shares.loc[kind]):
            color = "white" if share > 70 else INK if share > 10 else "#777777"
            axis.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=12,
                      color=color)  # fmt: skip
        if kind in signs:
            _frame(axis, signs.index(kind), row)
    _name_ends(axis, signs, list(shares.index), "moves the sign of", "planted")
    own = {kind: shares.loc[kind, kind] for kind in signs}
    others = {(k, s): shares.loc[k, s] for k in signs for s in signs if k != s}
    least, most = min(own, key=own.get), max(others, key=others.get)
    images = f"{int(table['images'].iloc[-1]):,}"
    return figure, (
        f"Of {images} images of each kind, in percent, those that pass the limit of a sign and did "
        f"not while clean (first row: clean ones that pass it). "
        f"Its own sign is moved least by {_words(least)}, {own[least]:.0f} %; another's most by "
        f"{_words(most[0])}, that of {_words(most[1])}, {others[most]:.0f} %."
    )


plot_sign_moves = presented(draw_sign_moves)


def draw_confusions(tables: Mapping[str, pd.DataFrame]) -> tuple[Figure, str]:
    """What each kind by eye is taken for, a panel for each classifier: images, tinted by share.

    tables: by title; rows are what the eye said, columns what the classifier says, whole numbers.
    All have the same rows and columns. Where both have a name, the cell has a frame.
    """
    import matplotlib.pyplot as plt

    first = next(iter(tables.values()))
    size = (PAGE, 0.42 * len(first) + 2.3)
    figure, axes = plt.subplots(1, len(tables), figsize=size, sharey=True, squeeze=False)
    said = []
    for axis, (title, table) in zip(axes[0], tables.items(), strict=True):
        counts = table.to_numpy()
        share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        _tint(axis, share)
        for row, column in np.ndindex(counts.shape):
            color = "white" if share[row, column] > 70 else INK if counts[row, column] else PAPER
            axis.text(column, row, f"{counts[row, column]}", ha="center", va="center",
                      fontsize=11, color=color)  # fmt: skip
            if table.index[row] == table.columns[column]:
                _frame(axis, column, row)
        names = [f"{_words(k)} ({n:,})" for k, n in table.sum(axis=1).items()]
        _name_ends(axis, list(table), names, "", "by eye (images)" if axis is axes[0, 0] else "")
        axis.set_title(title, fontsize=13, color=INK, pad=10)
        right = sum(int(table.loc[kind, kind]) for kind in table.index.intersection(list(table)))
        said.append(f"{title} {right:,} of {counts.sum():,}")
    figure.tight_layout(pad=0.4)
    return figure, f"Images called as by eye: {'; '.join(said)}."


plot_confusions = presented(draw_confusions)


def draw_called_so(table: pd.DataFrame) -> tuple[Figure, str]:
    """The share of each kind that classifiers call so, with 95 % intervals.

    table: rows (classifier, kind) with ``n`` images, ``recall %``, ``recall low %`` and ``recall
    high %``. Where classifiers were asked about other numbers of images, each has its own n.
    """
    import matplotlib.pyplot as plt

    names = list(dict.fromkeys(table.index.get_level_values(0)))
    kinds = list(dict.fromkeys(table.index.get_level_values(1)))
    figure, axis = plt.subplots(figsize=(PAGE, 0.62 * len(kinds) + 1.2))
    said = []
    for k, name in enumerate(names):
        rows = table.loc[name].reindex(kinds)
        at = np.arange(len(kinds)) + (k - (len(names) - 1) / 2) * 0.17
        look = {"color": SCREENS[k], "zorder": 3, "clip_on": False}
        axis.hlines(at, rows["recall low %"], rows["recall high %"], **look)
        axis.plot(rows["recall %"], at, MARKS[k], markersize=7, label=name, **look)
        shares = [f"{_words(kind)} {share:.0f} %" for kind, share in rows["recall %"].items()
                  if share == share]  # fmt: skip
        said.append(f"{name} {', '.join(shares)}")
    images = table["n"].unstack(level=0).reindex(columns=names).fillna(0)
    asked = {k: list(dict.fromkeys(images.loc[k])) for k in kinds}
    asked = {k: n if len(n) == 1 else images.loc[k] for k, n in asked.items()}
    labels = [f"{_words(k)}\n(n = {', '.join(f'{n:,.0f}' for n in asked[k])})" for k in kinds]
    order = "" if all(len(n) == 1 for n in asked.values()) else "; n in the order of the marks"
    axis.set_yticks(range(len(kinds)), labels, fontsize=12)
    axis.set(xlim=(0, 101), ylim=(len(kinds) - 0.5, -0.5))
    axis.set_xlabel("called so, of the n images of the kind (%)" + order, fontsize=12, color=INK)
    axis.tick_params(labelsize=12)
    axis.tick_params(axis="y", length=0, pad=10)  # room for a mark at 0
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(pad=0.4)
    figure.legend(*axis.get_legend_handles_labels(), ncols=len(names), fontsize=12, frameon=False,
                  loc="upper center", bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    return figure, f"Called as by eye: {'; '.join(said)}."


plot_called_so = presented(draw_called_so)


def draw_places(
    images: np.ndarray,
    maps: Mapping[str, np.ndarray],
    captions: Sequence[str],
    masks: np.ndarray | None = None,
) -> Figure:
    """Images, and below them where each map sees breakage: the stronger, the more yellow.

    images: uint8 (N, 64, 64, 3), ten at the most. maps: float (N, 16, 16) by name, 0 to 1. masks:
    bool (N, 64, 64), drawn as outlines; None where nobody knows.
    """
    import matplotlib.pyplot as plt

    rows = 1 + len(maps)
    place = {"hspace": 0.04, "wspace": 0.04}
    width = min(1.6, (PAGE - 0.9) / len(images))
    size = (width * len(images) + 0.9, width * rows + 0.5)
    figure, axes = plt.subplots(rows, len(images), figsize=size, squeeze=False, gridspec_kw=place)
    for k, image in enumerate(images):
        axes[0, k].imshow(image, interpolation="nearest")
        axes[0, k].set_title(textwrap.fill(_words(captions[k]), 14), fontsize=11, color=INK)
        for axis, own in zip(axes[1:, k], maps.values(), strict=True):
            axis.imshow(image.mean(axis=2), cmap="gray", vmin=0, vmax=255, alpha=0.45)
            # From dark to yellow, as bright as sure: read without color, too.
            axis.imshow(own[k], cmap="cividis", vmin=0, vmax=1, alpha=0.7,
                        extent=(-0.5, 63.5, 63.5, -0.5), interpolation="nearest")  # fmt: skip
        if masks is not None:
            for axis in axes[:, k]:
                axis.contour(masks[k].astype(float), [0.5], colors=["white"], linewidths=2.5)
                axis.contour(masks[k].astype(float), [0.5], colors=[INK], linewidths=1)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[], xlim=(-0.5, 63.5), ylim=(63.5, -0.5))
    for axis, name in zip(axes[:, 0], ["image", *maps], strict=True):
        axis.set_ylabel(name, fontsize=12, color=INK)
    return figure


def _tint(axis: Axes, shares: np.ndarray) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    tint = LinearSegmentedColormap.from_list("share", ["#FFFFFF", VALID])
    edges = (np.arange(n + 1) - 0.5 for n in shares.shape[::-1])
    axis.pcolormesh(*edges, shares, cmap=tint, vmin=0, vmax=100, edgecolors="#DDDDDD", linewidth=1)
    axis.invert_yaxis()


def _frame(axis: Axes, column: int, row: int) -> None:
    from matplotlib.patches import Rectangle

    corner = (column - 0.5, row - 0.5)
    axis.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=INK, linewidth=2, clip_on=False))


def _name_ends(axis: Axes, columns: list, rows: list, above: str, left: str) -> None:
    names = [_words(name) for name in columns]
    axis.set_xticks(range(len(columns)), names, fontsize=11, rotation=45, ha="left", va="center",
                    rotation_mode="anchor")  # fmt: skip
    axis.set_yticks(range(len(rows)), [_words(name) for name in rows], fontsize=12)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    axis.xaxis.set_label_position("top")
    axis.set_xlabel(above, fontsize=12, color=INK)
    axis.set_ylabel(left, fontsize=12, color=INK)


def _words(name: str) -> str:
    return str(name).replace("_", " ")
