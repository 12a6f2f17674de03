"""Laws of the rendered portraits: addressable, varied, balanced over skin tones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from facescreen.faces import portrait_table, portraits
from facescreen.faces.portraits import MAX_SIZE, MIN_SIZE
from facescreen.faces.traits import HAIR_STYLES, Draws, draw_traits
from facescreen.screening import SingleColorRule


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 10**9), st.integers(1, 5))
def test_a_face_is_the_same_alone_or_among_others(seed, start, count):
    together = portraits(count, 32, seed, start=start)
    alone = [portraits(1, 32, seed, start=start + i)[0] for i in range(count)]
    assert np.array_equal(together, alone)


def test_chunks_and_threads_leave_no_seam():
    many = portraits(200, 32, seed=3)
    assert np.array_equal(many[60:70], portraits(10, 32, seed=3, start=60))
    assert len({face.tobytes() for face in many}) == 200  # and no face comes twice


def test_seed_and_setting_change_the_picture():
    assert not np.array_equal(portraits(4, seed=0), portraits(4, seed=1))
    assert not np.array_equal(portraits(4), portraits(4, setting="studio"))


@pytest.mark.parametrize("size", [MIN_SIZE, 33, 64, 101, 128, MAX_SIZE])
def test_every_size_shows_the_same_person(size):
    faces = portraits(6, size, seed=5)
    assert faces.shape == (6, size, size, 3) and faces.dtype == np.uint8
    small = portraits(6, MIN_SIZE, seed=5).mean(axis=(1, 2))
    assert np.abs(faces.mean(axis=(1, 2)) - small).max() < 4  # mean color per channel, of 255


@pytest.mark.parametrize("wrong", [{"size": 30}, {"size": 257}, {"count": -1}, {"start": -1}])
def test_wrong_numbers_are_refused_with_what_was_expected(wrong):
    with pytest.raises(ValueError, match="expected"):
        portraits(**{"count": 1, **wrong})


def test_an_unknown_setting_is_refused_even_for_no_faces():
    with pytest.raises(ValueError, match="varied, studio"):
        portraits(0, setting="beach")
    assert portraits(0).shape == (0, 64, 64, 3)


def test_columns_of_random_numbers_are_uniform_and_unrelated():
    d = Draws(0, np.arange(20_000))
    columns = np.stack([d.uniform() for _ in range(12)])
    assert np.abs(columns.mean(1) - 0.5).max() < 0.01
    assert np.abs(columns.std(1) - 12**-0.5).max() < 0.005
    related = np.corrcoef(columns) - np.eye(12)
    assert np.abs(related).max() < 0.03  # about 4 standard errors
    assert abs(np.corrcoef(columns[0, :-1], columns[0, 1:])[0, 1]) < 0.03  # neighboring faces


def test_the_table_tells_what_the_picture_shows():
    table, faces = portrait_table(3000, seed=2), portraits(3000, 32, seed=2)
    center = faces[:, 13:20, 12:20].mean(axis=(1, 2, 3))
    assert spearmanr(table["skin_tone"], center).statistic < -0.8
    fair = faces[table["skin_tone"] <= 5][:, 14:18, 10:22].mean(axis=(1, 2, 3))
    glasses = table["glasses"][table["skin_tone"] <= 5]
    assert fair[glasses == "dark"].mean() < 0.8 * fair[glasses == "none"].mean()
    white, lights = (faces[table["background"] == k, :6, :4].mean() for k in ("white", "lights"))
    assert white > 180 > 90 > lights


def test_skin_tones_are_balanced_and_every_style_is_there():
    table = portrait_table(10_000, seed=4)
    share = table["skin_tone"].value_counts(normalize=True)
    assert sorted(share.index) == list(range(1, 11))
    assert share.between(0.09, 0.11).all()
    assert set(table["hair_style"]) == set(HAIR_STYLES)
    assert table["glasses"].ne("none").mean() == pytest.approx(0.20, abs=0.02)


def test_light_and_exposure_do_not_depend_on_skin():
    t = draw_traits(6, np.arange(20_000))
    for name in ("exposure", "key", "fill", "light_azimuth", "contrast"):
        assert abs(np.corrcoef(t["skin_tone"], t[name])[0, 1]) < 0.03, name


def test_a_rule_flags_every_skin_quartile_alike():
    count = 8000
    flagged = SingleColorRule(40)(portraits(count, seed=7)).broken
    tone = portrait_table(count, seed=7)["skin_tone"].to_numpy()
    quartile = np.argsort(np.argsort(tone, kind="stable")) * 4 // count
    rates = np.array([flagged[quartile == k].mean() for k in range(4)])
    assert 0.01 < flagged.mean() < 0.15  # the rule does see bright backgrounds
    assert np.ptp(rates) <= 0.03


def test_studio_portraits_hold_almost_no_saturated_pixels():
    assert SingleColorRule(40)(portraits(2000, seed=8, setting="studio")).broken.mean() < 0.01
