"""Laws of the peers' measures: each by its formula, one image at a time, and by known answers."""

from math import hypot, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame
from PIL import Image, ImageFilter, ImageStat

from facescreen.evaluation import peers
from facescreen.evaluation.peers import (
    CHECKS,
    PEERS,
    cielab,
    cleanvision_ratios,
    cleanvision_score,
    over_exposure,
    random_drop,
    unnatural_color,
)

WHITE, BLACK, GRAY, SKIN = (255, 255, 255), (0, 0, 0), (128, 128, 128), (205, 150, 125)
RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)
RANGES = {"over-exposure": (0, 1), "natural color": (0, 100), "cleanvision": (0, 320)}
SIDES = st.sampled_from([16, 17, 31, 64, 70, 100])
KINDS = ("noise", "smooth", "flat", "dark", "bright", "gray", "levels")


def plain(*colors, side=64):
    """Images of one color each: uint8 (N, side, side, 3)."""
    return np.tile(np.array(colors, np.uint8)[:, None, None], (1, side, side, 1))


def drawn(seed, kind, height, width):
    """An image of a kind: uint8 (height, width, 3)."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    slopes = np.add.outer(np.linspace(0, 1, height), np.linspace(0, 1, width)) / 2
    image = {
        "noise": noise,
        "smooth": slopes[..., None] * random.integers(60, 256, 3),
        "flat": np.broadcast_to(random.integers(0, 256, 3, dtype=np.uint8), noise.shape),
        "dark": noise // 5,
        "bright": 255 - noise // random.integers(4, 40),
        "gray": np.repeat(noise[..., :1], 3, axis=2),
        "levels": noise // 100 * 100,
    }[kind]
    return image.astype(np.uint8)


@st.composite
def batches(draw):
    height, width = draw(SIDES), draw(SIDES)
    drawings = st.tuples(st.integers(0, 999), st.sampled_from(KINDS))
    images = [drawn(*one, height, width) for one in draw(st.lists(drawings, max_size=5))]
    return np.array(images, np.uint8).reshape(-1, height, width, 3)


# --- all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEERS)
@given(images=batches(), random=st.randoms(use_true_random=False))
def test_a_score_depends_on_its_image_alone(name, images, random):
    scores = PEERS[name](images)
    assert scores.shape == (len(images),)
    assert scores.dtype == np.float64
    order = random.sample(range(len(images)), len(images))
    np.testing.assert_allclose(PEERS[name](images[order]), scores[order], rtol=1e-12)
    for n in range(len(images)):
        np.testing.assert_allclose(PEERS[name](images[n : n + 1]), scores[n : n + 1], rtol=1e-12)


@pytest.mark.parametrize("name", PEERS)
@given(images=batches())
def test_scores_lie_in_their_range(name, images):
    least, most = RANGES[name]
    scores = PEERS[name](images)
    assert ((least <= scores) & (scores <= most)).all()


@pytest.mark.parametrize("name", PEERS)
def test_images_measured_a_few_at_a_time_measure_the_same(name, monkeypatch):
    images = np.array([drawn(n, kind, 64, 64) for n, kind in enumerate(KINDS)])
    whole = PEERS[name](images)
    for batch in (1, 3 * 64 * 64 * 3):
        monkeypatch.setattr(peers, "BATCH", batch)
        np.testing.assert_allclose(PEERS[name](images), whole, rtol=1e-12)


@pytest.mark.parametrize("name", PEERS)
def test_other_arrays_are_refused(name):
    for images in (np.zeros((2, 64, 64, 3)), np.zeros((64, 64, 3), np.uint8)):
        with pytest.raises(ValueError, match=r"expected images uint8 \(N, H, W, 3\), not"):
            PEERS[name](images)
    with pytest.raises(ValueError, match="16 x 16 pixels or more, not 64 x 15"):
        PEERS[name](np.zeros((0, 64, 15, 3), np.uint8))


# --- over-exposure --------------------------------------------------------------------------------


def luminance(red, green, blue):
    """Of linear light, 0 to 255, by the formula of IEC 61966-2-1."""
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in (red, green, blue)
    ]
    return int(255 * (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]) + 0.5)


@given(batches())
def test_over_exposure_counts_pixels_of_luminance_247_and_more(images):
    height, width = images.shape[1:3]
    rows = slice(int(0.32 * height), int(0.75 * height))
    columns = slice(int(0.31 * width), int(0.69 * width))
    for score, image in zip(over_exposure(images), images, strict=True):
        face = image[rows, columns].reshape(-1, 3)
        colors, counts = np.unique(face, axis=0, return_counts=True)
        bright = [luminance(*color) >= 247 for color in colors.tolist()]
        assert score == pytest.approx(counts[bright].sum() / len(face))


def test_over_exposure_of_plain_images():
    images = plain(WHITE, BLACK, (251, 251, 251), (252, 252, 252), YELLOW, (255, 255, 230))
    assert over_exposure(images).tolist() == [1, 0, 0, 1, 0, 1]


def test_only_the_face_is_over_exposed():
    images = plain(GRAY, GRAY)
    images[0, 20:24, 19:26] = 255  # 28 of the 28 x 25 pixels of the face
    images[1] = 255
    images[1, 20:48, 19:44] = 128
    assert over_exposure(images).tolist() == [0.04, 0]


# --- natural color --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("color", "white", "lab"),
    [
        (WHITE, "D65", (100, 0, 0)),
        (BLACK, "D65", (0, 0, 0)),
        (RED, "D65", (53.24, 80.09, 67.20)),
        (GREEN, "D65", (87.73, -86.18, 83.18)),
        (BLUE, "D65", (32.30, 79.19, -107.86)),
        (WHITE, "D50", (100, 0, 0)),
        (RED, "D50", (54.29, 80.80, 69.89)),  # as CSS Color 4 gives them
        (GREEN, "D50", (87.82, -79.29, 80.99)),
        (BLUE, "D50", (29.57, 68.30, -112.03)),
    ],
)
def test_cielab_of_known_colors(color, white, lab):
    assert cielab(np.array(color), white) == pytest.approx(lab, abs=0.02)


def test_cielab_is_that_of_scikit_image():
    color = pytest.importorskip("skimage.color")
    colors = np.random.default_rng(0).integers(0, 256, (40, 25, 3), dtype=np.uint8)
    np.testing.assert_allclose(cielab(colors), color.rgb2lab(colors), atol=0.01)


def test_another_white_is_refused():
    with pytest.raises(ValueError, match="expected a white among D65, D50; not 'D55'"):
        cielab(np.zeros(3), "D55")


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_unnatural_color_is_the_distance_from_the_range(color):
    _, a, b = cielab(np.array(color), "D50")
    off = hypot(max(5 - a, a - 25, 0), max(5 - b, b - 35, 0))
    expected = 100 if a < 0 or b < 0 else off
    assert unnatural_color(plain(color, side=16)) == pytest.approx([expected])


def test_unnatural_color_of_plain_images():
    red = hypot(80.80 - 25, 69.89 - 35)
    expected = [0, red, 100, 100, 100, 50**0.5]  # black has an a* and a b* of exactly 0
    images = plain(SKIN, RED, GREEN, BLUE, GRAY, BLACK)
    assert unnatural_color(images) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("cheek", [slice(21, 26), slice(38, 43)])
def test_only_the_cheeks_are_colored(cheek):
    image = plain(GREEN)
    image[0, 37:42, 21:26] = image[0, 37:42, 38:43] = SKIN
    assert unnatural_color(image) == 0
    image[0, 37:42, cheek] = RED
    _, a, b = cielab(np.add(SKIN, RED) / 2, "D50")  # of the mean color, not the mean of two
    assert unnatural_color(image) == pytest.approx([hypot(a - 25, max(b - 35, 0))])


# --- cleanvision ----------------------------------------------------------------------------------


def ratios_by_pillow(pixels):
    """Light, dark, low information, blurry, gray: by cleanvision's definitions, in Pillow."""
    image = Image.fromarray(pixels)
    red, green, blue = np.moveaxis(pixels.astype(float), 2, 0)
    brightness = np.sqrt(0.241 * red**2 + 0.691 * green**2 + 0.068 * blue**2) / 255
    factor = max(image.size) / 64
    if factor > 1:
        image = image.resize([int(side // factor) for side in image.size])
    gray = image.convert("L")
    edges = ImageStat.Stat(gray.filter(ImageFilter.FIND_EDGES)).var[0] ** 0.5
    blurry, spread = 1 - np.exp(-edges / 100), 1 - np.exp(-np.std(gray.histogram()) / 100)
    scores = {
        "light": 1 - np.percentile(brightness, 5),
        "dark": np.percentile(brightness, 99),
        "low_information": Image.fromarray(pixels).entropy() / 10,
        "blurry": min(1, blurry + spread * (spread > 0.18)),
    }
    ratios = [CHECKS[check] / max(scores[check], 1e-3) for check in CHECKS]
    return [*ratios, float(np.ptp(pixels, axis=2).max() == 0)]


@given(batches())
def test_checks_are_those_of_pillow(images):
    ratios = cleanvision_ratios(images)
    assert ratios.shape == (len(images), 5)
    assert ratios == pytest.approx(np.array([*map(ratios_by_pillow, images)]).reshape(-1, 5))
    assert cleanvision_score(images).tolist() == ratios.max(axis=1).tolist()


def test_what_cleanvision_reports_of_plain_images():
    reported = cleanvision_ratios(plain(WHITE, BLACK, RED, (40, 40, 41))) >= 1
    names = np.array([*CHECKS, "gray"])
    assert [names[row].tolist() for row in reported] == [
        ["light", "low_information", "gray"],
        ["dark", "low_information", "gray"],
        ["low_information"],
        ["dark", "low_information"],
    ]


def test_ratios_of_halves_by_hand():
    image = plain(BLACK)
    image[:, :32, :, 0] = 255  # upper half red
    light, dark, information, _, gray = cleanvision_ratios(image)[0]
    assert light == pytest.approx(0.05)  # 5 % of the pixels have a brightness of 0
    assert dark == pytest.approx(0.32 / 0.241**0.5)
    bits = log2(3) + 1 / 3  # which channel, and one bit more in one channel of three
    assert information == pytest.approx(0.3 / (bits / 10))
    assert gray == 0


def test_a_slope_is_blurry_and_the_same_pixels_shuffled_are_not():
    rows, columns = np.mgrid[:64, :64]
    slope = np.repeat((2 * columns + rows // 32)[..., None], 3, axis=2).astype(np.uint8)
    shuffled = np.random.default_rng(0).permutation(slope.reshape(-1, 3)).reshape(slope.shape)
    ratios = cleanvision_ratios(np.stack([slope, shuffled]))
    # Edges: 0 inside but 3 on one line of 62; the border as it was. Histogram: 128 values, 32 times
    # each, so a standard deviation of 16, which says nothing of blur.
    edges = slope[..., 0].astype(int)
    edges[1:-1, 1:-1] = 3 * (rows[1:-1, 1:-1] == 32)
    assert ratios[0, 3] == pytest.approx(0.29 / (1 - np.exp(-edges.std() / 100)))
    assert ratios[1, 3] < 1 < ratios[0, 3]


def test_reported_is_what_the_package_reports():
    module = "cleanvision.issue_managers.image_property_issue_manager"
    manager = pytest.importorskip(module).ImagePropertyIssueManager()
    for size in (16, 64, 100):
        images = np.array([drawn(n, kind, size, 64) for n in range(5) for kind in KINDS])
        ratios = cleanvision_ratios(images)
        for column, check in enumerate(CHECKS):
            of_check, settings = manager.image_properties[check], manager.params[check]
            assert settings["threshold"] == CHECKS[check]
            raw = DataFrame([of_check.calculate(Image.fromarray(image)) for image in images])
            scores = of_check.get_scores(raw, check, **settings)
            reported = of_check.mark_issue(scores, check, settings["threshold"]).to_numpy()[:, 0]
            expected = CHECKS[check] / np.maximum(scores.to_numpy()[:, 0], 1e-3)
            np.testing.assert_allclose(ratios[:, column], expected, rtol=1e-9)
            assert (ratios[:, column] >= 1).tolist() == reported.tolist()


# --- chance ---------------------------------------------------------------------------------------


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 2**32))
def test_a_random_score_depends_on_seed_and_place_alone(count, more, seed):
    scores = random_drop(count, seed)
    assert scores.shape == (count,)
    assert scores.dtype == np.float64
    assert ((scores >= 0) & (scores < 1)).all()
    assert random_drop(count + more, seed)[:count].tolist() == scores.tolist()


def test_random_scores_of_two_seeds_differ_and_are_even():
    one, other = random_drop(10_000, 1), random_drop(10_000, 2)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    assert np.quantile(one, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.02)


def test_a_count_below_0_is_refused():
    with pytest.raises(ValueError, match="the count of images must be 0 or more, not -1"):
        random_drop(-1)
