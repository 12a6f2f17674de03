"""Train the judge's features: rendered portraits in, a checkpoint with its card out.

    python -m facescreen.quality.training --out data/models/features64.safetensors

Every image is spoiled on the fly by known amounts (`spoil.py`); the network learns to tell
those amounts, and the traits of the face from the portraits' table. The batch of a step and
all that is random in it come from (seed, step).
"""

import argparse
import math
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

import facescreen
from facescreen.faces import portrait_table, portraits
from facescreen.gan.batches import batch_indices
from facescreen.gan.models import BLOCK
from facescreen.quality.features import (
    CATEGORIES,
    NUMBERS,
    FaceFeatures,
    FeatureNetwork,
    as_floats,
    save_features,
)
from facescreen.quality.spoil import SPOILING, spoil

SEED = 101  # of the portraits; seed 0, which the shipped face combiner learned from, is not used
# Amounts of spoiling are divided by about their standard deviation, as numbers in the table are.
AMOUNT_UNIT = 0.27


@dataclass(frozen=True)
class FeatureSettings:
    """How the judge's features are trained."""

    images: int = 128_000  # shown in training, spoiled differently each time
    seed: int = SEED
    faces: int = 20_000  # different portraits, of `seed`
    held_out: int = 2_000  # portraits of `seed + 1`, on which the card's figures are taken
    batch: int = 64
    learning_rate: float = 1.5e-3  # falls to 0 along a half cosine
    width: int = 24
    features: int = 64


@dataclass(frozen=True)
class LabeledFaces:
    """Portraits with what the network is to say of them.

    images: uint8 `(N, 64, 64, 3)`. categories: int64 `(N,)` by name. numbers: float32
    `(N, len(NUMBERS))`, as in the table.
    """

    images: np.ndarray
    categories: dict[str, Tensor]
    numbers: Tensor

    @classmethod
    def drawn(cls, count: int, seed: int) -> "LabeledFaces":
        """The first `count` portraits of `seed`."""
        table = portrait_table(count, seed)
        kinds = {
            name: torch.tensor(pd.Categorical(table[name], list(values)).codes, dtype=torch.int64)
            for name, values in CATEGORIES.items()
        }
        numbers = torch.tensor(table[list(NUMBERS)].to_numpy(np.float32))
        return cls(portraits(count, 64, seed), kinds, numbers)

    def __len__(self) -> int:
        return len(self.images)


def loss_of(
    network: FeatureNetwork, images: Tensor, kinds: dict[str, Tensor], numbers: Tensor, amounts
) -> Tensor:
    """Mean over questions: cross-entropy (as a share of guessing's), squared errors.

    `numbers` and `amounts` are standardized, so that an answer that knows nothing loses about 1 on
    every question.
    """
    said = network.answer(network(images))
    losses = [
        F.cross_entropy(said[name], wanted) / math.log(len(CATEGORIES[name]))
        for name, wanted in kinds.items()
    ]
    losses += list((said["numbers"] - numbers).square().mean(dim=0))
    losses += list((said["spoiling"] - amounts / AMOUNT_UNIT).square().mean(dim=0))
    return torch.stack(losses).mean()


def train_features(settings: FeatureSettings, progress: bool = True) -> FaceFeatures:
    """Train the network and standardize its features; the card is empty."""
    faces = LabeledFaces.drawn(settings.faces, settings.seed)
    torch.manual_seed(settings.seed)
    network = FeatureNetwork(settings.width, settings.features)
    steps = max(1, settings.images // settings.batch)
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    mean, spread = faces.numbers.mean(0), faces.numbers.std(0).clamp_min(1e-6)
    for step in tqdm(range(steps), unit=" steps", disable=not progress):
        random = torch.Generator().manual_seed(settings.seed * 2**32 + step)
        rows = batch_indices(settings.faces, settings.batch, settings.seed, step)
        images, amounts = spoil(as_floats(faces.images[rows]), random)
        kinds = {name: values[rows] for name, values in faces.categories.items()}
        loss = loss_of(network, images, kinds, (faces.numbers[rows] - mean) / spread, amounts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    _standardize(network, faces.images[:4096], settings.seed)
    return FaceFeatures(network)


@torch.inference_mode()
def _standardize(network: FeatureNetwork, images: np.ndarray, seed: int) -> None:
    """Set the network's center and spread from spoiled images, and round all as it is saved.

    Over clean images alone, a feature that says how blurred an image is hardly varies; divided by
    that little, it would drown all others as soon as images are not perfectly sharp.
    """
    random = torch.Generator().manual_seed(seed)
    blocks = [as_floats(images[start : start + BLOCK]) for start in range(0, len(images), BLOCK)]
    features = torch.cat([network(spoil(block, random)[0]) for block in blocks])
    network.center.copy_(features.mean(0))
    network.spread.copy_(features.std(0).clamp_min(1e-3))
    network.load_state_dict({n: v.half().float() for n, v in network.state_dict().items()})


@torch.inference_mode()
def held_out_figures(
    features: FaceFeatures, settings: FeatureSettings
) -> dict[str, dict[str, float]]:
    """How well the network answers on portraits that it was not trained on.

    `accuracy` of each category and `r2` of each number on clean portraits, `spoiling r2` of each
    kind's amount on spoiled ones. R² is 1 − squared error / variance.
    """
    faces = LabeledFaces.drawn(settings.held_out, settings.seed + 1)
    network, random = features.network, torch.Generator().manual_seed(settings.seed + 1)
    clean, spoiled, amounts = [], [], []
    for start in range(0, len(faces), BLOCK):
        images = as_floats(faces.images[start : start + BLOCK])
        clean.append(network.answer(network(images)))
        images, drawn = spoil(images, random)
        spoiled.append(network.answer(network(images))["spoiling"])
        amounts.append(drawn / AMOUNT_UNIT)
    said = {name: torch.cat([answers[name] for answers in clean]) for name in network.answers}
    right = {name: said[name].argmax(1) == faces.categories[name] for name in CATEGORIES}
    # The table's numbers were standardized over the training faces, a draw of the same kind.
    numbers = (faces.numbers - faces.numbers.mean(0)) / faces.numbers.std(0)
    return {
        "accuracy": {name: round(float(hits.float().mean()), 3) for name, hits in right.items()},
        "r2": _r2(NUMBERS, said["numbers"], numbers),
        "spoiling r2": _r2(SPOILING, torch.cat(spoiled), torch.cat(amounts)),
    }


def _r2(names: Sequence[str], said: Tensor, wanted: Tensor) -> dict[str, float]:
    errors = (said - wanted).square().mean(0) / wanted.var(0, correction=0)
    return {name: round(1 - float(e), 3) for name, e in zip(names, errors, strict=True)}


def features_card(
    features: FaceFeatures, settings: FeatureSettings, minutes: float, command: str
) -> dict[str, Any]:
    """What a reader needs to judge the judge, and to make it again."""
    return {
        "what": "the judge's features: traits of a face and how it was spoiled, float16",
        "command": command,
        "data": {"source": "portraits", "seed": settings.seed, "faces": settings.faces},
        "settings": asdict(settings),
        "images": settings.images,
        "minutes": round(minutes, 1),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "facescreen": facescreen.__version__,
        "held out": held_out_figures(features, settings),
        "architecture": {"width": settings.width, "features": settings.features},
    }


def main_train_features(
    out: Path,
    images: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    faces: int | None = None,
) -> FaceFeatures:
    """Train, save at `out` with a card, say in one line what came of it. None: the defaults.

    Sums in another order round otherwise, so the same weights come out only with the same number
    of `threads`; the card's command names it.
    """
    torch.set_num_threads(threads or torch.get_num_threads())
    given = {"images": images, "seed": seed, "faces": faces}
    settings = FeatureSettings(**{name: n for name, n in given.items() if n is not None})
    command = f"python -m facescreen.quality.training --images {settings.images}"
    command += f" --seed {settings.seed} --faces {settings.faces}"
    command += f" --threads {torch.get_num_threads()} --out {shlex.quote(str(out))}"
    started = time.perf_counter()
    features = train_features(settings)
    minutes = (time.perf_counter() - started) / 60
    features.card = features_card(features, settings, minutes, command)
    features = save_features(features, Path(out))
    print(f"{out}: {settings.images} images in {minutes:.1f} minutes; {features.card['held out']}")
    return features


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Train the judge's features.")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    parser.add_argument("--images", type=int, help="shown in training")
    parser.add_argument("--seed", type=int, help="of the portraits")
    parser.add_argument("--faces", type=int, help="different portraits")
    parser.add_argument("--threads", type=int, help="of torch")
    main_train_features(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
