"""Judge the labeled test images by critics, by the generator's inside and by their neighbors.

    python -m facescreen.evidence.critics --out data/critics

Writes a table for each of the two pools that had no part in choosing any screen: a row for each
image, and how all of it was made into `card.json`. The pool drawn while a GAN learned takes two
trainings of 40,000 images, about seven minutes each on a free core; they go on where they were cut.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.evaluation import multi_scores
from facescreen.evidence import critics_finished, critics_learning
from facescreen.evidence.critic_measures import Judged
from facescreen.evidence.critic_scores import COLUMNS, CRITICS, LEARNED_FROM, SETTINGS
from facescreen.faces import portraits
from facescreen.generation import one_thread
from facescreen.images.writing import read_json, write_atomically
from facescreen.labels import ReferencePool, load_reference
from facescreen.quality import shipped_features
from facescreen.screening import MultiColorRule, SignsRule, SingleColorRule
from facescreen.screening.lda import GsvdLda
from facescreen.screening.neighbors import realism

COMMAND = "python -m facescreen.evidence.critics --out data/critics"
REAL, REAL_SEED = 1000, 123  # portraits for realism scores, of the setting that the GAN learned
TAUGHT, TAUGHT_SEED = 500, 9  # labeled images of either kind, of other pools, that LDA learns from


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write tables and card into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=CRITICS, help="data/critics")
    parser.add_argument("--work", type=Path, default=Path("build") / "critics")
    parser.add_argument("--no-training", action="store_true", help="judge what --work holds alone")
    parser.add_argument("--pools", nargs="*", choices=COLUMNS_OF, default=list(COLUMNS_OF))
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "card.json"
    card = read_json(path) if path.exists() else {}
    card = {"command": COMMAND, "settings": settings()} | card
    for name in given.pools:
        pool = load_reference(name)
        judged, known = (
            critics_learning.while_learning(pool, given.work, not given.no_training)
            if name == "learning_test"
            else critics_finished.finished(pool)
        )
        write_table(given.out / f"{name}.csv", pool, judged)
        card["critics"] = card.get("critics", {}) | known
        write_atomically(path, lambda file: file.write_text(json.dumps(card, indent=2) + "\n"))
        print(f"{given.out / name}.csv: {json.dumps(known)}")


COLUMNS_OF = tuple(SETTINGS)


def settings() -> dict[str, Any]:
    """What else the tables depend on, for the card."""
    return {
        "real portraits for realism": {"count": REAL, "seed": REAL_SEED},
        "LDA": {"learned from": LEARNED_FROM, "of either kind": TAUGHT, "seed": TAUGHT_SEED},
        "finished critic": {
            "images of either kind": critics_finished.TRAINED,
            "passes": critics_finished.PASSES,
            "held out": critics_finished.HELD_OUT,
            "portraits": critics_finished.REAL_SEED,
            "picks": critics_finished.MADE_SEED,
            "width": critics_finished.WIDTH,
        },
        "fresh images at each moment": 64 * critics_learning.FRESH_BLOCKS,
        "real portraits at each moment": critics_learning.REAL,
    }


def write_table(path: Path, pool: ReferencePool, judged: Judged) -> None:
    """A row for each image of a pool, six significant digits."""
    import pandas as pd

    columns = {
        **{name: getattr(judged, name) for name in
           ("logit", "saved", "log_ratio", "band", "band_real", "rare", "style")},
        **by_images(pool.name, judged.images),
    }  # fmt: skip
    names = pool.names[judged.number]
    table = pd.DataFrame({"image": names} | {name: columns[name] for name in COLUMNS})
    write_atomically(
        path, lambda file: table.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
    )


def by_images(pool: str, images: np.ndarray) -> dict[str, np.ndarray]:
    """What needs a pool's images alone, uint8 (N, 64, 64, 3): float64 (N,) by column."""
    features, real = shipped_features(), real_portraits(pool, REAL, REAL_SEED)
    with one_thread():
        realistic = realism(features(real), features(images))
    return {
        "realism": realistic,
        "single": SingleColorRule()(images).score,
        "multi": multi_scores(MultiColorRule()(images)),
        "signs": SignsRule()(images).score,
        "lda": discriminant(LEARNED_FROM[pool])(as_rows(images))[:, 0],
    }


def real_portraits(pool: str, count: int, seed: int) -> np.ndarray:
    """New portraits of the setting that a pool's GAN learned: uint8 (count, 64, 64, 3)."""
    return portraits(count, 64, seed, setting=SETTINGS[pool])


def discriminant(pool: str) -> GsvdLda:
    """LDA of another pool's labels, valid against broken: more dimensions than images."""
    taught = load_reference(pool)
    random = np.random.default_rng(TAUGHT_SEED)
    rows = [
        random.permutation(np.flatnonzero(part))[:TAUGHT]
        for part in (taught.labels == "valid", taught.broken)
    ]
    chosen = np.sort(np.concatenate(rows))
    return GsvdLda.fit(as_rows(taught.images[chosen]), taught.broken[chosen])


def as_rows(images: np.ndarray) -> np.ndarray:
    """uint8 (N, 64, 64, 3) as rows for LDA: the means of 2×2 pixels, float64 (N, 3072)."""
    halved = images.reshape(len(images), 32, 2, 32, 2, 3).mean(axis=(2, 4))
    return halved.reshape(len(images), -1)


if __name__ == "__main__":
    main()
