"""Tables by population: what the rules leave and cost, by training run and by stage of learning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from facescreen.breakage.changes import learning_table, one_at_a_time
from facescreen.evaluation import (
    READINGS,
    auc,
    kinds_table,
    percent,
    screening_by_run,
    screening_table,
)
from facescreen.evidence.gathered import PAPER_SAVED, Evidence
from facescreen.evidence.populations import SINGLE, TABLE_RULES
from facescreen.labels import KINDS
from facescreen.labels.elsewhere import load_elsewhere
from facescreen.screening import LABELS, PoolWalk, Rate

if TYPE_CHECKING:
    import pandas as pd

FIRST = 350  # iterations: the stages of the two repositories that show untrained generators


def saved_2500(evidence: Evidence) -> pd.DataFrame:
    """Tables 2 and 3 as the paper makes them: of 2,500 images saved under each rule, those broken.

    While learning and finished, in both readings.
    """
    import pandas as pd

    tables = {}
    for name in ("while learning", "finished"):
        population = evidence.populations[name]
        walk = PoolWalk(PAPER_SAVED, population.flags)
        for reading in READINGS:
            tables[name, reading] = screening_table(walk, population.labels, reading)
    return pd.concat(tables, names=["images", "reading"])


def by_population(evidence: Evidence) -> pd.DataFrame:
    """Tables 2 and 3 by population and in both readings: broken among all the images that pass.

    ``lowest run %`` and ``highest run %`` are the shares of single training runs (of repositories,
    for other people's), those with at least ten images that count.
    """
    import pandas as pd

    tables = {}
    for name, population in evidence.populations.items():
        for reading in READINGS:
            judged = population.flags, population.labels
            table = screening_by_run(*judged, reading, population.runs)
            tables[name, reading] = table.drop(
                columns=["tried", "saved", "saturated", "unsure", "most %"]
            )
    return pd.concat(tables, names=["images", "reading"])


def by_seed(evidence: Evidence) -> pd.DataFrame:
    """Every training run by itself: broken without screening and after it, valid images lost."""
    import pandas as pd

    tables = {}
    for name, population in evidence.populations.items():
        if population.run != "seed":
            continue
        for seed, own in population.by_run().items():
            for reading in READINGS:
                table = screening_table(own.walk, own.labels, reading)
                kept = ["saved", "broken", "rate %", "low %", "high %"]
                lost = [column for column in table if column.startswith("valid lost")]
                tables[name, seed, reading] = table[kept + lost]
    return pd.concat(tables, names=["images", "seed", "reading"])


def told_apart(evidence: Evidence) -> pd.DataFrame:
    """How well rule 1's score tells broken images from valid ones: AUC, by population and run.

    In both readings, and where kinds were given for clipped patches alone, which are what rule 1
    looks for.
    """
    import pandas as pd

    rows = {}
    pools = {evidence.population_of(pool).name: pool for pool in evidence.while_learning[:2]}
    for name, population in evidence.populations.items():
        asked = {reading: population.counted(reading) for reading in READINGS}
        if name in pools:
            clipped = pools[name].kinds == "clipped_patch"
            asked["clipped patches"] = clipped | (population.labels == "valid"), clipped
        runs = population.runs if population.run == "seed" else np.zeros(len(population.labels))
        for run in ("all", *(np.unique(runs) if len(np.unique(runs)) > 1 else ())):
            own = np.ones(len(runs), bool) if run == "all" else runs == run
            for reading, (counted, broken) in asked.items():
                chosen = counted & own
                area = auc(population.single[chosen], broken[chosen])
                rows[name, str(run), reading] = area.columns
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["images", "seed", "reading"])


def by_stage(evidence: Evidence) -> pd.DataFrame:
    """What was drawn at each moment of learning: labels and kinds of breakage, and rule 1's flags.

    ``learned from`` counts the existing faces shown to the GAN by then. Kinds are broken images,
    ``no kind`` those that nobody gave one; ``saturated`` counts them by label.
    """
    import pandas as pd

    rows = {}
    for pool in (evidence.learning, evidence.learning_plain):
        population = evidence.population_of(pool)
        flagged = population.flags[SINGLE]
        for shown in np.unique(pool.learned_from):
            of_it = pool.learned_from == shown
            labels, kinds = pool.labels[of_it], pool.kinds[of_it]
            rate = Rate.of(int(flagged[of_it].sum()), int(of_it.sum()))
            rows[population.name, int(shown)] = {
                "images": rate.total,
                "valid": int((labels == "valid").sum()),
                "saturated": int((labels == "broken_saturated").sum()),
                "unsure": int((labels == "unsure").sum()),
                **{kind: int((kinds == kind).sum()) for kind in KINDS},
                "no kind": int((pool.broken[of_it] & (kinds == "")).sum()),
                **percent(rate, f"{SINGLE} flags"),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["images", "learned from"])


def by_kind(evidence: Evidence) -> pd.DataFrame:
    """What each rule catches of each kind of breakage, of images drawn while a GAN learned."""
    import pandas as pd

    tables = {}
    for pool in (evidence.learning, evidence.learning_plain):
        population = evidence.population_of(pool)
        flags = {rule: flag for rule, flag in population.flags.items() if rule != "none"}
        names = np.where(pool.labels == "valid", "valid", pool.kinds)
        shown = names != ""
        table = kinds_table({rule: f[shown] for rule, f in flags.items()}, names[shown])
        present = [kind for kind in ("valid", *KINDS) if kind in table.index]
        tables[population.name] = table.loc[present].rename(lambda kind: kind.replace("_", " "))
    return pd.concat(tables, names=["images"])


def tiles_by_stage(_: Evidence) -> pd.DataFrame:
    """Other people's GANs, by how far they had learned: labels, and what rule 1 flags.

    ``first iterations`` are tiles whose stage is named and at 350 iterations or fewer; they are
    nearly all of the saturated ones, and rule 1 tells those alone.
    """
    import pandas as pd

    tiles = load_elsewhere()
    flagged = tiles.flagged(TABLE_RULES[SINGLE])
    score = tiles.scores(TABLE_RULES[SINGLE])
    first = np.array([_iterations(stage) <= FIRST for stage in tiles.stages])
    rows = {}
    for name, chosen in (("first iterations", first), ("all others", ~first)):
        labels = tiles.labels[chosen]
        read = (labels == "valid") | (labels == "broken_saturated")
        saturated = Rate.of(int((labels == "broken_saturated").sum()), int(read.sum()))
        # Valid tiles of first iterations hardly exist: those of all stages are the comparison.
        told = chosen & (tiles.labels == "broken_saturated") | (tiles.labels == "valid")
        area = auc(score[told], (tiles.labels == "broken_saturated")[told])
        rows[name] = {
            "tiles": len(labels),
            "repositories": len(set(tiles.repositories[chosen])),
            **{label: int((labels == label).sum()) for label in LABELS},
            **percent(saturated, "saturated"),
            **percent(Rate.of(int(flagged[chosen].sum()), len(labels)), "flagged"),
            "AUC of saturated": area.value,
            "AUC low": area.low,
            "AUC high": area.high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("stage")


def study_of_learning(_: Evidence) -> pd.DataFrame:
    """What makes a GAN saturate as it learns: one thing changed at a time; proxies, no labels."""
    return one_at_a_time(learning_table())


def _iterations(stage: str) -> float:
    """How many iterations a stage names; infinitely many where it names none."""
    found = re.fullmatch(r"iter (\d+)", stage)
    return int(found[1]) if found else float("inf")
