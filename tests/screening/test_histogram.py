"""Laws of the two histograms: the fast one equals the obvious one, whatever the images."""

import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.screening import bright_counts, channel_histogram, histogram


@st.composite
def image_batches(draw):
    """Batches of any shape, with any share of bright bytes, scattered or in runs."""
    shape = draw(st.tuples(st.integers(0, 4), st.integers(1, 33), st.integers(1, 33)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images = rng.integers(0, draw(st.integers(1, 256)), (*shape, 3)).astype(np.uint8)
    if draw(st.booleans()):
        images[:, : shape[1] // 2] = draw(st.integers(0, 255))
    bright = rng.random(images.shape) < draw(st.sampled_from([0, 0.02, 0.5, 1]))
    images[bright] = rng.integers(draw(st.integers(200, 255)), 256, bright.sum())
    return images


@settings(max_examples=150)
@given(image_batches(), st.integers(1, 255))
def test_the_fast_count_equals_the_obvious_one(images, floor):
    expected = channel_histogram(images)[:, :, floor:]
    counts = bright_counts(images, floor)
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(counts, expected)


@given(image_batches())
def test_the_obvious_count_equals_counting_by_hand(images):
    counts = channel_histogram(images)
    assert (counts.sum(axis=2) == images.shape[1] * images.shape[2]).all()
    for value in (0, 1, 127, 128, 240, 255):
        np.testing.assert_array_equal(counts[:, :, value], (images == value).sum(axis=(1, 2)))


@pytest.mark.parametrize(
    "shape", [(3, 256, 256), (1, 1024, 1024), (2, 701, 701), (9, 200, 200), (130, 64, 64)]
)
@pytest.mark.parametrize("floor", [1, 240, 255])
def test_images_big_enough_for_two_threads_are_counted_whole(shape, floor):
    images = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        bright_counts(images, floor), channel_histogram(images)[:, :, floor:]
    )


@pytest.mark.parametrize("value", [239, 240, 255])
def test_an_image_of_one_value_does_not_overflow_any_tally(value):
    images = np.full((1, 512, 512, 3), value, np.uint8)
    counts = bright_counts(images)
    assert counts.sum() == (0 if value < 240 else 3 * 512 * 512)
    assert value < 240 or (counts[0, :, value - 240] == 512 * 512).all()


def test_views_and_read_only_arrays_count_like_copies():
    images = np.random.default_rng(1).integers(0, 256, (4, 20, 30, 3), dtype=np.uint8)
    for view in (images[::2], images[:, ::-1], images[..., ::-1], images.transpose(0, 2, 1, 3)):
        np.testing.assert_array_equal(bright_counts(view), bright_counts(view.copy()))
    frozen = images.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(bright_counts(frozen), bright_counts(images))


@pytest.mark.parametrize("shape", [(0, 64, 64, 3), (2, 0, 5, 3), (1, 1, 1, 3)])
def test_empty_and_tiny_batches_have_counts_too(shape):
    assert bright_counts(np.zeros(shape, np.uint8), 240).shape == (shape[0], 3, 16)
    assert channel_histogram(np.zeros(shape, np.uint8)).shape == (shape[0], 3, 256)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 8, 8, 3)), np.zeros((8, 8, 3), np.uint8), np.zeros((2, 8, 8, 4), np.uint8)],
)
@pytest.mark.parametrize("count", [bright_counts, channel_histogram])
def test_anything_but_uint8_rgb_batches_is_refused(count, images):
    with pytest.raises(ValueError, match=r"must be uint8 of shape \(N, H, W, 3\), not"):
        count(images)


@pytest.mark.parametrize("floor", [0, 256, -1, 240.5, True, None, float("nan")])
def test_a_floor_outside_1_to_255_is_refused(floor):
    with pytest.raises(ValueError, match="floor must be"):
        bright_counts(np.zeros((1, 4, 4, 3), np.uint8), floor)


def test_counting_works_where_nothing_can_be_cached(monkeypatch):

    def njit(*arguments, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*arguments, **options)

    real = numba.njit
    monkeypatch.setattr(numba, "njit", njit)
    kernel = histogram._compiled.__wrapped__(histogram._count_narrow)
    counts = np.zeros((1, 3, 16), np.int64)
    kernel(np.full((1, 300), 250, np.uint8), 240, counts)
    assert counts[0, :, 10].tolist() == [100, 100, 100]


def test_a_few_images_are_counted_without_loading_numba_and_the_same():
    program = """if True:
        import sys
        import numpy as np
        from facescreen.screening import bright_counts, channel_histogram
        images = np.random.default_rng(0).integers(0, 256, (40, 64, 64, 3), np.uint8)
        for floor in (1, 240, 255):
            few = bright_counts(images, floor)
            assert "numba" not in sys.modules
            assert few.flags.c_contiguous and few.dtype == np.int64
            assert (few == channel_histogram(images)[:, :, floor:]).all()
        for _ in range(20):
            many = bright_counts(images, 255)
        assert "numba" in sys.modules and (many == few).all()
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_importing_the_module_does_not_import_numba():
    program = "import sys, facescreen.screening.histogram; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
