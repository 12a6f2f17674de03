"""Laws of the plain measures: finite, of one image alone, and what each of them counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.screening.learned import plain_measures


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
