"""Laws of paired comparisons: they agree with scipy, and say no more than they may."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from facescreen.benefit import compare_arms, judged, learning_areas, paired_difference


@pytest.fixture
def seeds():
    random = np.random.default_rng(4)
    second = random.normal(0.7, 0.05, 6)
    return second + random.normal(0.02, 0.015, 6), second


def test_the_interval_and_the_test_are_scipys(seeds):
    found, its = paired_difference(*seeds), stats.ttest_rel(*seeds)
    assert found.p == pytest.approx(its.pvalue)
    low, high = its.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.mean == pytest.approx(np.mean(seeds[0] - seeds[1]))


def test_what_both_arms_share_does_not_count(seeds):
    first, second = seeds
    shared = np.array([0, 5, -3, 9, 2, 1.0])
    assert vars(paired_difference(first + shared, second + shared)) == pytest.approx(
        vars(paired_difference(first, second))
    )


@pytest.mark.parametrize("count", [5, 10])
def test_what_could_have_been_seen_would_be_seen_in_four_of_five_studies(count):
    found = paired_difference(np.random.default_rng(count).normal(0, 1, count), np.zeros(count))
    error = (found.high - found.mean) / stats.t.ppf(0.975, count - 1)
    beyond = stats.t.ppf(0.975, count - 1)
    power = stats.nct.sf(beyond, count - 1, found.detectable / error)  # not central: exact
    assert power == pytest.approx(0.8, abs=0.06)


def test_equal_arms_differ_by_nothing_and_one_pair_says_nothing_more():
    equal = paired_difference([0.5, 0.6], [0.5, 0.6])
    assert (equal.mean, equal.p) == (0, 1)
    one = paired_difference([0.5], [0.4])
    assert one.mean == pytest.approx(0.1) and np.isnan([one.low, one.high, one.p]).all()
    with pytest.raises(ValueError, match="one or more pairs"):
        paired_difference([], [])


def test_an_answer_needs_the_interval_and_holms_correction():
    table = pd.DataFrame({"low": [1.0, 1, -2, -1], "high": [2.0, 2, -1, 1],
                          "p": [0.001, 0.04, 0.002, 0.5]})  # fmt: skip
    assert judged(table)["says"].tolist() == ["helps", "not seen", "harms", "not seen"]
    assert judged(table)["p Holm"].tolist() == pytest.approx([0.004, 0.08, 0.006, 0.5])


def test_arms_are_compared_within_their_group_and_seed():
    rows = [
        {"seed": s, "arm": arm, "real": real, "accuracy": base + s / 10 + gain + s * gain / 100}
        for s in range(4)
        for real, base in ((40, 0.3), (200, 0.5))
        for arm, gain in (("a", 0.02 if real == 40 else -0.01), ("b", 0.0))
    ]
    table = pd.DataFrame(rows).sample(frac=1, random_state=0)  # in any order
    found = compare_arms(table, ["a"], "b", "accuracy", ["real"], 100)
    assert found.loc[(40, "a"), "mean"] == pytest.approx(2 * 1.015)
    assert found.loc[(200, "a"), "mean"] == pytest.approx(-1.015)
    assert found["says"].to_dict() == {(40, "a"): "helps", (200, "a"): "harms"}
    turned = compare_arms(table, ["a"], "b", "accuracy", ["real"], -1)
    assert turned.loc[(40, "a"), "says"] == "harms"


def test_seeds_without_one_of_the_arms_are_left_out():
    table = pd.DataFrame({"seed": [0, 0, 1, 1, 2], "arm": ["a", "b", "a", "b", "a"],
                          "accuracy": [1.0, 0, 3, 1, 9]})  # fmt: skip
    assert compare_arms(table, ["a"], "b", "accuracy").loc["a", ["pairs", "mean"]].tolist() == [
        2, 1.5,
    ]  # fmt: skip


def test_the_area_is_the_mean_height_of_the_curve():
    rows = [{"seed": 0, "arm": "a", "images": x, "kid": y} for x, y in ((3, 4.0), (1, 8.0), (5, 2))]
    found = learning_areas(pd.DataFrame(rows)).iloc[0]
    assert found["area"] == pytest.approx(((8 + 4) / 2 * 2 + (4 + 2) / 2 * 2) / 4)
    assert found["last"] == 2


def test_nothing_to_compare_is_an_empty_table():
    table = pd.DataFrame({"seed": [0], "arm": ["a"], "real": [40], "accuracy": [0.5]})
    for within in ([], ["real"]):
        found = compare_arms(table, ["c"], "a", "accuracy", within)
        assert found.empty and {"mean", "p Holm", "says"} <= set(found.columns)
