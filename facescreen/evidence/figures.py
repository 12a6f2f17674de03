"""Every figure of the evidence: each function returns the figure and its sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import paper_table
from facescreen.evidence.figures_by_population import BY_POPULATION
from facescreen.evidence.figures_of_outcomes import SUMMARIES
from facescreen.evidence.gathered import Evidence
from facescreen.evidence.tables import kinds as kinds_of_damage
from facescreen.evidence.tables import screening
from facescreen.evidence.travel_tables import travel as table_of_travel
from facescreen.plots import (
    BROKEN,
    INK,
    PAPER,
    VALID,
    draw_faces,
    draw_kinds,
    draw_rates,
    draw_travel,
)
from facescreen.screening import LABELS, SIGNS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS, TILE = 8, 0.85  # images in a row of a gallery, and their width in inches


def labels(evidence: Evidence) -> tuple[Figure, str]:
    """Images of each label, the first ones of the pool."""
    pool = evidence.pool
    groups = {spelled(label): np.flatnonzero(pool.labels == label) for label in LABELS}
    said = ", ".join(f"{count:,} {spelled(label)}" for label, count in pool.counts.items())
    sentence = f"The first images of each label; of {len(pool):,} in all, {said}."
    return _gallery(pool.images, groups, pool.broken), sentence


def spreads(evidence: Evidence) -> tuple[Figure, str]:
    """What rule 1 measures, by label: hardly apart, which is why it screens little here."""
    import matplotlib.pyplot as plt

    pool, scores = evidence.pool, evidence.verdicts["single 40"].score
    looks = (("valid", VALID, "-"), ("broken_saturated", BROKEN, "--"), ("broken_other", INK, ":"))
    figure, axis = plt.subplots(figsize=(8.5, 4.2))
    said = []
    for label, color, dash in looks:
        own = np.sort(scores[pool.labels == label])
        above = 100 * (1 - np.arange(len(own)) / len(own))
        look = {"color": color, "linestyle": dash, "linewidth": 2, "label": spelled(label)}
        axis.step(own + 1, above, where="post", **look)
        flagged = 100 * (own >= 40).mean()
        said.append(f"{flagged:.1f} % of the {len(own):,} {spelled(label)}")
    for threshold in (20, 40):
        axis.axvline(threshold + 1, color=PAPER, linewidth=1)
        axis.annotate(f"threshold {threshold}", (threshold + 1, 97), (3, 0), fontsize=9,
                      textcoords="offset points", color=INK, rotation=90, va="top")  # fmt: skip
    axis.set_xscale("log")
    axis.set_xticks([1, 11, 101, 1001], ["0", "10", "100", "1,000"])
    axis.set_xlabel("largest less smallest count of pixels at 255 (rule 1)", fontsize=12)
    axis.set_ylabel("images that reach it (%)", fontsize=12)
    axis.set_ylim(0, 100)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=11)
    figure.tight_layout()
    return figure, f"At threshold 40, rule 1 flags {', '.join(said)} images."


def rates(evidence: Evidence) -> tuple[Figure, str]:
    """The paper's rates beside ours."""
    return draw_rates(screening(evidence), paper_table(), "broken by eye", same_axis=True)


def differing(evidence: Evidence) -> tuple[Figure, str]:
    """Where every one of the paper's rules errs: broken images that pass, valid ones rejected."""
    pool = evidence.pool
    flags = np.stack([v.broken for name, v in evidence.verdicts.items() if name != "none"])
    valid, every, none = pool.labels == "valid", flags.all(axis=0), ~flags.any(axis=0)
    groups = {
        "broken, all rules pass": np.flatnonzero(pool.broken & none),
        "valid, all rules flag": np.flatnonzero(valid & every),
        "broken, all rules flag": np.flatnonzero(pool.broken & every),
    }
    said = "; ".join(f"{name}: {len(found):,}" for name, found in groups.items())
    sentence = f"Of {len(pool):,} images, {said} (crosses: labeled broken)."
    return _gallery(pool.images, groups, pool.broken), sentence


def kinds(evidence: Evidence) -> tuple[Figure, str]:
    """The share of each kind of planted damage that each rule finds."""
    return draw_kinds(kinds_of_damage(evidence).rename(index=spelled))


def planted(evidence: Evidence) -> tuple[Figure, str]:
    """Planted damage, a portrait for each kind."""
    batch = evidence.planted
    names = list(dict.fromkeys(batch.kinds.tolist()))
    first = [np.flatnonzero(batch.kinds == name)[0] for name in names]
    captions = [spelled(name) for name in names]
    figure = draw_faces(batch.images[first], captions, columns=6, tile=TILE)
    return figure, f"Portraits damaged in {len(names)} ways: {', '.join(captions)}."


def travel(evidence: Evidence) -> tuple[Figure, str]:
    """Every screen on images that it has not learned from, by whose they are."""
    return draw_travel(table_of_travel(evidence))


def caught_by_signs(evidence: Evidence) -> tuple[Figure, str]:
    """What the signs flag of a GAN that learns and that they have not learned from, by sign."""
    pool = evidence.while_learning[2]
    reason = evidence.signs(pool.images).reason
    found = {sign: np.flatnonzero(reason == sign) for sign in SIGNS if (reason == sign).any()}
    said = [f"{len(own):,} for {spelled(sign)}, of them {int(pool.broken[own].sum()):,} broken"
            for sign, own in found.items()]  # fmt: skip
    sentence = f"Flagged by the signs: {'; '.join(said)} (crosses: labeled broken)."
    groups = {f"{spelled(sign)}: {SIGNS[sign]}": own for sign, own in found.items()}
    return _gallery(pool.images, groups, pool.broken), sentence


def spelled(name: str) -> str:
    return name.replace("_", " ")


def _gallery(images: np.ndarray, groups: dict[str, np.ndarray], broken: np.ndarray) -> Figure:
    """A row of images for each group of indices, filled up with white where there are too few."""
    rows = [np.pad(found[:COLUMNS], (0, max(0, COLUMNS - len(found))), constant_values=-1)
            for found in groups.values()]  # fmt: skip
    shown = np.concatenate(rows)
    tiles = np.where((shown < 0)[:, np.newaxis, np.newaxis, np.newaxis], 255, images[shown])
    marks = broken[shown] & (shown >= 0)
    return draw_faces(tiles.astype(np.uint8), None, marks, COLUMNS, list(groups), TILE)


FIGURES: dict[str, Callable[[Evidence], tuple[Figure, str]]] = (
    BY_POPULATION
    | SUMMARIES
    | {
        function.__name__: function
        for function in (
            *(labels, spreads, rates, differing, planted, kinds),
            *(travel, caught_by_signs),
        )
    }
)
