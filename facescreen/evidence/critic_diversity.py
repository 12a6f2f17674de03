"""How varied what a screen keeps is: as many images for every screen, beside new portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.kept import draw_kept
from facescreen.evidence.critic_scores import DRAWN_BY_CHANCE, SETTINGS, JudgedPool
from facescreen.faces import portraits
from facescreen.generation import one_thread
from facescreen.quality import density_coverage, precision_recall, shipped_features

if TYPE_CHECKING:
    import pandas as pd

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
