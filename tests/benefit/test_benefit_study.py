"""Laws of the study: killed it goes on, what is shipped is whole, a sample runs again alike."""

import json
import shutil

import numpy as np
import pytest

from facescreen.benefit import StudyError, design, doses, load_study, results, study
from facescreen.benefit.downstream import Cell
from facescreen.benefit.rows import Rows, tables_in

SHIPPED = load_study()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The shipped folder, to be damaged."""
    place = tmp_path / "benefit"
    shutil.copytree(results.SHIPPED, place)
    monkeypatch.setattr(results, "SHIPPED", place)
    return place


def test_rows_are_kept_and_told_apart_by_their_keys(tmp_path):
    rows = Rows(tmp_path / "some.csv", ("seed", "arm"))
    assert not rows.has(seed=0, arm="a") and rows.table().empty
    rows.add({"seed": 0, "arm": "a", "accuracy": 0.123456789})
    rows.add({"seed": 1, "arm": "a, b", "accuracy": 0.5}, {"seed": 1, "arm": "c", "accuracy": 1})
    assert [rows.has(seed=s, arm=a) for s, a in ((0, "a"), (1, "a, b"), (1, "a"), (0, "c"))] == [
        True, True, False, False,
    ]  # fmt: skip
    assert Rows(rows.path, rows.keys).table()["accuracy"].tolist() == [0.12346, 0.5, 1.0]


def test_a_killed_study_trains_what_is_missing_and_nothing_else(tmp_path, monkeypatch):
    trained = []

    def pretend(cell, arm):
        trained.append((cell.seed, cell.source, cell.real, arm))
        if len(trained) == 5:
            raise KeyboardInterrupt
        return {"source": cell.source, "real": cell.real, "seed": cell.seed, "arm": arm,
                "accuracy": 0.5}  # fmt: skip

    monkeypatch.setattr(study, "run_arm", pretend)
    given = {"seeds": [0, 1], "amounts": [40], "arms": ["signs", *design.ALONE], "say": str}
    with pytest.raises(KeyboardInterrupt):
        study.run_downstream(tmp_path, **given | {"amounts": [600]})
    before = len(tables_in(tmp_path)["downstream"].table())
    study.run_downstream(tmp_path, **given | {"amounts": [600]})
    assert (before, len(trained)) == (4, 13)  # twelve, of which the fifth was begun twice
    assert len(set(trained)) == 12 == len(study.run_downstream(tmp_path, **given | {"amounts": []}))
    trained.clear()
    study.run_downstream(tmp_path, **given)
    assert {arm for *_, arm in trained} == {"signs"}  # alone only beside as many real images


def test_the_shipped_study_is_complete():
    down, planted, gans = SHIPPED.downstream, SHIPPED.doses, SHIPPED.second_gan
    seeds = {*down["seed"]}
    assert len(seeds) >= 5 and not seeds & {*design.PILOT}
    for (source, real), own in down.groupby(["source", "real"]):
        arms = [a for a in design.ARMS if a not in design.ALONE or real == design.GENERATED]
        assert sorted(zip(own["seed"], own["arm"], strict=True)) == sorted(
            (s, a) for s in seeds for a in arms
        ), (source, real)
    assert down["accuracy"].between(0.25, 1).all()
    assert planted.groupby("seed").size().eq(len(study.PLAN)).all()
    assert gans.groupby(["arm", "seed"]).size().eq(design.GAN_IMAGES // design.GAN_EVERY).all()
    assert gans.groupby("arm")["seed"].nunique().eq(gans["seed"].nunique()).all()


def test_a_sample_of_the_study_runs_again_to_the_stored_accuracy():
    """The same to the last digit on the machine that ran it; others round sums otherwise."""
    cell, stored = Cell("finished", 40, 0, checked=False), SHIPPED.downstream
    its = stored[(stored["source"] == "finished") & (stored["real"] == 40) & (stored["seed"] == 0)]
    its = its.set_index("arm")["accuracy"]
    for arm in ("multi color", design.REAL):
        assert cell.accuracy(arm) == pytest.approx(its[arm], abs=0.015), arm
    planted = SHIPPED.doses.set_index(["seed", "damage", "dose %", "arm"])["accuracy"]
    again = doses.run_dose(cell, doses.WRONG, 75, doses.KEPT)["accuracy"]
    assert again == pytest.approx(planted[0, doses.WRONG, 75, doses.KEPT], abs=0.03)
    assert planted[0, doses.COVERED, 0, doses.KEPT] == its[design.UNSCREENED]  # one and the same


@pytest.mark.parametrize("name", ["downstream.csv", "doses.csv", "second_gan.csv"])
def test_a_changed_table_is_refused_in_one_sentence(copy, name):
    with (copy / name).open("a") as file:
        file.write("\n")
    with pytest.raises(StudyError, match=rf"{name} is not the file that card.json describes"):
        load_study()


def test_a_damaged_card_or_sheet_is_refused(copy):
    assert results.shipped_moments().shape == (4, len(design.MOMENTS), 64, 64, 3)
    (copy / results.SHEET).write_bytes(b"no picture")
    with pytest.raises(StudyError, match="SHA-256 differs"):
        results.shipped_moments()
    for text in ("", "[]", json.dumps({"sha256": None})):
        (copy / results.CARD).write_text(text)
        with pytest.raises(StudyError, match="is not the card of the study"):
            load_study()


def test_some_seeds_are_taken_and_missing_ones_named():
    some = SHIPPED.only([1, 3], [40], [0])
    assert {*some.downstream["seed"]} == {1, 3} and {*some.downstream["real"]} == {40}
    assert {*some.second_gan["seed"]} == {0}
    for asked, said in ((([77], [40], [0]), "no seed 77"), (([1], [40], [55]), "no GAN's seed 55")):
        with pytest.raises(StudyError, match=said):
            SHIPPED.only(*asked)


def test_what_changed_since_is_told_by_the_card():
    told = SHIPPED.card
    assert told["steps"] and told["generated"] == design.GENERATED
    assert np.isclose(list(told["reader"].values()), 95, atol=5).all()
