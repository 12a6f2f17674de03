"""The study of breakage: each setting changes one thing, and its row says what was measured."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facescreen.breakage import study
from facescreen.faces import open_source
from facescreen.gan.recipes import RECIPES
from facescreen.generation import maker
from facescreen.images import read_image
from facescreen.quality.measure import RULES

pytestmark = pytest.mark.usefixtures("one_thread", "few_faces")

COUNT = 40
FACES = 64  # to learn from and to combine; drawing thousands would take nearly all the time


@pytest.fixture(scope="module")
def few_faces():
    def few(text, size, *given, limit=None, **named):
        return open_source(text, size, *given, limit=min(limit or FACES, FACES), **named)

    with pytest.MonkeyPatch.context() as patch:
        for module in (study, maker):
            patch.setattr(module, "open_source", few)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory, few_faces):
    """One setting of each question, with trainings of two batches."""
    out = tmp_path_factory.mktemp("study")
    first = {s.question: s for s in reversed(study.SETTINGS)}
    settings = tuple(first.values())
    table = study.run_study(
        out / "out", settings, out / "models", COUNT, images=64, progress=False, say=lambda _: None
    )
    return settings, table, out


def test_names_tell_settings_apart():
    names = [(s.question, s.name) for s in study.SETTINGS]
    assert len(set(names)) == len(names)
    assert {s.question for s in study.SETTINGS} == {
        "alpha of extrapolation",
        "missing clamp",
        "output layer",
        "learning rate",
        "number of faces",
    }


def test_each_setting_has_a_row_and_a_sheet(run):
    settings, table, out = run
    assert list(table["setting"]) == [s.name for s in settings]
    assert (table["images"] == COUNT).all()
    stored = pd.read_csv(out / "out" / "breakage.csv")
    pd.testing.assert_frame_equal(stored, table.round(4), check_exact=False, atol=1e-4)
    for sheet in table["sheet"]:
        assert read_image(out / "out" / sheet).shape[2] == 3


def test_shares_are_those_of_the_images(run):
    settings, _, out = run
    for setting in settings[:2]:
        row, made = study.run_setting(setting, out / "models", COUNT, 64, progress=False)
        for name, rule in RULES.items():
            assert row[f"{name} %"] == pytest.approx(100 * rule(made).broken.mean())
            assert row[f"{name} low %"] <= row[f"{name} %"] <= row[f"{name} high %"]


def test_without_a_clamp_only_values_outside_come_out_otherwise():
    base = next(s for s in study.SETTINGS if s.name == "alpha 1.0")
    bare = next(s for s in study.SETTINGS if s.name == "alpha 1.0, no clamp")
    floats = study.floats_from_faces(base, COUNT, None)
    assert np.array_equal(floats, study.floats_from_faces(bare, COUNT, None))
    assert np.abs(floats).max() > 1, "or nothing would wrap around"


def test_extrapolation_by_nothing_is_the_face_itself():
    still = next(s for s in study.SETTINGS if s.name == "alpha 0.0")
    self = study.Setting("", "", scheme="self")
    # Each scheme picks its own faces; the first pick does not depend on how many follow.
    assert np.allclose(
        study.floats_from_faces(still, COUNT, None), study.floats_from_faces(self, COUNT, None)
    )


def test_a_training_that_diverges_leaves_its_last_checkpoint(tmp_path, capsys, monkeypatch):
    def stop(*_, **__):
        raise study.TrainingStopped("training stopped after 64 images")

    monkeypatch.setattr(study, "train", stop)
    setting = next(s for s in study.SETTINGS if s.question == "learning rate")
    path = study.trained(setting, tmp_path, 64, progress=False)
    assert path.suffix == ".safetensors"
    assert "stopped after 64 images" in capsys.readouterr().out


def test_seeds_are_trained_once_and_measured_each(tmp_path, monkeypatch):
    small = {"mapping_steps": 2, "encoder_width": 2, "generator_width": 2, "critic_width": 2}

    def tiny(name, **changes):
        return replace(RECIPES[name], **changes, **small)

    monkeypatch.setattr(study, "recipe_named", tiny)
    given = {"images": 32, "folder": tmp_path / "models", "count": COUNT, "progress": False}
    said = []
    first = study.run_seeds(tmp_path, (0, 1), say=said.append, **given)
    assert list(first.index.unique("seed")) == [0, 1] and len(said) == 2
    assert list(first.loc[0].index) == list(study.SEED_SCHEMES)
    assert not first.loc[0].equals(first.loc[1])
    stored = pd.read_csv(tmp_path / "seeds.csv", index_col=["seed", "scheme"])
    pd.testing.assert_frame_equal(stored, first.round(4), check_exact=False, atol=1e-4)
    models = {file: file.read_bytes() for file in (tmp_path / "models").glob("*.safetensors")}
    assert len(models) == 2
    again = study.run_seeds(tmp_path, (0, 1), say=said.append, **given)
    pd.testing.assert_frame_equal(again, first)
    assert all(file.read_bytes() == kept for file, kept in models.items())


STORED = Path(study.__file__).parents[2] / "data" / "study"


def test_the_stored_study_is_of_todays_settings():
    table = pd.read_csv(STORED / "breakage.csv")
    assert list(zip(table["question"], table["setting"], strict=True)) == [
        (s.question, s.name) for s in study.SETTINGS
    ]
    assert (table["images"] == study.COUNT).all()
    for name in RULES:
        flagged = table[f"{name} %"] * study.COUNT / 100
        assert np.allclose(flagged, flagged.round(), atol=0.01), "shares of whole images"
        assert (table[f"{name} low %"] <= table[f"{name} %"]).all()
        assert (table[f"{name} %"] <= table[f"{name} high %"]).all()
    assert all((STORED / sheet).is_file() for sheet in table["sheet"])


def test_the_stored_seeds_are_three_or_more():
    table = pd.read_csv(STORED / "seeds.csv", index_col=["seed", "scheme"])
    seeds = table.index.unique("seed")
    assert len(seeds) >= 3
    assert list(table.index) == [(seed, name) for seed in seeds for name in study.SEED_SCHEMES]
