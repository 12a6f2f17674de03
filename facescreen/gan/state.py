"""The state of an unfinished run: one file, from which it goes on as if it had not stopped."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import load_file

from facescreen.gan.checkpoints import CheckpointError, write_tensors
from facescreen.gan.history import History, HistoryRows
from facescreen.gan.trainer import Trainer, TrainingSettings
from facescreen.images.writing import write_atomically

# How long a run goes on and how often it saves may change without changing what it learns.
FREE = ("images", "checkpoint_every", "history_every")
KINDS = {"settings": dict, "faces": str, "images": int, "seconds": (int, float)}
KINDS |= {"history": list, "pending": list}


def state_path(out: Path) -> Path:
    """Where the state lies: beside the model, never shipped."""
    return out.with_suffix(".state")


def save_state(
    trainer: Trainer, path: Path, faces: str, history: HistoryRows, beside: dict[str, Any]
) -> None:
    """Write all that training goes on from into one file, atomically.

    `faces` is the fingerprint of the source, which a later run has to share. `beside` says what
    else the training has written: `weights`, the SHA-256 of those that this checkpoint is about to
    replace, and whether there are `samples`.
    """
    about = {"images": trainer.images, "seconds": trainer.seconds, "faces": faces}
    about |= {"settings": asdict(trainer.settings), **beside}
    about |= {"history": history.rows, "pending": history.pending}
    metadata = {"state": json.dumps(about)}
    write_atomically(path, lambda temporary: write_tensors(trainer.tensors(), temporary, metadata))


def load_state(trainer: Trainer, path: Path, faces: str) -> tuple[History, History]:
    """Go on from `path`; rows of the history, and losses of steps that are in none yet.

    Raises `CheckpointError` for another recipe, other faces, a torn file."""
    about = read_state(path)
    check_same(about, trainer.settings, faces, path)
    try:
        trainer.load_tensors(load_file(path))
    except Exception as error:  # a torn file fails in many ways, all of them this one to the reader
        raise CheckpointError(f"{path} cannot be resumed from: {error}") from error
    trainer.images, trainer.seconds = about["images"], about["seconds"]
    return about["history"], about["pending"]


def check_same(about: dict[str, Any], settings: TrainingSettings, faces: str, path: Path) -> None:
    """Raise `CheckpointError` unless the state at `path` is of these settings and faces."""
    theirs, ours = about["settings"], json.loads(json.dumps(asdict(settings)))
    changed = [name for name in ours if name not in FREE and ours[name] != theirs.get(name)]
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


def read_state(path: Path) -> dict[str, Any]:
    """What a state says of itself, without its tensors; `CheckpointError` for any other file."""
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["state"])
        if not isinstance(about, dict):
            raise TypeError(f"it describes itself by a {type(about).__name__}")
        about.setdefault("pending", [])  # which older states lack
        for name, kind in KINDS.items():
            if not isinstance(about.get(name), kind) or isinstance(about[name], bool):
                raise TypeError(f"its {name} is {about.get(name)!r:.60}")
    except Exception as error:  # as above
        raise CheckpointError(f"{path} cannot be resumed from: {error}") from error
    return about
