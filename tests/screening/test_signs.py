"""Laws of the rule that adds up twelve signs: N verdicts for N images, by one threshold.

No law here depends on the numbers of a shipped profile, but for the last ones.
"""

import csv
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sign_batches import GRAY, PROFILES, RULE, THRESHOLDS, batches, made_profile, measured
from verdict_columns import assert_same

from facescreen.breakage import plant
from facescreen.commands import main as cli
from facescreen.images import save_png
from facescreen.screening import SIGNS, SignsRule, SingleColorRule, Verdicts, rule_from_name
from facescreen.screening.profiles import CLIP, SHIPPED, Profile
from facescreen.screening.signs import measure_signs

VALUES = st.integers(0, 2**32).map(lambda s: np.random.default_rng(s).normal(-1, 6, (9, 12)))
NAMES = list(SIGNS)


def close(some, others):
    """The same verdicts, scores up to rounding: how images are batched may change the last bit."""
    np.testing.assert_array_equal(some.reason, others.reason)
    np.testing.assert_allclose(some.score, others.score, rtol=1e-4, atol=1e-4)


# --- the sum --------------------------------------------------------------------------------------


@given(VALUES, RULE)
def test_the_score_adds_up_what_each_sign_stands_above_valid_times_its_weight(values, rule):
    profile, verdicts = rule.profile, rule.judge(measured(values))
    for row, score, reason in zip(values, verdicts.score, verdicts.reason, strict=True):
        terms = {}
        for sign, value in zip(SIGNS, row, strict=True):
            deviations = (value - profile.means[sign]) / profile.sds[sign]
            terms[sign] = profile.weights[sign] * min(max(deviations, -5), 5)
        np.testing.assert_allclose(score, profile.intercept + sum(terms.values()), rtol=1e-9)
        assert reason == (max(terms, key=terms.get) if score >= rule.threshold else "")


@given(VALUES, RULE)
def test_the_terms_and_the_intercept_are_the_score(values, rule):
    terms = rule.terms(measured(values))
    assert terms.shape == (9, 12) and terms.dtype == np.float64
    score = rule.judge(measured(values)).score
    np.testing.assert_allclose(terms.sum(axis=1) + rule.profile.intercept, score)


@given(VALUES, RULE, st.sampled_from(range(12)), st.floats(0, 50))
def test_the_score_never_falls_where_a_sign_grows(values, rule, sign, growth):
    grown = values.copy()
    grown[:, sign] += growth
    before, after = (rule.judge(measured(v)) for v in (values, grown))
    assert (after.score >= before.score - 1e-9).all()
    weight = rule.profile.weights[NAMES[sign]]
    assert (after.score <= before.score + 2 * CLIP * weight + 1e-9).all(), "none decides alone"


@given(VALUES, PROFILES, st.sampled_from(range(12)), st.floats(-9, 9))
def test_a_sign_of_weight_0_counts_nothing(values, profile, sign, shift):
    without = replace(profile, weights=profile.weights | {NAMES[sign]: 0.0})
    shifted = values.copy()
    shifted[:, sign] += shift
    some, others = (SignsRule(without).judge(measured(v)) for v in (values, shifted))
    np.testing.assert_array_equal(some.score, others.score)


@pytest.mark.parametrize("sign", NAMES)
def test_the_reason_is_the_sign_that_counts_most(sign):
    profile = made_profile(weights=dict.fromkeys(SIGNS, 0.5), threshold=-1e6)
    values = profile.vector("means")[np.newaxis].repeat(2, axis=0)
    values[:, NAMES.index(sign)] += profile.sds[sign]
    verdicts = SignsRule(profile).judge(measured(values))
    assert verdicts.reason.tolist() == [sign, sign]
    assert verdicts.counts[sign] == verdicts.counts["broken"] == 2


@given(VALUES, RULE)
def test_broken_from_the_threshold_up(values, rule):
    score = rule.judge(measured(values)).score[0]
    at, above = score, np.nextafter(score, np.inf)
    assert replace(rule, threshold=at).judge(measured(values)).broken[0]
    assert not replace(rule, threshold=above).judge(measured(values)).broken[0]


# --- N in, N out ----------------------------------------------------------------------------------


@given(batches(), RULE, st.randoms(use_true_random=False))
def test_a_verdict_depends_on_its_image_alone(images, rule, random):
    together = rule(images)
    assert len(together) == len(images)
    scores = [rule(images[n : n + 1]).score[0] for n in range(len(images))]
    np.testing.assert_allclose(scores, together.score, rtol=1e-4, atol=1e-4)
    order = random.sample(range(len(images)), len(images))
    np.testing.assert_allclose(rule(images[order]).score, together.score[order], atol=1e-4)


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
    close(verdicts, rule(images, finite=finite))
    np.testing.assert_allclose(verdicts.score[finite], rule(images).score[finite], atol=1e-4)
    close(verdicts.at(threshold=0.3), replace(rule, threshold=0.3)(floats))
    counts = verdicts.counts
    assert sum(counts[sign] for sign in SIGNS) + counts["not finite"] == counts["broken"]


@given(VALUES, RULE, THRESHOLDS)
def test_judging_again_equals_a_fresh_rule(values, rule, threshold):
    again = rule.judge(measured(values)).at(threshold=threshold)
    fresh = replace(rule, threshold=threshold)
    assert again.rule == fresh
    assert_same(again, fresh.judge(measured(values)))
    parts = [rule.judge(measured(part)) for part in (values[:4], values[4:])]
    joined = Verdicts.concatenate(parts)
    assert_same(joined.at(threshold=threshold), again)
    assert_same(again[1:], joined[1:].at(threshold=threshold))


@given(batches(), RULE, st.integers(0, 20))
def test_joined_with_another_rule_either_may_call_an_image_broken(images, rule, threshold):
    single = SingleColorRule(threshold)
    for joined in (rule | single, single | rule):
        verdicts, each = joined(images), [part(images) for part in joined.rules]
        np.testing.assert_array_equal(verdicts.broken, each[0].broken | each[1].broken)
        for n in range(len(images)):
            assert verdicts.reason[n] == next((v.reason[n] for v in each if v.reason[n]), "")
        again = verdicts.at(threshold=5)
        both = [replace(part, threshold=5) for part in joined.rules]
        assert_same(again, (both[0] | both[1])(images))


@pytest.mark.parametrize("shape", [(7, 8), (8, 7), (1, 64), (0, 0)])
def test_images_too_small_to_hold_a_face_are_refused(shape):
    with pytest.raises(ValueError, match="8 x 8 pixels or more, not") as caught:
        SignsRule()(np.zeros((2, *shape, 3), np.uint8))
    assert str(shape) in str(caught.value)
    assert len(SignsRule()(np.zeros((0, *shape, 3), np.uint8))) == 0


# --- how it is made -------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), "0.1", True, [1]])
def test_a_threshold_that_is_no_finite_number_is_refused(threshold):
    with pytest.raises(ValueError) as caught:
        SignsRule(threshold=threshold)
    said = f"threshold must be a finite number (log odds), not {threshold!r}"
    assert str(caught.value) == said
    with pytest.raises(ValueError, match="threshold must be a finite number"):
        SignsRule()(GRAY).at(threshold=threshold)


def test_settings_that_it_has_not_are_refused_by_name():
    with pytest.raises(ValueError, match=r"another 'profile' \(only with: threshold\)"):
        SignsRule()(GRAY).at(profile="photographs")
    with pytest.raises(ValueError, match="no setting 'grain'; its settings are profile, threshold"):
        rule_from_name("signs", grain=3)


def test_the_rule_is_found_by_name_and_prints_its_profile_and_threshold():
    assert rule_from_name("signs") == SignsRule() == SignsRule("generated")
    assert SignsRule() == SignsRule(Profile.load("generated"))
    assert hash(SignsRule()) == hash(SignsRule())
    rule = rule_from_name("signs", profile="photographs", threshold=2)
    assert rule == replace(SignsRule("photographs"), threshold=2.0) != SignsRule(threshold=2)
    assert repr(rule) == "SignsRule('photographs', threshold=2.0)"
    assert SignsRule().threshold == Profile.load("generated").threshold


def test_importing_the_package_reads_no_profile_and_loads_no_heavy_library():
    code = (
        "import sys, facescreen.screening as s, facescreen.screening.profiles as p\n"
        "p.SCREENS = None\n"
        "assert not {'torch', 'numba', 'scipy', 'sklearn'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- the shipped profiles -------------------------------------------------------------------------


def planted(faces, kind):
    """Every face with a breakage of one kind on the face, a fifth of the picture large."""
    damaged = [
        plant(face, kind, 1, 0.2, place=(0.55, 0.5), seed=i).image for i, face in enumerate(faces)
    ]
    return np.stack(damaged)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_profile_passes_clean_portraits_and_catches_planted_damage(faces, name):
    rule = SignsRule(name)
    assert rule(faces).broken.mean() < 0.1
    before = rule(faces).score
    for kind in ("blob", "noise", "wrap"):
        verdicts = rule(planted(faces, kind))
        assert (verdicts.score > before).mean() > 0.9, kind
        assert verdicts.broken.mean() > 0.5, kind


@pytest.mark.parametrize("times", [2, 3])
def test_an_image_enlarged_by_repeating_pixels_is_judged_the_same(faces, times):
    damaged = np.concatenate([faces[:8], planted(faces[:8], "noise"), planted(faces[:8], "wrap")])
    large = damaged.repeat(times, axis=1).repeat(times, axis=2)
    close(SignsRule()(large), SignsRule()(damaged))


def test_the_command_screens_a_folder_by_the_signs_and_writes_reasons(faces, tmp_path, capsys):
    images = np.concatenate([faces[:3], planted(faces[:3], "noise")])
    for n, image in enumerate(images):
        save_png(tmp_path / f"{n}.png", image)
    out, rule = tmp_path / "out", SignsRule()
    line = ["screen", str(tmp_path), "--rule", "signs", "--out", str(out)]
    assert cli.main(line) == cli.SUCCESS
    expected = rule(images)
    assert f"6 images judged: {expected.broken.sum()} flagged" in capsys.readouterr().out
    with open(out / "verdicts.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert [rows[f"{n}.png"]["reason"] for n in range(6)] == expected.reason.tolist()
    scores = [float(rows[f"{n}.png"]["score"]) for n in range(6)]
    np.testing.assert_allclose(scores, expected.score, rtol=1e-3, atol=1e-3)
    assert measure_signs(images).shape == (6, 12)
