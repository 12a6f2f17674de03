"""Laws of the four signs: what each reacts to, where it looks, and how its threshold is set.

No law here depends on the default thresholds: those come from the reference set.
"""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen import portraits
from facescreen.breakage import plant
from facescreen.commands import main as cli
from facescreen.images import save_png
from facescreen.screening import SIGNS, SignsRule, SingleColorRule, Verdicts, rule_from_name, signs
from facescreen.screening.signs import FACE, SHARES, color_grain, cut, measure_signs

GRAY = np.full((1, 8, 8, 3), 120, np.uint8)
LOSSES = st.sampled_from([0, 0.05, 0.1, 0.25, 0.5, 0.9, 1])


@pytest.fixture(scope="module")
def faces():
    images = portraits(150, size=64, seed=11)
    images.flags.writeable = False
    return images


@st.composite
def batches(draw, smallest=0, largest=6):
    """Batches of small images whose pixels are vivid, white, black or gray in changing shares."""
    height, width = draw(st.integers(8, 16)), draw(st.integers(8, 16))
    count = draw(st.integers(smallest, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = rng.choice(5, (count, height, width), p=rng.dirichlet(np.ones(5) / 2))
    colors = [rng.integers(0, 256, (count, height, width, 3)) for _ in range(5)]
    colors[1] = 232 + colors[1] // 11
    colors[2] //= 10
    colors[3] = np.repeat(colors[3][..., :1], 3, axis=3)
    colors[4] = np.broadcast_to(colors[4][:, :1, :1], colors[4].shape)
    return np.choose(kinds[..., np.newaxis], colors).astype(np.uint8)


AMOUNTS = st.sampled_from([0.01, 0.1, 0.25, 0.5, 1])
RULE = st.builds(SignsRule, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([0.5, 3, 10, 40.0]))


def assert_same(some, others):
    for name in ("reason", "score", "channel", "bin", "white_sum"):
        np.testing.assert_array_equal(getattr(some, name), getattr(others, name))


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


# --- N in, N out ----------------------------------------------------------------------------------


@given(batches(), RULE, st.randoms(use_true_random=False))
def test_a_verdict_depends_on_its_image_alone(images, rule, random):
    together = rule(images)
    assert len(together) == len(images)
    for n in range(len(images)):
        assert_same(rule(images[n : n + 1]), together[n])
    order = random.sample(range(len(images)), len(images))
    assert_same(rule(images[order]), together[order])


def test_images_measured_a_few_at_a_time_measure_the_same(faces, monkeypatch):
    whole = measure_signs(faces[:25])
    monkeypatch.setattr(signs, "BATCH", 4 * 64 * 64 * 3)
    np.testing.assert_array_equal(measure_signs(faces[:25]), whole)
    monkeypatch.setattr(signs, "BATCH", 1)
    np.testing.assert_array_equal(measure_signs(faces[:25]), whole)


@given(batches(), RULE, st.data())
def test_floats_are_judged_as_their_bytes_and_what_is_not_finite_is_broken(images, rule, data):
    flags = st.lists(st.booleans(), min_size=len(images), max_size=len(images))
    finite = np.array(data.draw(flags), bool)
    floats = images.astype(np.float64) / 127.5 - 1
    floats[~finite, 3, 4, 1] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    verdicts = rule(floats)
    assert (verdicts.reason[~finite] == "not finite").all()
    assert np.isnan(verdicts.score[~finite]).all()
    assert verdicts.counts["not finite"] == (~finite).sum()
    assert_same(verdicts[finite], rule(images)[finite])
    assert_same(verdicts, rule(images, finite=finite))
    assert_same(verdicts.at(dark=0.3), replace(rule, dark=0.3)(floats))


@given(batches(), RULE)
def test_verdicts_of_batches_join_to_verdicts_of_all(images, rule):
    finite = np.arange(len(images)) != 2
    whole = rule(images, finite)
    joined = Verdicts.concatenate([rule(images[:2]), rule(images[2:], finite[2:])])
    assert_same(joined, whole)
    assert_same(joined.at(grain=2.0), whole.at(grain=2.0))
    assert_same(whole[1:].at(color=0.2), whole.at(color=0.2)[1:])
    assert joined.counts == whole.counts


# --- thresholds -----------------------------------------------------------------------------------


@given(batches(), RULE)
def test_broken_from_a_score_of_1_up_for_the_sign_furthest_above(images, rule):
    verdicts, values = rule(images), measure_signs(images)
    for n, row in enumerate(values.tolist()):
        ratios = [v / getattr(rule, sign) for v, sign in zip(row, SIGNS, strict=True)]
        assert verdicts.score[n] == max(ratios)
        assert verdicts.broken[n] == (max(ratios) >= 1)
        assert verdicts.reason[n] == (SIGNS[ratios.index(max(ratios))] if max(ratios) >= 1 else "")
    counts = verdicts.counts
    assert sum(counts[sign] for sign in SIGNS) == counts["broken"] == verdicts.broken.sum()
    assert counts["passed"] + counts["broken"] == counts["images"] == len(images)


def test_a_sign_at_its_threshold_is_broken_and_just_below_is_not():
    image = GRAY.copy()
    image[0, 0, :4] = (255, 0, 0)  # 4 of 64 pixels
    lenient = {"white": 9, "dark": 9, "grain": 999}
    assert SignsRule(color=4 / 64, **lenient)(image).reason.tolist() == ["color"]
    assert SignsRule(color=np.nextafter(4 / 64, 1), **lenient)(image).reason.tolist() == [""]


@given(batches(), RULE, st.sampled_from(SIGNS), AMOUNTS)
def test_judging_again_equals_a_fresh_rule(images, rule, sign, threshold):
    again = rule(images).at(**{sign: threshold})
    fresh = replace(rule, **{sign: threshold})
    assert again.rule == fresh
    assert_same(again, fresh(images))


@given(batches(), RULE, st.integers(0, 20))
def test_joined_with_another_rule_either_may_call_an_image_broken(images, rule, threshold):
    single = SingleColorRule(threshold)
    for joined in (rule | single, single | rule):
        verdicts, each = joined(images), [part(images) for part in joined.rules]
        np.testing.assert_array_equal(verdicts.broken, each[0].broken | each[1].broken)
        for n in range(len(images)):
            assert verdicts.reason[n] == next((v.reason[n] for v in each if v.reason[n]), "")
        again = verdicts.at(grain=2.0, threshold=5)
        both = {type(rule): replace(rule, grain=2.0), SingleColorRule: SingleColorRule(5)}
        first, second = (both[type(part)] for part in joined.rules)
        assert_same(again, (first | second)(images))


@pytest.mark.parametrize("threshold", [0, -0.1, float("nan"), float("inf"), "0.1", True, None])
@pytest.mark.parametrize("sign", SIGNS)
def test_a_threshold_that_is_no_number_above_0_is_refused_by_name(sign, threshold):
    with pytest.raises(ValueError) as caught:
        SignsRule(**{sign: threshold})
    assert str(caught.value) == f"{sign} must be a number above 0, not {threshold!r}"
    with pytest.raises(ValueError, match=f"{sign} must be a number above 0"):
        SignsRule()(GRAY).at(**{sign: threshold})


def test_settings_of_other_rules_are_refused_by_name():
    with pytest.raises(ValueError, match=r"another 'threshold' \(only with: color, dark, grain"):
        SignsRule()(GRAY).at(threshold=3)
    with pytest.raises(ValueError, match="no setting 'threshold'; its settings are color, white"):
        rule_from_name("signs", threshold=3)


def test_the_rule_is_found_by_name_and_prints_its_thresholds():
    assert rule_from_name("signs") == SignsRule()
    assert rule_from_name("signs", grain=2.5) == replace(SignsRule(), grain=2.5)
    printed = repr(rule_from_name("signs", grain=2.5))
    assert all(f"{sign}=" in printed for sign in SIGNS) and "grain=2.5" in printed
    assert all(getattr(SignsRule(), sign) > 0 for sign in SIGNS)


# --- calibration ----------------------------------------------------------------------------------


@given(batches(smallest=1, largest=14), LOSSES)
def test_a_calibrated_rule_loses_no_more_valid_images_than_allowed(images, loss):
    calibrated = SignsRule().calibrate(images, loss)
    assert calibrated(images).broken.sum() <= loss * len(images)
    joined = (SignsRule() | SingleColorRule()).calibrate(images, loss)
    assert joined(images).broken.sum() <= loss * len(images)


@given(batches(smallest=1, largest=1), st.integers(1, 20), LOSSES)
def test_of_equal_images_calibration_loses_none_unless_all_may_go(images, count, loss):
    equal = images.repeat(count, axis=0)
    assert not SignsRule().calibrate(equal, loss)(equal).broken.any()


@pytest.mark.filterwarnings("error")
def test_scores_stay_finite_where_valid_images_show_nothing_of_a_sign():
    rule = SignsRule().calibrate(GRAY)
    assert not rule(GRAY).broken.any()
    one_pixel = GRAY.repeat(64, axis=1).repeat(64, axis=2)[:, :64, :64].copy()
    one_pixel[0, 30, 30] = (250, 100, 100)
    verdicts = rule(np.concatenate([one_pixel, one_pixel * 0, one_pixel // 2 + 128]))
    assert np.isfinite(verdicts.score).all()
    assert verdicts.broken[0]


@settings(max_examples=60)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 2**32), st.floats(0, 1))
def test_on_values_without_ties_calibration_loses_nearly_what_it_may(count, loss, seed, alike):
    rng = np.random.default_rng(seed)
    values = 0.1 + (1 - alike) * rng.random((count, 4)) + alike * rng.random((count, 1))
    images = np.zeros((count, 8, 8, 3), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        rule = SignsRule().calibrate(images, loss)
        broken = rule(images).broken.sum()
    allowed = int(loss * count + 1e-9)
    every_sign_may_take_one_more = 4
    floor_of_all = count - 1  # the last valid image of each sign is never given up
    assert min(allowed, floor_of_all) - every_sign_may_take_one_more < broken <= allowed


@pytest.mark.parametrize("sign", SIGNS)
def test_where_valid_images_differ_in_one_sign_alone_all_that_may_be_lost_is_lost_by_it(sign):
    values = np.zeros((200, 4))
    values[:, SIGNS.index(sign)] = np.random.default_rng(0).random(200) + 0.1
    images = np.zeros((200, 8, 8, 3), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        for loss in (0, 0.005, 0.05, 0.5):
            rule = SignsRule().calibrate(images, loss)
            assert rule(images).counts[sign] == rule(images).broken.sum() == round(200 * loss)


def test_each_sign_loses_its_share_of_the_valid_images_that_are_lost():
    rng = np.random.default_rng(0)
    values = rng.random((20_000, 4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "measure_signs", lambda _: values)
        rule = SignsRule().calibrate(np.zeros((20_000, 8, 8, 3), np.uint8), 0.05)
    lost = (values >= rule.thresholds).mean(axis=0)
    np.testing.assert_allclose(lost / lost.sum(), np.array(SHARES) / sum(SHARES), atol=0.01)


def test_on_clean_faces_calibration_loses_what_it_may(faces):
    for loss in (0, 0.02, 0.1, 0.3):
        rule = SignsRule().calibrate(faces, loss)
        lost = rule(faces).broken.sum()
        assert loss * len(faces) - 4 < lost <= loss * len(faces) + 1e-9


def test_a_higher_price_buys_lower_thresholds(faces):
    rules = [SignsRule().calibrate(faces, loss).thresholds for loss in (0, 0.05, 0.2, 1)]
    assert (np.diff(rules, axis=0) <= 0).all()


@pytest.mark.parametrize(
    ("images", "loss", "message"),
    [
        (GRAY, 5, "share from 0 to 1"),
        (GRAY[:0], 0.05, "one or more finite images, not 0 of 0"),
        (GRAY * np.nan, 0.05, "one or more finite images, not 0 of 1"),
    ],
)
def test_calibration_without_sense_is_refused(images, loss, message):
    with pytest.raises(ValueError, match=message):
        SignsRule().calibrate(images, loss)


# --- at the command line --------------------------------------------------------------------------


def test_the_command_screens_a_folder_by_the_signs_and_writes_reasons(tmp_path, capsys):
    whole = np.full((64, 64, 3), 120, np.uint8)
    images = {"whole": whole, "color": whole.copy(), "white": whole.copy(), "dark": whole.copy()}
    images["color"][:, :] = (230, 40, 40)
    images["white"][16:52, 12:52] = 255
    images["dark"][16:52, 12:52] = 0
    noise = np.random.default_rng(0).integers(-45, 46, whole.shape)
    images["grain"] = (whole + noise).astype(np.uint8)
    for name, image in images.items():
        save_png(tmp_path / f"{name}.png", image)
    out = tmp_path / "out"
    line = ["screen", str(tmp_path), "--rule", "signs", "--out", str(out)]
    assert cli.main(line) == cli.SUCCESS
    assert "5 images judged: 4 flagged" in capsys.readouterr().out
    with open(out / "verdicts.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    reasons = {name: rows[f"{name}.png"]["reason"] for name in images}
    assert reasons == {name: "" if name == "whole" else name for name in images}
    expected = SignsRule()(np.stack([*images.values()])).score
    for name, score in zip(images, expected, strict=True):
        np.testing.assert_allclose(float(rows[f"{name}.png"]["score"]), score, rtol=1e-3)
        assert float(rows[f"{name}.png"]["score"]) >= 1 or name == "whole"


def test_a_threshold_of_another_rule_is_refused_at_the_command_line(tmp_path, capsys):
    line = ["screen", str(tmp_path), "--rule", "signs", "--threshold", "3", "--out", str(tmp_path)]
    assert cli.main(line) == cli.ERROR
    assert "'signs' has no setting 'threshold'" in capsys.readouterr().err
