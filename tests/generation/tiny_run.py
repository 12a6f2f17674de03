"""A run of a tiny model on noisy faces, for the tests of this room."""

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from facescreen.gan.models import FaceCombiner
from facescreen.generation import FaceMaker, GenerationSettings, RunFolderError, generate
from facescreen.images import save_png

SIZE = 16
SETTINGS = GenerationSettings(count=10, size=SIZE, scheme="two_faces", seed=3)
MORE = replace(SETTINGS, count=30)


class Faces:
    """A source of 70 noisy faces, more than one block of them."""

    name, fingerprint = "noise", "n1"

    def __len__(self) -> int:
        return 70

    def load(self, indices):
        faces = np.random.default_rng(0).integers(0, 256, (70, SIZE, SIZE, 3), dtype=np.uint8)
        return faces[indices]


class Third:
    """Breaks about every third image, by what it shows."""

    def __repr__(self) -> str:
        return "Third()"

    def __call__(self, images, finite):
        score = images.astype(np.int64).sum(axis=(1, 2, 3)) % 9
        broken = (score < 3) | ~finite
        reason = np.where(~finite, "not finite", np.where(broken, "color", ""))
        return SimpleNamespace(broken=broken, reason=reason, score=score.astype(float))


def combiner(seed: int = 0) -> FaceCombiner:
    torch.manual_seed(seed)
    architecture = {"size": SIZE, "style": 8, "encoder_width": 2, "generator_width": 2}
    architecture |= {"mapping_layers": 2, "output": "linear"}
    return FaceCombiner(architecture, {"sha256": f"model {seed}"}).eval()


def maker(settings: GenerationSettings = SETTINGS) -> FaceMaker:
    return FaceMaker(settings, combiner())


def run(out, settings=SETTINGS, rule=None, **options):
    """One run, with a tiny model; `maker` may be handed in instead."""
    options.setdefault("maker", maker(settings))
    return generate(settings, Third() if rule is None else rule, out, progress=False, **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a run by name."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def traces(folder: Path) -> dict[str, tuple]:
    """Everything that writing would change: names, kinds, sizes, times."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        # Opening a lock touches nothing; a folder's time changes with each name inside it.
        found[str(path)] = status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino
    return found


def manifest(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def saved(folder) -> list:
    """The files of the images saved, in order."""
    return [folder / line["file"] for line in manifest(folder) if line["file"]]


def photo(path, size=SIZE) -> bytes:
    """Somebody's picture, saved at `path`."""
    pixels = np.random.default_rng(9).integers(0, 256, (size, size, 3), dtype=np.uint8)
    save_png(path, pixels)
    return path.read_bytes()


@contextmanager
def refused(folder, said):
    """What happens inside is refused in one sentence, and not a byte of the folder changes."""
    before = traces(folder)
    with pytest.raises(RunFolderError, match=said) as error:
        yield
    assert "\n" not in str(error.value)
    assert traces(folder) == before
