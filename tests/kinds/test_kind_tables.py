"""The shipped tables of kinds are what shipped models say of shipped images."""

import shutil

import numpy as np
import pytest

from facescreen.kinds import PLANTED
from facescreen.kinds.classifiers import (
    CLASSIFIERS,
    NETWORKS,
    TILES,
    asked,
    columns_of,
    judged_pool,
    pool_of,
    read_tiles,
    screens_of,
)
from facescreen.kinds.learning_sets import TESTED
from facescreen.kinds.linear import KINDS_FOLDER, KindsError
from facescreen.kinds.planted_tables import HELD_OUT, places
from facescreen.kinds.pools_tables import SAID, confusions, raters_recall
from facescreen.kinds.tables import (
    TABLES,
    caught_by_kind,
    judged_pools,
    kinds_tables,
    load_screens,
    pools_tables,
)

pytestmark = pytest.mark.usefixtures("one_thread")
LINE = "signs, real"  # asked about the smallest pool alone: its signs take a while


@pytest.fixture(scope="module")
def counted():
    """Everything that the networks and the tiles' probabilities give, made anew."""
    screens = {name: its for name, its in load_screens().items() if name in NETWORKS}
    return pools_tables(judged_pools(screens))


def test_thresholds_are_set_again_as_shipped():
    name = NETWORKS[-1]
    again, shipped = screens_of([name])[name], load_screens()[name]
    assert again.kinds == shipped.kinds and again.each == pytest.approx(shipped.each, abs=1e-5)
    np.testing.assert_allclose(again.thresholds, shipped.thresholds, atol=0.01)


@pytest.mark.parametrize("name", ["confusion", "recall", "caught", "screens"])
def test_a_shipped_table_is_counted_again(counted, name):
    """Another processor rounds otherwise: of a hundred images one may fall on the other side."""
    shipped, again = kinds_tables(name), counted[name]
    found = again.index.intersection(shipped.index)
    assert len(found) == len(again) > 0
    numbers = shipped.loc[found].to_numpy(float), again.loc[found].to_numpy(float)
    if name == "confusion":
        total = numbers[0].sum(axis=1, keepdims=True)
        np.testing.assert_array_equal(total, numbers[1].sum(axis=1, keepdims=True))
        assert (np.abs(numbers[0] - numbers[1]) <= np.maximum(1, total / 100)).all()
    else:
        close = np.isclose(*numbers, atol=1.5, equal_nan=True)
        assert close.mean() >= 0.98, again.index[~close.all(axis=1)]


def test_the_sum_of_signs_says_what_the_table_says():
    pool = "another recipe"
    own = judged_pool(pool, {LINE: load_screens()[LINE]})
    shipped = kinds_tables("confusion").sort_index().loc[(LINE, pool)]
    again = confusions({pool: own}).loc[(LINE, pool)].reindex(shipped.index)
    assert np.abs(shipped.to_numpy() - again.to_numpy()).sum() <= 4
    caught = caught_by_kind({pool: own})
    wanted = kinds_tables("caught").reindex(caught.index)
    np.testing.assert_allclose(caught["caught %"], wanted["caught %"], atol=5)


def test_places_are_found_again_on_a_few():
    from facescreen.kinds.network import load_kinds

    few, shipped = places(load_kinds("portraits"), 2, HELD_OUT[:1]), kinds_tables("places")
    assert list(few.index) == list(shipped.index) == list(PLANTED)
    hits = [table["network hits %"].mean() for table in (few, shipped)]
    assert abs(hits[0] - hits[1]) < 25  # 24 images: two standard errors of a share near 80 %
    assert (shipped["network hits %"] > shipped["chance hits %"]).all()


def test_all_tables_are_there_and_whole():
    for name in TABLES:
        table = kinds_tables(name)
        assert len(table) and not table.index.has_duplicates
    assert tuple(kinds_tables("confusion")) == SAID
    assert set(kinds_tables("screens").index.get_level_values(0)) == {*TESTED, TILES}
    with pytest.raises(KeyError):
        kinds_tables("none")


def test_the_tiles_are_probabilities_and_a_damaged_table_is_a_sentence(tmp_path):
    for name, said in read_tiles().items():
        assert said.shape == (542, len(columns_of(name)))
        np.testing.assert_allclose(said.sum(axis=1), 1, atol=2e-4)
    text = (KINDS_FOLDER / "tiles.csv").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    wrong = [text[:-900], text.replace("valid", "fine", 1), "".join(lines[:1] + lines[2:]), ""]
    wrong.append(lines[0] + lines[1].replace(",0.", ",7.") + "".join(lines[2:]))
    for spoiled in wrong:
        (tmp_path / "tiles.csv").write_text(spoiled, "utf-8")
        with pytest.raises(KindsError, match=r"tiles\.csv"):
            read_tiles(tmp_path)
    with pytest.raises(KindsError, match="cannot be read"):
        read_tiles(tmp_path / "nowhere")
    shutil.copy(KINDS_FOLDER / "tiles.csv", tmp_path)
    assert set(read_tiles(tmp_path)) == set(CLASSIFIERS)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"network, real": {"each": 1}}'])
def test_damaged_thresholds_are_a_sentence(tmp_path, text):
    (tmp_path / "thresholds.json").write_text(text, "utf-8")
    with pytest.raises(KindsError, match=r"thresholds\.json is not a file of thresholds"):
        load_screens(tmp_path)


def test_raters_are_compared_as_by_hand():
    pool = pool_of("while learning")
    first, second = pool.kinds_by("look 1"), pool.kinds_by("look 2")
    table = raters_recall(pool)
    own = first == "tint"
    assert table.loc["tint", "n"] == own.sum()
    assert table.loc["tint", "recall %"] == pytest.approx(100 * (second[own] == "tint").mean())
    valid = pool.rated_by("look 1") == "valid"
    same = pool.rated_by("look 2")[valid] == "valid"
    assert table.loc["valid", "recall %"] == pytest.approx(100 * same.mean())


def test_only_the_runs_kept_back_are_tested():
    pool = pool_of("another recipe")
    assert set(pool.seeds) == {32} and len(pool.names) == len(pool.images) == len(pool.labels)
    assert set(asked(pool.images[:2], NETWORKS[:1])) == {NETWORKS[0]}
