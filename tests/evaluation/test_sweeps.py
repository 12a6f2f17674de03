"""Laws of the sweeps over thresholds: each against loops over images and thresholds."""

from itertools import combinations
from math import floor, inf, isnan, nan

import numpy as np
import pytest
from by_hand import percent
from hypothesis import example, given
from hypothesis import strategies as st

from facescreen.evaluation import (
    at_equal_valid_loss,
    at_thresholds,
    auc,
    broken_rate_curve,
    caught_at,
    equal_acceptance,
    multi_scores,
    roc,
)
from facescreen.screening import LABELS, MultiColorRule

# Few different scores, so that many are tied; NaN is the score of an image that is not finite.
scored = st.tuples(st.sampled_from([0.0, 1.0, 2.5, 40.0, -3.0, inf, nan]), st.sampled_from(LABELS))
pools = st.lists(scored, max_size=30)
shares = st.sampled_from([0.0, 0.05, 0.1, 0.29, 1 / 3, 0.5, 0.9, 1.0])


def sure_ones(pool):
    """(score, label) of the images that are not unsure, NaN as +infinity."""
    return [(inf if isnan(s) else s, label) for s, label in pool if label != "unsure"]


def broken(label):
    return label.startswith("broken")


def columns(pool):
    return [s for s, _ in pool], [label for _, label in pool]


def close(value):
    return pytest.approx(value, nan_ok=True, abs=1e-9)


# --- curves ---------------------------------------------------------------------------------------


@given(pools)
def test_each_row_of_a_curve_is_what_its_threshold_rejects(pool):
    scores, labels = columns(pool)
    images = sure_ones(pool)
    ill, valid = sum(broken(x) for _, x in images), sum(x == "valid" for _, x in images)
    curve = broken_rate_curve(scores, labels)
    thresholds = sorted({s for s, _ in images}, reverse=True)
    assert isnan(curve["threshold"][0])
    assert curve["threshold"].tolist()[1:] == thresholds
    for _, row in curve.iterrows():
        rejected = [x for s, x in images if s >= row["threshold"]]  # a NaN threshold: none
        caught, lost = sum(map(broken, rejected)), rejected.count("valid")
        saved = len(images) - len(rejected)
        assert row["valid lost %"] == close(percent(lost, valid))
        assert row["caught %"] == close(percent(caught, ill))
        assert row["saved %"] == close(percent(saved, len(images)))
        assert row["rate %"] == close(percent(ill - caught, saved))
    assert roc(scores, labels).equals(curve[["threshold", "valid lost %", "caught %"]])


def test_the_curve_is_that_of_scikit_learn():
    from sklearn.metrics import roc_curve

    random = np.random.default_rng(0)
    truth = random.random(300) < 0.3
    scores = random.poisson(5 + 4 * truth).astype(float)
    lost, caught, thresholds = roc_curve(truth, scores, drop_intermediate=False)
    curve = roc(scores, truth)
    assert np.allclose(curve["valid lost %"], 100 * lost)
    assert np.allclose(curve["caught %"], 100 * caught)
    assert np.allclose(curve["threshold"][1:], thresholds[1:])


def test_a_threshold_between_two_scores_rejects_what_the_higher_one_does():
    curve = broken_rate_curve([1.0, 5.0, 9.0], [False, True, True])
    rows = at_thresholds({"s": curve, "t": curve}, {"t": 3})
    assert rows.loc["t"].to_dict() == close(
        {"threshold": 3, "valid lost %": 0, "caught %": 100, "saved %": 100 / 3, "rate %": 0}
    )
    assert at_thresholds({"s": curve}, {"s": 5})["caught %"].tolist() == [100]  # >=, not >
    assert at_thresholds({"s": curve}, {"s": 10})["caught %"].tolist() == [0]
    assert at_thresholds({"s": curve}, {"s": -1})["caught %"].tolist() == [100]
    with pytest.raises(ValueError, match="a screen among s; not 'u'"):
        at_thresholds({"s": curve}, {"u": 3})


# --- area -----------------------------------------------------------------------------------------


@given(pools)
def test_the_area_is_the_share_of_pairs_in_the_right_order(pool):
    scores, labels = columns(pool)
    ill = [s for s, x in sure_ones(pool) if broken(x)]
    fine = [s for s, x in sure_ones(pool) if x == "valid"]
    area = auc(scores, labels)
    assert (area.valid, area.broken) == (len(fine), len(ill))
    if not ill or not fine:
        assert isnan(area.value)
        assert (area.low, area.high) == (0, 1)
        return
    wins = [(a > b) + (a == b) / 2 for a in ill for b in fine]
    assert area.value == pytest.approx(sum(wins) / len(wins))
    assert 0 <= area.low <= area.value + 1e-9
    assert area.value - 1e-9 <= area.high <= 1


def test_the_areas_interval_is_delongs():
    ill, fine = [3.0, 1.0, 4.0, 1.5, 5.0], [2.0, 0.5, 1.0, 1.8]
    above = [[(a > b) + (a == b) / 2 for b in fine] for a in ill]
    area = sum(map(sum, above)) / 20
    of_ill = [sum(row) / 4 for row in above]
    of_fine = [sum(row[k] for row in above) / 5 for k in range(4)]
    variance = sum((v - area) ** 2 for v in of_ill) / 4 / 5
    variance += sum((v - area) ** 2 for v in of_fine) / 3 / 4
    found = auc(ill + fine, [True] * 5 + [False] * 4)
    assert found.value == pytest.approx(area)
    assert found.low == pytest.approx(area - 1.959964 * variance**0.5)
    assert found.high == pytest.approx(min(1, area + 1.959964 * variance**0.5))


def test_an_area_of_1_of_few_images_is_not_certain():
    few, many = (
        auc([1, 2, 3, 4], [False, False, True, True]),
        auc([1] * 99 + [2] * 99, [0 > 1] * 99 + [True] * 99),
    )
    assert (few.value, few.high) == (1, 1)
    assert few.low < 0.5 < 0.9 < many.low < 1
    assert "AUC 1.000" in str(few)
    alone = auc([1, 2], [False, True])
    assert alone.low < 0.5 and alone.high == 1


# --- at a price in valid images -------------------------------------------------------------------


@given(pools, shares)
def test_a_screen_catches_what_the_best_threshold_within_the_budget_does(pool, share):
    scores, labels = columns(pool)
    images = sure_ones(pool)
    valid = sum(x == "valid" for _, x in images)
    budget = floor(share * valid + 1e-9)
    best = []
    for threshold in [nan, *{s for s, _ in images}]:
        rejected = [x for s, x in images if s >= threshold]
        if rejected.count("valid") <= budget:
            best = max(best, rejected, key=len)
    found = caught_at(scores, labels, share)
    assert found.budget == budget
    assert found.valid_lost.count == best.count("valid") <= budget
    assert found.broken.count == sum(map(broken, best))
    assert found.saturated.count == best.count("broken_saturated")
    totals = (found.valid_lost.total, found.broken.total, found.saturated.total)
    kinds = [x for _, x in images]
    assert totals == (valid, len(images) - valid, kinds.count("broken_saturated"))
    assert sum(s >= found.threshold for s, _ in images) == len(best)
    row = at_equal_valid_loss({"s": scores}, labels, share).loc["s"]
    assert (row["saved"], row["broken"]) == (
        len(images) - len(best),
        sum(map(broken, kinds)) - sum(map(broken, best)),
    )
    assert row["rate %"] == close(percent(row["broken"], row["saved"]))
    assert row["saturated caught %"] == close(100 * found.saturated.value)


def test_tied_scores_never_break_the_budget():
    labels = ["valid"] * 20 + ["broken_saturated"] * 5
    tied = caught_at([7] * 25, labels)
    assert (tied.valid_lost.count, tied.broken.count) == (0, 0)
    assert isnan(tied.threshold)
    assert caught_at([7] * 20 + [8] * 5, labels).saturated.value == 1
    assert caught_at([7] * 25, labels, valid_lost=1).broken.value == 1


def test_an_image_that_is_not_finite_is_rejected_first():
    found = caught_at([nan, 3, 2, 1], ["broken_other", "broken_other", "valid", "valid"], 0)
    assert (found.threshold, found.broken.count) == (3, 2)
    assert roc([nan, 1e300], [True, True])["threshold"].tolist()[1:] == [inf, 1e300]


def test_what_bools_cannot_say_is_not_said():
    found = caught_at([3, 2, 1], [True, False, False])
    assert found.saturated.total == 0 and isnan(found.saturated.value)
    assert "caught 100.0% (1 of 1" in str(found)


# --- at equal acceptance --------------------------------------------------------------------------


@given(st.lists(scored, max_size=9), shares)
@example([(1.0, "valid"), (1.0, "valid")], 0.5)
@example([(1.0, "broken_other"), (1.0, "broken_other"), (1.0, "valid")], 0.9)
def test_equal_acceptance_averages_all_ways_to_break_ties(pool, accept):
    scores, labels = columns(pool)
    images = sure_ones(pool)
    saved = floor(accept * len(images) + 1e-9)
    sums = [
        (sum(images[k][0] for k in chosen if images[k][0] != inf), chosen)
        for chosen in combinations(range(len(images)), saved)
        if not any(
            images[k][0] > images[other][0]
            for k in chosen
            for other in range(len(images))
            if other not in chosen
        )
    ]  # every set of that size that no image outside would improve
    counts = [sum(broken(images[k][1]) for k in chosen) for _, chosen in sums]
    row = equal_acceptance({"s": scores}, labels, accept).loc["s"]
    mean = sum(counts) / len(counts)
    assert row["saved"] == saved
    assert row["broken"] == pytest.approx(mean)
    assert row["rate %"] == close(percent(mean, saved))
    assert row["least %"] == close(percent(min(counts), saved))
    assert row["most %"] == close(percent(max(counts), saved))
    ill = sum(broken(x) for _, x in images)
    valid = len(images) - ill
    assert row["caught %"] == close(percent(ill - mean, ill))
    assert row["valid lost %"] == close(percent(valid - (saved - mean), valid))
    if saved < len(images):
        assert row["threshold"] == sorted(s for s, _ in images)[saved]
        below = sum(s < row["threshold"] for s, _ in images)
        assert row["tied saved"] == saved - below


def test_screens_that_save_as_many_are_told_apart():
    labels = [False] * 8 + [True] * 2
    table = equal_acceptance({"good": range(10), "bad": range(10, 0, -1)}, labels, 0.8)
    assert table["saved"].tolist() == [8, 8]
    assert table["broken"].tolist() == [0, 2]
    assert table["valid lost %"].tolist() == [0, 25]
    order = equal_acceptance({"tied": [1] * 10}, labels[::-1], 0.8)
    assert order.equals(equal_acceptance({"tied": [1] * 10}, labels, 0.8))  # order decides nothing


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("curve", [roc, broken_rate_curve, auc, caught_at])
def test_scores_and_labels_must_fit(curve):
    with pytest.raises(ValueError, match="expected 3 labels, one per image"):
        curve([1, 2, 3], [True, False])
    with pytest.raises(ValueError, match=r"expected scores \(N,\), one per image, not shape"):
        curve([[1.0, 2.0]], [True])
    with pytest.raises(ValueError, match="not 'blue'"):
        curve([1.0], ["blue"])


def test_shares_must_be_shares():
    with pytest.raises(ValueError, match=r"valid_lost must be a share from 0 to 1, not 5"):
        caught_at([1.0], [True], 5)
    with pytest.raises(ValueError, match=r"accept must be a share from 0 to 1, not nan"):
        equal_acceptance({"s": [1.0]}, [True], nan)
    with pytest.raises(ValueError, match="one or more screens, got none"):
        equal_acceptance({}, [])


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 120))
def test_both_thresholds_of_multi_color_move_together(seed, color, total):
    images = np.random.default_rng(seed).integers(236, 256, (8, 8, 8, 3), dtype=np.uint8)
    verdicts = MultiColorRule(color, total)(images)
    scores = multi_scores(verdicts)
    np.testing.assert_array_equal(scores >= 1, verdicts.broken)
    twice = MultiColorRule(2 * color, 2 * total)(images)
    np.testing.assert_array_equal(scores >= 2, twice.broken)
