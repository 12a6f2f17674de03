"""A training that is killed, refused or out of room: what it promised is there afterwards."""

import json
import os
import resource
import stat
from collections import namedtuple
from dataclasses import replace

import pandas as pd
import pytest
from safetensors.torch import load_file, save_file
from tiny_training import TINY, Gradients, run, same, weights_of

from facescreen.gan.checkpoints import CheckpointError, card_path, load_model
from facescreen.gan.state import read_state, state_path
from facescreen.gan.training import train
from facescreen.images import locked
from facescreen.images.temporary import temporary_beside

pytestmark = pytest.mark.usefixtures("one_thread")
SETTINGS = replace(TINY, images=96, checkpoint_every=16, history_every=40)  # no row at a checkpoint


class Killed(BaseException):
    """Ends a run without a word to anybody, as a kill does."""


def killed_at(images):
    def kill(trainer, _losses):
        if trainer.images == images:
            raise Killed

    return kill


@pytest.mark.parametrize("images", [24, 40, 56, 72])
def test_a_killed_training_ends_in_the_history_of_an_uninterrupted_one(tmp_path, images):
    whole = run(tmp_path / "whole", SETTINGS, samples=True)
    with pytest.raises(Killed):
        run(tmp_path / "cut", SETTINGS, samples=True, callback=killed_at(images))
    resumed = run(tmp_path / "cut", SETTINGS, samples=True)
    assert resumed.history == whole.history
    assert [row["images"] for row in whole.history] == [40, 80, 96]
    assert same(weights_of(resumed), weights_of(whole))
    texts = [(tmp_path / way / "m" / "history.csv").read_text() for way in ("cut", "whole")]
    assert texts[0] == texts[1]


def test_a_training_that_was_stopped_in_between_has_the_same_rows(tmp_path):
    whole = run(tmp_path / "whole", SETTINGS)
    stopped = run(tmp_path / "cut", SETTINGS, callback=lambda trainer, _: trainer.images == 56)
    assert [row["images"] for row in stopped.history] == [40, 56]
    assert run(tmp_path / "cut", SETTINGS).history == whole.history
    assert run(tmp_path / "cut", SETTINGS).history == whole.history  # there is nothing left to do


def test_a_state_of_an_older_version_goes_on(tmp_path):
    run(tmp_path, replace(SETTINGS, images=16))
    path = state_path(tmp_path / "m.safetensors")
    about = {name: value for name, value in read_state(path).items() if name != "pending"}
    save_file(load_file(path), path, {"state": json.dumps(about)})
    assert run(tmp_path, SETTINGS).finished


def test_a_refused_training_holds_no_lock(tmp_path):
    """The error is kept, as a notebook keeps the last one with all that its frames hold."""
    with pytest.raises(CheckpointError, match="could not be saved") as kept:
        run(tmp_path, TINY, callback=unwritable(tmp_path))
    (tmp_path / "m.state").rmdir()
    locked(tmp_path / "m.lock").close()
    assert run(tmp_path).finished
    assert kept.value is not None


def unwritable(folder):
    def put_a_folder_in_the_way(_trainer, _losses):
        (folder / "m.state").mkdir(exist_ok=True)

    return put_a_folder_in_the_way


def test_a_full_disk_before_the_first_checkpoint_promises_nothing(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    said = r"m\.safetensors: the checkpoint of 48 .*m\.state.*; nothing was saved, .* begins anew"
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        with pytest.raises(CheckpointError, match=said):
            run(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [file.name for file in tmp_path.iterdir()] == ["m.lock"]
    assert run(tmp_path).finished


def test_too_little_room_is_said_before_the_first_step(tmp_path, monkeypatch):
    Usage = namedtuple("Usage", "total used free")
    steps = []
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _folder: Usage(10, 10, 100))
        with pytest.raises(CheckpointError, match=r"takes 0 MB, and 0 MB are free there") as told:
            run(tmp_path, callback=lambda *_: steps.append(1))
    assert not steps and str(tmp_path / "m.safetensors") in str(told.value)
    assert run(tmp_path).finished
    size = sum(file.stat().st_size for file in tmp_path.iterdir() if file.suffix != ".json")
    with monkeypatch.context() as patch:  # what it asks for is about what it takes
        patch.setattr("shutil.disk_usage", lambda _folder: Usage(10, 10, size))
        assert run(tmp_path / "again").finished


def test_weights_are_as_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        out = run(tmp_path, samples=True).path
    finally:
        os.umask(before)
    files = [out, card_path(out), state_path(out), out.with_suffix(".lock")]
    files += list((tmp_path / "m").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o640}
    load_model(out)


def test_temporary_files_of_killed_trainings_go_with_the_next_checkpoint(tmp_path, monkeypatch):
    left = {}
    for name in ("m.safetensors", "m.json", "m.state", "m/000000016.png", "m/history.csv"):
        monkeypatch.setattr("os.getpid", lambda: 2**22 + 5)  # no process has such a number
        left[name] = temporary_beside(tmp_path / name)
        monkeypatch.undo()
        left[name].parent.mkdir(exist_ok=True)
        left[name].write_bytes(b"half")
    mine = tmp_path / ".m.state.mine.tmp"
    mine.write_text("precious")
    train(Gradients(), TINY, tmp_path / "m.safetensors", progress=False, samples=True)
    assert not any(file.exists() for file in left.values())
    assert mine.read_text() == "precious"
    assert len(pd.read_csv(tmp_path / "m" / "history.csv")) == 6
