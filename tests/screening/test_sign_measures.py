"""Laws of the twelve measures: fast as plain, of one image alone, exact where done by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facescreen import portraits
from facescreen.screening import measures_fast
from facescreen.screening.measures import SIGNS, at_side, measure_signs, measure_signs_plainly

FLAT = {
    "clipped": log(0.003),
    "steps": log(0.7 / 2),
    "steps_face": log(1 / 4),
    "blobs": log(0.3),
    "mirror": log(2),
    "mirror_rel": 0,
    "even": 0,
    "weave": log(0.03),
    "pale": -log(12),
    "unred": 0,
    "hue": log(0.02),
    "white": log(0.01),
}  # of any gray image


@st.composite
def any_images(draw):
    """Noise, one color, portraits, or half of the one and half of the other."""
    count, side = draw(st.integers(0, 5)), draw(st.sampled_from([8, 33, 64, 64, 64, 70]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    low, high = sorted(draw(st.tuples(st.integers(0, 255), st.integers(0, 255))))
    kinds = {
        "noise": rng.integers(low, high + 1, (count, side, side, 3)),
        "gray noise": rng.integers(low, high + 1, (count, side, side, 1)).repeat(3, axis=3),
        "one color": rng.integers(low, high + 1, (count, 1, 1, 3)).repeat(side, 1).repeat(side, 2),
        "black": np.zeros((count, side, side, 3)),
        "white": np.full((count, side, side, 3), 255),
        "bits": rng.choice([low, high], (count, side, side, 3)),
    }
    if side > 32:
        kinds["portraits"] = portraits(count, size=side, seed=low)
    first, second = draw(st.tuples(*[st.sampled_from(sorted(kinds))] * 2))
    images = kinds[first].astype(np.uint8)
    share = draw(st.sampled_from([0, 0, 1 / 2, 1 / 3]))
    images[:, :, : int(side * share)] = kinds[second][:, :, : int(side * share)]
    return images


@settings(max_examples=100, deadline=None)
@given(any_images())
def test_the_fast_way_measures_what_the_plain_way_does(images):
    fast, plain = measure_signs(images), measure_signs_plainly(images)
    assert fast.shape == (len(images), len(SIGNS)) and fast.dtype == np.float64
    assert np.isfinite(fast).all()
    np.testing.assert_allclose(fast, plain, rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", [64, 48])
def test_an_image_measures_the_same_alone_among_others_and_in_any_order(size):
    images = portraits(150, size=size, seed=4)  # more than one thread takes alone
    together = measure_signs(images)
    order = np.random.default_rng(0).permutation(len(images))
    np.testing.assert_array_equal(measure_signs(images[order]), together[order])
    for count in (1, 7, 63, 64, 65):
        np.testing.assert_array_equal(measure_signs(images[-count:]), together[-count:])
    for n in range(0, 150, 10):
        np.testing.assert_array_equal(measure_signs(images[n : n + 1])[0], together[n])


def test_views_and_read_only_arrays_measure_like_copies():
    images = portraits(5, size=64, seed=1)
    for view in (images[::2], images[:, :, ::-1], images[..., ::-1], images.transpose(0, 2, 1, 3)):
        np.testing.assert_array_equal(measure_signs(view), measure_signs(view.copy()))
    before = images.copy()
    images.flags.writeable = False
    measure_signs(images)
    np.testing.assert_array_equal(images, before)


def test_measuring_works_where_nothing_can_be_cached(monkeypatch):
    def njit(signature, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: (function, options)

    monkeypatch.setattr(measures_fast, "njit", njit)
    function, options = measures_fast.compiled.__wrapped__()
    assert function is measures_fast._measure and options["nogil"]


# --- known answers --------------------------------------------------------------------------------


def two_halves(left, right):
    image = np.empty((1, 64, 64, 3), np.uint8)
    image[:, :, :32], image[:, :, 32:] = left, right
    return image


def one_color(*color):
    return two_halves(color, color)


def stripes(even, odd):
    image = one_color(even, even, even)
    image[:, :, 1::2] = odd
    return image


KNOWN = [
    (one_color(120, 120, 120), {}),
    (one_color(0, 0, 0), {}),
    (one_color(239, 239, 239), {}),
    (one_color(255, 255, 255), {"white": log(1.01)}),  # all channels at 255: not clipped
    (
        one_color(255, 100, 100),
        {"clipped": log(1.003), "pale": -log(155 + 12), "unred": -155 / 16},
    ),
    (
        one_color(20, 60, 40),
        {"pale": -log(40 + 12), "unred": 40 / 16, "hue": log(1.02)},
    ),
    (
        stripes(100, 110),  # every step across is 10, every step down 0, every Laplacian +-20
        {
            "steps": log(0.7 / (10 / 2 + 2)),
            "steps_face": log(1 / (10**2 + 4)),
            "weave": log(20 / (20 + 0.5) + 0.03),
        },
    ),
    (
        # A is 40 and 0, Y -20 and 0, L 112 and 100; one of 63 steps across is not 0, or one of 23
        # in the face; the Laplacian is 12 in 2 of 40 columns
        two_halves((140, 100, 100), (100, 100, 100)),
        {
            "steps": log((60 / 63 / 2 + 0.7) / (12 / 63 / 2 + 2)),
            "steps_face": log(((40**2 + 20**2) / 23 + 1) / (12**2 / 23 + 4)),
            "mirror": log(40 + 20 + 2),
            "mirror_rel": (40 + 20) / (20 + 10 + 2),
            # of 10 cells in a row, 2 have 12 in one of four columns: mean 3, over all 0.6
            "even": -(((2 * 2.4**2 + 8 * 0.6**2) / 10) ** 0.5) / (0.6 + 1),
            # one of ten cells adds -12 to the last of four columns, and one +12 to the first
            "weave": log(1.2 * (2 / 4) ** 0.5 / (0.6 + 0.5) + 0.03),
            "pale": -log(40 / 2 + 12),
            "unred": -40 / 2 / 16,
        },
    ),
    (
        # A is +-40, Y -20 and -20: no step; L is 112 and 123.6; 16 of 240 pairs of cells part ways
        two_halves((140, 100, 100), (100, 140, 100)),
        {
            "steps": log((80 / 63 / 2 + 0.7) / (11.6 / 63 / 2 + 2)),
            "steps_face": log((80**2 / 23 + 1) / (11.6**2 / 23 + 4)),
            "blobs": log(40 * 16 / 240 / 2 + 0.3),
            "mirror": log(80 + 2),
            "mirror_rel": 80 / (40 + 2),
            "even": -(((2 * 2.32**2 + 8 * 0.58**2) / 10) ** 0.5) / (0.58 + 1),
            "weave": log(1.16 * (2 / 4) ** 0.5 / (0.58 + 0.5) + 0.03),
            "pale": -log(40 + 12),
            "hue": log(0.5 + 0.02),
        },
    ),
]


@pytest.mark.parametrize("measure", [measure_signs, measure_signs_plainly])
@pytest.mark.parametrize(("image", "differs"), KNOWN)
def test_values_done_by_hand(image, differs, measure):
    expected = [{**FLAT, **differs}[sign] for sign in SIGNS]
    np.testing.assert_allclose(measure(image)[0], expected, rtol=0, atol=1e-6)


# --- sizes ----------------------------------------------------------------------------------------


def resized(images, height, width):
    box = Image.Resampling.BOX
    return np.stack([np.asarray(Image.fromarray(i).resize((width, height), box)) for i in images])


@pytest.mark.parametrize(
    ("height", "width", "off"), [(64, 64, 0.1), (96, 80, 0.5), (96, 96, 0.5), (32, 32, 0.9)]
)
def test_a_portrait_measures_nearly_the_same_at_any_size(height, width, off):
    images = portraits(60, size=128, seed=3)
    expected, values = measure_signs(images), measure_signs(resized(images, height, width))
    spread = expected.std(axis=0) + 0.1
    differ = np.abs(values - expected).mean(axis=0) / spread
    if height < 64:  # finer detail is gone then, and what was measured on it with it
        differ[list(SIGNS).index("weave")] = 0
    assert (differ < off).all(), dict(zip(SIGNS, differ.round(3), strict=True))


@pytest.mark.parametrize("factor", [2, 3])
def test_an_image_of_repeated_pixels_measures_the_same(faces, factor):
    large = faces[:5].repeat(factor, axis=1).repeat(factor, axis=2)
    np.testing.assert_array_equal(at_side(large), faces[:5])
    np.testing.assert_array_equal(measure_signs(large), measure_signs(faces[:5]))


@given(st.integers(8, 200), st.integers(8, 200), st.tuples(*[st.integers(0, 255)] * 3))
def test_one_color_stays_that_color_at_any_size(height, width, color):
    image = np.full((1, height, width, 3), color, np.uint8)
    assert (at_side(image) == np.array(color)).all()


def test_areas_are_averaged_over_fractions_of_pixels_too():
    image = np.zeros((1, 96, 64, 3), np.uint8)
    image[0, 1] = 90  # of the first row of 64, a third; of the second, as much
    assert at_side(image)[0, :3, 0, 0].tolist() == [30, 30, 0]


@pytest.mark.parametrize("size", [(64, 64), (20, 30), (0, 0)])
def test_an_empty_batch_has_no_rows(size):
    images = np.zeros((0, *size, 3), np.uint8)
    assert measure_signs(images).shape == measure_signs_plainly(images).shape == (0, 12)
    assert at_side(images).shape == (0, 64, 64, 3)


@pytest.mark.parametrize("measure", [measure_signs, measure_signs_plainly, at_side])
def test_what_cannot_be_measured_is_refused(measure):
    for height, width in ((7, 64), (64, 7), (1, 1)):
        with pytest.raises(ValueError, match=rf"8 x 8 pixels or more, not \({height}, {width}\)"):
            measure(np.zeros((2, height, width, 3), np.uint8))
    for images in (
        np.zeros((2, 64, 64, 3)),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((2, 64, 64, 4), np.uint8),
    ):
        with pytest.raises(ValueError, match=r"must be uint8 of shape \(N, H, W, 3\), not"):
            measure(images)
