"""Laws of the network whose features are compared, of its training, and of a model's table."""

import json
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from facescreen.commands import main as cli
from facescreen.faces import portraits
from facescreen.gan.checkpoints import CheckpointError, card_path, sha256_of
from facescreen.quality import (
    RECOGNIZABLE_KID,
    SPOILING,
    FaceFeatures,
    load_features,
    measure_model,
    measure_quality,
    shipped_features,
    spoil,
)
from facescreen.quality import measure as quality
from facescreen.quality import training as judge_training
from facescreen.quality.features import FEATURES
from facescreen.quality.measure import (
    blurred,
    yardsticks,
)
from facescreen.quality.training import FeatureSettings, held_out_figures

pytestmark = pytest.mark.usefixtures("one_thread")


# --- the shipped features -------------------------------------------------------------------------


def test_the_shipped_features_are_what_their_card_says():
    features = load_features()
    card = json.loads(card_path(FEATURES).read_text("utf-8"))
    assert features.card == card
    assert card["sha256"] == sha256_of(FEATURES)
    assert FEATURES.stat().st_size <= 600_000
    assert card["minutes"] <= 8
    assert card["threads"] == 1
    assert card["data"]["seed"] not in (0, quality.HELD_OUT_SEED, quality.YARDSTICK_SEED)
    # Figures on the card were taken from the weights as they are saved.
    again = held_out_figures(features, FeatureSettings(**card["settings"]))
    for kind, figures in card["held out"].items():
        assert again[kind] == pytest.approx(figures, abs=0.01)


def test_an_images_features_do_not_depend_on_its_companions():
    features, faces = shipped_features(), portraits(130, seed=7)
    together = features(faces)
    assert together.shape == (130, 64)
    assert together.dtype == np.float32
    order = np.random.default_rng(0).permutation(130)
    assert (features(faces[order]) == together[order]).all()
    assert (features(faces[77:78]) == together[77:78]).all()
    assert features(faces[:0]).shape == (0, 64)


def test_features_are_standardized_over_spoiled_portraits():
    features, random = shipped_features(), torch.Generator().manual_seed(1)
    clean = torch.from_numpy(portraits(1000, seed=8)).permute(0, 3, 1, 2).float() / 255
    spoiled = (spoil(clean, random)[0] * 255).round().byte().permute(0, 2, 3, 1).numpy()
    found = features(spoiled)
    assert np.abs(found.mean(0)).max() < 0.25
    assert np.abs(np.log(found.std(0))).max() < 0.25


def test_a_larger_image_has_about_the_features_of_the_same_face_in_64_pixels():
    small, large = (shipped_features()(portraits(100, size, seed=8)) for size in (64, 128))
    distance = np.linalg.norm(small[:, None] - large, axis=2)
    assert (distance.argmin(axis=0) == np.arange(100)).mean() > 0.95


@pytest.mark.parametrize("wrong", [np.zeros((2, 64, 64, 3)), np.zeros((2, 64, 32, 3), np.uint8)])
def test_other_images_are_refused(wrong):
    with pytest.raises(ValueError, match="square uint8"):
        shipped_features()(wrong)


def test_the_yardsticks_stand_in_their_order():
    real = portraits(400, seed=11)
    found = {name: measure_quality(images, real) for name, images in yardsticks(400)}
    other, slight, strong, noise, mean = found.values()
    assert abs(other.kid) < 4 * other.kid_error
    assert other.kid < slight.kid < noise.kid < strong.kid < mean.kid
    assert other.coverage > slight.coverage > noise.coverage > strong.coverage >= mean.coverage
    assert other.density == pytest.approx(1, abs=0.1)
    # What "recognizable" means: no further from portraits than they are when blurred by 2 pixels.
    assert pytest.approx(strong.kid, abs=4 * strong.kid_error) == RECOGNIZABLE_KID
    assert slight.recognizable
    assert not mean.recognizable
    assert not measure_quality(blurred(portraits(400, seed=12), 2.5), real).recognizable


# --- training the features ------------------------------------------------------------------------


@effort(max_examples=10)
@given(st.integers(0, 1000))
def test_spoiling_by_nothing_changes_nothing_and_all_kinds_act(seed):
    images = torch.from_numpy(portraits(4, seed=seed)).permute(0, 3, 1, 2).float() / 255
    random = torch.Generator().manual_seed(seed)
    for name, kind in SPOILING.items():
        untouched = kind(images, torch.zeros(4), random)
        assert torch.allclose(untouched, images, atol=1e-5), name
        change = (kind(images, torch.ones(4), random) - images).abs().amax(dim=(1, 2, 3))
        assert change.min() > 0.02, name


def test_spoiled_images_are_8_bit_and_clean_where_every_amount_is_0():
    images = torch.from_numpy(portraits(200, seed=3)).permute(0, 3, 1, 2).float() / 255
    spoiled, amounts = spoil(images, torch.Generator().manual_seed(0))
    again, _ = spoil(images, torch.Generator().manual_seed(0))
    assert torch.equal(spoiled, again)
    assert amounts.shape == (200, len(SPOILING))
    assert 0 <= amounts.min() <= amounts.max() <= 1
    assert torch.allclose(spoiled * 255, (spoiled * 255).round(), atol=1e-4)
    clean = (amounts == 0).all(dim=1)
    assert 0.2 < clean.float().mean() < 0.5
    assert torch.allclose(spoiled[clean], images[clean], atol=1e-6)


def tiny_run(out) -> FaceFeatures:
    line = ["--images", "128", "--faces", "48", "--seed", "9", "--threads", "1", "--out", str(out)]
    judge_training.main(line)
    return load_features(out)


def test_a_training_run_writes_a_card_that_makes_it_again(tmp_path, capsys, monkeypatch):
    fewer = partial(FeatureSettings, held_out=64)
    monkeypatch.setattr(judge_training, "FeatureSettings", fewer)
    one, other = tiny_run(tmp_path / "one.safetensors"), tiny_run(tmp_path / "other.safetensors")
    assert one.card["sha256"] == other.card["sha256"]
    assert one.card["command"].endswith(
        f"--images 128 --seed 9 --faces 48 --threads 1 --out {tmp_path / 'one.safetensors'}"
    )
    assert set(one.card["held out"]) == {"accuracy", "r2", "spoiling r2"}
    assert set(one.card["held out"]["spoiling r2"]) == set(SPOILING)
    assert "128 images" in capsys.readouterr().out
    assert one(portraits(3, seed=1)).shape == (3, 64)
    assert sorted(p.suffix for p in tmp_path.iterdir()) == 2 * [".json"] + 2 * [".safetensors"]


def test_damaged_features_are_refused_in_one_sentence(tmp_path):
    weights = tmp_path / "f.safetensors"
    with pytest.raises(CheckpointError, match="there is no file"):
        load_features(weights)
    weights.write_bytes(FEATURES.read_bytes()[:-1])
    card_path(weights).write_text(card_path(FEATURES).read_text("utf-8"), "utf-8")
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        load_features(weights)
    card = json.loads(card_path(FEATURES).read_text("utf-8"))
    weights.write_bytes(FEATURES.read_bytes())
    card["architecture"]["width"] = 8
    card_path(weights).write_text(json.dumps(card), "utf-8")
    with pytest.raises(CheckpointError, match="does not fit the architecture on its card"):
        load_features(weights)
    card_path(weights).write_text("{}", "utf-8")
    with pytest.raises(CheckpointError, match="not the card"):
        load_features(weights)


# --- a model and the command ----------------------------------------------------------------------


def test_a_models_table_has_a_row_for_each_yardstick_and_scheme(monkeypatch):
    asked = []

    class Maker:
        def __init__(self, settings):
            asked.append((settings.model, settings.scheme, settings.seed))

        def images(self, start, stop):
            images = portraits(stop - start, seed=12)
            images[: len(images) // 2, :8, :8] = [255, 0, 0]  # half of them have a red corner
            return images, np.ones(len(images), bool), None

    monkeypatch.setattr(quality, "FaceMaker", Maker)
    monkeypatch.setattr(quality, "load_combiner", lambda model: None)
    table = measure_model("a.safetensors", ["two_faces", "self"], count=100, seed=3)
    assert asked == [("a.safetensors", "two_faces", 3), ("a.safetensors", "self", 3)]
    assert table.index.tolist()[-2:] == ["two_faces", "self"]
    assert len(table) == 7
    assert table.loc["self", "single@40 %"] >= 50
    assert table.loc["self", "KID"] > table.loc["other portraits", "KID"]
    assert len(quality.formatted(table).splitlines()) == 8


def test_an_unknown_scheme_is_told_before_any_work(monkeypatch):
    monkeypatch.setattr(quality, "portraits", SimpleNamespace())  # calling it would fail
    with pytest.raises(ValueError, match="no combination scheme 'three_faces'"):
        measure_model(schemes=["three_faces"])


def test_the_command_hands_over_what_was_given(monkeypatch, capsys):
    handed = {}
    monkeypatch.setattr("facescreen.quality.measure_model", lambda **given: handed.update(given))
    monkeypatch.setattr("facescreen.quality.formatted", lambda table: "the table")
    line = "quality --model a.safetensors --schemes self two_faces --count 50"
    assert cli.main(line.split()) == cli.SUCCESS
    handed.pop("progress")
    assert handed == {"model": "a.safetensors", "schemes": ["self", "two_faces"], "count": 50}
    assert capsys.readouterr().out == "the table\n"
