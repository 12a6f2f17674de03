"""Laws of the way to 8-bit: there is one, and without its clamp values wrap around."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from facescreen.images import ImageError, quantize, to_uint8, wrapped

UNIT = st.floats(-1, 1, width=32)
LEVELS = np.arange(256, dtype=np.uint8)

# --- to 8-bit -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_8_bit_value_survives_the_way_to_float_and_back(dtype):
    np.testing.assert_array_equal(to_uint8(LEVELS.astype(dtype) / 127.5 - 1), LEVELS)


@given(hnp.arrays(np.float32, hnp.array_shapes(max_dims=4), elements=UNIT))
def test_to_uint8_is_the_nearest_level(x):
    levels = to_uint8(x)
    assert levels.dtype == np.uint8
    assert levels.shape == x.shape
    assert (np.abs(levels / 127.5 - 1 - x.astype(np.float64)) <= 0.5 / 127.5 + 1e-6).all()


def test_clipping_is_done_only_when_asked_for():
    x = np.array([-3, -1, 0, 1, 1.01])
    with pytest.raises(ImageError, match=r"from -3 to 1.01, expected -1 to 1"):
        to_uint8(x)
    assert to_uint8(x, clip=True).tolist() == [0, 0, 128, 255, 255]
    assert x[0] == -3, "the input is left as it was"


@pytest.mark.parametrize("clip", [False, True])
def test_values_that_are_not_finite_are_never_made_8_bit(clip):
    with pytest.raises(ImageError, match=r"1 of 3 image values are NaN or infinite .* -0.5 to 0.5"):
        to_uint8(np.array([-0.5, np.nan, 0.5]), clip)
    with pytest.raises(ImageError, match="all 1 image values"):
        to_uint8(np.array([np.inf]), clip)


@pytest.mark.parametrize("x", [LEVELS, np.array([True]), np.array([1 + 1j])])
def test_only_floats_are_made_8_bit(x):
    with pytest.raises(ImageError, match=f"not {x.dtype}"):
        to_uint8(x)


BATCH = st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(1, 4), st.just(3))


@given(hnp.arrays(np.float32, BATCH, elements=st.floats(width=32)))
def test_quantize_tells_finite_images_and_blanks_the_others(x):
    images, finite = quantize(x)
    assert images.dtype == np.uint8
    assert images.shape == x.shape
    for image, ok, source in zip(images, finite, x, strict=True):
        assert ok == np.isfinite(source).all()
        expected = to_uint8(source, clip=True) if ok else np.zeros_like(image)
        np.testing.assert_array_equal(image, expected)


def test_quantize_refuses_other_shapes():
    with pytest.raises(ImageError, match=r"shape \(N, H, W, 3\), not \(2, 3, 8, 8\)"):
        quantize(np.zeros((2, 3, 8, 8)))


# --- the missing clamp ----------------------------------------------------------------------------


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=30))
def test_without_clipping_values_wrap_around_and_others_stay(values):
    x = np.array(values)
    level = np.rint((x + 1) * 127.5)
    np.testing.assert_array_equal(wrapped(x), level % 256)
    inside = (level >= 0) & (level <= 255)
    np.testing.assert_array_equal(wrapped(x)[inside], to_uint8(x, clip=True)[inside])


def test_the_first_step_past_white_is_black():
    assert wrapped(np.array([1.0, 1.0 + 2 / 255, -1.0 - 2 / 255])).tolist() == [255, 0, 255]


@pytest.mark.parametrize("bad", [np.array([0.5, np.nan]), np.array([1, 2])])
def test_wrapping_refuses_what_converting_refuses(bad):
    with pytest.raises(ImageError, match=r"NaN|float values"):
        wrapped(bad)
