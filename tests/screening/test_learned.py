"""Laws of the screens that learn: what the judge is blind to, what labels teach, what it costs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen import portraits
from facescreen.breakage import KINDS, plant, plant_all
from facescreen.screening import LearnedRule, PortraitJudge, SingleColorRule, Verdicts
from facescreen.screening.learned import CEILING, plain_measures

SUBTLE = ["noise", "checkerboard", "wrap", "dropped_channel"]  # what bright pixels do not tell


@pytest.fixture(scope="module")
def clean():
    images = portraits(900, size=64, seed=21)
    images.flags.writeable = False
    return images


@pytest.fixture(scope="module")
def judge(clean):
    return PortraitJudge.fit(clean[:600], components=80)


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


def tiny_batch(count=40, side=8, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3)).astype(np.uint8)


# --- the judge that knows clean portraits alone ---------------------------------------------------


def test_images_that_differ_above_239_alone_score_the_same(judge, clean):
    images = clean[600:630].copy()
    images[:, 20:50, 20:40] = CEILING
    bright = images.copy()
    bright[:, 20:50, 20:40] = np.random.default_rng(0).integers(239, 256, (30, 30, 20, 3))
    assert CEILING == 239 and (bright != images).any()
    np.testing.assert_array_equal(judge(bright), judge(images))
    images[:, 30, 30, 1] = 238
    assert (judge(images) != judge(bright)).all(), "238 is seen"


def test_learning_is_blind_to_values_above_239_too(clean):
    bright = clean[:100].copy()
    bright[bright >= 239] = 255
    dim = np.minimum(bright, 239)
    one, other = (
        PortraitJudge.fit(images, components=10)(clean[600:620]) for images in (bright, dim)
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"wash_out", "banding"}))
def test_damaged_portraits_score_higher_than_the_clean_ones_that_they_were(judge, clean, kind):
    images = clean[600:680]
    damaged = np.stack(
        [
            plant(image, kind, 1, 0.2, place=(0.5, 0.5), seed=i).image
            for i, image in enumerate(images)
        ]
    )
    before, after = judge(images), judge(damaged)
    assert after.mean() > 1.2 * before.mean()
    assert (after > before).mean() > 0.6


def test_new_clean_portraits_score_about_as_low_as_those_it_has_seen(judge, clean):
    seen, new, noise = judge(clean[:600]), judge(clean[600:]), judge(tiny_batch(20, 64))
    assert np.median(new) < 3 * np.median(seen)
    assert noise.min() > 3 * new.max()


@pytest.mark.parametrize("seed", range(3))
def test_the_score_is_the_error_of_describing_by_principal_components(seed):
    from sklearn.decomposition import PCA

    images, others = tiny_batch(60, 12, seed) // 2, tiny_batch(9, 12, seed + 10)
    rows = np.minimum(images, 239).reshape(60, -1).astype(float)
    pca = PCA(5, svd_solver="full").fit(rows)
    seen = np.minimum(others, 239).reshape(9, -1).astype(float)
    described = pca.inverse_transform(pca.transform(seen))
    error = ((seen - described) ** 2).reshape(9, 12, 12, 3)
    middle = error[:, int(0.2 * 12) : int(0.86 * 12), int(0.22 * 12) : int(0.78 * 12)]
    expected = middle.reshape(9, -1).mean(axis=1)
    fitted = PortraitJudge.fit(images, components=5)
    assert fitted.components.shape == (5, 432) and fitted.mean.shape == (432,)
    same_parts = PortraitJudge(
        pca.mean_.astype(np.float32), pca.components_.astype(np.float32), (12, 12, 3)
    )
    np.testing.assert_allclose(same_parts(others), expected, rtol=1e-4)
    np.testing.assert_allclose(fitted(others), expected, rtol=0.05)  # its components are estimates


def test_what_the_components_span_has_no_error():
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 2, (3, 12, 12, 3))
    amounts = rng.integers(0, 80, (50, 3))
    images = np.einsum("nk,khwc->nhwc", amounts, patterns).astype(np.uint8)
    judge = PortraitJudge.fit(images[:40], components=3)
    assert judge(images[40:]).max() < 0.01
    assert judge(255 - images[40:]).min() > 100


def test_the_judge_gives_a_score_per_image_whatever_the_batch(judge, clean):
    images = clean[:520]  # more than are scored at once
    scores = judge(images)
    assert scores.shape == (520,) and scores.dtype == np.float64 and (scores >= 0).all()
    np.testing.assert_allclose(judge(images[::-1]), scores[::-1], rtol=1e-4)
    np.testing.assert_allclose(judge(images[511:513]), scores[511:513], rtol=1e-4)
    assert judge(images[:0]).shape == (0,)
    again = PortraitJudge.fit(clean[:600], components=80)
    np.testing.assert_array_equal(again(images[:50]), judge(images[:50]))


def test_images_of_another_shape_or_type_are_refused(judge, clean):
    with pytest.raises(ValueError, match=r"shape \(64, 64, 3\), not uint8 of shape \(32, 64, 3\)"):
        judge(clean[:2, :32])
    with pytest.raises(ValueError, match=r"expected uint8 images .*, not float64"):
        judge(clean[:2] / 127.5 - 1)
    with pytest.raises(ValueError, match=r"must be uint8, or float"):
        PortraitJudge.fit(clean[:20].astype(int), components=3)


# --- the rule that learns from labels -------------------------------------------------------------


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


# --- plain measures -------------------------------------------------------------------------------


@settings(max_examples=20)
@given(
    st.integers(0, 4),
    st.sampled_from([8, 12, 16, 25, 32, 64]),
    st.sampled_from([8, 16, 27, 48]),
    st.integers(0, 255),
    st.integers(0, 255),
)
def test_every_image_has_63_finite_measures(count, height, width, low, high):
    low, high = sorted((low, high))
    rng = np.random.default_rng(high)
    images = rng.integers(low, high + 1, (count, height, width, 3)).astype(np.uint8)
    measures = plain_measures(images)
    assert measures.shape == (count, 63) and measures.dtype == np.float64
    assert np.isfinite(measures).all()


def test_measures_depend_on_their_image_alone(clean):
    images = clean[:520]  # more than are measured at once
    together = plain_measures(images)
    np.testing.assert_allclose(plain_measures(images[::-1])[::-1], together, rtol=1e-4, atol=1e-4)
    for n in (0, 7, 511, 512, 519):
        alone = plain_measures(images[n : n + 1])[0]
        np.testing.assert_allclose(alone, together[n], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (200, 30, 30), (90, 91, 92)])
def test_a_constant_image_has_zero_grain_edges_spread_and_asymmetry(color):
    measures = plain_measures(np.full((1, 64, 64, 3), color, np.uint8))[0]
    red, green, blue = color
    expected = 0.3 * red + 0.59 * green + 0.11 * blue, red - green, blue - (red + green) / 2
    for texture, mean in zip(measures[18:].reshape(3, 15), expected, strict=True):
        np.testing.assert_allclose(texture[6], mean, atol=1e-3)
        np.testing.assert_allclose(np.delete(texture, 6), 0, atol=1e-3)
        assert texture[:6].tolist() == [0] * 6, "grain and edges are exactly 0"


@pytest.mark.parametrize(
    ("color", "kinds"),
    [
        ((120, 120, 120), []),
        ((200, 90, 90), ["vivid"]),
        ((255, 255, 255), ["white", "pale"]),
        ((255, 195, 195), ["colored"]),
        ((215, 215, 215), ["pale"]),
        ((20, 20, 20), ["black", "dark"]),
        ((40, 40, 40), ["dark"]),
        ((41, 40, 40), []),
    ],
)
def test_shares_count_vivid_white_colored_pale_and_black_pixels(color, kinds):
    names = ["vivid", "white", "colored", "pale", "black", "dark"]
    shares = plain_measures(np.full((1, 64, 64, 3), color, np.uint8))[0, :18].reshape(6, 3)
    assert shares.tolist() == [[float(name in kinds)] * 3 for name in names]


def test_shares_of_the_whole_the_middle_and_the_face_are_told_apart():
    images = np.full((3, 64, 64, 3), 120, np.uint8)
    images[0, :10, :10] = 255  # in a corner
    images[1, 14:18, 20:40] = 255  # on the forehead: in the middle, not in the face
    images[2, 30:40, 25:35] = 255  # on the nose
    white = plain_measures(images)[:, 3:6] > 0
    assert white.tolist() == [[True, False, False], [True, True, False], [True, True, True]]
