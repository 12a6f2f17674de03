"""Laws of the judge that knows clean portraits alone: what it scores, what it is blind to."""

import numpy as np
import pytest
from tiny_batches import tiny_batch

from facescreen.breakage import KINDS, plant
from facescreen.screening import PortraitJudge
from facescreen.screening.judge import CEILING


@pytest.fixture(scope="module")
def judge(clean):
    return PortraitJudge.fit(clean[:600], components=80)


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
