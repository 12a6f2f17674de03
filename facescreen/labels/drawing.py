"""Draw the pools: which settings made each, and their images, checksums and card on disk.

    python -m facescreen.labels draw --pools learning --out data/reference

None of the images is screened or left out. A pool of several runs, each with a seed of its own,
takes one image of every run in turn, so that any stretch of it holds the runs in equal parts.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from facescreen.generation import FaceMaker, GenerationSettings, Learning, LearningMaker
from facescreen.images import pixels_checksum
from facescreen.images.writing import read_json, write_atomically
from facescreen.labels.reference import ReferenceSetError
from facescreen.labels.sheets import write_pool

WORK = Path("build") / "pools"  # where GANs that are drawn from while they learn do so


def _while_learning(recipe: str, source: str, count: int, seeds: range):
    """A run for each seed: two existing faces by the raw generator at 40 moments of learning."""
    learning = Learning(recipe=recipe, threads=1)
    return tuple(
        GenerationSettings(count, "two_faces", seed=seed, source=source, while_learning=learning)
        for seed in seeds
    )


# count: images drawn in each run. The strong pools extrapolate three times as far, for saturated
# breakage that the others have little of. No seed is used twice, so that no picks are shared; the
# recipe "learning" was chosen on seeds 0 to 4. The test pools are for screens, not for tables: they
# were drawn and labeled when every screen had been designed ("learning_test": before any was that
# knows of it).
DRAWN: dict[str, tuple[GenerationSettings, ...]] = {
    "default": (GenerationSettings(count=3456, seed=0),),
    "strong": (GenerationSettings(count=576, seed=2, alpha=1.2),),
    "test": (GenerationSettings(count=576, seed=3),),
    "test_strong": (GenerationSettings(count=192, seed=4, alpha=1.2),),
    "learning": _while_learning("learning", "portraits:bright", 512, range(10, 16)),
    "learning_plain": _while_learning("combiner", "portraits", 192, range(30, 33)),
    "learning_test": _while_learning("learning", "portraits:bright", 288, range(20, 22)),
}


def draw(out: Path, pools: Sequence[str] = tuple(DRAWN), work: Path = WORK) -> None:
    """Draw pools, save them without loss, and put them into images.csv, drawn.csv and card.json.

    What these files say of other pools stays. A GAN that has to learn first does so in
    `work`/POOL/SEED, and goes on there where it was cut off.
    """
    card_path = out / "card.json"
    card = read_json(card_path) if card_path.exists() else {"pools": {}}
    card["command"] = "python -m facescreen.labels draw --out data/reference"
    for pool in pools:
        runs, about = [], []
        for settings in DRAWN[pool]:
            maker = _maker(settings, work / pool / str(settings.seed))
            images, finite, _ = maker.images(0, settings.count)
            if not finite.all():
                raise ReferenceSetError(f"{(~finite).sum()} images of {pool} are not finite")
            runs.append(images)
            about.append(asdict(settings) | maker.about())
        images = _in_turn(runs)
        names = write_pool(out, pool, images)
        sums = zip(names, map(pixels_checksum, images), strict=True)
        _put(out / "images.csv", ("image", "sha256"), pool, list(sums))
        _put(out / "drawn.csv", ("image", "seed", "learned_from"), pool, _origins(pool, names))
        card["pools"][pool] = _together(about) | {"count": len(images)}
    write_atomically(card_path, lambda path: path.write_text(json.dumps(card, indent=2) + "\n"))


def picked(pool: str) -> np.ndarray:
    """Which existing faces each image of a pool combines, in the order of its images: (N, k).

    Numbers of portraits, int64; the first gives the coarse layers. Nothing is drawn or trained.
    """
    runs = [_maker(s, WORK / pool / str(s.seed)).sources(0, s.count) for s in DRAWN[pool]]
    return _in_turn(runs)


def _in_turn(runs: Sequence[np.ndarray]) -> np.ndarray:
    """One of every run in turn."""
    return np.stack(runs, axis=1).reshape(-1, *runs[0].shape[1:])


def _maker(settings: GenerationSettings, folder: Path):
    if settings.while_learning is None:
        return FaceMaker(settings)
    return LearningMaker(settings, folder)


def _origins(pool: str, names: Sequence[str]) -> list[tuple[str, int, int | None]]:
    """Of each image: the seed of its run, and after how many images shown it was drawn."""
    rows = []
    for number, name in enumerate(names):
        index, run = divmod(number, len(DRAWN[pool]))
        settings = DRAWN[pool][run]
        learning = settings.while_learning
        shown = learning and (index % learning.moments + 1) * learning.every
        rows.append((name, settings.seed, shown))
    return rows


def _put(path: Path, columns: Sequence[str], pool: str, rows: Sequence[Sequence]) -> None:
    """Put a pool's rows into a table, in place of those that it had; pools stand as in DRAWN."""
    kept: list[Sequence] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = list(csv.reader(file))[1:]
    kept = [row for row in kept if row[0].split("/")[0] != pool]
    order = list(DRAWN)
    merged = sorted([*kept, *rows], key=lambda row: order.index(row[0].split("/")[0]))
    table = pd.DataFrame(merged, columns=columns, dtype=object)
    write_atomically(path, partial(table.to_csv, index=False, lineterminator="\n"))


def _together(about: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What several runs have in common, and a list of each one's own where they differ."""
    merged: dict[str, Any] = {}
    for name, first in about[0].items():
        values = [each[name] for each in about]
        if isinstance(first, dict):
            merged[name] = _together(values)
        else:
            merged[name] = first if all(value == first for value in values) else values
    return merged
