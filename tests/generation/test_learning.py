"""Images made while a GAN learns: which moment draws what; tests/faults kills it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import Third, contents

from facescreen.commands import main as cli
from facescreen.gan import moments
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.recipes import RECIPES
from facescreen.gan.training import train
from facescreen.generation import (
    GenerationSettings,
    Learning,
    LearningMaker,
    RunFolderError,
    generate,
)

WIDTHS = dict.fromkeys(("encoder_width", "generator_width", "critic_width"), 2)
TINY = {**WIDTHS, "style": 8, "batch": 20, "warm_up": 100}
LEARNING = Learning(images=500, moments=5, threads=1)
SETTINGS = GenerationSettings(
    count=30, scheme="two_faces", seed=3, source="portraits:bright", existing=400, size=32,
    while_learning=LEARNING,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(RECIPES, "learning", replace(RECIPES["learning"], **TINY))


def maker(folder, settings=SETTINGS):
    return LearningMaker(settings, folder, progress=False)


def run(out, settings=SETTINGS):
    return generate(settings, Third(), out, progress=False)


def files(out: Path) -> dict[str, bytes]:
    """What a run is known by: settings, manifest and images."""
    return {n: data for n, data in contents(out).items() if not n.startswith("learning")}


def test_image_i_is_the_same_alone_or_among_others_and_learned_anew(tmp_path):
    one, other = maker(tmp_path / "a"), maker(tmp_path / "b")
    images, finite, sources = one.images(0, 40)
    assert finite.all() and images.shape == (40, 32, 32, 3) and sources.shape == (40, 2)
    assert len(np.unique(images.reshape(40, -1), axis=0)) == 40
    for index in (39, 0, 7, 23):
        again, _, picked = other.images(index, index + 1)
        np.testing.assert_array_equal(again[0], images[index])
        np.testing.assert_array_equal(picked[0], sources[index])
    assert sources.min() >= 0 and sources.max() < SETTINGS.existing


def test_images_are_drawn_by_the_raw_weights_of_their_moment(tmp_path):
    made = maker(tmp_path / "a")
    images, _, sources = made.images(0, 10)
    raw = {}

    def note(trainer, _losses):
        if trainer.images % LEARNING.every == 0:  # 20 images a step: each moment is hit
            weights = trainer.model.state_dict().items()
            raw[trainer.images] = {name: value.half().float() for name, value in weights}

    train(made.source, made.training, tmp_path / "t.safetensors", progress=False, callback=note)
    assert list(raw) == [100, 200, 300, 400, 500]
    for index in range(10):
        seen = made.stage(index)["learned_from"]
        assert seen == 100 * (index % 5 + 1)
        model = load_combiner(tmp_path / "a" / f"moment_{index % 5 + 1:03d}.safetensors")
        assert model.card["images"] == seen
        model.load_state_dict(raw[seen])
        faces = torch.from_numpy(np.ascontiguousarray(made.source.load(sources[index])))
        layers = made.scheme.combine(model.encode(faces)[None], model.layers, 0.0)
        drawn = np.rint((model.draw(layers).numpy()[0].clip(-1, 1) + 1) * 127.5)
        assert np.abs(drawn - images[index]).max() <= 1


def test_any_number_of_images_covers_the_learning_in_equal_parts(tmp_path):
    result = run(tmp_path / "run")
    lines = (tmp_path / "run" / "manifest.jsonl").read_text().splitlines()
    drawn_at = [json.loads(line)["learned_from"] for line in lines]
    assert len(drawn_at) == result.tried > result.saved == 30
    counts = np.unique(drawn_at, return_counts=True)[1]
    assert len(counts) == 5 and counts.max() - counts.min() <= 1


def test_a_longer_run_goes_on_and_does_not_learn_again(tmp_path, monkeypatch):
    run(tmp_path / "run", replace(SETTINGS, count=12))
    run(tmp_path / "whole")
    monkeypatch.setattr(moments, "train", None)
    run(tmp_path / "run")
    assert files(tmp_path / "run") == files(tmp_path / "whole")


@pytest.mark.parametrize("fault", ["missing", "cut", "card"])
def test_a_lost_moment_is_learned_again(tmp_path, fault):
    images = maker(tmp_path).images(0, 10)[0]
    weights = tmp_path / "moment_002.safetensors"
    if fault == "missing":
        weights.unlink()
    elif fault == "cut":
        weights.write_bytes(weights.read_bytes()[:-9])
    else:
        weights.with_suffix(".json").write_text("{}")
    np.testing.assert_array_equal(maker(tmp_path).images(0, 10)[0], images)


def test_another_learning_is_refused_and_changes_nothing(tmp_path):
    run(tmp_path / "run", replace(SETTINGS, count=5))
    before = contents(tmp_path / "run")
    other = replace(SETTINGS, count=5, while_learning=replace(LEARNING, moments=4))
    with pytest.raises(RunFolderError, match="was made with"):
        run(tmp_path / "run", other)
    assert contents(tmp_path / "run") == before


def test_what_cannot_learn_or_combine_is_named():
    with pytest.raises(ValueError, match="'noise' combines no existing faces"):
        maker("nowhere", replace(SETTINGS, scheme="noise"))
    with pytest.raises(ValueError, match="'dcgan' draws from noise alone"):
        maker("nowhere", replace(SETTINGS, while_learning=replace(LEARNING, recipe="dcgan")))
    with pytest.raises(ValueError, match="100 images or more from moment to moment"):
        Learning(images=3000, moments=40)
    with pytest.raises(ValueError, match="set while_learning"):
        maker("nowhere", replace(SETTINGS, while_learning=None))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--moments 5", "--moments goes with --while-learning"),
        ("--while-learning --model x.safetensors", "--model names a finished GAN"),
    ],
)
def test_options_that_do_not_go_together_are_named(tmp_path, capsys, options, words):
    line = f"generate --count 5 {options} --out {tmp_path / 'run'}"
    assert cli.main(line.split()) == cli.ERROR
    assert words in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
