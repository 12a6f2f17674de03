"""The study of learning: rows say what was drawn, a kill changes nothing, the table is whole."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facescreen.breakage import while_learning as study
from facescreen.breakage.changes import (
    CHANGES,
    COLUMNS,
    SHARES,
    STAGES,
    WHOLE,
    WORDS,
    Change,
    one_at_a_time,
)
from facescreen.commands import main as cli
from facescreen.faces import open_source, portraits
from facescreen.gan import moments
from facescreen.gan.recipes import recipe_named, trainer_for
from facescreen.gan.training import TrainingStopped
from facescreen.generation import GenerationSettings, Learning, LearningMaker
from facescreen.images import quantize
from facescreen.screening import PAPER_RULES, Rate

pytestmark = pytest.mark.usefixtures("one_thread")

TINY = {"size": 32, "batch": 20, "critic_width": 2, "generator_width": 2}
COMBINER = {**TINY, "style": 8, "encoder_width": 2, "drawn_again": 10}
SMALL = (
    Change("tones", "combiner", COMBINER, "portraits:bright", seeds=(3,)),
    Change("plain", "dcgan, linear", {**TINY, "output": "linear"}, recipe="dcgan", seeds=(0, 1)),
)
SIZES = {"images": 400, "moments": 4, "per_moment": 8, "progress": False}


@pytest.fixture(autouse=True)
def few_faces(monkeypatch):
    monkeypatch.setattr(study, "FACES", 60)


def run(out, **options):
    given = {**SIZES, "changes": SMALL, "folder": out / "kept", "say": lambda _: None}
    return study.run_changes(out, **{**given, **options})


def parts(change: Change, seed: int):
    settings = study.settings_of(change, seed, SIZES["images"], SIZES["moments"])
    return open_source(change.source, settings.size, limit=study.FACES), settings


# --- rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", SMALL, ids=lambda change: change.name)
def test_a_row_is_what_the_images_say(tmp_path, change):
    seed = change.seeds[0]
    row = study.run_change(change, seed, tmp_path, **SIZES)
    source, settings = parts(change, seed)
    floats = [
        study.drawn(model, source, seed, moment, 8)
        for moment, model in moments.kept_moments(tmp_path, 4)
    ]
    images, _ = quantize(np.concatenate(floats))
    assert row["drawn"] == len(images) == 32 and row["ended"] == "done"
    for name, rule in PAPER_RULES.items():
        rate = Rate.of(int(rule(images).broken.sum()), 32)
        limits = [row[f"{name} %"], row[f"{name} low %"], row[f"{name} high %"]]
        assert limits == pytest.approx([100 * v for v in (rate.value, rate.low, rate.high)])
    flagged = PAPER_RULES["single@40"](images).broken.reshape(4, 8)
    assert row["single@40 moments 1-2 %"] == pytest.approx(100 * flagged[:2].mean())
    assert row["single@40 moments 3-5 %"] == pytest.approx(100 * flagged[2:].mean())
    assert np.isnan(row["single@40 moments 6-10 %"])
    outside = sum((np.abs(f) > 1).sum() for f in floats) / np.concatenate(floats).size
    assert row["values outside [-1, 1] %"] == pytest.approx(100 * outside)
    start = study.drawn(trainer_for(settings).model, source, seed, 1, 8)
    assert row["spread at start"] == pytest.approx(np.mean([x.std() for x in start]))
    assert {*row} == {*COLUMNS}


def test_a_combiner_draws_what_a_learning_maker_draws(tmp_path, monkeypatch):
    base = recipe_named("learning", **COMBINER)
    monkeypatch.setitem(study.recipe_named.__globals__["RECIPES"], "learning", base)
    learning = Learning(images=400, moments=4, threads=1)
    given = {"scheme": "two_faces", "source": "portraits:bright", "existing": 60, "size": 32}
    made = LearningMaker(
        GenerationSettings(seed=5, while_learning=learning, **given), tmp_path, progress=False
    ).images(0, 32)[0]
    change = Change("", "learning", source="portraits:bright", recipe="learning")
    source, _ = parts(change, 5)
    for moment, model in moments.kept_moments(tmp_path, 4):
        images, _ = quantize(study.drawn(model, source, 5, moment, 8))
        np.testing.assert_array_equal(images, made[moment - 1 :: 4])
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("moment_*")}
    row = study.run_change(change, 5, tmp_path, **SIZES)
    assert row["drawn"] == 32 and len(before) == 8
    assert before == {file: file.stat().st_mtime_ns for file in tmp_path.glob("moment_*")}


def test_a_training_that_diverges_is_measured_up_to_there(tmp_path, monkeypatch):
    real = moments.train

    def stop(*arguments, callback, **options):
        def until(trainer, losses):
            callback(trainer, losses)
            if trainer.images == 240:
                raise TrainingStopped("training stopped after 240 images: not every number …")

        return real(*arguments, callback=until, **options)

    monkeypatch.setattr(moments, "train", stop)
    row = study.run_change(SMALL[0], 3, tmp_path, **SIZES)
    assert (row["ended"], row["drawn"]) == ("training stopped after 240 images", 16)
    assert row["multi low %"] <= row["multi %"] <= row["multi high %"]


def test_moments_are_a_batch_apart_or_more():
    with pytest.raises(ValueError, match="expected 20 or more, a batch"):
        study.settings_of(SMALL[0], 0, 40, 4)


# --- the table ------------------------------------------------------------------------------------


def test_a_killed_study_goes_on_and_ends_in_the_same_table(tmp_path, monkeypatch):
    whole = run(tmp_path / "whole")
    assert list(whole["change"]) == ["combiner", "dcgan, linear", "dcgan, linear"]
    assert list(whole["seed"]) == [3, 0, 1]
    save, saved, out = moments.save_model, [], tmp_path / "killed"

    def killed(model, path, card):
        saved.append(path)
        if len(saved) in (3, 8):  # within the first training, and within the second
            raise KeyboardInterrupt
        save(model, path, card)

    monkeypatch.setattr(moments, "save_model", killed)
    for rows in (0, 1):
        with pytest.raises(KeyboardInterrupt):
            run(out)
        assert len(study.learning_table(out / "learning.csv")) == rows
    pd.testing.assert_frame_equal(run(out), whole)
    assert len(saved) == 3 * 4 + 2, "no moment is learned twice but those that the kill took"
    assert [*(out / "kept").iterdir()] == [out / "kept" / "table.lock"]
    text = (out / "learning.csv").read_text("utf-8")
    assert text == (tmp_path / "whole" / "learning.csv").read_text("utf-8")


def test_rows_that_are_there_stay_and_are_not_run_again(tmp_path, monkeypatch):
    kept = study.described(SMALL[0], 3, 400) | {"drawn": 32}
    elsewhere = study.described(SMALL[1], 0, 400) | {"drawn": 128, "where": "GPU, tf32"}
    for row in (kept, elsewhere):
        study.add_row(tmp_path / "learning.csv", row, tmp_path / "lock")
    ran = []

    def note(change, seed, *_arguments, **_options):
        ran.append((change.name, seed))
        return study.described(change, seed, 400) | {"drawn": 0}

    monkeypatch.setattr(study, "run_change", note)
    table = run(tmp_path)
    assert ran == [("dcgan, linear", 0), ("dcgan, linear", 1)], "the GPU's row is another"
    assert list(table["drawn"]) == [32, 128, 0, 0]
    run(tmp_path, only=["combiner"], seeds=[3, 4])
    assert ran[2:] == [("combiner", 4)]


def test_one_at_a_time_is_the_mean_and_range_over_seeds(tmp_path):
    for seed, share in ((0, 2.0), (1, 8.0)):
        row = study.described(SMALL[1], seed, 400) | {"drawn": 32, "single@40 %": share}
        study.add_row(tmp_path / "t.csv", row, tmp_path / "lock")
    cut = study.described(SMALL[0], 3, 400, "cut") | {"drawn": 8, "single@40 %": 1.0}
    study.add_row(tmp_path / "t.csv", cut, tmp_path / "lock")
    read = one_at_a_time(study.learning_table(tmp_path / "t.csv"), ["single@40 %"])
    assert read.droplevel(["question", "where"]).to_dict("index") == {
        "dcgan, linear": dict(zip(read.columns, (2, 0, 5.0, 2.0, 8.0), strict=True)),
        "combiner": dict(zip(read.columns, (1, 1, 1.0, 1.0, 1.0), strict=True)),
    }


# --- patches --------------------------------------------------------------------------------------


def test_patches_are_found_where_planted_and_not_on_clean_faces():
    clean = portraits(40, 64, 7, "studio")
    clean = clean[~study.patches(clean)[0]]  # a vivid wall now and then
    assert len(clean) >= 38
    colors = {  # of the patch -> strong, clipped
        (255, 60, 60): (True, True),
        (240, 100, 100): (True, False),
        (210, 110, 150): (False, False),
        (240, 245, 250): (True, True),
        (239, 245, 250): (False, False),
    }
    for color, expected in colors.items():
        images = clean.copy()
        images[:, 2:6, 2:8] = color  # 24 pixels in a corner
        strong, clipped = study.patches(images)
        assert (strong == expected[0]).all() and (clipped == expected[1]).all(), color
    images = np.full((3, 64, 64, 3), 128, np.uint8)
    images[0, 2:6, 2:8, 0] = 255
    images[0, 2, 2, 0] = 128  # one pixel less
    images[1, ::2, ::2, 0] = 255  # many, none beside another
    images[2, 2:6, 2:8, 0] = 240
    images[2, 2, 2:8, 0] = 255  # strong; six clipped pixels are too few
    images[2, 2:6, 2:8, 1] = 100
    strong, clipped = study.patches(images)
    assert strong.tolist() == [False, False, True] and not clipped.any()


# --- what ships -----------------------------------------------------------------------------------


def test_names_tell_changes_apart_and_each_can_be_built():
    assert len({change.name for change in CHANGES}) == len(CHANGES)
    trainings = {(c.source, c.recipe, json.dumps(dict(c.settings))) for c in CHANGES}
    assert len(trainings) == len(CHANGES)
    for change in CHANGES:
        settings = study.settings_of(change, change.seeds[0], study.IMAGES, study.MOMENTS)
        assert (settings.images, settings.checkpoint_every) == (40_000, 1000)
        for name, value in change.settings.items():
            assert getattr(settings, name) == value
        assert open_source(change.source).name == change.source


def test_the_stored_table_is_whole_and_speaks_of_todays_changes():
    table = study.learning_table()
    assert list(table.columns) == list(COLUMNS)
    named = {change.name: change for change in CHANGES}
    for row in table.to_dict("records"):
        assert all(isinstance(row[name], str) for name in WORDS)
        assert all(isinstance(row[name], int) for name in WHOLE)
        recipe_named(row["recipe"], **json.loads(row["settings"]))
        if change := named.get(row["change"]):
            today = json.loads(json.dumps(study.described(change, row["seed"], row["images"])))
            same = ("question", "source", "recipe", "no setting")
            assert {n: row[n] for n in same} == {n: today[n] for n in same}
            assert json.loads(row["settings"]) == json.loads(today["settings"])
    for change, rows in table.groupby("change"):
        said = rows[["question", "source", "recipe", "settings", "no setting"]]
        assert len(said.drop_duplicates()) == 1, change
    shares = table[list(SHARES)]
    assert (shares.isna() | shares.ge(0) & shares.le(100)).all(axis=None)
    assert {*table["change"]} >= {*named}
    assert (table["where"] == "GPU, tf32").sum() == 113
    assert not table[table["where"] == study.HERE].duplicated(["change", "seed"]).any()


def test_the_stored_shares_are_those_of_whole_images():
    table = study.learning_table()
    for name in PAPER_RULES:
        counts = table[f"{name} %"] * table["drawn"] / 100
        assert np.allclose(counts, counts.round(), atol=0.03)
        for row, count in zip(table.to_dict("records"), counts.round().astype(int), strict=True):
            rate = Rate.of(count, row["drawn"])
            assert row[f"{name} low %"] == pytest.approx(100 * rate.low, abs=1e-3)
            assert row[f"{name} high %"] == pytest.approx(100 * rate.high, abs=1e-3)
    done = table[table["ended"] == "done"]
    weights = np.array([last - first + 1 for first, last in STAGES])
    staged = done[[f"single@40 moments {first}-{last} %" for first, last in STAGES]]
    assert np.allclose(staged @ weights / 40, done["single@40 %"], atol=0.01)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_runs_the_changes_named(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(study, "run_changes", lambda out, **given: asked.append((out, given)))
    line = ["study", "--while-learning", "--out", str(tmp_path)]
    assert cli.main(line) == cli.SUCCESS
    assert cli.main([*line, "--only", "tanh", "rate 3", "--images", "4000"]) == cli.SUCCESS
    assert asked == [
        (Path(tmp_path), {}),
        (Path(tmp_path), {"only": ["tanh", "rate 3"], "images": 4000}),
    ]
    assert str(tmp_path / "learning.csv") in capsys.readouterr().out


def test_the_command_refuses_what_does_not_go_together(tmp_path, capsys):
    line = ["study", "--out", str(tmp_path)]
    for more, words in (
        (["--only", "tanh"], "--only goes with --while-learning"),
        (["--while-learning", "--count", "9"], "--count does not go with --while-learning"),
        (["--while-learning", "--only", "nothing"], "no change 'nothing'; there are: studio; "),
    ):
        assert cli.main([*line, *more]) == cli.ERROR
        assert words in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
