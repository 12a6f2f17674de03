"""Laws of profiles: kept whole in a file, refused where damaged, learned from labels."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sign_batches import PROFILES, made_profile, measured

from facescreen.images.writing import NotOursError
from facescreen.screening import SIGNS, Profile, ProfileError, SignsRule, fit_profile
from facescreen.screening.profiles import SCREENS, SHARES, SHIPPED, WHAT, spread_and_shape

CARD = {"learned from": "얼굴, 40 of them", "images": 40, "shares": [0.1, None]}

# --- files ----------------------------------------------------------------------------------------


@given(profile=PROFILES)
def test_a_profile_comes_back_from_its_file(tmp_path_factory, profile):
    path = tmp_path_factory.mktemp("profiles") / "mine.json"
    told = replace(profile, card=CARD)
    told.save(path)
    assert asdict(Profile.load(path)) == asdict(told)
    told.save(path)  # its own file is replaced
    assert asdict(Profile.load(str(path))) == asdict(told)
    assert SignsRule(path) == SignsRule(told)
    assert json.loads(path.read_text())["what"] == WHAT


def test_another_file_is_not_replaced(tmp_path):
    path = tmp_path / "notes.json"
    path.write_text('{"mine": 1}')
    with pytest.raises(NotOursError):
        made_profile().save(path)
    assert path.read_text() == '{"mine": 1}'


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_profiles_are_whole_and_as_they_would_be_saved(name, tmp_path):
    profile = Profile.load(name)
    assert profile.name == name
    assert profile.card
    assert name != "generated" or {16, 24} <= profile.expected.keys()
    profile.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (SCREENS / f"{name}.json").read_text()


def damaged(**changes):
    """A profile's data as JSON holds it, some of it changed; ... leaves a field out."""
    data = {"what": WHAT, **asdict(made_profile()), **changes}
    return {key: value for key, value in data.items() if value is not ...}


def by_sign(field, **changes):
    """The same with the numbers of some signs in one field changed."""
    kept = dict.fromkeys(SIGNS, 1.0) | changes
    return damaged(**{field: {sign: v for sign, v in kept.items() if v is not ...}})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([1], 'an object whose "what" is'),
        (damaged(what="a GAN"), 'an object whose "what" is'),
        (damaged(spread=...), "'spread' is missing of a profile: name, means, sds"),
        (damaged(extra=1), "'extra' is no field of a profile: name, means, sds"),
        (damaged(name=3), "name must be a line of text, not 3"),
        (damaged(name="two\nlines"), "name must be a line of text"),
        (damaged(name=" "), "name must be a line of text"),
        (damaged(means=[1, 2]), r"means must have a number for each of clipped, .*, not \[1, 2\]"),
        (by_sign("means", hue=...), "means must have a number for each of"),
        (by_sign("means", grain=1.0), "means must have a number for each of"),
        (by_sign("means", hue="1"), "means of 'hue' must be a number, not '1'"),
        (by_sign("means", hue=float("nan")), "means of 'hue' must be a number, not nan"),
        (by_sign("sds", hue=0), "sds of 'hue' must be a number above 0, not 0"),
        (by_sign("sds", hue=-1), "sds of 'hue' must be a number above 0, not -1"),
        (by_sign("weights", hue=-0.1), "weights of 'hue' must be a number of 0 or more, not -0.1"),
        (by_sign("weights", hue=float("inf")), "weights of 'hue' must be a number"),
        (damaged(intercept=None), "intercept must be a number, not None"),
        (damaged(threshold=True), "threshold must be a number, not True"),
        (damaged(threshold=10**400), "threshold must be a number, not 1000"),
        (damaged(spread=0), "spread must be a number above 0, not 0"),
        (damaged(shape=3), "shape must be lists of 2 numbers, not 3"),
        (damaged(shape=[[0.1, 2], [0.2]]), "shape must be lists of 2 numbers"),
        (damaged(shape=[[0.1, 2], [0.2, "1"]]), "each number of shape must be a number, not '1'"),
        (damaged(shape=[[0.1, 2]]), "shape must be two or more pairs"),
        (damaged(shape=[[0.2, 2], [0.1, 1]]), "shape must be two or more pairs"),
        (damaged(shape=[[0.1, 1], [0.2, 2]]), "shape must be two or more pairs"),
        (damaged(shape=[[0, 2], [0.2, 1]]), "shape must be two or more pairs"),
        (damaged(shape=[[0.1, 2], [1, 1]]), "shape must be two or more pairs"),
        (damaged(expected=[1]), r"expected must be by numbers of images, not \[1\]"),
        (damaged(expected={"few": [0.1, 0, 0.2]}), "expected must be by numbers of images"),
        (damaged(expected={"0": [0.1, 0, 0.2]}), "expected must be by numbers of images"),
        (damaged(expected={"9" * 5000: [0.1, 0, 0.2]}), "expected must be by numbers of images"),
        (damaged(expected={"16": [0.1, 0.2]}), "expected must be lists of 3 numbers"),
        (damaged(expected={"16": [0.1, 0.3, 0.2]}), "expected for 16 images must be a share lost"),
        (damaged(expected={"16": [5, 0, 0.2]}), "expected for 16 images must be a share lost"),
        (damaged(card="none"), "card must be an object, not 'none'"),
    ],
)
def test_a_damaged_profile_is_refused_with_its_file_and_field(tmp_path, data, words):
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(data))
    with pytest.raises(ProfileError, match=words) as caught:
        Profile.load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ") and "\n" not in said and len(said) < 400 + len(str(path))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"what": }'])
def test_what_is_no_json_is_refused_with_its_file(tmp_path, data):
    path = tmp_path / "noise.json"
    path.write_bytes(data)
    with pytest.raises(ProfileError) as caught:
        Profile.load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: it cannot be read as JSON: ") and "\n" not in said


def test_a_profile_that_is_not_there_is_refused_with_what_there_is(tmp_path):
    for name, seen in ((tmp_path / "absent.json", "not there"), (tmp_path, "a folder")):
        with pytest.raises(ProfileError) as caught:
            SignsRule(name)
        assert str(caught.value) == (
            f"{name}: it is {seen}, expected generated, photographs or a profile's JSON file"
        )


@given(st.floats(0.005, 0.5), PROFILES)
def test_deviates_are_those_of_the_shape_and_fall_between_them(share, profile):
    for known, deviate in profile.shape:
        assert profile.deviate(known) == pytest.approx(deviate)
    below = max(known for known, _ in profile.shape if known <= share)
    above = min(known for known, _ in profile.shape if known >= share)
    assert profile.deviate(above) - 1e-9 <= profile.deviate(share) <= profile.deviate(below) + 1e-9


@pytest.mark.parametrize("share", [0, 0.004, 0.51, 1, float("nan")])
def test_a_share_beyond_the_shape_has_no_deviate(share):
    with pytest.raises(ValueError, match=r"0\.005 to 0\.5 of the valid images are lost, not"):
        made_profile().deviate(share)


# --- learning one ---------------------------------------------------------------------------------


def values_score(profile, values):
    return SignsRule(profile).judge(measured(values)).score


def made_up(seed=0, count=600, gap=2.0):
    """Values of images, half of them broken: those are higher in the first three signs."""
    rng = np.random.default_rng(seed)
    broken = np.arange(count) % 2 == 0
    values = rng.normal(rng.normal(0, 3, 12), 1, (count, 12))
    values[broken, :3] += gap
    values[broken, 3] -= gap
    return values, broken, np.ones(count)


def test_a_fitted_profile_tells_broken_from_valid_by_the_signs_that_grow():
    values, broken, weights = made_up()
    profile = fit_profile(values, broken, weights)
    score = values_score(profile, values)
    assert (score[broken][:, None] > score[~broken]).mean() > 0.95
    found = profile.vector("weights")
    assert (found >= 0).all() and found[:3].min() > 5 * found[4:].max()
    assert found[3] == 0, "a sign that falls with breakage counts nothing"
    np.testing.assert_allclose(profile.vector("means"), values[~broken].mean(axis=0))
    np.testing.assert_allclose(profile.vector("sds"), values[~broken].std(axis=0))


@pytest.mark.parametrize("loss", [0, 0.01, 0.05, 0.5, 1])
def test_its_threshold_loses_the_share_asked_for_of_the_weight(loss):
    values, broken, _ = made_up()
    weights = np.random.default_rng(1).uniform(0.1, 3, len(values))
    profile = fit_profile(values, broken, weights, max_valid_loss=loss)
    lost = (values_score(profile, values) >= profile.threshold)[~broken]
    share = weights[~broken][lost].sum() / weights[~broken].sum()
    assert loss - 2 * 3 / weights[~broken].sum() <= share <= loss + 1e-9


def test_its_gradient_is_zero_where_a_weight_is_above_zero():
    values, broken, weights = made_up(gap=0.5)
    profile = fit_profile(values, broken, weights, penalty=0.1)
    terms = (values - profile.vector("means")) / profile.vector("sds")
    z, p = np.clip(terms, -5, 5), 1 / (1 + np.exp(-values_score(profile, values)))
    gradient = z.T @ (p - broken) / len(values) + 0.1 * profile.vector("weights")
    np.testing.assert_allclose(gradient[profile.vector("weights") > 0], 0, atol=1e-3)
    assert (gradient > -1e-3).all()
    assert abs((p - broken).mean()) < 1e-3


def test_an_image_of_weight_two_counts_as_two():
    values, broken, weights = made_up(count=200)
    twice = np.arange(200) < 60
    doubled = np.concatenate([np.arange(200), np.flatnonzero(twice)])
    one = fit_profile(values, broken, weights + twice)
    other = fit_profile(values[doubled], broken[doubled], np.ones(len(doubled)))
    for name in ("means", "sds", "weights"):
        np.testing.assert_allclose(one.vector(name), other.vector(name), rtol=1e-3, atol=1e-3)


def test_spread_and_shape_are_those_within_a_generator():
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (5, 4000)) + rng.normal(0, 50, (5, 1))
    generators = np.arange(5).repeat(4000)
    spread, shape = spread_and_shape(scores.ravel(), generators)
    assert spread == pytest.approx(2, rel=0.03)
    assert [share for share, _ in shape] == list(SHARES)
    assert dict(shape)[0.05] == pytest.approx(1.645, abs=0.05)
    assert dict(shape)[0.5] == pytest.approx(0, abs=0.05)
    alone = spread_and_shape(scores.ravel(), np.zeros(20_000))[0]
    assert alone > 10
    with pytest.raises(ValueError, match="two or more valid images that differ"):
        spread_and_shape(scores[0, :3], np.arange(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v, b, w: (v[:, :4], b, w), r"expected values \(N, 12\)"),
        (lambda v, b, w: (v, b.astype(int), w), r"broken as bool \(N,\)"),
        (lambda v, b, w: (v, b[:-1], w), r"broken as bool \(N,\)"),
        (lambda v, b, w: (v, b, w * 0), "weights above 0"),
        (lambda v, b, w: (v, b, w[:-1]), "600 weights above 0"),
        (lambda v, b, w: (v, b | True, w), "valid and broken images, not 600 broken of 600"),
        (lambda v, b, w: (v, b & False, w), "valid and broken images, not 0 broken of 600"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        fit_profile(*change(*made_up()))
