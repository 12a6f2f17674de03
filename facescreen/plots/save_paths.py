"""What rules say of the same images, saved in different ways: one blob, and many images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facescreen.breakage.save_path import PATHS, one_blob, one_blob_table, side_by_side
from facescreen.plots.base import INK, MARKS, SCREENS
from facescreen.plots.faces import draw_faces

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def draw_saved_blob() -> tuple[Figure, str]:
    """One face with a red blob, saved in every way, and what both rules measure of it."""
    floats = one_blob()
    table = one_blob_table(floats)
    images = [save(floats)[0] for save in PATHS.values()]
    most = max(len(image) for image in images)  # smaller ones are shown in larger pixels
    shown = [i.repeat(most // len(i), 0).repeat(most // len(i), 1) for i in images]
    captions = [
        f"{path}: {at['single score']}\u00a0|\u00a0{at['multi score']}"
        for path, at in table.iterrows()
    ]
    found = table["single broken"].to_numpy()
    figure = draw_faces(np.stack(shown), captions, found, columns=5, font=12)
    return figure, (
        f"One blob saved in {len(table)} ways, and what rules 1 | 2 measure of it, in pixels. Rule "
        f"1 finds it in {found.sum()} of them (crosses), rule 2 in "
        f"{table['multi broken'].sum()}."
    )


def draw_save_paths(table: pd.DataFrame) -> tuple[Figure, str]:
    """The share that each rule flags, a row for each way of saving.

    table: `facescreen.breakage.save_path.audit`, of which rules that were scaled to another size
    are left out: they have no place in the other rows.
    """
    import matplotlib.pyplot as plt

    shares = side_by_side(table, ["flagged %"]).droplevel(1, axis=1)
    rules, paths, first = list(shares), list(shares.index), shares.index[0]
    figure, axis = plt.subplots(figsize=(10, 0.48 * len(paths) + 1.1))
    step = 0.6 / len(rules)
    for k, rule in enumerate(rules):
        rows = np.arange(len(paths)) + (k - (len(rules) - 1) / 2) * step
        axis.hlines(rows, 0, shares[rule], color=SCREENS[k], linewidth=1.5, alpha=0.6)
        axis.plot(shares[rule], rows, linestyle="", color=SCREENS[k], marker=MARKS[k], markersize=8,
                  label=rule, clip_on=False)  # fmt: skip
        axis.axvline(shares[rule][first], color=SCREENS[k], linestyle=":", linewidth=1, zorder=0)
    axis.set_yticks(range(len(paths)), paths, fontsize=11)
    axis.set_ylim(len(paths) - 0.5, -0.5)
    axis.set_xlim(0, 1.08 * max(1, shares.max(axis=None)))
    axis.set_xlabel("images flagged (%)", fontsize=12, color=INK)
    axis.tick_params(axis="x", labelsize=11)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=11, ncols=len(rules), loc="lower center",
                bbox_to_anchor=(0.5, 1))  # fmt: skip
    figure.tight_layout()
    rule = rules[0]
    said = [f"{path} {shares[rule][path]:.1f} %" for path in paths]
    return figure, f"Of the same images, {rule} flags, saved as: {', '.join(said)}."
