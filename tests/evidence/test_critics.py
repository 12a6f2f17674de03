"""Laws of the shipped tables of critics: read or refused, and measured again where they can be."""

import numpy as np
import pytest
import torch
from sklearn.metrics import brier_score_loss

from facescreen.evidence import critics, critics_finished
from facescreen.evidence.critic_digits import load_digit_table, screened_digits, thrown_away
from facescreen.evidence.critic_diversity import ACCEPT, load_diversity
from facescreen.evidence.critic_measures import Fresh, told_apart
from facescreen.evidence.critic_scores import (
    COLUMNS,
    CRITICS,
    SCREENS_COMPARED,
    SETTINGS,
    CriticTableError,
    judged_pool,
    load_critic_scores,
    read_critic_card,
)
from facescreen.faces import portraits
from facescreen.gan.inside import active_units
from facescreen.generation import FaceMaker
from facescreen.labels.drawing import DRAWN
from facescreen.screening.inside import rare_activity, style_distance


@pytest.fixture(scope="module", params=SETTINGS)
def pool(request):
    return judged_pool(request.param)


def test_all_screens_keep_the_same_share_and_cut_by_their_own_scores(pool):
    for accept in (0.35, 0.8):
        for name, chance in pool.keeping(accept).items():
            assert chance.mean() == pytest.approx(accept, abs=1e-9), name
    signs = pool.keeping(0.8)["signs"] > 0.5
    assert pool.scores["signs"][signs].max() <= pool.scores["signs"][~signs].min()


def test_what_needs_images_alone_is_measured_again():
    pool = judged_pool("test")
    some = np.arange(0, len(pool.images), 41)
    found = critics.by_images("test", pool.images[some])
    for name, values in found.items():
        np.testing.assert_allclose(values, pool.scores[name].iloc[some], rtol=1e-3, atol=1e-5)


def test_styles_and_units_are_measured_again():
    """Beside other fresh images than the table's: the same places, up to their noise."""
    pool = judged_pool("test")
    maker = FaceMaker(DRAWN["test"][0])
    combiner = maker.combiner

    def layers(start, stop):
        picked = maker.sources(start, stop)
        faces = torch.from_numpy(maker.source.load(picked.ravel()))
        styles = combiner.encode(faces).unflatten(0, picked.shape)
        return maker.scheme.combine(styles, combiner.layers, maker.settings.alpha)

    styles, fresh = layers(0, 20), layers(640, 680)  # the latter were never labeled
    rare = rare_activity(
        active_units(combiner, styles).numpy(),
        active_units(combiner, fresh).numpy().mean(axis=0),
    )
    near = style_distance(styles.numpy(), fresh.numpy())
    for name, values in (("rare", rare), ("style", near)):
        assert np.corrcoef(values, pool.scores[name].iloc[:20])[0, 1] > 0.9, name


def test_the_card_tells_how_well_critics_tell_apart():
    card = read_critic_card()
    for known in card["critics"].values():
        assert known["accuracy raw"] > 0.5
        assert known["brier calibrated"] <= known["brier raw"] + 0.01
    assert card["command"] == critics.COMMAND


def test_a_critic_is_measured_by_halves_that_did_not_calibrate_it():
    random = np.random.default_rng(0)
    made, real = random.normal(-4, 3, 400), random.normal(2, 3, 400)
    known = told_apart([Fresh(made, real, np.zeros((1, 1)), np.zeros((1, 1)))])
    chance = 1 / (1 + np.exp(-np.concatenate([made, real])))
    truth = np.repeat([0, 1], 400)
    assert known["brier raw"] == pytest.approx(brier_score_loss(truth, chance), abs=1e-4)
    assert known["accuracy raw"] == pytest.approx(((chance > 0.5) == truth).mean(), abs=1e-4)
    assert known["brier calibrated"] < known["brier raw"] and known["gap calibrated"] < 0.05


def test_a_fresh_critic_learns_what_is_planted():
    faces = portraits(256, 64, 5)
    marked = faces.copy()
    marked[:, 20:40, 20:40, 0] = 255
    critic = critics_finished.trained_critic(faces[:192], marked[:192], passes=4)
    scores = [
        critics_finished.logits_of(critic, critics_finished.as_seen(x[192:]))
        for x in (faces, marked)
    ]
    assert scores[0].min() > scores[1].max()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda t: t.replace("realism", "realsm", 1), "has other columns than"),
        (lambda t: t.replace("test/0003", "test/0002", 1), "does not hold images of test"),
        (lambda t: "\n".join([*t.splitlines()[:3], "test/0002" + 12 * ",inf"]), "not finite"),
        (lambda t: t.replace("test/0003,", "test/0003,x", 1), "cannot be read"),
    ],
)
def test_a_damaged_table_is_refused_in_a_sentence(tmp_path, fault, said):
    text = (CRITICS / "test.csv").read_text("utf-8")
    (tmp_path / "test.csv").write_text(fault(text), "utf-8")
    with pytest.raises(CriticTableError, match=said):
        load_critic_scores("test", tmp_path)


def test_a_missing_table_and_an_unknown_pool_are_told(tmp_path):
    with pytest.raises(CriticTableError, match="cannot be read"):
        load_critic_scores("test", tmp_path)
    with pytest.raises(CriticTableError, match="no table of the pool 'default'"):
        load_critic_scores("default")
    assert set(COLUMNS) == set(load_critic_scores("test").columns)


def test_diversity_has_a_row_for_every_screen_of_each_pool():
    table = load_diversity()
    assert [*table.index.levels[0].sort_values()] == sorted(SETTINGS) and ACCEPT == 0.8
    for name in SETTINGS:
        assert [*table.loc[name].index] == ["everything", *SCREENS_COMPARED]
        assert table.loc[name].drop(columns="density").to_numpy().max() <= 1


def test_digits_are_screened_as_many_by_each():
    """Readers who call every digit legible but those that the critic scores highest."""

    class Gan:
        def draw(self, count, seed):
            return np.random.default_rng(seed).normal(size=(count, 1, 2, 2))

        def score(self, images):
            return images[:, 0, 0, 0]

    class Readers:
        def read(self, images):
            return np.zeros(len(images), int), images[:, 0, 0, 0] < 1

    table, found = screened_digits(Gan(), Readers(), 400, 0)
    np.testing.assert_allclose(table["kept %"], 100 * found["inside"].mean())
    inside = found["legible"][found["inside"]]
    assert table.loc["critic, mean ± k std", "unusable %"] == pytest.approx(100 * (~inside).mean())
    assert table.loc["critic, highest scores", "more low"] > 0
    lost = thrown_away(found)[0]
    assert lost["legible"] == found["legible"].sum() and thrown_away(found)[1].isna().any()
    assert lost["thrown away %"] == pytest.approx(
        100 * (found["legible"] & ~found["inside"]).sum() / found["legible"].sum()
    )
    assert load_digit_table().index.get_level_values("seed").nunique() >= 3
