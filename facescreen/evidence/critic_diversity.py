"""How varied what a screen keeps is: as many images for every screen, beside new portraits.

    python -m facescreen.evidence.critic_diversity --out data/critics

writes `diversity.csv`, a row for each pool and screen, from the tables that `critics.py` wrote.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.kept import draw_kept
from facescreen.evidence.critic_scores import (
    CRITICS,
    DRAWN_BY_CHANCE,
    SETTINGS,
    JudgedPool,
    judged_pool,
)
from facescreen.faces import portraits
from facescreen.generation import one_thread
from facescreen.images.writing import write_atomically
from facescreen.quality import density_coverage, precision_recall, shipped_features

if TYPE_CHECKING:
    import pandas as pd

ACCEPT = 0.8  # of the shipped table
REAL, REAL_SEED = 576, 124  # new portraits of the setting that the GAN learned
DRAWS = 3  # where chance decides which images are kept: the mean over so many
COLUMNS = ("precision", "recall", "density", "coverage")


def diversity(pool: JudgedPool, accept: float) -> pd.DataFrame:
    """Precision, recall, density and coverage of what each screen keeps, a row each.

    All keep round(accept * N) images. Features are those of `facescreen.quality`, which have seen
    no GAN; the first row is all images.
    """
    import pandas as pd

    features = shipped_features()
    with one_thread():
        real = features(portraits(REAL, 64, REAL_SEED, setting=SETTINGS[pool.name]))
        made = features(pool.images)
    random = np.random.default_rng(0)
    rows = {"everything": _measured(real, made)}
    for name, chances in pool.keeping(accept).items():
        times = DRAWS if name in DRAWN_BY_CHANCE else 1
        drawn = [_measured(real, made[draw_kept(chances, random)]) for _ in range(times)]
        rows[name] = np.mean(drawn, axis=0)
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("screen")


def _measured(real: np.ndarray, made: np.ndarray) -> tuple[float, ...]:
    return (*precision_recall(real, made), *density_coverage(real, made))


def load_diversity(folder: Path | str | None = None) -> pd.DataFrame:
    """The shipped table, where every screen keeps ACCEPT of the images: rows (pool, screen)."""
    import pandas as pd

    path = (CRITICS if folder is None else Path(folder)) / "diversity.csv"
    return pd.read_csv(path, index_col=["pool", "screen"])


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write the table into a folder that holds the tables of scores."""
    import pandas as pd

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=CRITICS, help="data/critics")
    out = parser.parse_args(arguments).out
    tables = {name: diversity(judged_pool(name, out), ACCEPT) for name in SETTINGS}
    table = pd.concat(tables, names=["pool"]).round(4)
    write_atomically(out / "diversity.csv", lambda file: table.to_csv(file, lineterminator="\n"))
    print(f"{out / 'diversity.csv'}\n{table}")


if __name__ == "__main__":
    main()
