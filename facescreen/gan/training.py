"""Train the face combiner: existing faces in, a checkpoint with its card out.

The faces of a batch and everything random in its step come from (seed, step), so a run that was
stopped goes on from its saved state as if it had not been.
"""

import json
import math
import os
import platform
import shlex
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm import tqdm

import facescreen
from facescreen.faces.sources import FaceSource, open_source
from facescreen.files import locked
from facescreen.gan.checkpoints import CheckpointError, save_combiner, write_atomically
from facescreen.gan.trainer import Trainer, TrainingSettings


class TrainingStopped(Exception):
    """Training ended early for a reason that one sentence gives (a loss that is not finite)."""


@dataclass
class TrainingResult:
    """Where training got to, and what it saw on the way."""

    path: Path
    images: int
    minutes: float
    finished: bool  # False where minutes ran out or Ctrl-C was pressed: it can go on from there
    history: list[dict[str, float]] = field(default_factory=list)


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


def batch_of_faces(faces: "FaceArray", settings: TrainingSettings, step: int) -> Tensor:
    """Batch number `step` of a run: float32 `(batch, 3, size, size)` in [-1, 1], channels last.

    Each pass over the faces has its own order, which depends on (seed, pass) alone; every face is
    mirrored in half of its appearances.
    """
    first = step * settings.batch
    positions = np.arange(first, first + settings.batch)
    indices = np.empty(settings.batch, np.int64)
    for epoch in np.unique(positions // len(faces)):
        here = positions // len(faces) == epoch
        order = np.random.default_rng([settings.seed, int(epoch)]).permutation(len(faces))
        indices[here] = order[positions[here] % len(faces)]
    images = torch.from_numpy(faces.load(indices)).permute(0, 3, 1, 2).float() / 127.5 - 1
    mirrored = np.random.default_rng([settings.seed, step, 1]).random(settings.batch) < 0.5
    images[torch.from_numpy(mirrored)] = images[torch.from_numpy(mirrored)].flip(3)
    return images.contiguous(memory_format=torch.channels_last)


class FaceArray:
    """A source's faces, kept in memory where they take less than a gigabyte."""

    def __init__(self, source: FaceSource, size: int) -> None:
        self.source = source
        fits = len(source) * size * size * 3 < 1e9
        self.faces = source.load(np.arange(len(source))) if fits and len(source) else None

    def __len__(self) -> int:
        return len(self.source)

    def load(self, indices: np.ndarray) -> np.ndarray:
        """uint8 `(len(indices), size, size, 3)`."""
        return self.source.load(indices) if self.faces is None else self.faces[indices]


def save_state(trainer: Trainer, path: Path, faces: str) -> None:
    """Write all that training goes on from into one file, atomically.

    `faces` is the fingerprint of the source, which a later run has to share.
    """
    about = {"images": trainer.images, "seconds": trainer.seconds, "faces": faces}
    about["settings"] = asdict(trainer.settings)
    metadata = {"state": json.dumps(about)}
    write_atomically(path, lambda temporary: save_file(trainer.tensors(), temporary, metadata))


def load_state(trainer: Trainer, path: Path, faces: str) -> None:
    """Go on from `path`; raises `CheckpointError` for another recipe, other faces, a torn file."""
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["state"])
        theirs, ours = about["settings"], json.loads(json.dumps(asdict(trainer.settings)))
        # How long a run goes on and how often it saves may change without changing what it learns.
        free = ("images", "checkpoint_every")
        changed = [n for n in ours if n not in free and ours[n] != theirs.get(n)]
        if changed:
            name = changed[0]
            raise CheckpointError(
                f"{path} was trained with {name} {theirs.get(name)}, not {ours[name]}: use the "
                "same settings, another output, or start afresh without resuming"
            )
        if about["faces"] != faces:
            raise CheckpointError(
                f"{path} was trained on other faces (fingerprint {about['faces']}, not {faces}): "
                "use the same source, another output, or start afresh without resuming"
            )
        trainer.load_tensors(load_file(path))
    except CheckpointError:
        raise
    except Exception as error:  # a torn file fails in many ways, all of them this one to the reader
        raise CheckpointError(f"{path} cannot be resumed from: {error}") from error
    trainer.images, trainer.seconds = about["images"], about["seconds"]


def machine() -> dict[str, Any]:
    """The machine a model was trained on, for its card."""
    return {
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "architecture": platform.machine(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
    }


def train(
    source: FaceSource,
    settings: TrainingSettings,
    out: Path,
    *,
    minutes: float | None = None,
    command: str = "",
    resume: bool = True,
    progress: bool = True,
    callback: Callable[[Trainer, dict[str, float]], None] | None = None,
) -> TrainingResult:
    """Train until `settings.images` are shown or `minutes` of training are over; save at `out`.

    Writes `out` (weights of the moving average, float16), its card, and `out` with `.state` before
    the ending, from which a later call with the same settings goes on. `callback(trainer, losses)`
    is called after each step. Ctrl-C saves and returns. Raises `TrainingStopped` where a loss is
    not finite, keeping the last checkpoint; `CheckpointError` where `out` is another recipe's,
    `InUseError` where another process is training it.
    """
    if not len(source):
        raise ValueError(f"the source {source.name} has no faces to train on")
    lock = locked(out.with_suffix(".lock"))
    trainer, state = Trainer(settings), state_path(out)
    if resume and state.exists():
        load_state(trainer, state, source.fingerprint)
    faces, history, saved = FaceArray(source, settings.size), [], trainer.images
    bar = tqdm(total=settings.images, initial=trainer.images, unit=" images", disable=not progress)

    def checkpoint() -> None:
        if not all(torch.isfinite(value).all() for value in trainer.tensors().values()):
            raise TrainingStopped(_diverged(trainer, saved, out))
        save_state(trainer, state, source.fingerprint)
        save_combiner(trainer.averaged, out, training_card(trainer, source, command))

    with lock, bar, DeferredInterrupt() as interrupt:
        while (
            trainer.images < settings.images
            and not _over(trainer, minutes)
            and not interrupt.pressed
        ):
            losses = _timed_step(trainer, faces)
            if not all(map(math.isfinite, losses.values())):
                raise TrainingStopped(_diverged(trainer, saved, out))
            history.append({"images": trainer.images, **losses})
            bar.update(settings.batch)
            bar.set_postfix({name: f"{value:.3f}" for name, value in losses.items()}, refresh=False)
            if callback is not None:
                callback(trainer, losses)
            if trainer.images - saved >= settings.checkpoint_every:
                checkpoint()
                saved = trainer.images
        checkpoint()
    finished = trainer.images >= settings.images
    return TrainingResult(out, trainer.images, trainer.seconds / 60, finished, history)


def _diverged(trainer: Trainer, saved: int, out: Path) -> str:
    kept = f"the checkpoint of {saved} images is kept in {out}" if saved else "nothing was saved"
    return f"training stopped after {trainer.images} images: not every number is finite; {kept}"


def _over(trainer: Trainer, minutes: float | None) -> bool:
    return minutes is not None and trainer.seconds >= 60 * minutes


def _timed_step(trainer: Trainer, faces: FaceArray) -> dict[str, float]:
    started = time.perf_counter()
    step = trainer.steps
    random = torch.Generator().manual_seed(trainer.settings.seed * 2**32 + step)
    losses = trainer.step(batch_of_faces(faces, trainer.settings, step), random)
    trainer.seconds += time.perf_counter() - started
    return losses


def state_path(out: Path) -> Path:
    """Where the state of an unfinished run lies: beside its model, never shipped."""
    return out.with_suffix(".state")


def training_card(trainer: Trainer, source: FaceSource, command: str) -> dict[str, Any]:
    """What a reader needs to judge the model, and to make it again."""
    return {
        "what": "face combiner: encoder and generator, moving average, float16",
        "command": command.replace("--images IMAGES", f"--images {trainer.images}", 1),
        "data": {"source": source.name, "fingerprint": source.fingerprint, "faces": len(source)},
        "settings": asdict(trainer.settings),
        "images": trainer.images,
        "minutes": round(trainer.seconds / 60, 1),
        "machine": machine(),
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
) -> TrainingResult:
    """What `facescreen train` does: open the source, train, say in one line what came of it.

    Sums in another order round otherwise, so the same weights come out only with the same number
    of `threads` (None: as many as torch takes by itself); the card's command names it.
    """
    torch.set_num_threads(threads or torch.get_num_threads())
    chosen = {} if images is None else {"images": images}
    settings = TrainingSettings(seed=seed, size=size, **chosen)
    # A run that was stopped early is made again by asking for the images that it saw.
    command = f"facescreen train --source {shlex.quote(source)} --images IMAGES"
    command += f" --seed {seed} --size {size} --threads {torch.get_num_threads()}"
    command += f" --out {shlex.quote(str(out))}"
    result = train(
        open_source(source, size, seed),
        settings,
        Path(out),
        minutes=minutes,
        command=command,
        resume=resume,
    )
    how = "done" if result.finished else "stopped early, run the same command to go on"
    print(f"{result.path}: {result.images} images in {result.minutes:.1f} minutes ({how})")
    return result
