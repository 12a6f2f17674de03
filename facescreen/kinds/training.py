"""Train the networks of kinds, each of which goes on from the one before.

    python -m facescreen.kinds.training --out data/models

"portraits" learns from damage planted in rendered portraits, "generated" from damage planted in
valid images that GANs drew, "real" from images that GANs broke by themselves, as they were labeled.
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
    generated_examples,
    portrait_examples,
    real_examples,
)
from facescreen.kinds.network import WIDTH, KindNetwork, as_floats, kind_network, save_kinds

COMMAND = "python -m facescreen.kinds.training --out data/models"
SHIFT = 3  # pixels by which an image is moved at most, so that places are not learned by heart


@dataclass(frozen=True)
class KindSettings:
    """How a network of kinds is trained."""

    images: int  # shown in training
    learning_rate: float  # falls to 0 along a half cosine
    seed: int = 1010  # of portraits, batches and weights; the pools' own seeds are others
    faces: int = 6_000  # portraits, for planted damage alone
    batch: int = 64
    width: int = WIDTH


SETTINGS = {
    "portraits": KindSettings(images=56_000, learning_rate=2e-3),
    "generated": KindSettings(images=24_000, learning_rate=1e-3),
    "real": KindSettings(images=30_000, learning_rate=1e-3),
}


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


def going_on(before: KindNetwork | None, kinds: tuple[str, ...], width: int) -> KindNetwork:
    """A network that knows what one before it has learned, as far as it tells the same kinds."""
    network = kind_network(kinds, width)
    if before is not None:
        known = before.state_dict()
        if before.of_whole.out_features != len(kinds):
            known = {name: x for name, x in known.items() if name.startswith("convolutions")}
        network.load_state_dict(known, strict=False)
    return network


def main_train_kinds(
    out: Path, settings: dict[str, KindSettings] = SETTINGS, progress: bool = True
) -> None:
    """Train the networks one after the other and write them, with their cards, into a folder."""
    network = None
    for name, own in settings.items():
        started = time.perf_counter()
        torch.manual_seed(own.seed)
        kinds = BY_EYE if name == "real" else PLANTED_KINDS
        examples = _examples(name, own)
        network = train(going_on(network, kinds, own.width), examples, own, progress)
        minutes = (time.perf_counter() - started) / 60
        card = {
            "what": f"which kind of breakage an image shows, learned from {name}, float16",
            "command": COMMAND,
            "settings": asdict(own),
            "examples": len(examples),
            "minutes": round(minutes, 1),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "facescreen": facescreen.__version__,
            "architecture": {"kinds": list(kinds), "width": own.width},
        }
        save_kinds(network, out / f"kinds_{name}.safetensors", card)
        print(f"{out / f'kinds_{name}.safetensors'}: {own.images:,} images, {minutes:.1f} minutes")


def _examples(name: str, settings: KindSettings) -> Examples:
    if name == "portraits":
        return portrait_examples(settings.faces, settings.seed)
    return generated_examples(settings.seed) if name == "generated" else real_examples()


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
    main_train_kinds(given.out, {n: replace(own, **fewer) for n, own in SETTINGS.items()})


if __name__ == "__main__":
    main()
