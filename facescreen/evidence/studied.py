"""Claims of the paper that needed studies of their own: critics as screens, what screening is for.

They are computed from shipped tables, `data/critics` and `data/benefit`, which their own commands
make and their own tests recount.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from facescreen.benefit import design
from facescreen.benefit.paired import HELPS, compare_arms
from facescreen.benefit.results import Study, learning_areas, load_study
from facescreen.evidence.critic_scores import judged_pool
from facescreen.evidence.entry import NOT, OURS, PARTLY, REPRODUCED, Entry, share_of, words

if TYPE_CHECKING:
    import pandas as pd

CRITIC_POOLS = {"while learning": "learning_test", "finished": "test"}
SURE = "95 % interval of t above 0, p < 0.05 after Holm"


def studied() -> Iterator[Entry]:
    """All of them; raises as the loaders of the shipped tables do."""
    yield from critics()
    study = load_study()
    yield slower(study)
    for source in design.SOURCES:
        yield existing_and_screened(study, source)
        yield screened_or_not(study, source)


def critics() -> Iterator[Entry]:
    """Section 2.2: what the band of the cited WGAN augmentation lets through."""
    for images, name in CRITIC_POOLS.items():
        pool = judged_pool(name)
        inside = (pool.scores["band"].abs() <= 1).to_numpy()
        passed = share_of(inside, pool.labels == "broken_saturated")
        valid = share_of(inside, pool.labels == "valid")
        yield Entry(
            "Screening by the discriminator's score lets broken images through",
            "2.2",
            "said",
            f"{words(passed)} of {passed.total} saturated images lie within one standard deviation "
            f"of the mean score, as do {words(valid)} of the valid ones (new images, not those of "
            "the tables)",
            REPRODUCED if passed.low > 0.1 else PARTLY if passed.count else NOT,
            "lower limit above a tenth; partly: at least one passes",
            images,
        )


def slower(study: Study) -> Entry:
    """Section 1: whether a GAN learns more slowly from data with broken images."""
    areas = learning_areas(study.second_gan)
    screens = [arm for arm in ("multi color", "signs") if arm in set(areas["arm"])]
    saved = compare_arms(areas, screens, design.UNSCREENED, "area", scale=-1)
    helps = int((saved["says"] == HELPS).sum())
    told = "; ".join(f"{name} {in_words(row)}" for name, row in saved.iterrows())
    return Entry(
        "Broken images in the data slow down learning",
        "1",
        "said",
        f"mean KID that screening what is added saves, over {saved['pairs'].min()} trainings each: "
        f"{told}; {saved['detectable'].max():.1f} could have been seen",
        REPRODUCED if helps == len(saved) else PARTLY if helps else NOT,
        f"{SURE}, for both screens; partly: for one",
    )


def existing_and_screened(study: Study, source: str) -> Entry:
    """The conclusion: an engine trained on existing and screened images against existing alone."""
    gained = against(study, source, design.REAL)
    every = gained.groupby("real")["says"].agg(lambda says: (says == HELPS).any())
    best = gained.loc[gained["mean"].idxmax()]
    return Entry(
        "Existing and screened generated images train a better engine than existing ones alone",
        "conclusion",
        "future work",
        f"a classifier of hair gains in {int(every.sum())} of {len(every)} amounts of existing "
        f"images, at most {in_words(best)} points ({best.name[1]}, {best.name[0]} existing images)",
        REPRODUCED if every.all() else PARTLY if every.any() else NOT,
        f"{SURE}, for some screen at every amount; partly: at one",
        source,
    )


def screened_or_not(study: Study, source: str) -> Entry:
    """What the paper does not ask: whether it is the screening that gains anything."""
    gained = against(study, source, design.UNSCREENED)
    helps = int((gained["says"] == HELPS).sum())
    low, high = gained["mean"].min(), gained["mean"].max()
    return Entry(
        "Screened images train a better engine than the same number of unscreened ones",
        "conclusion",
        "not asked",
        f"{helps} of {len(gained)} comparisons gain, {low:+.1f} to {high:+.1f} points; "
        f"{gained['detectable'].median():.1f} could have been seen",
        REPRODUCED if helps == len(gained) else PARTLY if helps else NOT,
        f"{SURE}, for every screen and amount; partly: for one",
        source,
        OURS,
    )


def against(study: Study, source: str, arm: str) -> pd.DataFrame:
    """Each screen minus an arm, in points of balanced accuracy: rows (real, screen).

    Holm's correction is over the comparisons of all sources, as the study was designed.
    """
    table = compare_arms(
        study.downstream, design.SCREENS, arm, "accuracy", ["source", "real"], scale=100
    )
    return table.xs(source, level="source")


def in_words(row: pd.Series) -> str:
    return f"{row['mean']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})"
