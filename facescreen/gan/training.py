"""The one training loop: existing faces in, a checkpoint with its card out, whatever the recipe.

The faces of a batch and everything random in its step come from (seed, step), so a run that was
stopped goes on from its saved state as if it had not been.
"""

import math
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from facescreen.faces import FaceSource, check_outside, open_source
from facescreen.gan.batches import FaceArray, batch_of_faces
from facescreen.gan.checkpoints import CheckpointError, checked_name, read_card, sha256_of
from facescreen.gan.history import History, HistoryRows
from facescreen.gan.interrupt import DeferredInterrupt
from facescreen.gan.keeping import (
    SHOWN,
    Keeper,
    TrainingStopped,
    check_place,
    samples_at,
    sweep_place,
)
from facescreen.gan.models import FaceModel
from facescreen.gan.recipes import recipe_named, trainer_for
from facescreen.gan.speed import choose_device, fastest, keep_freed_memory
from facescreen.gan.state import load_state, read_state, state_path
from facescreen.gan.trainer import Trainer, TrainingSettings
from facescreen.images import locked

FEW = 200  # faces; fewer are learned by heart

Callback = Callable[[Trainer, dict[str, float]], Any]


@dataclass
class TrainingResult:
    """Where training got to, and what it saw on the way, since its very first image."""

    path: Path
    images: int
    minutes: float
    finished: bool  # False where it was stopped early: it can go on from there
    history: History = field(default_factory=list)  # mean losses, a row per `history_every` images


def train(
    source: FaceSource,
    settings: TrainingSettings,
    out: Path,
    *,
    minutes: float | None = None,
    command: str = "",
    resume: bool = True,
    progress: bool = True,
    callback: Callback | None = None,
    samples: bool = False,
    device: str = "cpu",
    stop: threading.Event | None = None,
) -> TrainingResult:
    """Train until `settings.images` are shown or `minutes` of training are over; save at `out`.

    Writes `out` (weights of the moving average, float16), its card, and `out` with `.state` before
    the ending, from which a later call with the same settings goes on. `samples` adds the history
    as `.csv` and, in a folder named after `out`, a sheet drawn from fixed inputs at each
    checkpoint. `callback(trainer, losses)` is called after each step and ends the run by returning
    True; another thread ends it by setting `stop`, which is heard while the ending is learned too.
    Ctrl-C saves and returns. Raises `TrainingStopped` where a loss is not finite, keeping the
    last checkpoint; before anything is written, `CheckpointError` where `out` is another recipe's
    or would overwrite what no training made, `InUseError` where another process is training it.
    """
    if minutes is not None and not 0 <= minutes < math.inf:
        raise ValueError(f"{minutes} minutes of training, expected a finite number, 0 or more")
    if not len(source):
        raise ValueError(f"the source {source.name} has no faces to train on")
    # Before the lock, which is a file: a refused run leaves none.
    check_place(out, settings, source.fingerprint, resume, samples)
    keep_freed_memory()
    with locked(out.with_suffix(".lock")):
        sweep_place(out)
        trainer, kept = trainer_for(settings, device), ([], [])
        if resume and state_path(out).exists():
            kept = load_state(trainer, state_path(out), source.fingerprint)
        history = HistoryRows(kept[0], settings.history_every, kept[1])
        if trainer.images >= settings.images and concluded(out, trainer.images, samples):
            rows = history.closed(trainer.images)
            return TrainingResult(out, trainer.images, trainer.seconds / 60, True, rows)
        faces = FaceArray(source, settings.size)
        shown = faces.load(np.arange(min(SHOWN, len(faces)))) if samples else None
        keeper = Keeper(trainer, source, out, command, shown)
        keeper.mend_samples(history)
        ended, so_far = False, trainer.images
        bar = tqdm(total=settings.images, initial=so_far, unit=" images", disable=not progress)
        with bar, DeferredInterrupt() as interrupt:

            def stopped() -> bool:
                return ended or interrupt.pressed or (stop is not None and stop.is_set())

            for losses in _steps(trainer, faces, keeper, history, minutes, stopped):
                bar.update(settings.batch)
                bar.set_postfix({n: f"{value:.3f}" for n, value in losses.items()}, refresh=False)
                ended = callback is not None and callback(trainer, losses) is True
            # Whoever stops a run wants no more work done.
            whole = None if stopped() else _timed_end(trainer, faces, progress, stopped)
            keeper.save(trainer.averaged if whole is None else whole, history, whole is not None)
    finished = whole is not None and trainer.images >= settings.images
    rows = history.closed(trainer.images)
    return TrainingResult(out, trainer.images, trainer.seconds / 60, finished, rows)


def _steps(
    trainer: Trainer,
    faces: FaceArray,
    keeper: Keeper,
    history: HistoryRows,
    minutes: float | None,
    stopped: Callable[[], bool],
) -> Iterator[dict[str, float]]:
    """The losses of step after step, with a checkpoint where one is due."""
    settings, limit = trainer.settings, math.inf if minutes is None else 60 * minutes
    while trainer.images < settings.images and trainer.seconds < limit and not stopped():
        losses = _timed_step(trainer, faces)
        if not all(map(math.isfinite, losses.values())):
            raise TrainingStopped(keeper.diverged())
        history.add(trainer.images, losses)
        yield losses
        if trainer.images - keeper.images >= settings.checkpoint_every:
            keeper.save(trainer.averaged, history)


def concluded(out: Path, images: int, samples: bool = False) -> bool:
    """Whether `out`, with its samples, is already what a run ends in after so many images."""
    try:
        card = read_card(out)
    except CheckpointError:
        return False
    whole = card.get("concluded", False) and card.get("images") == images
    # A kill may have come between the card and the weights.
    whole = whole and sha256_of(out) == card["sha256"]
    return whole and (not samples or samples_at(out, images).exists())


def _timed_step(trainer: Trainer, faces: FaceArray) -> dict[str, float]:
    started = time.perf_counter()
    step = trainer.steps
    random = torch.Generator().manual_seed(trainer.settings.seed * 2**32 + step)
    batch = batch_of_faces(faces, trainer.settings, step).to(trainer.device)
    losses = trainer.step(batch, random)
    trainer.seconds += time.perf_counter() - started
    return losses


def _timed_end(
    trainer: Trainer, faces: FaceArray, progress: bool, stopped: Callable[[], bool]
) -> FaceModel | None:
    started = time.perf_counter()
    model = trainer.concluded(faces, progress, stopped)
    trainer.seconds += time.perf_counter() - started
    return model


def _expect(faces: int) -> str:
    """What comes of a very small set, in one sentence."""
    return (
        f"{faces} faces are very few: the model will learn them by heart, and combined faces will "
        "look like those few rather than like new ones; 1,000 or more are advisable"
    )


def main_train(
    source: str,
    out: Path,
    minutes: float | None,
    images: int | None,
    seed: int,
    size: int = 64,
    resume: bool = True,
    threads: int | None = None,
    recipe: str = "combiner",
    precision: str | None = None,
    channels_last: bool = True,
    device: str = "auto",
    download: bool = False,
    faces: int | None = None,
) -> TrainingResult:
    """What `facescreen train` does: open the source, train, say in one line what came of it.

    Sums in another order round otherwise, so the same weights come out only with the same number
    of `threads` (None: as many as torch takes by itself) and the same `precision` and memory layout
    (`precision` None: those that a short measurement finds fastest, or that the run to go on with
    has); the card's command names them.
    """
    if threads is not None and not 1 <= threads <= 256:  # beyond, torch may end the process
        raise ValueError(f"{threads} threads, expected 1 to 256")
    torch.set_num_threads(threads or torch.get_num_threads())
    out, device = checked_name(Path(out)), choose_device(device)
    settings = recipe_named(recipe, seed=seed, size=size)
    settings = settings if images is None else replace(settings, images=images)
    # The faces stay the same whatever the seed of the training, as in `GenerationSettings`.
    check_outside(source, out)
    opened = open_source(source, size, 0, download=download, limit=faces)
    if len(opened) < FEW:
        print(f"facescreen: {_expect(len(opened))}", file=sys.stderr)
    if precision is not None:
        settings = replace(settings, precision=precision, channels_last=channels_last)
    elif resume and state_path(out).exists():
        before = read_state(state_path(out))["settings"]
        chosen = {name: before.get(name) for name in ("precision", "channels_last")}
        settings = replace(settings, **chosen)
    else:
        settings = fastest(settings, device)
    # A run that was stopped early is made again by asking for the images that it saw.
    command = f"facescreen train --recipe {recipe} --source {shlex.quote(source)}"
    command += "" if faces is None else f" --faces {faces}"
    command += f" --images IMAGES --seed {seed} --size {size} --precision {settings.precision}"
    command += "" if settings.channels_last else " --no-channels-last"
    command += "" if device == "cpu" else f" --device {device}"
    command += f" --threads {torch.get_num_threads()} --out {shlex.quote(str(out))}"
    result = train(
        opened,
        settings,
        out,
        minutes=minutes,
        command=command,
        resume=resume,
        samples=True,
        device=device,
    )
    how = "done" if result.finished else "stopped early, run the same command to go on"
    print(f"{result.path}: {result.images} images in {result.minutes:.1f} minutes ({how})")
    return result
