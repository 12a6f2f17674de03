"""The training monitor started and stopped: at once, from a cell too, and gone on from there."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel
from tiny_monitor import COMBINER, ENDLESS, TINY, Gradients, monitor, same, shown, until

from facescreen.gan.checkpoints import load_combiner, load_model
from facescreen.gan.training import train
from facescreen.widgets import training_run
from facescreen.widgets.training_run import FINISHED, STOPPED

pytestmark = pytest.mark.usefixtures("one_thread")


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


CELL = """
import sys; sys.path.insert(0, {tests!r})
from tiny_monitor import ENDLESS, monitor
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
