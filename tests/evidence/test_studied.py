"""Laws of claims that needed studies: figures and outcomes follow from the shipped tables alone."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from facescreen.benefit.results import SHIPPED, load_study
from facescreen.evidence import studied
from facescreen.evidence.critic_scores import CRITICS
from facescreen.evidence.entry import NOT, PARTLY, REPRODUCED
from facescreen.labels import load_reference


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("entry", list(studied.critics()), ids=lambda entry: entry.images)
def test_the_band_is_counted_from_the_table(entry):
    name = studied.CRITIC_POOLS[entry.images]
    pool = load_reference(name)
    labels = dict(zip(pool.names, pool.labels, strict=True))
    inside = [abs(float(row["band"])) <= 1 for row in rows_of(CRITICS / f"{name}.csv")
              if labels[row["image"]] == "broken_saturated"]  # fmt: skip
    found = stats.binomtest(sum(inside), len(inside)).proportion_ci(method="wilson")
    assert entry.here.startswith(
        f"{100 * np.mean(inside):.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f}) "
        f"of {len(inside)} saturated"
    )
    assert entry.outcome == (REPRODUCED if found.low > 0.1 else PARTLY if sum(inside) else NOT)


def test_what_screening_saves_a_gan_is_the_difference_of_two_mean_curves():
    curves = {}
    for row in rows_of(SHIPPED / "second_gan.csv"):
        curves.setdefault((row["arm"], row["seed"]), []).append((int(row["images"]), row["kid"]))
    areas = {
        key: np.trapezoid([float(kid) for _, kid in sorted(points)], [x for x, _ in sorted(points)])
        / (max(points)[0] - min(points)[0])
        for key, points in curves.items()
    }
    seeds = sorted({seed for _, seed in areas})
    entry = studied.slower(load_study())
    for arm in ("multi color", "signs"):
        saved = [areas["unscreened", seed] - areas[arm, seed] for seed in seeds]
        low, high = stats.ttest_1samp(saved, 0).confidence_interval()
        assert f"{arm} {np.mean(saved):+.1f} ({low:+.1f} to {high:+.1f})" in entry.here


def test_outcomes_follow_what_was_measured():
    study = load_study()
    down, gans = study.downstream.copy(), study.second_gan.copy()
    screened = down["arm"].isin(["single color", "multi color", "signs"])
    down.loc[screened, "accuracy"] = 0.9 + 1e-4 * down.loc[screened, "seed"]
    down.loc[~screened, "accuracy"] = 0.5
    gans["kid"] = np.where(gans["arm"] == "unscreened", 9.0, 3.0) + 0.01 * gans["seed"] ** 2
    gans.loc[gans["arm"] == "signs", "kid"] += 0.01 * gans["seed"]
    other = replace(study, downstream=down, second_gan=gans)
    assert studied.slower(other).outcome == REPRODUCED
    for source in ("finished", "while learning"):
        assert studied.existing_and_screened(other, source).outcome == REPRODUCED
        assert studied.screened_or_not(other, source).outcome == REPRODUCED
    worse = pd.Series(np.where(screened, 0.4, 0.5), down.index) + 1e-4 * down["seed"] * screened
    other = replace(study, downstream=down.assign(accuracy=worse))
    assert studied.screened_or_not(other, "finished").outcome == NOT
