"""Laws of the rule of the four signs: N verdicts for N images, by thresholds that can be set.

No law here depends on the default thresholds: those come from the reference set.
"""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sign_batches import AMOUNTS, GRAY, RULE, batches
from verdict_columns import assert_same

from facescreen.commands import main as cli
from facescreen.images import save_png
from facescreen.screening import SIGNS, SignsRule, SingleColorRule, Verdicts, rule_from_name, signs
from facescreen.screening.signs import measure_signs

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
