"""Laws of the rule that learns from labels: what they teach, what it costs, what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_batches import tiny_batch

from facescreen.breakage import plant_all
from facescreen.screening import LearnedRule, SingleColorRule, Verdicts

SUBTLE = ["noise", "checkerboard", "wrap", "dropped_channel"]  # what bright pixels do not tell


@pytest.fixture(scope="module")
def teaching(clean):
    """600 images, every third of them damaged, and their labels."""
    broken = np.arange(600) % 3 == 0
    images = clean[:600].copy()
    images[broken] = plant_all(images[broken], SUBTLE, 1, (0.1, 0.3), seed=1).images
    return images, broken


@pytest.fixture(scope="module")
def learned(teaching):
    return LearnedRule.fit(*teaching)


def test_it_catches_new_images_with_the_damage_that_it_was_shown(learned, clean):
    new = clean[600:]
    damaged = plant_all(new, SUBTLE, 1, (0.1, 0.3), seed=2).images
    verdicts = learned(damaged)
    assert verdicts.broken.mean() > 0.9
    assert set(verdicts.reason) <= {"", "learned"}
    assert verdicts.counts["learned"] == verdicts.broken.sum()
    lost = learned(new).against(np.zeros(300, bool)).valid_lost
    assert lost.low <= 0.05 <= lost.high, "it loses about what was asked for on new images too"


def test_it_learns_what_the_labels_say_and_not_what_broken_is(clean):
    """Shown glossy pictures as broken, it rejects those and nothing else."""
    bright = np.minimum(clean[:300].astype(int) + 60, 255).astype(np.uint8)
    odd = np.arange(300) % 2 == 1
    rule = LearnedRule.fit(np.where(odd[:, None, None, None], bright, clean[:300]), odd)
    new = clean[600:700]
    brighter = np.minimum(new.astype(int) + 60, 255).astype(np.uint8)
    assert rule(brighter).broken.mean() > rule(new).broken.mean() + 0.5
    assert rule(new).broken.mean() < 0.2


def test_of_valid_images_scored_unseen_the_threshold_loses_the_share_asked_for(teaching):
    from sklearn.model_selection import StratifiedKFold

    images, broken = teaching
    unseen = np.zeros(600)
    for train, test in StratifiedKFold(3).split(images, broken):
        part = LearnedRule.fit(images[train], broken[train], folds=2)
        unseen[test] = part(images[test]).score
    for loss in (0, 0.02, 0.1, 1):
        rule = LearnedRule.fit(images, broken, loss, folds=3)
        lost = (unseen[~broken] >= rule.threshold).sum()
        assert 400 * loss - 1 <= lost <= 400 * loss
    assert LearnedRule.fit(images, broken, loss, 3).threshold == rule.threshold, "fitting repeats"


def test_what_is_unsure_or_not_finite_teaches_nothing(teaching):
    images, broken = teaching[0][:150], teaching[1][:150]
    names = np.where(
        broken, np.where(np.arange(150) % 2, "broken_other", "broken_saturated"), "valid"
    )
    plain = LearnedRule.fit(images, broken, folds=3)
    assert LearnedRule.fit(images, names, folds=3).threshold == plain.threshold
    more = np.concatenate([images[:5] // 2, images])
    unsure = LearnedRule.fit(more, ["unsure"] * 5 + [*names], folds=3)
    assert unsure.threshold == plain.threshold
    floats = more / 127.5 - 1
    floats[:5, 0, 0] = np.nan
    not_finite = LearnedRule.fit(floats, ["valid"] * 5 + [*names], folds=3)
    assert not_finite.threshold == plain.threshold
    np.testing.assert_allclose(not_finite(images).score, plain(images).score, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["valid"] * 20, "5 or more broken and as many valid images to learn from, not 0 and 20"),
        ([True] * 17 + [False] * 3, "not 17 and 3"),
        (["valid"] * 12 + ["broken_other"] * 4 + ["unsure"] * 4, "not 4 and 12"),
        (["valid"] * 19, "expected 20 labels, one per image"),
        (["good"] * 20, "not 'good'"),
    ],
)
def test_too_few_labels_or_other_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        LearnedRule.fit(tiny_batch(20), labels)


@pytest.mark.parametrize("loss", [-0.1, 5, float("nan")])
def test_a_price_that_is_no_share_is_refused(loss):
    with pytest.raises(ValueError, match="max_valid_loss must be a share from 0 to 1, not"):
        LearnedRule.fit(tiny_batch(20), [True, False] * 10, loss)


def test_n_images_get_n_verdicts_and_each_depends_on_its_image_alone(learned, teaching):
    images = teaching[0][:40]
    together = learned(images)
    assert len(together) == 40
    one_by_one = Verdicts.concatenate([learned(images[n : n + 1]) for n in range(40)])
    np.testing.assert_array_equal(one_by_one.reason, together.reason)
    np.testing.assert_allclose(one_by_one.score, together.score, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        learned(images[::-1]).score, together.score[::-1], rtol=1e-4, atol=1e-4
    )
    np.testing.assert_array_equal(together.broken, together.score >= learned.threshold)
    empty = learned(images[:0])
    assert (len(empty), empty.counts["learned"]) == (0, 0)
    assert len(Verdicts.concatenate([empty, together])) == 40


def test_images_that_are_not_finite_are_broken_and_change_no_other_verdict(learned, teaching):
    images = teaching[0][:6]
    floats = images / 127.5 - 1
    floats[2, 5, 5, 0] = np.inf
    verdicts = learned(floats)
    assert verdicts.reason[2] == "not finite" and np.isnan(verdicts.score[2])
    rest = np.arange(6) != 2
    np.testing.assert_array_equal(verdicts.reason[rest], learned(images).reason[rest])
    np.testing.assert_array_equal(learned(images, finite=rest).reason, verdicts.reason)


def test_judging_again_equals_a_fresh_rule(learned, teaching):
    verdicts = learned(teaching[0])
    thresholds = np.quantile(verdicts.score, [0.2, 0.5, 0.9])
    flagged = [verdicts.at(threshold=t).broken.sum() for t in thresholds]
    assert flagged == [(verdicts.score >= t).sum() for t in thresholds]
    again, fresh = verdicts.at(threshold=1.5), replace(learned, threshold=1.5)
    np.testing.assert_array_equal(again.reason, fresh(teaching[0]).reason)
    assert again.rule == fresh != learned
    parts = [learned(teaching[0][:9]).at(threshold=1.5), learned(teaching[0][9:]).at(threshold=1.5)]
    np.testing.assert_array_equal(Verdicts.concatenate(parts).reason, again.reason)
    with pytest.raises(ValueError, match=r"another 'model' \(only with: threshold\)"):
        verdicts.at(model=None)


def test_it_joins_other_rules_and_is_calibrated_like_them(learned, clean):
    new = clean[600:700]
    joined = learned | SingleColorRule(20)
    both = [rule(new).broken for rule in joined.rules]
    np.testing.assert_array_equal(joined(new).broken, both[0] | both[1])
    for loss in (0, 0.1, 1):
        rule = learned.calibrate(new, loss)
        assert 100 * loss - 1 <= rule(new).broken.sum() <= 100 * loss
        assert joined.calibrate(new, loss)(new).broken.sum() <= 100 * loss
    with pytest.raises(ValueError, match="share from 0 to 1"):
        learned.calibrate(new, 5)


def test_the_rule_prints_itself_in_a_few_words(learned):
    assert repr(learned) == f"LearnedRule(threshold={learned.threshold:.3g})"
    assert len(repr(learned)) < 40
