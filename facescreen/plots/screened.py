"""Faces and what a rule makes of them: their counts, their groups, patches that grow on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.breakage import plant
from facescreen.plots.base import presented
from facescreen.plots.faces import draw_faces
from facescreen.plots.rows import draw_rows
from facescreen.screening import Rule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PATCHES = {"blob": "color at 255", "white_out": "white", "near_blob": "color at 240 to 254"}
AREAS = np.geomspace(0.004, 0.25, 8)  # shares of an image


def draw_scored(
    faces: np.ndarray, at_255: np.ndarray, score: np.ndarray, threshold: float
) -> tuple[Figure, str]:
    """Faces with their counts at 255, int (N, 3), and the score (N,) made of them; N >= 2.

    A cross marks those that reach the threshold.
    """
    captions = [f"{r} / {g} / {b}\nscore {s}" for (r, g, b), s in zip(at_255, score, strict=True)]
    figure = draw_faces(faces, captions, score >= threshold, columns=len(faces))
    most = int(score.argmax())
    return figure, (
        f"Face {most} scores {score[most]:,} pixels, no other face more than "
        f"{np.delete(score, most).max():,}. A cross: broken, at threshold {threshold:,}."
    )


plot_scored = presented(draw_scored)


def draw_groups(
    images: np.ndarray, groups: Mapping[str, np.ndarray], columns: int = 8
) -> tuple[Figure, str]:
    """A row for each group of images, bool (N,) by name: some of it, spread over the whole."""
    rows, said = {}, []
    for name, chosen in groups.items():
        of_it = np.flatnonzero(chosen)
        some = np.linspace(0, max(0, len(of_it) - 1), min(columns, len(of_it))).round()
        rows[f"{name}: {len(of_it):,}"] = images[of_it[some.astype(int)]]
        said.append(f"{name}: {len(of_it):,}")
    sentence = "; ".join(said)
    return draw_rows(rows, columns), f"{sentence[:1].upper()}{sentence[1:]}."


plot_groups = presented(draw_groups)


def draw_growing(face: np.ndarray, rule: Rule, seed: int = 0) -> tuple[Figure, str]:
    """One face with patches of three kinds, each in growing sizes, and the rule's score of each."""
    look = {"place": (0.5, 0.5), "seed": seed}
    images = np.stack([
        plant(face, kind, area=area, color=None if kind == "white_out" else "red", **look).image
        for kind in PATCHES for area in AREAS
    ])  # fmt: skip
    verdicts, names = rule(images), list(PATCHES.values())
    captions = [f"{score:,.0f}" for score in verdicts.score]
    figure = draw_faces(images, captions, verdicts.broken, len(AREAS), rows_named=names)
    found = verdicts.broken.reshape(len(names), -1).sum(axis=1)
    said = ", ".join(
        f"{n} of {len(AREAS)} for {name}" for n, name in zip(found, names, strict=True)
    )
    sizes = f"{100 * AREAS[0]:.1f} to {100 * AREAS[-1]:.0f} % of the image"
    return figure, f"Patches of {sizes}, under each its score. Flagged (crosses): {said}."


plot_growing = presented(draw_growing)
