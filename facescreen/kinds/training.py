"""Train the network of kinds: first on planted damage, then on labeled images that GANs drew.

    python -m facescreen.kinds.training --out data/models

writes `kinds_planted.safetensors` and `kinds_real.safetensors`, each with its card.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

import facescreen
from facescreen.kinds.learning_sets import (
    BY_EYE,
    PLANTED_KINDS,
    Examples,
    planted_examples,
    real_examples,
)
from facescreen.kinds.network import WIDTH, KindNetwork, as_floats, kind_network, save_kinds

SHIFT = 3  # pixels by which an image is moved at most, so that places are not learned by heart


@dataclass(frozen=True)
class KindSettings:
    """How a network of kinds is trained."""

    images: int  # shown in training
    learning_rate: float  # falls to 0 along a half cosine
    seed: int = 1010  # of portraits, batches and weights; the pools' own seeds are others
    faces: int = 7_000  # portraits, for planted damage alone
    batch: int = 64
    width: int = WIDTH


PLANTED = KindSettings(images=70_000, learning_rate=2e-3)
REAL = KindSettings(images=40_000, learning_rate=1e-3)


def train(
    network: KindNetwork, examples: Examples, settings: KindSettings, progress: bool = True
) -> KindNetwork:
    """Train a network on examples: the whole picture's kinds and, where they are known, the parts'.

    Rare kinds are shown more often: an image's chance falls with the root of how many are like it.
    The batch of a step, and how its images are moved, come from (seed, step).
    """
    alike = np.unique(examples.allowed, axis=0, return_inverse=True, return_counts=True)
    chance = 1 / np.sqrt(alike[2][alike[1].ravel()])
    chance /= chance.sum()
    steps = max(1, settings.images // settings.batch)
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in tqdm(range(steps), unit=" steps", disable=not progress):
        random = np.random.default_rng((settings.seed, step))
        rows = random.choice(len(examples), settings.batch, p=chance)
        images, cells = moved(examples, rows, random)
        loss = loss_of(network, images, torch.from_numpy(examples.allowed[rows]), cells)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network


def loss_of(network: KindNetwork, images: Tensor, allowed: Tensor, cells: Tensor | None) -> Tensor:
    """Minus the log probability of the allowed kinds together; plus the same for each part."""
    whole, parts = network(images)
    log_odds = whole.log_softmax(1)
    loss = -log_odds.masked_fill(~allowed, float("-inf")).logsumexp(1).mean()
    return loss if cells is None else loss + F.cross_entropy(parts, cells)


def moved(
    examples: Examples, rows: np.ndarray, random: np.random.Generator
) -> tuple[Tensor, Tensor | None]:
    """Images as a mirror shows them, half of them; if no parts are known, shifted by some pixels.

    Edges are repeated where a shift leaves nothing.
    """
    images = examples.images[rows]
    mirrored = random.random(len(rows)) < 0.5
    images = np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
    if examples.cells is None:
        edges = ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0))
        padded, side = np.pad(images, edges, mode="edge"), images.shape[1]
        places = random.integers(0, 2 * SHIFT + 1, (len(rows), 2))
        pairs = zip(padded, places, strict=True)
        images = np.stack([one[d : d + side, r : r + side] for one, (d, r) in pairs])
        return as_floats(images), None
    cells = examples.cells[rows]
    cells = np.where(mirrored[:, None, None], cells[:, :, ::-1], cells)
    return as_floats(images), torch.from_numpy(cells)


def from_planted(planted: KindNetwork, width: int) -> KindNetwork:
    """A network for the kinds that raters named, whose convolutions planted damage has taught."""
    network = kind_network(BY_EYE, width)
    network.convolutions.load_state_dict(planted.convolutions.state_dict())
    return network


def main_train_kinds(
    out: Path, planted: KindSettings = PLANTED, real: KindSettings = REAL, progress: bool = True
) -> None:
    """Train both networks and write them, with their cards, into a folder."""
    started = time.perf_counter()
    torch.manual_seed(planted.seed)
    network = kind_network(PLANTED_KINDS, planted.width)
    examples = planted_examples(planted.faces, planted.seed)
    train(network, examples, planted, progress)
    _save(network, out / "kinds_planted.safetensors", planted, PLANTED_KINDS, started, len(examples))
    started = time.perf_counter()
    network, examples = from_planted(network, real.width), real_examples()
    train(network, examples, real, progress)
    _save(network, out / "kinds_real.safetensors", real, BY_EYE, started, len(examples))


def _save(network, path, settings, kinds, started, examples) -> None:
    minutes = (time.perf_counter() - started) / 60
    card = {
        "what": "which kind of breakage an image shows, float16",
        "command": f"python -m facescreen.kinds.training --out {path.parent.as_posix()}",
        "settings": asdict(settings),
        "examples": examples,
        "minutes": round(minutes, 1),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "facescreen": facescreen.__version__,
        "architecture": {"kinds": list(kinds), "width": settings.width},
    }
    save_kinds(network, path, card)
    print(f"{path}: {settings.images:,} images in {minutes:.1f} minutes")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and cards")
    parser.add_argument("--images", type=int, help="shown in each training; fewer for a trial")
    parser.add_argument("--faces", type=int, help="portraits that damage is planted in")
    parser.add_argument("--threads", type=int, default=1, help="of torch; others round otherwise")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    fewer = {n: v for n in ("images", "faces") if (v := getattr(given, n)) is not None}
    main_train_kinds(given.out, replace(PLANTED, **fewer), replace(REAL, **fewer))


if __name__ == "__main__":
    main()
