"""Laws of the four signs: what each reacts to, where it looks, and how it is measured.

No law here depends on the default thresholds: those come from the reference set.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sign_batches import batches

from facescreen.breakage import plant
from facescreen.screening import SIGNS, SignsRule, signs
from facescreen.screening.signs import FACE, color_grain, cut, measure_signs


def value(images, sign):
    return measure_signs(images)[:, SIGNS.index(sign)]


# --- what each sign reacts to ---------------------------------------------------------------------


def planted(faces, kind):
    """Every face with a breakage of one kind on the face, a fifth of the picture large."""
    damaged = [
        plant(face, kind, 1, 0.2, place=(0.55, 0.5), seed=i).image for i, face in enumerate(faces)
    ]
    return np.stack(damaged)


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("blob", "color"),
        ("near_blob", "color"),
        ("wrap", "color"),
        ("white_out", "white"),
        ("black_crush", "dark"),
        ("noise", "grain"),
    ],
)
def test_each_sign_reacts_to_the_damage_that_it_is_for(faces, kind, sign):
    before, after = value(faces, sign), value(planted(faces, kind), sign)
    assert (after >= before).mean() > 0.95
    assert (after > before).mean() > 0.9
    assert np.median(after) > np.quantile(before, 0.95)


@pytest.mark.parametrize(
    ("kind", "untouched"),
    [
        ("blob", ("white", "dark")),
        ("near_blob", ("white", "dark")),
        ("wrap", ("white",)),
        ("white_out", ("color", "dark", "grain")),
        ("black_crush", ("white",)),
        ("noise", ("white", "dark")),
    ],
)
def test_signs_stay_within_what_clean_faces_show_where_others_are_at_fault(faces, kind, untouched):
    damaged = planted(faces, kind)
    for sign in untouched:
        clean, after = value(faces, sign), value(damaged, sign)
        assert np.quantile(after, 0.9) <= np.quantile(clean, 0.95) + 0.01, sign


def test_after_calibration_the_reason_is_the_sign_that_the_damage_is_for(faces):
    # Clean portraits hold next to no color and white: what a pixel or two may be is set by hand.
    rule = replace(SignsRule().calibrate(faces), color=0.03, white=0.03)
    assert rule(faces).broken.mean() <= 0.05 + 0.02
    expected = {"blob": "color", "white_out": "white", "black_crush": "dark", "noise": "grain"}
    for kind, sign in expected.items():
        verdicts = rule(planted(faces, kind))
        assert verdicts.broken.mean() > (0.5 if sign == "dark" else 0.95), kind
        counts = {name: verdicts.counts[name] for name in SIGNS}
        assert max(counts, key=counts.get) == sign


def test_a_white_or_black_wall_behind_the_face_is_neither_white_nor_dark(faces):
    for level in (0, 255):
        wall = np.full_like(faces, level)
        (top, bottom), (left, right) = ((int(64 * a), int(64 * b)) for a, b in FACE)
        wall[:, top:bottom, left:right] = faces[:, top:bottom, left:right]
        before, after = measure_signs(faces), measure_signs(wall)
        np.testing.assert_array_equal(after[:, 1:], before[:, 1:])


# --- how they are measured ------------------------------------------------------------------------


def face_of(height, width):
    """Which rows and columns are the face: from 32 to 75 % and from 31 to 69 % of the side."""
    return (
        range(int(0.32 * height), int(0.75 * height)),
        range(int(0.31 * width), int(0.69 * width)),
    )


def slow_grain(image, rows, columns):
    """The grain of a part of one image, pixel by pixel."""
    differences = [], []
    for r, g, b in ((int(v) for v in image[y][x]) for y in rows for x in columns):
        differences[0].append(r - g)
        differences[1].append(b - (r + g) / 2)
    total, width = 0.0, len(columns)
    for c in differences:
        changes = [
            abs(4 * c[k] - c[k - 1] - c[k + 1] - c[k - width] - c[k + width])
            for y in range(1, len(rows) - 1)
            for k in range(y * width + 1, y * width + width - 1)
        ]
        total += sum(changes) / len(changes)
    pixels = [image[y][x] for y in rows for x in columns]
    light = sum(0.3 * int(r) + 0.59 * int(g) + 0.11 * int(b) for r, g, b in pixels) / len(pixels)
    return total / (light + 15) ** 0.5


def slow_signs(image):
    """The four signs of one image, pixel by pixel."""
    height, width = image.shape[:2]
    rows, columns = face_of(height, width)
    vivid = white = dark = 0
    for y in range(height):
        for x in range(width):
            pixel = [int(v) for v in image[y, x]]
            vivid += max(pixel) - min(pixel) >= 110
            if y in rows and x in columns:
                white += all(v >= 240 for v in pixel)
                dark += all(v <= 20 for v in pixel)
    inside = len(rows) * len(columns)
    grain = slow_grain(image.tolist(), rows, columns)
    return [vivid / (height * width), white / inside, dark / inside, grain]


@settings(max_examples=60)
@given(batches(largest=3))
def test_the_signs_equal_a_slow_calculation(images):
    measured = measure_signs(images)
    assert measured.dtype == np.float64 and measured.shape == (len(images), 4)
    for row, image in zip(measured, images, strict=True):
        np.testing.assert_allclose(row, slow_signs(image), rtol=1e-5, atol=1e-12)


@settings(max_examples=60)
@given(batches(largest=3))
def test_color_grain_equals_a_slow_calculation(images):
    grain = color_grain(images.astype(np.float32))
    for one, image in zip(grain, images, strict=True):
        whole = range(image.shape[0]), range(image.shape[1])
        np.testing.assert_allclose(one, slow_grain(image.tolist(), *whole), rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize(
    ("pixel", "expected"),
    [
        ((200, 91, 90), (1, 0, 0)),
        ((199, 91, 90), (0, 0, 0)),
        ((240, 255, 240), (0, 1, 0)),
        ((239, 255, 255), (0, 0, 0)),
        ((20, 0, 20), (0, 0, 1)),
        ((20, 0, 21), (0, 0, 0)),
    ],
)
def test_the_levels_are_meant_as_at_least_and_at_most(pixel, expected):
    image = np.full((1, 8, 8, 3), pixel, np.uint8)
    assert measure_signs(image)[0].tolist() == [*expected, 0]


def test_a_change_of_light_alone_is_no_grain():
    rng = np.random.default_rng(0)
    gray = np.repeat(rng.integers(0, 256, (5, 32, 32, 1)), 3, axis=3).astype(np.uint8)
    assert value(gray, "grain").max() < 1e-6
    colored = rng.integers(0, 256, (5, 32, 32, 3)).astype(np.uint8)
    assert value(colored, "grain").min() > 10


def test_the_same_fault_is_more_grain_in_a_dark_face_than_in_a_pale_one():
    dark, pale = np.full((2, 1, 64, 64, 3), [[[[[40]]]], [[[[200]]]]], np.uint8)
    fault = np.random.default_rng(0).integers(-20, 21, dark.shape)
    grains = [value((face + fault).astype(np.uint8), "grain") for face in (dark, pale)]
    assert grains[0] > 1.5 * grains[1] > 0


@pytest.mark.parametrize("sides", [(64, 64), (32, 48), (218, 178)])
@pytest.mark.parametrize("window", [FACE, signs.MIDDLE])
def test_a_window_holds_its_shares_of_the_rows_and_columns(sides, window):
    places = cut(np.indices(sides).transpose(1, 2, 0)[np.newaxis], window)[0].reshape(-1, 2)
    for place, side, (low, high) in zip(places.T, sides, window, strict=True):
        assert 0 < low < 0.5 < high < 1
        assert 0 <= low * side - place.min() < 1
        assert 0 < high * side - place.max() <= 2
        assert abs(place.max() + 1 - place.min() - (high - low) * side) < 1


@given(batches(smallest=1), st.integers(0, 2**32))
def test_what_lies_outside_the_face_changes_the_color_sign_alone(images, seed):
    other = np.random.default_rng(seed).integers(0, 256, images.shape).astype(np.uint8)
    rows, columns = face_of(*images.shape[1:3])
    face = np.s_[:, rows.start : rows.stop, columns.start : columns.stop]
    other[face] = images[face]
    np.testing.assert_array_equal(measure_signs(other)[:, 1:], measure_signs(images)[:, 1:])


@pytest.mark.parametrize("times", [2, 3])
def test_an_image_enlarged_by_repeating_pixels_has_the_same_signs(faces, times):
    damaged = np.concatenate([faces[:8], planted(faces[:8], "noise"), planted(faces[:8], "wrap")])
    large = damaged.repeat(times, axis=1).repeat(times, axis=2)
    np.testing.assert_array_equal(measure_signs(large), measure_signs(damaged))


def test_sides_that_are_no_multiple_are_averaged_down_too(faces):
    large = faces[:4].repeat(2, axis=1).repeat(2, axis=2)
    ragged = np.pad(large, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="edge")
    np.testing.assert_array_equal(measure_signs(ragged), measure_signs(faces[:4]))


@pytest.mark.parametrize("shape", [(7, 8), (8, 7), (1, 64), (0, 0)])
def test_images_too_small_to_hold_a_face_are_refused(shape):
    with pytest.raises(ValueError, match="8 x 8 pixels or more, not") as caught:
        SignsRule()(np.zeros((2, *shape, 3), np.uint8))
    assert str(shape) in str(caught.value)
    assert len(SignsRule()(np.zeros((0, *shape, 3), np.uint8))) == 0
