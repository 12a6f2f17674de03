"""The training monitor: same result as plain training, stops at once, hides no error."""

import threading
import time
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel

from facescreen import widgets
from facescreen.gan import training
from facescreen.gan.checkpoints import load_combiner, load_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.noise_gan import NoiseGanSettings
from facescreen.gan.recipes import recipe_named
from facescreen.gan.training import TrainingStopped, train
from facescreen.images import InUseError, locked, quantize
from facescreen.widgets import training_run
from facescreen.widgets.training_monitor import REDRAW, progress_words
from facescreen.widgets.training_run import FAILED, FINISHED, READY, STOPPED, Progress

matplotlib.use("agg")
SHARED = {"images": 48, "size": 16, "batch": 8, "history_every": 8}
SHARED |= {"generator_width": 2, "critic_width": 2}
COMBINER = CombinerSettings(**SHARED, drawn_again=4, mapping_steps=3, style=8, encoder_width=2)
TINY = NoiseGanSettings(**SHARED)
ENDLESS = replace(TINY, images=10**9)

pytestmark = pytest.mark.usefixtures("one_thread")


class Gradients:
    """A source of plain faces: color gradients."""

    name, fingerprint = "gradients", "v1"

    def __init__(self, count: int = 20) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def load(self, indices):
        ramp = np.linspace(0, 200, 16)[None, :, None, None] * np.ones((1, 1, 16, 3))
        tint = (np.asarray(indices)[:, None] * [2, 5, 11] % 55)[:, None, None, :]
        return (ramp + tint).astype(np.uint8)


def monitor(settings=TINY, out=None, source=None, **options):
    return widgets.training_monitor(source or Gradients(), settings, out, **options)


def weights(path) -> dict[str, torch.Tensor]:
    return load_model(path).state_dict()


def same(one, other) -> bool:
    one, other = weights(one), weights(other)
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def shown(monitor) -> str:
    return " ".join(str(output) for output in monitor.pane.outputs) + monitor.words.value


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
        for k, s in enumerate("001")
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


# --- start, stop, go on ---------------------------------------------------------------------------


def test_it_trains_in_the_background_and_stops_at_once(tmp_path):
    run = monitor(ENDLESS, tmp_path / "m.safetensors")
    assert (run.start_button.description, run.stop_button.disabled) == ("Start", True)
    run.start_button.click()
    until(lambda: run.model.progress.images > 40)
    assert run.model.running
    assert not run.stop_button.disabled
    pressed = time.monotonic()
    run.stop_button.click()
    result = run.wait()
    assert time.monotonic() - pressed < 2
    assert not result.finished
    assert run.model.progress.state == STOPPED
    assert result.images == run.model.progress.images == result.history[-1]["images"]
    assert load_model(result.path).card["images"] == result.images
    assert (run.start_button.description, run.start_button.disabled) == ("Go on", False)


def test_stopped_and_gone_on_is_as_if_never_stopped(tmp_path):
    settings = replace(TINY, images=160)
    plain = train(Gradients(), settings, tmp_path / "plain.safetensors", progress=False)
    run = monitor(settings, tmp_path / "cut.safetensors", resume=False)
    follow = run.model.on_change

    def press(model):
        follow(model)
        if model.progress.images == 64 and model.progress.state == "training":
            run.stop_button.click()

    run.model.on_change = press
    assert run.run().images == 64
    assert run.run().finished
    assert same(run.model.out, plain.path)


def test_a_stopped_combiner_takes_existing_faces(tmp_path):
    run = monitor(replace(COMBINER, images=10**9), tmp_path / "m.safetensors")
    run.start()
    until(lambda: run.model.progress.images > 8)
    run.stop()
    combiner = load_combiner(run.wait().path)
    assert combiner.encode(torch.from_numpy(Gradients().load([0, 1]))).shape == (2, 8)


def test_loading_is_stopped_too(tmp_path):
    class Slow(Gradients):
        def load(self, indices):
            time.sleep(0.05)
            return super().load(indices)

    run = monitor(TINY, tmp_path / "m.safetensors", Slow(100_000))
    run.start()
    until(lambda: run.model.progress.images > 0)
    pressed = time.monotonic()
    run.stop()
    assert run.wait() is None
    assert time.monotonic() - pressed < 2
    assert run.model.progress.state == STOPPED
    assert run.model.progress.images == 0, "faces that were loaded are not images shown"
    assert "no model yet" in shown(run)


@pytest.mark.parametrize("count", [1, 127, 128, 129, 300])
def test_faces_loaded_in_parts_are_those_of_the_source(count):
    kept = training_run.KeptFaces(Gradients(count))
    assert kept.keep(16, lambda loaded: False)
    np.testing.assert_array_equal(kept.load(range(count)), Gradients(count).load(range(count)))
    np.testing.assert_array_equal(kept.load(np.array([count - 1, 0])), kept.load([count - 1, 0]))


def test_more_faces_than_memory_holds_are_left_to_the_source(monkeypatch):
    monkeypatch.setattr(training_run, "IN_MEMORY", 100)
    kept = training_run.KeptFaces(Gradients())
    assert kept.keep(16, lambda loaded: False)
    np.testing.assert_array_equal(kept.load([3]), Gradients().load([3]))


def test_minutes_end_a_run(tmp_path):
    run = monitor(ENDLESS, tmp_path / "m.safetensors", minutes=0.002)
    result = run.run()
    assert not result.finished
    assert run.model.progress.state == FINISHED  # as it was asked to
    assert result.minutes >= 0.002


def test_starting_twice_trains_once(tmp_path):
    run = monitor(ENDLESS, tmp_path / "m.safetensors")
    run.start()
    thread = run.model._thread
    run.start()
    assert run.model._thread is thread
    run.stop()
    run.wait()


def test_an_interrupt_stops_and_saves(tmp_path):
    run = monitor(ENDLESS, tmp_path / "m.safetensors")
    run.start()

    def interrupted(seconds):
        until(lambda: run.model.progress.images > 8)
        if not run.model._stop.is_set():
            raise KeyboardInterrupt
        time.sleep(seconds)

    result = run.model.wait(interrupted)
    assert load_model(result.path).size == 16


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


CELL = """
import sys; sys.path.insert(0, {tests!r})
from test_monitor import ENDLESS, monitor
watched = monitor(ENDLESS, {out!r})
print(watched.stop_button.model_id)

def hear_steps(model, hear=watched.model.on_change, said=[]):
    hear(model)
    if model.progress.images > 40 and model.progress.state == "training" and not said:
        said.append(print("steps", flush=True))

watched.model.on_change = hear_steps
"""


def test_the_stop_button_works_while_a_cell_waits(tmp_path, request):
    manager, client = start_new_kernel()
    try:
        said = []

        def hear(message):
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])

        cell = CELL.format(tests=str(request.path.parent), out=str(tmp_path / "m.safetensors"))
        reply = client.execute_interactive(cell, output_hook=hear, timeout=120)
        assert reply["content"]["status"] == "ok", reply["content"]
        client.execute("result = watched.run()")
        later = client.execute("print('then', result.images > 0, result.finished)")
        while said[-1] != "steps":
            message = client.get_iopub_msg(timeout=60)
            if message["msg_type"] == "stream":
                said += message["content"]["text"].split()
        click = {"method": "custom", "content": {"event": "click"}}
        content = {"comm_id": said[0].strip(), "data": click}
        client.shell_channel.send(client.session.msg("comm_msg", content))
        while not (said and said[-1].startswith("then")):
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == later:
                hear(message)
        assert said[-1].strip() == "then True False"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_no_thread_is_left_behind():
    until(lambda: not [t for t in threading.enumerate() if t.name == "training"])
