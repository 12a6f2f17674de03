"""Figures by population: what is drawn while learning, where it breaks, what rules leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import paper_table
from facescreen.evidence.by_population import by_kind, by_population
from facescreen.evidence.gathered import Evidence
from facescreen.evidence.populations import MULTI, SINGLE, SINGLE_20
from facescreen.labels import KINDS, ReferencePool
from facescreen.plots import INK, draw_both_errors, draw_faces, draw_kinds
from facescreen.plots.base import SCREENS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOMENTS = (1, 3, 10, 40)  # shown in a gallery: most of what happens, happens early
STAGES = ((1, 2), (3, 5), (6, 10), (11, 20), (21, 40))  # moments taken together
KIND_COLORS = dict(zip(KINDS, (SCREENS[1], SCREENS[4], SCREENS[3], "#888888", SCREENS[5], INK),
                       strict=True))  # fmt: skip


def learning(evidence: Evidence) -> tuple[Figure, str]:
    """What raw generators draw at moments of their learning: a column for each training run."""
    images, captions, broken = [], [], []
    for moment in MOMENTS:
        for pool, recipe in ((evidence.learning, "learning"), (evidence.learning_plain, "shipped")):
            now = pool.learned_from == moment * pool.learned_from.min()
            for seed in np.unique(pool.seeds):
                first = np.flatnonzero(now & (pool.seeds == seed))[0]
                images.append(pool.images[first])
                broken.append(pool.broken[first])
                captions.append(f"{recipe}\nseed {seed}" if moment == MOMENTS[0] else "")
    every = evidence.learning.learned_from.min()
    names = [f"{moment * every:,}" for moment in MOMENTS]
    columns = len(images) // len(MOMENTS)
    figure = draw_faces(np.stack(images), captions, None, columns, names, 0.65)
    sentence = (
        f"Two faces combined by the raw generators of {columns} trainings, after as many existing "
        f"faces as stand on the left; {sum(broken)} of these {len(images)} are labeled broken."
    )
    return figure, sentence


def stages(evidence: Evidence) -> tuple[Figure, str]:
    """Shares of each kind of breakage by stage of learning, a panel for each training run."""
    import matplotlib.pyplot as plt

    panels = [
        (pool, seed, title)
        for pool, title in ((evidence.learning, "learning"), (evidence.learning_plain, "shipped"))
        for seed in np.unique(pool.seeds)
    ]
    figure, axes = plt.subplots(-(-len(panels) // 3), 3, figsize=(10.5, 9), sharey=True)
    said = {}
    for axis, (pool, seed, title) in zip(axes.flat, panels, strict=False):
        flagged = evidence.population_of(pool).flags[SINGLE]
        _bars(axis, pool, flagged, pool.seeds == seed)
        axis.set_title(f"{title}, seed {seed}", fontsize=11, color=INK)
        own = pool.learned_from * 8 <= pool.learned_from.max()
        saturated = pool.labels == "broken_saturated"
        said.setdefault(title, []).append(
            f"{saturated[own & (pool.seeds == seed)].sum()} of "
            f"{saturated[pool.seeds == seed].sum()}"
        )
    for axis in axes[:, 0]:
        axis.set_ylabel("images (%)", fontsize=11, color=INK)
    handles, names = axes.flat[0].get_legend_handles_labels()
    figure.tight_layout(pad=0.6, h_pad=1.2)
    figure.legend(handles, names, ncols=4, fontsize=10, frameon=False, loc="upper center",
                  bbox_to_anchor=(0.5, 0.0))  # fmt: skip
    first = "; ".join(f"{title}: {', '.join(counts)}" for title, counts in said.items())
    what = "Of each training's saturated images, those from the first eighth of its learning"
    return figure, f"{what}, by seed. {first}."


def _bars(axis: Axes, pool: ReferencePool, flagged: np.ndarray, own: np.ndarray) -> None:
    """Stacked shares of the kinds of breakage by stage, and what rule 1 flags as diamonds."""
    every = pool.learned_from.min()
    chosen = [own & (pool.learned_from >= first * every) & (pool.learned_from <= last * every)
              for first, last in STAGES]  # fmt: skip
    below = np.zeros(len(STAGES))
    for kind, color in KIND_COLORS.items():
        share = np.array([100 * (pool.kinds[c] == kind).mean() for c in chosen])
        axis.bar(range(len(STAGES)), share, 0.75, below, color=color, label=kind.replace("_", " "))
        below += share
    rule = [100 * flagged[c].mean() for c in chosen]
    axis.plot(range(len(STAGES)), rule, "D", color="white", markeredgecolor="black", markersize=7,
              label="flagged by rule 1 (40)")  # fmt: skip
    names = [f"{first * every // 1000}–{last * every // 1000}" for first, last in STAGES]
    axis.set_xticks(range(len(STAGES)), names, fontsize=9)
    axis.set_xlabel("faces shown (thousands)", fontsize=9, color=INK)
    axis.set_ylim(0, 106)
    axis.set_yticks(range(0, 101, 20))
    axis.spines[["top", "right"]].set_visible(False)


def kinds_while_learning(evidence: Evidence) -> tuple[Figure, str]:
    """The share of each kind of breakage, of images drawn while learning, that each rule flags."""
    return draw_kinds(by_kind(evidence).loc["while learning"])


def rates_by_population(evidence: Evidence) -> tuple[Figure, str]:
    """Pixel breakage left by each rule, and valid images lost, by population; thin: the runs."""
    table = by_population(evidence).xs("broken", level="reading")
    rules, tables = ["none", SINGLE, SINGLE_20, MULTI], {}
    for name, population in evidence.populations.items():
        tables[name] = table.loc[name].loc[rules]
        if population.run != "seed":  # repositories are small: their ends would tell of chance
            tables[name] = tables[name].filter(regex="^(?!lowest|highest)")
    return draw_both_errors(tables, paper_table().loc[rules])


BY_POPULATION: dict[str, Callable[[Evidence], tuple[Figure, str]]] = {
    function.__name__: function
    for function in (learning, stages, rates_by_population, kinds_while_learning)
}
