"""Laws of verdicts: judged again without images, joined, picked, and compared with labels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_batches import ANY_RULE, BLACK, MULTI, SINGLE, batches, painted, thresholds
from verdict_columns import assert_same

from facescreen.screening import MultiColorRule, NoRule, SingleColorRule, Verdicts


@given(
    batches(), SINGLE, MULTI, thresholds(65), thresholds(193), st.sampled_from(["all", "others"])
)
def test_judging_again_equals_a_fresh_rule(images, single, multi, color, total, reading):
    fresh_single = SingleColorRule(color)
    fresh_multi = MultiColorRule(color, total, multi.floor, reading)
    changes = {"color_threshold": color, "sum_threshold": total, "white_sum": reading}
    assert_same(single(images).at(threshold=color), fresh_single(images))
    assert_same(multi(images).at(**changes), fresh_multi(images))
    joined = (single | multi)(images).at(threshold=color, **changes)
    assert_same(joined, (fresh_single | fresh_multi)(images))
    assert joined.rule == fresh_single | fresh_multi
    assert_same((single | multi)(images).at(threshold=color), (fresh_single | multi)(images))


def test_settings_that_need_a_new_count_are_refused_by_name():
    with pytest.raises(ValueError, match=r"another 'floor'.*color_threshold, sum_threshold"):
        MultiColorRule()(BLACK).at(floor=200)
    with pytest.raises(ValueError, match=r"another 'color_threshold'.*only with: threshold"):
        SingleColorRule()(BLACK).at(color_threshold=20)
    with pytest.raises(ValueError, match="only with: none"):
        (NoRule() | NoRule())(BLACK).at(threshold=3)
    with pytest.raises(ValueError, match="whole number of pixels"):
        SingleColorRule()(BLACK).at(threshold=0.01)


@given(batches(), ANY_RULE)
def test_verdicts_of_batches_join_to_verdicts_of_all(images, rule):
    whole = rule(images)
    joined = Verdicts.concatenate([rule(images[:2]), rule(images[2:])])
    assert_same(joined, whole)
    assert joined.counts == whole.counts
    assert whole.counts["passed"] + whole.counts["broken"] == len(whole)
    for part, whole_part in zip(joined.parts, whole.parts, strict=True):
        assert_same(part, whole_part)


def test_verdicts_of_images_of_two_sizes_can_be_judged_again_as_fractions():
    small, large = painted(32), np.tile(painted(32), (1, 2, 2, 1))
    large[:, 8:] = 0  # 64 of 256 pixels
    rule = SingleColorRule.scaled(0.6)
    joined = Verdicts.concatenate([rule(small), rule(large)])
    assert joined.at(threshold=0.5).broken.tolist() == [True, False]
    assert joined.at(threshold=0.25).broken.tolist() == [True, True]


def test_verdicts_are_picked_like_array_elements():
    verdicts = SingleColorRule(10)(np.concatenate([painted(n) for n in (0, 20, 5, 30)]))
    assert verdicts[1].score.tolist() == [20]
    assert verdicts[-1].at(threshold=31).broken.tolist() == [False]
    assert verdicts[verdicts.broken].score.tolist() == [20, 30]
    assert verdicts[[]].counts["images"] == 0
    with pytest.raises(IndexError):
        verdicts[4]
    assert repr(verdicts).startswith("Verdicts(4 images, 2 broken (2 color), by SingleColorRule(")


def test_agreement_with_labels_counts_broken_as_positive():
    verdicts = SingleColorRule(10)(np.concatenate([painted(n) for n in (20, 20, 20, 0, 0, 0)]))
    labels = ["broken_saturated", "broken_other", "valid", "broken_other", "valid", "unsure"]
    agreement = verdicts.against(labels)
    for rate, count in ((agreement.precision, (2, 3)), (agreement.recall, (2, 3))):
        assert (rate.count, rate.total) == count
    assert (agreement.valid_lost.count, agreement.valid_lost.total) == (1, 2)
    assert agreement.unsure == 1
    booleans = verdicts[:5].against(np.array([True, True, False, True, False]))
    assert (booleans.precision, booleans.unsure) == (agreement.precision, 0)
    nothing = verdicts[:0].against([])
    assert math.isnan(nothing.recall.value)
    assert (nothing.recall.low, nothing.recall.high) == (0, 1)


def test_intervals_are_wilsons_as_worked_out_for_the_papers_table():
    images = np.concatenate([painted(20)] * 23 + [BLACK] * (2500 - 23))
    verdicts = SingleColorRule(20)(images)
    rate = verdicts.against(np.zeros(2500, bool)).valid_lost
    assert f"{rate.low:.2%} {rate.value:.2%} {rate.high:.2%}" == "0.61% 0.92% 1.38%"


@pytest.mark.parametrize(
    ("labels", "message"),
    [([True], "expected 2 labels"), (["valid", "good"], "not 'good'"), ([0, 1], "not '0', '1'")],
)
def test_other_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        NoRule()(np.concatenate([BLACK, BLACK])).against(labels)
