"""Photographs, a tiny model and a run of it: what checkpoints and run folders are spoiled from."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facescreen.gan.checkpoints import save_model
from facescreen.gan.models import FaceCombiner

SIDE = 16
ARCHITECTURE = {"size": SIDE, "style": 8, "encoder_width": 2, "generator_width": 2}


def photographs(folder: Path, count: int = 4) -> Path:
    folder.mkdir()
    for index in range(count):
        image = np.random.default_rng(index).integers(0, 200, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(image).save(folder / f"{index}.png")
    return folder


def model(path: Path) -> Path:
    torch.manual_seed(0)
    save_model(FaceCombiner({**ARCHITECTURE, "mapping_layers": 0}), path, {"what": "a test"})
    return path


def with_card(path: Path, **changes) -> None:
    """Change a model's card: None takes an entry out."""
    card = json.loads(path.with_suffix(".json").read_text())
    for name, value in changes.items():
        holder = card["architecture"] if name in ARCHITECTURE else card
        holder[name] = value
        if value is None:
            del holder[name]
    path.with_suffix(".json").write_text(json.dumps(card))


def with_weights(path: Path, data: bytes) -> None:
    """Put other bytes in place of the weights, of which the card knows."""
    path.write_bytes(data)
    with_card(path, sha256=sha256(data).hexdigest())


def generate(place: Path, out: str | Path = "run", count: int = 3) -> list:
    """The command that makes, or goes on with, the run."""
    return [
        *("generate", "--count", count, "--rule", "none", "--scheme", "two_faces"),
        *("--source", f"folder:{place / 'photos'}", "--size", SIDE),
        *("--model", place / "m.safetensors", "--out", place / out),
    ]
