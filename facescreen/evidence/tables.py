"""Every table of the evidence, as a pandas DataFrame: `TABLES` names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import (
    auc,
    beside_paper,
    compare_rules,
    kinds_table,
    paper_fisher,
    percent,
    screening_table,
)
from facescreen.evidence.by_population import (
    by_kind,
    by_population,
    by_seed,
    by_stage,
    saved_2500,
    study_of_learning,
    tiles_by_stage,
    told_apart,
)
from facescreen.evidence.gathered import OTHERS, SIGNS_SEED, TABLE_RULES, VALID_LOST, Evidence
from facescreen.evidence.ratings import labels, looks, raters
from facescreen.evidence.travel_tables import TRAVEL
from facescreen.faces import portraits
from facescreen.labels import ReferencePool
from facescreen.screening import LABELS, MultiColorRule, Rate, Rule

if TYPE_CHECKING:
    import pandas as pd


def judge(evidence: Evidence) -> pd.DataFrame:
    """How well the independent judge's score tells broken images from valid ones, GANs finished."""
    import pandas as pd

    rows = {}
    for pool in evidence.finished:
        scores = evidence.judge(pool.images)
        for kind, chosen in _kinds_of_breakage(pool):
            rows[pool.name, kind] = auc(scores[chosen], pool.labels[chosen]).columns
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["pool", "broken in which way"])


def screening(evidence: Evidence) -> pd.DataFrame:
    """The paper's Tables 2 and 3: of 2,500 images saved under each rule, how many are broken."""
    return screening_table(evidence.walk, evidence.pool.labels)


def screening_beside_paper(evidence: Evidence) -> pd.DataFrame:
    """The same beside the paper's own numbers."""
    return beside_paper(screening(evidence))


def paper_compared(_: Evidence) -> pd.DataFrame:
    """The paper's own rows compared with each other by Fisher's exact test."""
    return paper_fisher()


def rules_compared(evidence: Evidence) -> pd.DataFrame:
    """The rules compared on the same labeled images by McNemar's exact test, in three ways.

    On all images (who is right more often), the broken ones (who misses more) and the valid ones
    (who loses more).
    """
    import pandas as pd

    tables = {
        on: compare_rules(evidence.verdicts, evidence.pool.labels, on)
        for on in ("all", "broken", "valid")
    }
    return pd.concat(tables, names=["images"])


def kinds(evidence: Evidence) -> pd.DataFrame:
    """What share of each kind of planted damage each rule flags; the last row has no damage."""
    images = np.concatenate([evidence.planted.images, evidence.clean])
    names = [*evidence.planted.kinds, *["no damage"] * len(evidence.clean)]
    rules = {name: rule for name, rule in TABLE_RULES.items() if name != "none"}
    rules[OTHERS] = MultiColorRule(white_sum="others")
    others = portraits(1000, 64, SIGNS_SEED)  # other portraits than those measured
    rules["signs"] = evidence.signs.calibrate(others, VALID_LOST)
    return kinds_table({name: rule(images) for name, rule in rules.items()}, names)


def white_sums(evidence: Evidence) -> pd.DataFrame:
    """The two readings of the white sum, on the labeled pools: flagged, of them broken."""
    import pandas as pd

    rows = {}
    for pool in evidence.finished:
        for name in ("all", "others"):
            verdicts = MultiColorRule(white_sum=name)(pool.images)
            found = verdicts.against(pool.labels)
            rows[pool.name, name] = {
                "flagged": int(verdicts.broken.sum()),
                "flagged as white": int((verdicts.reason == "white").sum()),
                **percent(found.recall, "caught"),
                **percent(found.valid_lost, "valid lost"),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["pool", "white sum over"])


def by_brightness(evidence: Evidence) -> pd.DataFrame:
    """Who pays: valid images lost by each rule, by brightness of the face.

    Faces are cut in thirds by the mean of their middle. The first rows tell the share of each
    third that is labeled broken. The paper's rules are measured on the default pool, the signs,
    which learned from it, on the test pool.
    """
    import pandas as pd

    rows = {}
    for name, rule in [("labels", None), *_rules(evidence).items()]:
        pool = evidence.test if name == "signs" else evidence.pool
        sure = pool.labels != "unsure"
        images, broken = pool.images[sure], pool.broken[sure]
        light = images[:, 20:48, 20:44].mean(axis=(1, 2, 3))
        third = np.searchsorted(np.quantile(light, [1 / 3, 2 / 3]), light)
        flagged = broken if rule is None else rule(images).broken
        what = "labeled broken" if rule is None else f"valid lost by {name}"
        for number, faces in enumerate(("darkest third", "middle third", "brightest third")):
            of_them = (third == number) & (np.ones(len(broken), bool) if rule is None else ~broken)
            rate = Rate.of(int(flagged[of_them].sum()), int(of_them.sum()))
            rows[what, faces] = {"images": rate.total, **percent(rate)}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["share", "faces"])


def alarms(evidence: Evidence) -> pd.DataFrame:
    """False alarms of the rules on clean portraits, varied and studio, by what they show."""
    return evidence.alarms


def save_path(evidence: Evidence) -> pd.DataFrame:
    """The same generated images through every way of saving them: verdicts that change."""
    from facescreen.breakage.save_path import audit
    from facescreen.generation import FaceMaker, GenerationSettings

    return audit(FaceMaker(GenerationSettings()).floats(0, evidence.audit_images))


def one_blob(_: Evidence) -> pd.DataFrame:
    """One red blob through every way of saving it: what both rules count."""
    from facescreen.breakage.save_path import one_blob_table

    return one_blob_table()


TABLES: dict[str, Callable[[Evidence], pd.DataFrame]] = {
    function.__name__: function
    for function in (
        *(labels, raters, looks, judge),
        *(by_population, saved_2500, by_seed, told_apart, by_stage, by_kind),
        *(tiles_by_stage, study_of_learning),
        *(screening, screening_beside_paper, paper_compared, rules_compared),
        *(kinds, white_sums, by_brightness),
        *(alarms, save_path, one_blob),
    )
} | TRAVEL


def _kinds_of_breakage(pool: ReferencePool):
    """Which images tell valid from saturated, valid from otherwise broken, valid from broken."""
    for kind in LABELS[1:3]:
        yield kind.removeprefix("broken_"), np.isin(pool.labels, ("valid", kind))
    yield "any", pool.labels != "unsure"


def _rules(evidence: Evidence) -> dict[str, Rule]:
    """The rules that screen, as they stand: without "none"."""
    rules = dict(TABLE_RULES) | {"signs": evidence.signs}
    del rules["none"]
    return rules
