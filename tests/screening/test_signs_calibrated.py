"""Laws of the four signs calibrated: what valid images may be lost, and by which sign."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sign_batches import GRAY, batches

from facescreen.screening import SIGNS, SignsRule, SingleColorRule, signs
from facescreen.screening.signs import SHARES

LOSSES = st.sampled_from([0, 0.05, 0.1, 0.25, 0.5, 0.9, 1])


@given(batches(smallest=1, largest=14), LOSSES)
def test_a_calibrated_rule_loses_no_more_valid_images_than_allowed(images, loss):
    calibrated = SignsRule().calibrate(images, loss)
    assert calibrated(images).broken.sum() <= loss * len(images)
    joined = (SignsRule() | SingleColorRule()).calibrate(images, loss)
    assert joined(images).broken.sum() <= loss * len(images)


@given(batches(smallest=1, largest=1), st.integers(1, 20), LOSSES)
def test_of_equal_images_calibration_loses_none_unless_all_may_go(images, count, loss):
    equal = images.repeat(count, axis=0)
    assert not SignsRule().calibrate(equal, loss)(equal).broken.any()


@pytest.mark.filterwarnings("error")
def test_scores_stay_finite_where_valid_images_show_nothing_of_a_sign():
    rule = SignsRule().calibrate(GRAY)
    assert not rule(GRAY).broken.any()
    one_pixel = GRAY.repeat(64, axis=1).repeat(64, axis=2)[:, :64, :64].copy()
    one_pixel[0, 30, 30] = (250, 100, 100)
    verdicts = rule(np.concatenate([one_pixel, one_pixel * 0, one_pixel // 2 + 128]))
    assert np.isfinite(verdicts.score).all()
    assert verdicts.broken[0]


@settings(max_examples=60)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 2**32), st.floats(0, 1))
def test_on_values_without_ties_calibration_loses_nearly_what_it_may(count, loss, seed, alike):
    rng = np.random.default_rng(seed)
    values = 0.1 + (1 - alike) * rng.random((count, 4)) + alike * rng.random((count, 1))
    images = np.zeros((count, 8, 8, 3), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        rule = SignsRule().calibrate(images, loss)
        broken = rule(images).broken.sum()
    allowed = int(loss * count + 1e-9)
    every_sign_may_take_one_more = 4
    floor_of_all = count - 1  # the last valid image of each sign is never given up
    assert min(allowed, floor_of_all) - every_sign_may_take_one_more < broken <= allowed


@pytest.mark.parametrize("sign", SIGNS)
def test_where_valid_images_differ_in_one_sign_alone_all_that_may_be_lost_is_lost_by_it(sign):
    values = np.zeros((200, 4))
    values[:, SIGNS.index(sign)] = np.random.default_rng(0).random(200) + 0.1
    images = np.zeros((200, 8, 8, 3), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        for loss in (0, 0.005, 0.05, 0.5):
            rule = SignsRule().calibrate(images, loss)
            assert rule(images).counts[sign] == rule(images).broken.sum() == round(200 * loss)


def test_each_sign_loses_its_share_of_the_valid_images_that_are_lost():
    rng = np.random.default_rng(0)
    values = rng.random((20_000, 4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        rule = SignsRule().calibrate(np.zeros((20_000, 8, 8, 3), np.uint8), 0.05)
    lost = (values >= rule.thresholds).mean(axis=0)
    np.testing.assert_allclose(lost / lost.sum(), np.array(SHARES) / sum(SHARES), atol=0.01)


def test_on_clean_faces_calibration_loses_what_it_may(faces):
    for loss in (0, 0.02, 0.1, 0.3):
        rule = SignsRule().calibrate(faces, loss)
        lost = rule(faces).broken.sum()
        assert loss * len(faces) - 4 < lost <= loss * len(faces) + 1e-9


def test_a_higher_price_buys_lower_thresholds(faces):
    rules = [SignsRule().calibrate(faces, loss).thresholds for loss in (0, 0.05, 0.2, 1)]
    assert (np.diff(rules, axis=0) <= 0).all()


@pytest.mark.parametrize(
    ("images", "loss", "message"),
    [
        (GRAY, 5, "share from 0 to 1"),
        (GRAY[:0], 0.05, "one or more finite images, not 0 of 0"),
        (GRAY * np.nan, 0.05, "one or more finite images, not 0 of 1"),
    ],
)
def test_calibration_without_sense_is_refused(images, loss, message):
    with pytest.raises(ValueError, match=message):
        SignsRule().calibrate(images, loss)
