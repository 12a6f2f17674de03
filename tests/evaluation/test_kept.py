"""Laws of screens at equal acceptance: shares are expectations, draws hit them, ties are fair."""

import itertools

import numpy as np
import pytest

from facescreen.evaluation import equal_acceptance, keep_lowest, kept_table, kinds_kept
from facescreen.evaluation.kept import difference, draw_kept, wilson
from facescreen.evaluation.legible import trained_readers
from facescreen.screening import Rate

LABELS = np.array(["valid"] * 5 + ["broken_saturated"] * 2 + ["broken_other"] * 2 + ["unsure"])


def test_the_lowest_are_kept_and_ties_share_what_is_left():
    scores = np.array([5.0, 1.0, 3.0, 3.0, 3.0, np.nan])
    np.testing.assert_allclose(keep_lowest(scores, 0.5), [0, 1, 2 / 3, 2 / 3, 2 / 3, 0])
    for accept in (0, 0.31, 2 / 3, 1):
        assert keep_lowest(scores, accept).mean() == pytest.approx(accept)
    with pytest.raises(ValueError, match="share from 0 to 1"):
        keep_lowest(scores, 1.5)


def test_where_nothing_is_drawn_it_is_the_table_of_scores():
    random = np.random.default_rng(0)
    scores, broken = random.normal(size=40), random.random(40) < 0.3
    labels = np.where(broken, "broken_other", "valid")
    ours = kept_table({"one": keep_lowest(scores, 0.7)}, labels).loc["one"]
    theirs = equal_acceptance({"one": scores}, broken, 0.7).loc["one"]
    assert ours["unusable %"] == pytest.approx(theirs["rate %"])
    assert 100 - ours["valid kept %"] == pytest.approx(theirs["valid lost %"])
    assert ours["unusable low %"] == pytest.approx(theirs["low %"])


def test_shares_are_the_mean_over_all_draws():
    """Every image is kept or not by its own coin: all 1,024 outcomes, weighed by their chance."""
    chance = np.random.default_rng(1).uniform(0.1, 1, 10)
    kept = saturated = unusable = counted = 0.0
    for coins in itertools.product((0, 1), repeat=10):
        coins = np.array(coins)
        weight = np.prod(np.where(coins, chance, 1 - chance))
        kept += weight * coins.sum()
        saturated += weight * coins[5:7].sum()
        unusable += weight * coins[5:9].sum()
        counted += weight * coins[:9].sum()
    row = kept_table({"one": chance}, LABELS).loc["one"]
    assert row["kept %"] == pytest.approx(10 * kept)
    assert row["calls"] == pytest.approx(10 / kept)
    assert row["unusable %"] == pytest.approx(100 * unusable / counted)
    assert row["broken %"] == pytest.approx(100 * saturated / (saturated + chance[:5].sum()))
    assert row["saturated kept %"] == pytest.approx(50 * saturated)


def test_limits_are_wilsons():
    for count, total in ((0, 7), (3, 20), (20, 20)):
        rate = Rate.of(count, total)
        assert wilson(count / total, total) == pytest.approx((rate.low, rate.high), abs=1e-9)
    assert wilson(float("nan"), 0) == (0, 1)


def test_draws_have_the_chances_that_were_asked_for():
    chances, random = np.array([0.2, 1.0, 0.5, 1.3, 0.0]), np.random.default_rng(3)
    times = np.zeros(5)
    for _ in range(4000):
        drawn = draw_kept(chances, random)
        assert len(drawn) == 3
        times += np.bincount(drawn, minlength=5)
    np.testing.assert_allclose(times / 4000, chances, atol=0.03)


def test_kinds_are_counted_apart():
    kinds = np.array(["tint", "", "tint", "dark"])
    table = kinds_kept({"one": np.array([1, 1, 0.5, 0.2])}, kinds)
    assert table.loc["one"].to_dict() == pytest.approx({"tint": 75, "dark": 20})


def test_a_screen_does_not_differ_from_itself_and_an_oracle_does():
    blind = np.full(10, 0.5)
    assert difference(blind, blind, LABELS, "unusable") == (0, 0, 0)
    apart, low, high = difference((LABELS == "valid") * 1.0, blind, LABELS, "unusable")
    assert apart == pytest.approx(-100 * 4 / 9) and low < apart < high < 0


def test_a_run_is_counted_by_itself():
    runs = np.array([1, 1, 1, 2, 2, 1, 2, 2, 2, 1])
    row = kept_table({"one": np.ones(10)}, LABELS, runs).loc["one"]
    assert (row["lowest run %"], row["highest run %"]) == pytest.approx((25, 60))


def test_readers_read_clean_bars_and_call_noise_illegible():
    random = np.random.default_rng(0)
    labels = np.arange(400) % 4
    images = np.full((400, 1, 6, 6), -1.0) + random.normal(0, 0.1, (400, 1, 6, 6))
    for k in range(4):
        images[labels == k, 0, :, k + 1] += 1.5
    readers = trained_readers(images, labels)
    assert min(readers.accuracy) > 0.98 and readers.legible > 0.8
    read, legible = readers.read(random.uniform(-1, 1, (200, 1, 6, 6)))
    assert legible.mean() < 0.3 and set(read) <= set(range(4))
