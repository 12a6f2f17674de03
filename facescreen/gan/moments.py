"""Moments of a training: its raw weights, kept as they are at equal steps of the images shown.

Where asked for, the critic of each moment is kept beside them: it alone knows what those images
were judged by.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from facescreen.faces import FaceSource
from facescreen.gan.checkpoints import (
    CheckpointError,
    load_model,
    load_network,
    save_model,
    save_weights,
)
from facescreen.gan.models import FaceModel
from facescreen.gan.networks import Critic
from facescreen.gan.state import state_path
from facescreen.gan.trainer import Trainer, TrainingSettings
from facescreen.gan.training import concluded, train
from facescreen.images.temporary import sweep


def weights_at(folder: Path, moment: int) -> Path:
    """Where the weights of a moment lie; the first one is 1."""
    return folder / f"moment_{moment:03d}.safetensors"


def critic_at(folder: Path, moment: int) -> Path:
    """Where the weights of a moment's critic lie, if they were kept."""
    return folder / f"critic_{moment:03d}.safetensors"


def load_critic(path: Path) -> Critic:
    """A critic that was kept: raises `CheckpointError` where it is not whole."""
    critic, _ = load_network(path, lambda card: Critic(**card["architecture"]), "a critic")
    return critic.eval().requires_grad_(False)


def save_critic(critic: Critic, path: Path, card: dict[str, Any]) -> None:
    """Write a critic's weights, float16, and its card."""
    size, width = critic.size, critic.width
    save_weights(critic.state_dict(), path, card | {"architecture": {"size": size, "width": width}})


def kept_moments(folder: Path, moments: int) -> Iterator[tuple[int, FaceModel]]:
    """The moments from 1 to `moments` that are there, whole, with their models."""
    for moment in range(1, moments + 1):
        with suppress(CheckpointError):
            yield moment, load_model(weights_at(folder, moment))


def train_moments(
    source: FaceSource,
    settings: TrainingSettings,
    folder: Path,
    moments: int,
    progress: bool = True,
    critics: bool = False,
) -> None:
    """Train in `folder`, or go on, until each of its moments is kept: float16, not averaged.

    `critics` keeps the critic of each as well, for recipes of combiners.
    They lie `settings.checkpoint_every` images apart. If one is lost that lies behind, the training
    begins anew; where none is, nothing is trained. Raises `KeyboardInterrupt` where Ctrl-C stopped
    it, and what `facescreen.gan.training.train` raises; what was kept by then stays.
    """

    def keep(trainer: Trainer, _losses: dict[str, float]) -> None:
        every = settings.checkpoint_every
        passed, before = trainer.images // every, (trainer.images - settings.batch) // every
        if before < passed <= moments:
            card = {
                "what": f"raw weights after {trainer.images} images, float16",
                "settings": asdict(settings),
                "images": trainer.images,
            }
            save_model(trainer.model, weights_at(folder, passed), card)
            if critics:
                save_critic(trainer.critic, critic_at(folder, passed), card)

    sweep(folder)  # what a killed run was writing; this one may have nothing to write
    for resume in (True, False):
        kept = [at for at, _ in kept_moments(folder, moments)]
        whole = len(kept) == moments
        whole = whole and all(critic_at(folder, at).exists() for at in kept if critics)
        out = folder / "gan.safetensors"
        # A kill may have come between the last moment and the end.
        if whole and (concluded(out, settings.images) or not state_path(out).exists()):
            break
        done = train(source, settings, out, resume=resume, progress=progress, callback=keep)
        if not done.finished:
            raise KeyboardInterrupt
