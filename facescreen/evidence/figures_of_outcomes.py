"""Figures that sum up: every claim of the paper by population, false alarms by what is shown."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evidence.entry import NOT, PAPER, PARTLY, REPRODUCED
from facescreen.evidence.gathered import Evidence
from facescreen.evidence.ledger import ledger
from facescreen.evidence.tables import TABLES
from facescreen.plots import BROKEN, INK, VALID
from facescreen.plots.base import MARKS, SCREENS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

# Outcome: mark, color, word. Anything else, such as "chosen for it", is no test.
LOOKS = {
    REPRODUCED: ("o", VALID, "full"),
    PARTLY: ("o", VALID, "left"),
    NOT: ("X", BROKEN, "full"),
}
TRAITS = ("skin tone", "background")


def draw_outcomes(table: pd.DataFrame) -> tuple[Figure, str]:
    """A row for each claim of the paper, a column for each population, a mark for each outcome.

    table: `ledger`.
    """
    import matplotlib.pyplot as plt

    own = table[(table["whose"] == PAPER) & table["outcome"].isin(LOOKS)]
    claims, images = (list(dict.fromkeys(own[name])) for name in ("claim", "images"))
    figure, axis = plt.subplots(figsize=(10, 0.5 * len(claims) + 1.4))
    for outcome, (mark, color, fill) in LOOKS.items():
        of_it = own[own["outcome"] == outcome]
        at = [images.index(name) for name in of_it["images"]]
        rows = [claims.index(claim) for claim in of_it["claim"]]
        axis.plot(at, rows, mark, color=color, fillstyle=fill, markerfacecoloralt="white",
                  markersize=14, label=outcome, clip_on=False)  # fmt: skip
    axis.set_xticks(range(len(images)), [textwrap.fill(name, 9) for name in images], fontsize=11)
    sections = own.drop_duplicates("claim")["section"]
    names = [
        textwrap.fill(f"{claim} ({section})", 64)
        for claim, section in zip(claims, sections, strict=True)
    ]
    axis.set_yticks(range(len(claims)), names, fontsize=10.5)
    axis.set_ylim(len(claims) - 0.5, -0.5)
    axis.set_xlim(-0.5, len(images) - 0.5)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.hlines(np.arange(len(claims) - 1) + 0.5, -0.5, len(images) - 0.5, color=INK, linewidth=0.3)
    axis.spines[:].set_visible(False)
    axis.legend(frameon=False, fontsize=11, ncols=3, loc="upper center", bbox_to_anchor=(0.2, 0))
    figure.tight_layout()
    counts = own.groupby("images", sort=False)["outcome"].value_counts().unstack(fill_value=0)
    said = [
        f"{name}: {', '.join(f'{row.get(o, 0)} {o}' for o in LOOKS)}"
        for name, row in counts.iterrows()
    ]
    return figure, f"The paper's claims by the images they are held against: {'; '.join(said)}."


def draw_alarms(table: pd.DataFrame) -> tuple[Figure, str]:
    """What each rule flags of clean portraits, by what they show, with 95 % intervals.

    table: `facescreen.evaluation.false_alarms` of one source.
    """
    import matplotlib.pyplot as plt

    rows = table[table.index.get_level_values("trait").isin(("all", *TRAITS))]
    rules = [name.removesuffix(" flagged") for name in rows if name.endswith(" flagged")]
    rules = [name for name in rules if "(" not in name]
    figure, axis = plt.subplots(figsize=(10, 0.42 * len(rows) + 1.2))
    for k, rule in enumerate(rules):
        at = np.arange(len(rows)) + (k - (len(rules) - 1) / 2) * 0.24
        look = {"color": SCREENS[k], "zorder": 2}
        axis.hlines(at, rows[f"{rule} low %"], rows[f"{rule} high %"], linewidth=1.5, **look)
        axis.plot(rows[f"{rule} %"], at, MARKS[k], markersize=7, label=rule, **look)
        axis.axvline(rows[f"{rule} %"].iloc[0], color=SCREENS[k], linestyle=":", linewidth=1)
    names = [f"{group} ({n:,})" if trait == "all" else f"{trait.split()[0]}: {group} ({n:,})"
             for (trait, group), n in rows["images"].items()]  # fmt: skip
    axis.set_yticks(range(len(rows)), names, fontsize=11)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(left=0)
    axis.set_xlabel("clean portraits flagged (%), with 95 % intervals", fontsize=12)
    axis.tick_params(axis="x", labelsize=11)
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=11, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    figure.tight_layout()
    said = []
    for rule in rules:
        shares = rows[f"{rule} %"]
        trait, group = shares.idxmax()
        said.append(f"{rule} {shares.iloc[0]:.1f} % of all, most of {trait} {group} "
                    f"({shares.max():.1f} %)")  # fmt: skip
    return figure, f"Of clean portraits, flagged: {'; '.join(said)}."


def outcomes(evidence: Evidence) -> tuple[Figure, str]:
    """Every claim of the paper, by the images it was held against."""
    return draw_outcomes(ledger(evidence))


def alarms(evidence: Evidence) -> tuple[Figure, str]:
    """False alarms on the varied portraits, by what they show."""
    return draw_alarms(TABLES["alarms"](evidence).loc["portraits"])


SUMMARIES: dict[str, Callable[[Evidence], tuple[Figure, str]]] = {
    function.__name__: function for function in (outcomes, alarms)
}
