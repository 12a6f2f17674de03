"""Training: one loop for every recipe, decided by its seed, resumed without a trace."""

import json
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from tiny_training import TINY, Gradients, run, same, weights_of

from facescreen.gan.checkpoints import CheckpointError, card_path, load_combiner
from facescreen.gan.mapping import learned_mapping
from facescreen.gan.recipes import RECIPES
from facescreen.gan.state import state_path
from facescreen.gan.training import TrainingStopped, main_train, train
from facescreen.images import InUseError, save_png

pytestmark = pytest.mark.usefixtures("one_thread")


def test_training_is_decided_by_its_seed(tmp_path, recipe):
    first, second = run(tmp_path / "a", recipe), run(tmp_path / "b", recipe)
    other = run(tmp_path / "c", replace(recipe, seed=1))
    assert same(weights_of(first), weights_of(second))
    assert first.history == second.history
    assert not same(weights_of(first), weights_of(other))


def test_training_learns_to_reconstruct(tmp_path):
    history = run(tmp_path, replace(TINY, images=1600, learning_rate=3e-3)).history
    pixels = [step["pixels"] for step in history]
    assert np.mean(pixels[-20:]) < 0.6 * np.mean(pixels[:20])


def test_a_run_cut_in_two_ends_in_the_weights_of_a_whole_one(tmp_path, recipe):
    whole = run(tmp_path / "whole", recipe)
    half = run(tmp_path / "cut", replace(recipe, images=24))
    assert half.images == 24
    resumed = run(tmp_path / "cut", recipe)
    assert resumed.images == 48
    assert resumed.history == whole.history and len(whole.history) == 6
    assert same(weights_of(resumed), weights_of(whole))


def test_a_callback_ends_the_run_by_returning_true(tmp_path):
    seen = []
    result = run(tmp_path, callback=lambda trainer, losses: seen.append(losses) or len(seen) == 2)
    assert (result.images, result.finished, len(seen)) == (16, False, 2)
    assert seen[0].keys() == {"critic", "model", "pixels"}


def test_samples_and_history_are_kept_beside_the_model(tmp_path):
    settings = replace(TINY, checkpoint_every=16)
    result = run(tmp_path, settings, samples=True)
    kept = sorted(file.name for file in (tmp_path / "m").iterdir())
    assert kept == [*(f"{n:09d}.png" for n in (16, 32, 48)), "history.csv"]
    table = pd.read_csv(tmp_path / "m" / "history.csv")
    expected = pd.DataFrame(result.history)
    pd.testing.assert_frame_equal(table, expected)


def test_the_history_is_the_mean_over_its_interval(tmp_path):
    losses = []
    result = run(
        tmp_path,
        replace(TINY, history_every=24),
        callback=lambda _, step: losses.append(step),
    )
    assert [row["images"] for row in result.history] == [24, 48]
    for name in ("critic", "model", "pixels"):
        expected = [np.mean([step[name] for step in part]) for part in (losses[:3], losses[3:])]
        assert [row[name] for row in result.history] == pytest.approx(expected)


def test_an_interrupt_saves_and_the_run_goes_on_from_there(tmp_path):
    def press_ctrl_c(trainer, _):
        if trainer.images == 16:
            signal.raise_signal(signal.SIGINT)

    cut = run(tmp_path / "cut", callback=press_ctrl_c)
    assert (cut.images, cut.finished) == (16, False)
    assert json.loads(card_path(cut.path).read_text())["images"] == 16
    assert same(weights_of(run(tmp_path / "cut")), weights_of(run(tmp_path / "whole")))


def test_resume_false_starts_afresh(tmp_path):
    first = run(tmp_path)
    again = run(tmp_path, resume=False)
    assert len(again.history) == len(first.history) == 6


def test_a_finished_run_is_not_concluded_again(tmp_path, monkeypatch):
    first = run(tmp_path)
    before = first.path.read_bytes()
    monkeypatch.setattr("facescreen.gan.training._timed_step", None)
    again = run(tmp_path)
    assert (again.images, again.finished, again.history) == (48, True, first.history)
    assert first.path.read_bytes() == before


def test_only_a_run_that_was_not_stopped_learns_the_way_in_from_noise(tmp_path):
    stopped = run(tmp_path, callback=lambda trainer, _: trainer.images == 16)
    assert load_combiner(stopped.path).mapping is None
    finished = load_combiner(run(tmp_path).path)
    noise = torch.randn(3, finished.noise)
    assert finished.draw_from_noise(noise).shape == (3, 16, 16, 3)


@pytest.mark.parametrize("how", ["event", "Ctrl-C"])
def test_a_stop_is_heard_while_the_way_in_from_noise_is_learned(tmp_path, monkeypatch, how):
    """The run ends with the faces it has, and a later call learns what is missing."""
    stop = threading.Event()

    def learn(*arguments):
        stop.set() if how == "event" else signal.raise_signal(signal.SIGINT)
        return learned_mapping(*arguments)

    monkeypatch.setattr("facescreen.gan.combiner.learned_mapping", learn)
    cut = run(tmp_path, stop=stop)
    assert (cut.images, cut.finished) == (TINY.images, False)
    assert load_combiner(cut.path).mapping is None
    monkeypatch.undo()
    on = run(tmp_path)
    assert on.finished
    assert same(weights_of(on), weights_of(run(tmp_path / "whole")))


def test_minutes_end_a_run_before_its_images_do(tmp_path):
    result = run(tmp_path, minutes=0.0)
    assert (result.images, result.finished) == (0, False)
    assert load_combiner(result.path).size == 16


def test_other_settings_are_not_resumed(tmp_path):
    run(tmp_path)
    with pytest.raises(CheckpointError, match=r"learning_rate 0\.0005, not 0\.001"):
        run(tmp_path, replace(TINY, learning_rate=1e-3))


def test_other_faces_are_not_resumed(tmp_path):
    class Others(Gradients):
        fingerprint = "v2"

    path = run(tmp_path).path
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="other faces"):
        train(Others(), TINY, path, progress=False)
    assert path.read_bytes() == before


def test_a_torn_state_is_not_resumed(tmp_path):
    state = state_path(run(tmp_path).path)
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cannot be resumed from"):
        run(tmp_path)


def test_divergence_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    settings = replace(TINY, images=400, checkpoint_every=16)

    def poison(trainer, _):
        if trainer.images == 40:
            with torch.no_grad():
                trainer.critic.to_score.weight.fill_(torch.nan)

    with pytest.raises(TrainingStopped, match=r"after 48 images.*checkpoint of 32 images"):
        run(tmp_path, settings, callback=poison)
    kept = load_combiner(tmp_path / "m.safetensors")
    assert kept.card["images"] == 32
    assert all(torch.isfinite(value).all() for value in kept.state_dict().values())


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    def poison(trainer, _):
        with torch.no_grad():
            trainer.averaged.encoder.to_style.bias.fill_(torch.inf)

    with pytest.raises(TrainingStopped, match=r"after 48 images.*nothing was saved"):
        run(tmp_path, callback=poison)
    assert not (tmp_path / "m.safetensors").exists()


def test_the_card_says_where_the_model_comes_from(tmp_path):
    card = load_combiner(run(tmp_path, command="facescreen train …").path).card
    assert card["command"] == "facescreen train …"
    assert card["data"] == {"source": "gradients", "fingerprint": "v1", "faces": 20}
    assert card["settings"]["seed"] == 0 and card["images"] == 48
    assert card["machine"]["threads"] == torch.get_num_threads()
    assert card["minutes"] >= 0 and card["facescreen"]


def test_a_folder_of_photographs_is_trained_on_end_to_end(tmp_path, capsys, monkeypatch):
    short = replace(RECIPES["combiner"], mapping_steps=5)
    monkeypatch.setitem(RECIPES, "combiner", short)
    (tmp_path / "photos").mkdir()
    for number, photo in enumerate(Gradients().load(range(5))):
        save_png(tmp_path / "photos" / f"{number}.png", photo)
    out, source = tmp_path / "m.safetensors", f"folder:{tmp_path / 'photos'}"
    main_train(source, out, minutes=None, images=64, seed=2, size=16, device="cpu")
    card = load_combiner(out).card
    assert card["data"]["faces"] == 5 and card["images"] == 64
    assert card["command"].startswith(
        f"facescreen train --recipe combiner --source {source} --images 64 --seed 2"
    )
    assert "64 images" in capsys.readouterr().out


def test_a_source_without_faces_is_refused(tmp_path):
    class Empty(Gradients):
        name = "empty"

        def __len__(self):
            return 0

    with pytest.raises(ValueError, match="empty has no faces"):
        train(Empty(), TINY, tmp_path / "m.safetensors", progress=False)


def test_two_processes_do_not_train_one_model(tmp_path):
    result = run(tmp_path)
    program = (
        "import sys; from facescreen.images import locked; from pathlib import Path; "
        "lock = locked(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, result.path.with_suffix(".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        before = result.path.read_bytes()
        with pytest.raises(InUseError, match="another process"):
            run(tmp_path)
        assert result.path.read_bytes() == before
        holder.kill()
    run(tmp_path)  # the lock died with its holder
