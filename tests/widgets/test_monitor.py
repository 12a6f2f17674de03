"""The training monitor: same result as plain training, no error hidden, its view."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_monitor import COMBINER, ENDLESS, TINY, Gradients, monitor, same, shown, until

from facescreen.gan import training
from facescreen.gan.checkpoints import load_model
from facescreen.gan.recipes import recipe_named
from facescreen.gan.training import TrainingStopped, train
from facescreen.images import InUseError, locked, quantize
from facescreen.widgets.training_monitor import REDRAW, progress_words
from facescreen.widgets.training_run import FAILED, FINISHED, READY, Progress

pytestmark = pytest.mark.usefixtures("one_thread")

# --- the result -----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [TINY, COMBINER], ids=["noise", "combiner"])
def test_watching_changes_nothing(tmp_path, settings):
    plain = train(Gradients(), settings, tmp_path / "plain.safetensors", progress=False)
    watched = monitor(settings, tmp_path / "watched.safetensors", keep_at=(8, 16))
    result = watched.run()
    assert same(plain.path, result.path)
    assert result.finished
    assert result.history == plain.history == watched.model.history
    assert watched.model.progress.state == FINISHED
    assert watched.bar.value == 1
    assert watched.start_button.disabled and watched.stop_button.disabled


def test_the_same_seed_trains_and_draws_the_same(tmp_path):
    runs = [
        monitor(TINY, tmp_path / f"{k}.safetensors", keep_at=(8, 40), seed=s)
        for k, s in enumerate((0, 0, 1))
    ]
    for k, run in enumerate(runs):
        run.model.settings = replace(TINY, seed=(0, 0, 1)[k])
        run.run()
    one, other, third = (run.model for run in runs)
    np.testing.assert_array_equal(one.samples, other.samples)
    assert not np.array_equal(one.samples, third.samples)
    assert one.kept.keys() == {8, 40}
    for at in one.kept:
        np.testing.assert_array_equal(one.kept[at], other.kept[at])
    assert not np.array_equal(one.kept[8], one.kept[40])


def test_samples_come_from_inputs_that_stay_the_same(tmp_path):
    run = monitor(COMBINER, tmp_path / "m.safetensors", keep_at=(8, 48))
    run.run()
    existing = Gradients().load(range(8))
    for samples in run.model.kept.values():
        assert np.abs(samples[:8].astype(int) - existing).max() <= 1
    assert len(run.model.samples) == 8 * len(run.model.rows) == 24
    assert monitor(TINY).model.rows == ()


def test_the_last_samples_are_those_of_the_saved_model(tmp_path):
    run = monitor(TINY, tmp_path / "m.safetensors")
    result = run.run()
    noise = torch.randn(32, 100, generator=torch.Generator().manual_seed(1))
    saved, _ = quantize(load_model(result.path).draw_from_noise(noise).numpy())
    assert np.abs(saved.astype(int) - run.model.samples).max() <= 2  # saved as float16
    assert run.model.samples_at == 48


def test_without_a_name_the_model_is_kept_while_the_monitor_is():
    result = monitor().run()
    assert load_model(result.path).size == 16


def test_a_recipe_and_a_source_can_be_named():
    run = monitor("quick", source="portraits", faces=9, images=77, seed=5)
    assert run.model.settings == recipe_named("quick", images=77, seed=5)
    assert len(run.model.source) == 9
    assert monitor(TINY, seed=3).model.settings == replace(TINY, seed=3)
    with pytest.raises(ValueError, match="there are combiner"):
        monitor("nothing")


# --- errors ---------------------------------------------------------------------------------------


def test_waiting_for_what_never_started_is_an_error():
    with pytest.raises(RuntimeError, match="never started"):
        monitor().wait()


def test_an_error_of_the_source_is_shown_and_raised(tmp_path):
    class Torn(Gradients):
        def load(self, indices):
            raise OSError("face 3 cannot be read")

    run = monitor(TINY, tmp_path / "m.safetensors", Torn())
    run.start()
    for _ in range(2):  # each time it is asked
        with pytest.raises(OSError, match="face 3"):
            run.wait()
    assert run.model.progress.state == FAILED
    assert "face 3 cannot be read" in run.words.value
    errors = [o for o in run.pane.outputs if o["output_type"] == "error"]
    assert errors[0]["ename"] == "OSError"
    assert (run.start_button.description, run.start_button.disabled) == ("Try again", False)


def test_an_error_within_a_step_is_raised_and_can_be_tried_again(tmp_path, monkeypatch):
    step = training._timed_step

    def broken(trainer, faces):
        if trainer.images >= 24:
            return {"critic": float("nan"), "model": 1.0}
        return step(trainer, faces)

    monkeypatch.setattr(training, "_timed_step", broken)
    run = monitor(TINY, tmp_path / "m.safetensors")
    with pytest.raises(TrainingStopped, match="24 images"):
        run.run()
    assert "TrainingStopped" in shown(run)
    monkeypatch.undo()
    run.model.error = None
    assert run.run().finished


def test_an_error_of_drawing_is_not_swallowed(tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("no picture")

    run = monitor(TINY, tmp_path / "m.safetensors")
    monkeypatch.setattr(run, "_show", broken)
    with pytest.raises(ZeroDivisionError, match="no picture"):
        run.run()
    assert run.model.progress.state == FAILED


def test_a_file_in_use_is_an_error_to_see(tmp_path):
    with locked(tmp_path / "m.lock"):
        run = monitor(TINY, tmp_path / "m.safetensors")
        with pytest.raises(InUseError):
            run.run()
    assert "another process" in shown(run)


# --- the view -------------------------------------------------------------------------------------


def test_the_pane_shows_losses_and_samples(tmp_path):
    run = monitor(TINY, tmp_path / "m.safetensors")
    assert "press Start" in run.words.value
    assert "appear here" in shown(run)
    assert run.model.progress.state == READY
    run.run()
    picture, text = run.pane.outputs
    alt = picture["metadata"]["image/png"]["alt"]
    last = run.model.history[-1]
    assert f"critic {run.model.history[0]['critic']:.2f} at first, {last['critic']:.2f} now" in alt
    assert "32 samples after 48 images" in alt
    assert "48 of 48 images" in text["data"]["text/markdown"]
    assert text["data"]["text/markdown"].startswith("*Finished · 48 of 48")
    assert alt in text["data"]["text/markdown"]


@pytest.mark.parametrize("seconds", [*REDRAW, 3])
def test_pictures_are_redrawn_at_the_interval_chosen(tmp_path, seconds):
    run = monitor(ENDLESS, tmp_path / "m.safetensors", redraw_seconds=seconds)
    control = run.redraw_seconds
    assert (control.min, control.max, control.value) == (*REDRAW, seconds)
    drawn = []
    run.pane.observe(lambda change: drawn.append(time.monotonic()), "outputs")
    run.start()
    until(lambda: len(drawn) > (1 if seconds == 1 else 0))
    run.stop()
    run.wait()
    assert all(np.diff(drawn[:-1]) >= seconds)  # the last one is that of the end


def test_words_say_state_speed_and_losses():
    at = Progress("training", 1280, 45_000, 75.2, 251.4, (("critic", 0.5), ("model", 1.25)))
    assert progress_words(at) == (
        "training · 1,280 of 45,000 images · 251 images/s · 1:15 elapsed · "
        "last step: critic 0.50, generator 1.25"
    )
    assert "128 of 4,096 faces" in progress_words(Progress("loading faces", 128, 4096))
