"""The ledger: every claim of the paper, what we measured on which images, and whether it held.

A claim "reproduced", "partly" or "not" by a criterion that stands beside it and is computed: no
verdict is written by hand. Claims that labels can test have a line for each population of images
(`claims.py`); those that needed studies of their own stand in `studied.py`. `by_images` sets
populations side by side, `tally` counts the paper's own claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evidence.claims import claims_on
from facescreen.evidence.entry import (
    NOT,
    PAPER,
    PARTLY,
    REPRODUCED,
    Entry,
    share_of,
    words,
)
from facescreen.evidence.gathered import Evidence
from facescreen.evidence.populations import MULTI, SINGLE, TABLE_RULES
from facescreen.evidence.studied import studied
from facescreen.labels import ReferencePool
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd


def ledger(evidence: Evidence) -> pd.DataFrame:
    """All entries as a table: one line for each claim and population."""
    import pandas as pd

    entries = [e for population in evidence.populations.values() for e in claims_on(population)]
    entries += [*_early(evidence), *_kinds(evidence), _cost(), *studied()]
    return pd.DataFrame(entries).rename_axis("entry")


def by_images(table: pd.DataFrame) -> pd.DataFrame:
    """A ledger with a column for each population: the outcome of every claim, and our figure.

    Claims stand in the order in which they appear; "" where one was not tested on a population.
    """
    cells = table.assign(said=table["outcome"] + ": " + table["here"])
    keys = ["whose", "section", "claim"]
    wide = cells.pivot(index=keys, columns="images", values="said").fillna("")
    order = table.drop_duplicates(keys).set_index(keys).index
    return wide.loc[order, list(dict.fromkeys(table["images"]))]


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """How many of the paper's claims had which outcome, by population."""
    import pandas as pd

    own = table[table["whose"] == PAPER]
    counts = pd.crosstab(own["images"], own["outcome"])
    return counts.reindex(index=dict.fromkeys(own["images"]), columns=dict.fromkeys(own["outcome"]))


def _early(evidence: Evidence) -> Iterator[Entry]:
    """Section 2.1: images come out broken early in training."""
    for pool in (evidence.learning, evidence.learning_plain):
        saturated = pool.labels == "broken_saturated"
        counted = saturated | (pool.labels == "valid")
        last = pool.learned_from.max()
        early = share_of(saturated, pool.learned_from * 8 <= last)
        late = share_of(saturated, pool.learned_from * 2 > last)
        found = _first_eighth(pool, saturated)
        yield Entry(
            "Images come out broken early in training",
            "2.1",
            "said, not counted",
            f"of the raw generator's images, {words(early)} have saturated patches in the first "
            f"eighth of the learning, {words(late)} in its second half; {words(found)} of all "
            f"{found.total} such images are from that eighth ({int(counted.sum()):,} valid or "
            "saturated)",
            REPRODUCED if early.low > late.high else NOT,
            "lower limit of the first eighth above the upper one of the second half",
            evidence.population_of(pool).name,
        )


def _first_eighth(pool: ReferencePool, saturated: np.ndarray) -> Rate:
    return share_of(pool.learned_from * 8 <= pool.learned_from.max(), saturated)


def _kinds(evidence: Evidence) -> Iterator[Entry]:
    """What each rule can see at all: planted damage, where the truth is known."""
    flowchart, figure = "said, with a flowchart", "shown in a figure"
    expected = (
        (SINGLE, "blob", True, "Rule 1 finds patches of one saturated color", "3.2", flowchart),
        (SINGLE, "white_out", False, "Rule 1 misses white breakage", "3.3, Fig. 4", figure),
        (SINGLE, "near_blob", False, "Rule 1 misses what stays under 255", "3.3, Fig. 5", figure),
        (MULTI, "white_out", True, "Rule 2 finds white breakage", "3.4", flowchart),
        (MULTI, "near_blob", True, "Rule 2 finds breakage from 240 up", "3.4", flowchart),
    )
    for rule, kind, finds, claim, section, paper in expected:
        rate, share = _caught(evidence, rule, kind), _caught(evidence, rule, None)
        if finds:
            outcome = REPRODUCED if rate.low > 0.8 else PARTLY if rate.low > share.high else NOT
            criterion = (
                "lower limit above 80 %; partly: above the upper limit of undamaged portraits"
            )
        else:
            outcome = REPRODUCED if rate.high < 0.5 else PARTLY if rate.high < 0.8 else NOT
            criterion = "upper limit below 50 %; partly: below 80 %"
        yield Entry(
            claim,
            section,
            paper,
            f"{words(rate)} of planted {kind.replace('_', ' ')} flagged; undamaged "
            f"{100 * share.value:.1f} %",
            outcome,
            criterion,
        )


def _caught(evidence: Evidence, rule: str, kind: str | None) -> Rate:
    images = evidence.clean
    if kind is not None:
        images = evidence.planted.images[evidence.planted.kinds == kind]
    return Rate.of(int(TABLE_RULES[rule](images).broken.sum()), len(images))


def _cost() -> Entry:
    """Table 1: what StyleGAN2 costs, the paper's reason for a method for small machines."""
    from facescreen.gan.checkpoints import SHIPPED, read_card

    card = read_card(SHIPPED)
    size, minutes = card["settings"]["size"], card["minutes"]
    return Entry(
        "A PC with little computing power is enough to use the GAN",
        "conclusion, Table 1",
        "13 days on one GPU for 10,000 thousand images of 256 pixels (StyleGAN2)",
        f"{minutes:.0f} minutes on {card['machine']['threads']} of a CPU's cores for "
        f"{card['images'] / 1000:,.0f} thousand images of {size} pixels",
        NOT
        if minutes > 24 * 60
        else REPRODUCED
        if size >= 256 and card["images"] >= 1e7
        else PARTLY,
        "trained within a day at 256 pixels and 10,000 thousand images; partly: within a day at "
        "fewer of either",
    )
