"""The one training loop: existing faces in, a checkpoint with its card out, whatever the recipe.

The faces of a batch and everything random in its step come from (seed, step), so a run that was
stopped goes on from its saved state as if it had not been.
"""

import math
import os
import platform
import shlex
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

import facescreen
from facescreen.faces import FaceSource, open_source
from facescreen.gan.batches import FaceArray, batch_of_faces
from facescreen.gan.checkpoints import CheckpointError, read_card, save_model, write_atomically
from facescreen.gan.models import FaceModel
from facescreen.gan.recipes import recipe_named, trainer_for
from facescreen.gan.speed import choose_device, fastest
from facescreen.gan.state import History, load_state, save_state, saved_settings, state_path
from facescreen.gan.trainer import Trainer, TrainingSettings
from facescreen.images import contact_sheet, locked, quantize, save_png

SHOWN = 16  # existing faces on a sheet of samples

Callback = Callable[[Trainer, dict[str, float]], Any]


class TrainingStopped(Exception):
    """Training ended early for a reason that one sentence gives (a loss that is not finite)."""


@dataclass
class TrainingResult:
    """Where training got to, and what it saw on the way, since its very first image."""

    path: Path
    images: int
    minutes: float
    finished: bool  # False where it was stopped early: it can go on from there
    history: History = field(default_factory=list)  # mean losses, a row per `history_every` images


class DeferredInterrupt:
    """While open, Ctrl-C only sets `pressed`, so that no step is left half done; twice interrupts.

    Outside the main thread, where Python hears no signals, it changes nothing.
    """

    def __enter__(self) -> "DeferredInterrupt":
        self.pressed = False
        self._main = threading.current_thread() is threading.main_thread()
        if self._main:
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, *_: object) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True


class HistoryRows:
    """Losses of single steps in, their means over `every` images out."""

    def __init__(self, rows: History, every: int) -> None:
        self.rows, self._every, self._pending = rows, every, []

    def add(self, images: int, losses: dict[str, float]) -> None:
        """Note one step; a row is complete where the images pass a multiple of `every`."""
        self._pending.append(losses)
        before = self.rows[-1]["images"] if self.rows else 0
        if images // self._every > before // self._every:
            self.close(images)

    def close(self, images: int) -> None:
        """Make a row of the steps that are in none yet."""
        if self._pending:
            # A recipe may update a player only now and then; the mean passes over what is missing.
            means = pd.DataFrame(self._pending).mean()
            self.rows.append({"images": images, **means.to_dict()})
            self._pending = []


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
    last checkpoint; `CheckpointError` where `out` is another recipe's, `InUseError` where another
    process is training it.
    """
    if not len(source):
        raise ValueError(f"the source {source.name} has no faces to train on")
    lock = locked(out.with_suffix(".lock"))
    trainer, state = trainer_for(settings, device), state_path(out)
    rows: History = []
    if resume and state.exists():
        rows = load_state(trainer, state, source.fingerprint)
        if trainer.images >= settings.images and _concluded(out, trainer.images):
            return TrainingResult(out, trainer.images, trainer.seconds / 60, True, rows)
    faces, saved = FaceArray(source, settings.size), trainer.images
    history = HistoryRows(rows, settings.history_every)
    bar = tqdm(total=settings.images, initial=trainer.images, unit=" images", disable=not progress)

    def checkpoint(model: FaceModel, concluded: bool = False) -> None:
        if not all(torch.isfinite(value).all() for value in trainer.tensors().values()):
            raise TrainingStopped(_diverged(trainer, saved, out))
        save_state(trainer, state, source.fingerprint, history.rows)
        card = training_card(trainer, source, command)
        save_model(model, out, {**card, "concluded": concluded})
        if samples:
            _save_samples(trainer, faces, history.rows, out)

    with lock, bar, DeferredInterrupt() as interrupt:

        def stopped() -> bool:
            return ended or interrupt.pressed or (stop is not None and stop.is_set())

        ended = False
        while trainer.images < settings.images and not _over(trainer, minutes) and not stopped():
            losses = _timed_step(trainer, faces)
            if not all(map(math.isfinite, losses.values())):
                raise TrainingStopped(_diverged(trainer, saved, out))
            history.add(trainer.images, losses)
            bar.update(settings.batch)
            bar.set_postfix({name: f"{value:.3f}" for name, value in losses.items()}, refresh=False)
            ended = callback is not None and callback(trainer, losses) is True
            if trainer.images - saved >= settings.checkpoint_every:
                checkpoint(trainer.averaged)
                saved = trainer.images
        history.close(trainer.images)
        # Whoever stops a run wants no more work done.
        whole = None if stopped() else _timed_end(trainer, faces, progress, stopped)
        checkpoint(trainer.averaged if whole is None else whole, whole is not None)
    finished = whole is not None and trainer.images >= settings.images
    return TrainingResult(out, trainer.images, trainer.seconds / 60, finished, history.rows)


def _concluded(out: Path, images: int) -> bool:
    """Whether `out` is already what a run ends in after so many images."""
    try:
        card = read_card(out)
    except CheckpointError:
        return False
    return card.get("concluded", False) and card.get("images") == images


def _diverged(trainer: Trainer, saved: int, out: Path) -> str:
    kept = f"the checkpoint of {saved} images is kept in {out}" if saved else "nothing was saved"
    return f"training stopped after {trainer.images} images: not every number is finite; {kept}"


def _over(trainer: Trainer, minutes: float | None) -> bool:
    return minutes is not None and trainer.seconds >= 60 * minutes


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


def _save_samples(trainer: Trainer, faces: FaceArray, rows: History, out: Path) -> None:
    folder = out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    shown = faces.load(np.arange(min(SHOWN, len(faces))))
    images, _ = quantize(trainer.samples(shown))
    save_png(folder / f"{trainer.images:09d}.png", contact_sheet(images, columns=SHOWN))
    table = pd.DataFrame(rows)
    write_atomically(folder / "history.csv", lambda temporary: table.to_csv(temporary, index=False))


def machine(device: str) -> dict[str, Any]:
    """The machine a model was trained on, for its card."""
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "architecture": platform.machine(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
    }


def training_card(trainer: Trainer, source: FaceSource, command: str) -> dict[str, Any]:
    """What a reader needs to judge the model, and to make it again."""
    return {
        "what": f"recipe {trainer.settings.recipe}, moving average of the weights, float16",
        "command": command.replace("--images IMAGES", f"--images {trainer.images}", 1),
        "data": {"source": source.name, "fingerprint": source.fingerprint, "faces": len(source)},
        "settings": asdict(trainer.settings),
        "images": trainer.images,
        "minutes": round(trainer.seconds / 60, 1),
        "machine": machine(trainer.device.type),
        "facescreen": facescreen.__version__,
    }


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
    torch.set_num_threads(threads or torch.get_num_threads())
    out, device = Path(out), choose_device(device)
    settings = recipe_named(recipe, seed=seed, size=size)
    settings = settings if images is None else replace(settings, images=images)
    # The faces stay the same whatever the seed of the training, as in `GenerationSettings`.
    opened = open_source(source, size, 0, download=download, limit=faces)
    if precision is not None:
        settings = replace(settings, precision=precision, channels_last=channels_last)
    elif resume and state_path(out).exists():
        before = saved_settings(state_path(out))
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
