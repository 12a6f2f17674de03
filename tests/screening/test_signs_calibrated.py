"""Laws of the signs calibrated: from few valid images by shape, from many by count."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sign_batches import GRAY, PROFILES, batches, made_profile

from facescreen.screening import SignsRule, SingleColorRule, expected_loss
from facescreen.screening.profiles import SHARES
from facescreen.screening.rules import may_lose
from facescreen.screening.signs import ENOUGH, FEWEST

SEEDS = st.integers(0, 2**32)
NORMAL = tuple((share, NormalDist().inv_cdf(1 - share)) for share in SHARES)


def scores_of(seed, count):
    return np.random.default_rng(seed).normal(0, 2, count)


# --- many images: counted -------------------------------------------------------------------------


@given(SEEDS, st.integers(ENOUGH, 3000), st.floats(0.004, 1), PROFILES)
def test_where_ten_may_be_lost_so_many_are_as_are_asked_for(seed, count, loss, profile):
    allowed = may_lose(loss, count)
    if allowed < ENOUGH:
        count = int(ENOUGH / loss) + 1
        allowed = may_lose(loss, count)
    scores = scores_of(seed, count)
    threshold = SignsRule(profile).threshold_for(scores, loss)
    assert (scores >= threshold).sum() == min(allowed, count - 1)


@given(batches(smallest=1, largest=14), st.sampled_from([0.5, 0.9, 1]))
def test_of_images_with_ties_no_more_are_lost_than_allowed(images, loss):
    many = images.repeat(20, axis=0)
    calibrated = SignsRule().calibrate(many, loss)
    assert calibrated(many).broken.sum() <= loss * len(many)
    joined = (SignsRule() | SingleColorRule()).calibrate(many, loss)
    assert joined(many).broken.sum() <= loss * len(many)


def test_on_other_images_of_the_same_kind_about_the_share_asked_for_is_lost():
    rule, loss = SignsRule(made_profile()), 0.05
    lost = []
    for seed in range(200):
        scores = scores_of(seed, 600)
        lost.append((scores[400:] >= rule.threshold_for(scores[:400], loss)).mean())
    expected = expected_loss(rule, 400, loss)
    assert expected.counted and abs(np.mean(lost) - expected.lost) < 0.005


# --- few images: by the profile's shape -----------------------------------------------------------


@given(SEEDS, st.integers(FEWEST, 100), st.floats(-5, 5), st.floats(0.1, 9), PROFILES)
def test_few_images_moved_and_stretched_move_and_stretch_the_threshold(
    seed, count, shift, factor, profile
):
    scores = scores_of(seed, count)
    plain = SignsRule(profile).threshold_for(scores)
    wider = replace(profile, spread=profile.spread * factor)
    moved = SignsRule(wider).threshold_for(scores * factor + shift)
    np.testing.assert_allclose(moved, plain * factor + shift, rtol=1e-6, atol=1e-6)


@given(SEEDS, st.integers(FEWEST, 100), st.sampled_from(SHARES), PROFILES)
def test_the_profile_spread_counts_as_twenty_images(seed, count, loss, profile):
    if may_lose(loss, count) >= ENOUGH:
        count = FEWEST
    scores = scores_of(seed, count)
    squares = ((scores - scores.mean()) ** 2).sum() + 20 * profile.spread**2
    deviation = (squares / (count - 1 + 20)) ** 0.5
    expected = scores.mean() + deviation * dict(profile.shape)[loss]
    np.testing.assert_allclose(SignsRule(profile).threshold_for(scores, loss), expected)


@pytest.mark.parametrize("count", [8, 16, 24, 50, 99])
@pytest.mark.parametrize("loss", [0.02, 0.05, 0.1])
def test_where_the_shape_holds_few_images_lose_about_the_share_asked_for(count, loss):
    rule = SignsRule(made_profile(shape=NORMAL, spread=1.0))
    lost = []
    for seed in range(400):
        scores = np.random.default_rng(seed).normal(3, 1, count)
        threshold = rule.threshold_for(scores, loss)
        lost.append(1 - NormalDist(3, 1).cdf(threshold))
    assert loss < np.mean(lost) < loss + 0.2 / count + 0.005, "a little more, the fewer they are"


@given(SEEDS, st.integers(FEWEST, 40), PROFILES)
def test_a_higher_price_buys_a_lower_threshold(seed, count, profile):
    scores, rule = scores_of(seed, count), SignsRule(profile)
    thresholds = [rule.threshold_for(scores, loss) for loss in (0.005, 0.013, 0.05, 0.07, 0.2)]
    assert (np.diff(thresholds) <= 0).all()


def test_calibration_changes_the_threshold_alone(faces):
    rule = SignsRule().calibrate(faces[:24])
    assert rule == replace(SignsRule(), threshold=rule.threshold) != SignsRule()
    assert rule.threshold == SignsRule().threshold_for(SignsRule()(faces[:24]).score)
    again = rule.calibrate(faces[:24])
    assert again == rule, "where it stood before does not matter"
    assert rule(faces[24:]).broken.mean() < 0.2


def test_joined_rules_share_what_may_be_lost(faces):
    joined = (SignsRule() | SingleColorRule(40)).calibrate(faces[:24], 0.1)
    signs, single = joined.rules
    assert signs == SignsRule().calibrate(faces[:24], 0.05)
    assert single == SingleColorRule(40).calibrate(faces[:24], 0.05)


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "loss", "message"),
    [
        (GRAY, 5, "share from 0 to 1"),
        (GRAY, float("nan"), "share from 0 to 1"),
        (GRAY[:0], 0.05, "one or more finite images, not 0 of 0"),
        (GRAY * np.nan, 0.05, "one or more finite images, not 0 of 1"),
        (GRAY.repeat(7, axis=0), 0.05, "calibration needs 8 valid images or more, not 7"),
        (GRAY.repeat(8, axis=0), 0, "where 0.005 to 0.5 of the valid images are lost, not 0"),
        (GRAY.repeat(8, axis=0), 0.9, "where 0.005 to 0.5 of the valid images are lost, not 0.9"),
    ],
)
def test_calibration_without_sense_is_refused(images, loss, message):
    with pytest.raises(ValueError, match=message):
        SignsRule().calibrate(images, loss)


# --- what it will lose ----------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(1, 2000), st.floats(0, 1))
def test_the_counted_interval_is_that_of_an_order_statistic(images, loss):
    found = expected_loss(SingleColorRule(), images, loss)
    lost = min(may_lose(loss, images), images - 1)
    assert found.counted and (found.images, found.asked) == (images, loss)
    np.testing.assert_allclose(found.lost, (lost + 1) / (images + 1))
    assert 0 <= found.low < found.lost < found.high <= 1


def test_the_counted_interval_holds_nine_times_in_ten():
    rule, inside = SignsRule(made_profile()), []
    found = expected_loss(rule, 300, 0.05)
    for seed in range(1000):
        scores = np.random.default_rng(seed).random(300)  # the share above t is 1 - t
        inside.append(found.low <= 1 - rule.threshold_for(scores, 0.05) <= found.high)
    assert 0.87 < np.mean(inside) < 0.93


def test_of_few_images_the_profile_says_what_was_lost_elsewhere():
    rows = {16: (0.06, 0.01, 0.2), 50: (0.05, 0.02, 0.1)}
    profile = made_profile(expected=rows)
    for images, row in ((16, 16), (49, 16), (50, 50), (199, 50)):
        found = expected_loss(SignsRule(profile), images)
        assert (found.lost, found.low, found.high) == rows[row] and not found.counted
        assert expected_loss(profile, images) == found
    assert str(expected_loss(profile, 50)) == (
        "it will lose about 5.0% of other valid images (2.0% to 10.0%, measured on generators left "
        "out)"
    )
    assert expected_loss(profile, 200).counted
    for images, loss in ((15, 0.05), (50, 0.02)):
        unknown = expected_loss(profile, images, loss)
        assert np.isnan([unknown.lost, unknown.low, unknown.high]).all()
        assert str(unknown).startswith("what it will lose is not known")


@pytest.mark.parametrize(("images", "loss"), [(0, 0.05), (5, -0.1), (5, 5), (5, float("nan"))])
def test_an_expectation_without_sense_is_refused(images, loss):
    with pytest.raises(ValueError, match="expected 1 image or more and a share from 0 to 1"):
        expected_loss(SignsRule(), images, loss)
