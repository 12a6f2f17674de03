"""Laws of mistakes by group: plain counts, Newcombe's printed example, the shipped tables agree."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest

from facescreen.evaluation import bias_table, by_group, gaps
from facescreen.evaluation.by_group import DRAWS, FEWEST, MAYBE, NO, POINTS, YES, newcombe
from facescreen.evaluation.false_alarms import chance_of_spread
from facescreen.screening import Rate


def wilson(count: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    share, weight = count / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / total + weight / total / 4) / (1 + weight)
    return middle - half, middle + half


def shares_of(*groups: tuple[int, int]) -> pd.DataFrame:
    """A table of one attribute whose groups have so many mistakes and images."""
    names = np.repeat([f"g{k}" for k in range(len(groups))], [total for _, total in groups])
    mistaken = np.concatenate([np.arange(total) < made for made, total in groups])
    return by_group(mistaken, {"trait": names})


def test_mistakes_are_counted_one_by_one():
    rng = np.random.default_rng(5)
    mistaken, groups = rng.random(400) < 0.2, rng.choice(["b", "a", "c"], 400)
    ordered = pd.Categorical(groups, ["c", "none", "b", "a"])
    table = by_group(mistaken, {"plain": groups, "ordered": ordered})
    assert list(table.index) == [
        *(("plain", group) for group in "abc"),
        *(("ordered", group) for group in "cba"),
    ]
    for (_, group), row in table.iterrows():
        own = [bool(m) for m, g in zip(mistaken, groups, strict=True) if g == group]
        assert (row["images"], row["mistakes"]) == (len(own), sum(own))
        low, high = wilson(sum(own), len(own))
        expected = [100 * sum(own) / len(own), 100 * low, 100 * high]
        assert list(row[["rate %", "low %", "high %"]]) == pytest.approx(expected, abs=1e-4)
    with pytest.raises(ValueError, match="'plain' has 399 groups, expected one for each of the"):
        by_group(mistaken, {"plain": groups[1:]})


def test_the_interval_of_a_difference_is_the_one_that_newcombe_prints():
    """His first example: 56 of 70 and 48 of 80."""
    low, high = newcombe(Rate.of(48, 80), Rate.of(56, 70))
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(Rate.of(56, 70), Rate.of(48, 80)) == pytest.approx((-high, -low))


def test_the_furthest_apart_are_compared_and_chance_is_asked():
    table = gaps(pd.concat({
        "far": shares_of((90, 300), (30, 300), (60, 300)),
        "near": shares_of((33, 300), (30, 300), (32, 300)),
        "few": shares_of((9, 40), (6, 40), (FEWEST - 1, FEWEST - 1)),
        "none": shares_of((9, 40), (6, FEWEST - 1)),
    }, names=["case"]))  # fmt: skip
    assert [case for case, _ in table.index] == ["far", "near", "few"]
    assert table["apart"].tolist() == [YES, NO, MAYBE]
    far = table.loc["far"].iloc[0]
    assert (far["lowest"], far["highest"], far["groups"]) == ("g1", "g0", 3)
    assert far["gap"] == pytest.approx(20)
    plain = [100 * end for end in newcombe(Rate.of(30, 300), Rate.of(90, 300))]
    assert far["gap low"] < plain[0] < 20 < plain[1] < far["gap high"], "it holds for three pairs"
    assert table["groups"].tolist() == [3, 3, 2], "a group of few images is not compared"


def test_chance_alone_is_hardly_ever_called_beyond_chance():
    rng = np.random.default_rng(8)
    deals = {k: by_group(rng.random(500) < 0.15, {"trait": rng.choice([*"abcde"], 500)})
             for k in range(60)}  # fmt: skip
    table = gaps(pd.concat(deals, names=["deal"]))
    assert (table["gap"] > POINTS).mean() > 0.9, "which a gap alone would call a difference"
    assert (table["apart"] == YES).sum() <= 1
    assert 0.3 < (table["p"] < 0.5).mean() < 0.7


# --- the shipped tables ---------------------------------------------------------------------------


def test_the_shipped_gaps_are_those_of_the_shipped_groups():
    groups, table = bias_table("groups"), bias_table("gaps")
    expected = {}
    for where, own in groups.groupby(level=[0, 1, 2, 3], sort=False):
        own = own[own["images"] >= FEWEST].droplevel([0, 1, 2, 3])
        if len(own) > 1:
            share = 100 * own["mistakes"] / own["images"]
            expected[where] = share.min(), share.max(), own
    assert list(expected) == list(table.index)
    least, most, _ = zip(*expected.values(), strict=True)
    np.testing.assert_allclose(table["lowest %"], least, rtol=1e-3)
    np.testing.assert_allclose(table["highest %"], most, rtol=1e-3)
    np.testing.assert_allclose(table["gap"], np.subtract(most, least), rtol=1e-3, atol=1e-2)
    for where in list(table.index)[::40]:
        own = expected[where][2]
        again = chance_of_spread(own["mistakes"], own["images"], DRAWS)
        assert table.loc[where, "p"] == pytest.approx(again, rel=1e-3)
    order = table["p"].sort_values(kind="stable")
    steps = order.to_numpy() * np.arange(len(order), 0, -1)
    adjusted = pd.Series(np.minimum(1, np.maximum.accumulate(steps)), order.index)
    np.testing.assert_allclose(table["p Holm"], adjusted.reindex(table.index), rtol=1e-3)
    named = {
        where: NO if row["gap"] <= POINTS else YES if row["p Holm"] < 0.05 else MAYBE
        for where, row in table.iterrows()
    }
    assert table["apart"].to_dict() == named
    assert set(named.values()) == {NO, MAYBE, YES}


def test_groups_of_an_attribute_add_up_to_the_same_images():
    table = bias_table("groups")
    totals = table.groupby(level=[0, 1, 2, 3])[["images", "mistakes"]].sum()
    assert (totals.groupby(level=[0, 1, 2]).nunique() == 1).all(axis=None)
    for (images, error, rule, _), row in totals.iterrows():
        counted = 24 if "24" in rule and error == "valid lost" else 0
        plain = totals.xs((images, error, "single 40"), level=[0, 1, 2])["images"].iloc[0]
        assert row["images"] == plain - counted
