"""Laws of the rules: the paper's flow charts, N verdicts for N images, joined, calibrated."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_batches import ANY_RULE, BLACK, MULTI, RULE, SINGLE, batches, painted, thresholds
from verdict_columns import assert_same, columns

from facescreen.images import quantize, to_uint8
from facescreen.screening import (
    RULES,
    MultiColorRule,
    NoRule,
    SingleColorRule,
    calibrate,
    reference_verdict,
    rule_from_name,
)

# --- the paper's rules ----------------------------------------------------------------------------


@given(batches(), RULE)
def test_verdicts_equal_the_reference(images, rule):
    verdicts = rule(images)
    expected = [reference_verdict(image, rule) for image in images]
    assert list(zip(*columns(verdicts), strict=True)) == expected


def test_the_single_rule_looks_at_255_alone_and_breaks_at_the_threshold():
    rule = SingleColorRule(10)
    assert rule(painted(12, 30, 2)).score.tolist() == [28]
    assert rule(painted(12, 30, 2)).channel.tolist() == [1]
    assert rule(painted(10)).reason.tolist() == ["color"]
    assert rule(painted(9)).reason.tolist() == [""]
    assert rule(painted(60, value=254)).score.tolist() == [0], "the paper's Fig. 5 failure"
    assert rule(painted(60, 60, 60)).score.tolist() == [0], "the paper's Fig. 4 failure"


def test_the_multi_rule_finds_the_failures_of_the_single_rule():
    rule = MultiColorRule(10, 100)
    assert rule(painted(60, value=240)).reason.tolist() == ["color"]
    assert rule(painted(60, value=239)).reason.tolist() == [""]
    assert rule(painted(34, 33, 33, 250)).reason.tolist() == ["white"]
    assert rule(painted(33, 33, 33, 250)).reason.tolist() == [""]
    assert rule(painted(40, 30, 30, 250)).reason.tolist() == ["color"], "color is asked first"


def test_equal_counts_go_to_the_highest_value_then_to_red_green_blue():
    both = np.maximum(painted(5, value=241), painted(0, 0, 5, value=250))
    verdicts = MultiColorRule()(both)
    assert (verdicts.bin[0], verdicts.channel[0]) == (250, 2)
    verdicts = MultiColorRule()(painted(0, 7, 7, 245))
    assert (verdicts.bin[0], verdicts.channel[0]) == (245, 1)
    verdicts = MultiColorRule()(BLACK)
    assert (verdicts.bin[0], verdicts.channel[0], verdicts.score[0]) == (255, 0, 0)


def test_the_two_readings_of_the_white_sum():
    images = painted(30, 29, 28, 250)
    assert MultiColorRule()(images).white_sum.tolist() == [87]
    assert MultiColorRule(white_sum="others")(images).white_sum.tolist() == [57]


@given(batches(), SINGLE, st.permutations(range(3)))
def test_the_single_score_does_not_depend_on_the_order_of_channels(images, rule, order):
    np.testing.assert_array_equal(rule(images).score, rule(images[..., order]).score)


@given(batches(), MULTI, st.permutations(range(3)))
def test_the_multi_verdict_does_not_depend_on_the_order_of_channels(images, rule, order):
    one, other = rule(images), rule(images[..., order])
    for name in ("broken", "reason", "score", "bin", "white_sum"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for image, channel, value in zip(images[..., order], other.channel, other.bin, strict=True):
        counts = (image == value).sum(axis=(0, 1))  # of channels that tie, either may be named
        assert counts[channel] == counts.max()


@given(batches(), st.lists(thresholds(65), min_size=2, max_size=2))
def test_a_higher_threshold_of_one_color_flags_no_other_image(images, some):
    low, high = (SingleColorRule(t)(images) for t in sorted(some))
    assert not (high.broken & ~low.broken).any()


@given(
    batches(),
    st.lists(thresholds(65), min_size=2, max_size=2),
    st.lists(thresholds(193), min_size=2, max_size=2),
    st.sampled_from(["all", "others"]),
)
def test_higher_thresholds_of_many_colors_flag_no_other_image(images, colors, sums, white_sum):
    both = zip(sorted(colors), sorted(sums), strict=True)
    low, high = (MultiColorRule(c, s, white_sum=white_sum)(images) for c, s in both)
    assert not (high.broken & ~low.broken).any()
    np.testing.assert_array_equal(low.score, high.score)


# --- N in, N out ----------------------------------------------------------------------------------


@given(batches(), ANY_RULE, st.randoms(use_true_random=False))
def test_a_verdict_depends_on_its_image_alone(images, rule, random):
    together = rule(images)
    assert len(together) == len(images)
    for n in range(len(images)):
        assert_same(rule(images[n : n + 1]), together[n])
    order = random.sample(range(len(images)), len(images))
    assert_same(rule(images[order]), together[order])


@given(batches(), ANY_RULE, st.data())
def test_images_that_are_not_finite_are_broken_and_change_no_other_verdict(images, rule, data):
    flags = st.lists(st.booleans(), min_size=len(images), max_size=len(images))
    finite = np.array(data.draw(flags), bool)
    floats = images.astype(np.float64) / 127.5 - 1
    floats[~finite, 3, 4, 1] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    verdicts = rule(floats)
    assert (verdicts.reason[~finite] == "not finite").all()
    assert verdicts.broken[~finite].all()
    assert np.isnan(verdicts.score[~finite]).all()
    assert (verdicts.bin[~finite] == -1).all()
    assert_same(verdicts[finite], rule(images)[finite])
    assert_same(verdicts, rule(images, finite=finite))
    assert_same(verdicts, rule(*quantize(floats)))
    np.testing.assert_array_equal(to_uint8(floats[finite]), images[finite])


@pytest.mark.parametrize(
    ("images", "finite", "message"),
    [
        (BLACK[0], None, r"of shape \(N, H, W, 3\)"),
        (BLACK[..., :2], None, r"of shape \(N, H, W, 3\)"),
        (BLACK.astype(int), None, "must be uint8, or float from -1 to 1"),
        (BLACK + 1.5, None, "from 1.5 to 1.5, expected -1 to 1"),
        (BLACK, np.array([1]), "finite must be bool"),
        (BLACK, np.array([True, True]), "finite must be bool"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(images, finite, message):
    for rule in (SingleColorRule(), MultiColorRule(), NoRule(), SingleColorRule() | NoRule()):
        with pytest.raises(ValueError, match=message):
            rule(images, finite=finite)


# --- rules ----------------------------------------------------------------------------------------


@given(batches(), st.lists(RULE, min_size=2, max_size=4))
def test_joined_rules_break_what_any_of_them_breaks_and_keep_the_first_reason(images, rules):
    joined = rules[0]
    for rule in rules[1:]:
        joined = joined | rule
    verdicts, each = joined(images), [rule(images) for rule in rules]
    np.testing.assert_array_equal(verdicts.broken, np.any([v.broken for v in each], axis=0))
    for n in range(len(images)):
        assert verdicts.reason[n] == next((v.reason[n] for v in each if v.reason[n]), "")
    assert verdicts.rule.rules == tuple(rules)


def test_no_rule_accepts_every_finite_image():
    images = np.full((3, 8, 8, 3), 255, np.uint8)
    verdicts = NoRule()(images, finite=np.array([True, False, True]))
    assert verdicts.reason.tolist() == ["", "not finite", ""]


@given(batches(smallest=1), st.integers(0, 65), st.integers(0, 193))
def test_a_fraction_of_the_pixels_means_that_many_pixels(images, color, total):
    single, multi = SingleColorRule(color), MultiColorRule(color, total)
    assert_same(SingleColorRule.scaled(color / 64)(images), single(images))
    assert_same(MultiColorRule.scaled(color / 64, total / 64)(images), multi(images))


def test_a_fraction_grows_with_the_image():
    images = np.tile(painted(10), (1, 4, 4, 1))
    assert SingleColorRule.scaled(10 / 64)(images).broken.all()
    assert not SingleColorRule.scaled(11 / 64)(images).broken.any()
    assert SingleColorRule(11)(images).broken.all()
    assert repr(SingleColorRule.scaled(0.01)) == "SingleColorRule(threshold=0.01, unit='fraction')"
    assert repr(SingleColorRule(40)) == "SingleColorRule(threshold=40, unit='pixels')"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SingleColorRule(-1), "threshold must be a number of pixels, 0 or more, not -1"),
        (lambda: SingleColorRule(float("nan")), "not nan"),
        (lambda: SingleColorRule("40"), "not '40'"),
        (lambda: SingleColorRule(True), "not True"),
        (lambda: SingleColorRule(0.01), r"whole number of pixels, not 0.01.*scaled"),
        (lambda: SingleColorRule.scaled(40), "fraction of the image's pixels, not 40.*in pixels"),
        (lambda: SingleColorRule(40, "percent"), "unit must be 'pixels' or 'fraction'"),
        (lambda: MultiColorRule(sum_threshold=math.inf), "sum_threshold must be"),
        (lambda: MultiColorRule(floor=0), "floor must be a whole number from 1 to 255"),
        (lambda: MultiColorRule(floor=256), "floor must be a whole number from 1 to 255"),
        (lambda: MultiColorRule(floor=240.0), "floor must be a whole number from 1 to 255"),
        (lambda: MultiColorRule(white_sum="both"), "white_sum must be 'all' or 'others'"),
        (lambda: rule_from_name("double"), "no rule 'double'; the rules are none, single, multi"),
        (lambda: rule_from_name("single", floor=240), "no setting 'floor'; .* threshold, unit"),
        (lambda: rule_from_name("none", threshold=1), "no setting 'threshold'; it has no settings"),
    ],
)
def test_settings_without_sense_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_rules_are_found_by_name():
    assert rule_from_name("single", threshold=20) == SingleColorRule(20)
    assert {name: type(rule_from_name(name)).name for name in RULES} == {n: n for n in RULES}


# --- calibration ----------------------------------------------------------------------------------


@given(
    batches(smallest=1, largest=12), ANY_RULE, st.sampled_from([0, 0.05, 0.1, 0.25, 0.5, 0.9, 1])
)
def test_a_calibrated_rule_loses_no_more_valid_images_than_allowed(images, rule, loss):
    calibrated = calibrate(rule, images, loss)
    assert calibrated(images).broken.sum() <= loss * len(images)
    assert type(calibrated) is type(rule)
    assert getattr(calibrated, "unit", "") == getattr(rule, "unit", "")


@given(batches(smallest=1, largest=12), st.sampled_from([0, 0.1, 0.25, 0.5]))
def test_a_calibrated_threshold_is_the_smallest_that_keeps_the_bound(images, loss):
    single = SingleColorRule().calibrate(images, loss)
    if single.threshold:
        assert single(images).at(threshold=single.threshold - 1).broken.sum() > loss * len(images)
    multi = MultiColorRule().calibrate(images, loss)
    if multi.sum_threshold:
        lower = multi(images).at(sum_threshold=multi.sum_threshold - 1)
        assert lower.broken.sum() > loss * len(images)


@pytest.mark.parametrize(
    ("images", "loss", "message"),
    [
        (BLACK, -0.1, "share from 0 to 1"),
        (BLACK, 5, "share from 0 to 1"),
        (BLACK, float("nan"), "share from 0 to 1"),
        (BLACK[:0], 0.05, "one or more finite images, not 0 of 0"),
        (BLACK * np.nan, 0.05, "one or more finite images, not 0 of 1"),
    ],
)
def test_calibration_without_sense_is_refused(images, loss, message):
    with pytest.raises(ValueError, match=message):
        SingleColorRule().calibrate(images, loss)


def test_the_module_loads_nothing_heavy_and_judging_never_loads_torch():
    program = (
        "import sys, numpy as np\nfrom facescreen.screening import MultiColorRule\n"
        "heavy = {'torch', 'numba', 'scipy'} & set(sys.modules)\n"
        "MultiColorRule()(np.zeros((2, 8, 8, 3), np.uint8))\n"
        "sys.exit(bool(heavy) or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
