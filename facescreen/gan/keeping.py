"""Where a training saves: which files may lie there, and what each checkpoint writes.

The state shows that a training made the files beside it. Where there is none, or where a file is
not the one that this training saved, it is somebody's work, and training refuses to overwrite it.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from facescreen.faces import FaceSource
from facescreen.gan.cards import training_card
from facescreen.gan.checkpoints import (
    CheckpointError,
    card_path,
    checked_name,
    read_card_alone,
    save_model,
    sha256_of,
)
from facescreen.gan.history import HistoryRows
from facescreen.gan.models import FaceModel
from facescreen.gan.state import check_same, read_state, save_state, state_path
from facescreen.gan.trainer import Trainer, TrainingSettings
from facescreen.images import contact_sheet, quantize, save_png
from facescreen.images.temporary import sweep
from facescreen.images.writing import write_atomically

SHOWN = 16  # existing faces on a sheet of samples
SHEETS = "[0-9]" * 9 + ".png"  # their names, by images shown


def samples_at(out: Path, images: int) -> Path:
    """Where the sheet of samples lies that a training at `out` draws after so many images."""
    return out.with_suffix("") / f"{images:09d}.png"


def sweep_place(out: Path) -> None:
    """Remove the temporary files that killed trainings at `out` have left."""
    sweep(out.parent, out.name, card_path(out).name, state_path(out).name)
    sweep(out.with_suffix(""))


class TrainingStopped(Exception):
    """Training ended early for a reason that one sentence gives (a loss that is not finite)."""


def check_place(
    out: Path, settings: TrainingSettings, faces: str, resume: bool, samples: bool
) -> None:
    """Raise `CheckpointError` where training at `out` would not go on, or overwrite other files.

    Changes nothing. `faces` is the fingerprint of the source.
    """
    checked_name(out)
    state, folder = state_path(out), out.with_suffix("")
    if samples and folder.exists() and not folder.is_dir():
        raise CheckpointError(f"{folder} is a file, expected a folder for sheets of samples")
    sheets = [folder / "history.csv", *sorted(folder.glob(SHEETS))] if samples else []
    others = [out, card_path(out), *sheets]
    if state.exists():
        about = read_state(state)
        if resume:
            check_same(about, settings, faces, state)
        _check_saved(out, about.get("weights"))
        others = [] if about.get("samples", True) else sheets
    for file in others:
        if os.path.lexists(file):
            raise CheckpointError(
                f"{file} is there already, and nothing shows that this training made it: "
                "choose another name, or move it away"
            )


def _check_saved(out: Path, before: str | None) -> None:
    """Refuse weights and a card that the training did not save.

    A kill may have come between the card and the weights: these are then still those `before` the
    state was saved, by SHA-256.
    """
    known, card = {before}, card_path(out)
    if card.exists():
        known.add(read_card_alone(card)["sha256"])
    if out.exists() and sha256_of(out) not in known:
        raise CheckpointError(
            f"{out} is not the file that the training of {state_path(out).name} saved: move it "
            "away, and the training goes on"
        )


class Keeper:
    """Saves the checkpoints of one run, each whole and finite or not at all.

    images: after how many the last one was saved.
    """

    def __init__(
        self,
        trainer: Trainer,
        source: FaceSource,
        out: Path,
        command: str,
        shown: np.ndarray | None,
    ) -> None:
        """`shown` are existing faces for a sheet of samples at each checkpoint, or None."""
        self.trainer, self.source, self.out = trainer, source, out
        self.command, self.shown = command, shown
        self.images = trainer.images
        self._check_room()

    def mend_samples(self, history: HistoryRows) -> None:
        """Write the samples of the last checkpoint, if a kill came before them."""
        if (
            self.shown is not None
            and self.images
            and not samples_at(self.out, self.images).exists()
        ):
            self._save_samples(history)

    def save(self, model: FaceModel, history: HistoryRows, concluded: bool = False) -> None:
        """Write state, card and weights; raises `TrainingStopped` or `CheckpointError`."""
        trainer = self.trainer
        if not all(torch.isfinite(value).all() for value in trainer.tensors().values()):
            raise TrainingStopped(self.diverged())
        beside = {"weights": sha256_of(self.out) if self.out.exists() else None}
        beside["samples"] = self.shown is not None
        card = training_card(trainer, self.source, self.command)
        try:
            save_state(trainer, state_path(self.out), self.source.fingerprint, history, beside)
            save_model(model, self.out, {**card, "concluded": concluded})
            if self.shown is not None:
                self._save_samples(history)
        except OSError as error:  # a full disk, for one
            then = "goes on from there" if self.images else "begins anew"
            raise CheckpointError(
                f"{self.out}: the checkpoint of {trainer.images} images could not be saved "
                f"({error}); {self._kept()}, and the same command {then}"
            ) from error
        self.images = trainer.images

    def diverged(self) -> str:
        """One sentence for a loss or a weight that is not finite."""
        return (
            f"training stopped after {self.trainer.images} images: not every number is finite; "
            f"{self._kept()}"
        )

    def _kept(self) -> str:
        kept = f"the checkpoint of {self.images} images is kept in {self.out}"
        return kept if self.images else "nothing was saved"

    def _check_room(self) -> None:
        """Raise `CheckpointError` where a checkpoint would not fit: before hours of work."""
        trainer = self.trainer
        players = sum(
            p.numel() for n in ("model", "critic") for p in getattr(trainer, n).parameters()
        )
        averaged = sum(p.numel() for p in trainer.averaged.parameters())
        # Float32: each player with two moments of its optimizer, and the average; then, float16,
        # the weights. An old file goes when the new one is whole.
        needed = 4 * (3 * players + averaged) + 2 * averaged
        folder = next(p for p in self.out.absolute().parents if p.exists())
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise CheckpointError(
                f"{self.out}: a checkpoint takes {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB "
                "are free there: make room, or name another place"
            )

    def _save_samples(self, history: HistoryRows) -> None:
        table = pd.DataFrame(history.closed(self.trainer.images))
        path = self.out.with_suffix("") / "history.csv"
        write_atomically(path, lambda file: table.to_csv(file, index=False))
        images, _ = quantize(self.trainer.samples(self.shown))
        # Last: where the sheet is, all of its checkpoint is.
        save_png(samples_at(self.out, self.trainer.images), contact_sheet(images, columns=SHOWN))
