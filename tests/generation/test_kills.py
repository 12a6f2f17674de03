"""Real processes killed by SIGKILL in the middle of their work, then started again.

Run as a program, this file is the process that gets killed: see its last lines.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import facescreen
from facescreen.faces import open_source
from facescreen.gan.checkpoints import load_combiner, save_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.models import FaceCombiner
from facescreen.gan.training import train
from facescreen.generation import GenerationSettings, RunFolder, generate, runfolder
from facescreen.images import save_png

COUNT = 120  # images to save: the last block of 64 is not judged to its end


class Third:
    """Breaks about every third image, by what it shows."""

    def __repr__(self) -> str:
        return "Third()"

    def __call__(self, images, finite):
        score = images.astype(np.int64).sum(axis=(1, 2, 3)) % 9
        reason = np.where(score < 3, "color", "")
        return SimpleNamespace(broken=score < 3, reason=reason, score=score)


def build(out: Path, model: Path, photos: Path) -> None:
    """The run that is killed: the real loop, a tiny model, a folder of photographs."""
    settings = GenerationSettings(
        count=COUNT, scheme="two_faces", source=f"folder:{photos}", size=16, model=str(model)
    )
    generate(settings, Third(), out, progress=False)


def learn(out: Path, model: Path, photos: Path) -> None:
    """The training that is killed: a checkpoint after every second of eight steps."""
    tiny = dict.fromkeys(("encoder_width", "generator_width", "critic_width"), 2)
    settings = CombinerSettings(images=32, size=16, batch=4, style=8, checkpoint_every=8, **tiny)
    train(open_source(f"folder:{photos}", 16), settings, out / "m.safetensors", progress=False)


# --- where the killed process dies ----------------------------------------------------------------


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(call: int, function, instead=die):
    """`function`, but its call number `call` (from 1) does `instead`."""
    calls = 0

    def counted(*arguments):
        nonlocal calls
        calls += 1
        return (instead if calls == call else function)(*arguments)

    return counted


def half_a_file(path: Path, image: np.ndarray) -> None:
    path.with_name(f".{path.name}.1-2.tmp").write_bytes(b"PNG, half of it")
    die()


def half_a_line(folder: RunFolder, line: dict) -> None:
    folder._manifest.write(f'{{"index": {line["index"]}, "se'.encode())
    die()


def line_then_death(folder: RunFolder, line: dict, record=RunFolder.record) -> None:
    record(folder, line)
    die()


# What is replaced (a module or class and its function) and by what.
MOMENTS = {
    "before the settings": (os, "replace", lambda old: dying_at(1, old)),
    "half a file": (runfolder, "save_png", lambda old: dying_at(30, old, half_a_file)),
    "between files": (runfolder, "save_png", lambda old: dying_at(70, old)),
    "file without line": (RunFolder, "record", lambda old: dying_at(70, old)),
    "inside a line": (RunFolder, "record", lambda old: dying_at(30, old, half_a_line)),
    "after a line": (RunFolder, "record", lambda old: dying_at(64, old, line_then_death)),
    # A checkpoint is three renames: state, card, weights.
    "state without card": (os, "replace", lambda old: dying_at(5, old)),
    "card without weights": (os, "replace", lambda old: dying_at(6, old)),
    "never": (os, "replace", lambda old: old),
}
BUILDING = list(MOMENTS)[:6]
LEARNING = list(MOMENTS)[6:8]


# --- the tests ------------------------------------------------------------------------------------


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def ingredients(tmp_path_factory) -> tuple[Path, Path]:
    """A tiny model file and a folder of nine photographs."""
    folder = tmp_path_factory.mktemp("ingredients")
    torch.manual_seed(0)
    architecture = {"size": 16, "style": 8, "encoder_width": 2, "generator_width": 2}
    save_model(FaceCombiner(architecture), folder / "tiny.safetensors", {})
    (folder / "photos").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (9, 16, 16, 3), dtype=np.uint8)
    for number, photo in enumerate(pixels):
        save_png(folder / "photos" / f"{number}.png", photo)
    return folder / "tiny.safetensors", folder / "photos"


@pytest.fixture(scope="module")
def whole(ingredients, tmp_path_factory) -> dict[str, bytes]:
    """The files of a run that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole")
    build(out, *ingredients)
    files = contents(out)
    assert sum(name.endswith(".png") for name in files) == COUNT
    return files


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def start(work, moment: str, out: Path, ingredients) -> subprocess.Popen:
    command = [sys.executable, __file__, work.__name__, moment, out, *ingredients]
    package = str(Path(facescreen.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": package}
    return subprocess.Popen(command, env=environment)


@pytest.mark.parametrize("moment", BUILDING)
def test_a_run_killed_at_a_chosen_moment_ends_in_the_same_set(moment, whole, ingredients, tmp_path):
    assert start(build, moment, tmp_path, ingredients).wait() == -signal.SIGKILL
    assert contents(tmp_path) != whole
    build(tmp_path, *ingredients)
    assert contents(tmp_path) == whole


def test_a_run_killed_from_outside_twice_ends_in_the_same_set(whole, ingredients, tmp_path):
    """Killed once some more files are there: wherever that happens to catch it."""
    for files in (1, 80):
        child = start(build, "never", tmp_path, ingredients)
        while child.poll() is None and len(list(tmp_path.glob("images/*.png"))) < files:
            time.sleep(0.0005)
        child.kill()
        child.wait()
    build(tmp_path, *ingredients)
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("moment", LEARNING)
def test_training_killed_while_it_saves_ends_in_the_same_weights(moment, ingredients, tmp_path):
    cut, undisturbed = tmp_path / "cut", tmp_path / "undisturbed"
    assert start(learn, moment, cut, ingredients).wait() == -signal.SIGKILL
    for out in (cut, undisturbed):
        learn(out, *ingredients)
    ours, theirs = (load_combiner(out / "m.safetensors") for out in (cut, undisturbed))
    assert ours.sha256 == theirs.sha256
    assert ours.card["images"] == theirs.card["images"] == 32
    assert not list(cut.glob(".*.tmp"))


if __name__ == "__main__":
    work, moment, *paths = sys.argv[1:]
    torch.set_num_threads(1)
    holder, name, dying = MOMENTS[moment]
    setattr(holder, name, dying(getattr(holder, name)))
    {"build": build, "learn": learn}[work](*map(Path, paths))
