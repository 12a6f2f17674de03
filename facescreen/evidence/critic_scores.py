"""The shipped tables of what critics and other screens say of the labeled test images.

    pool = judged_pool("learning_test")  # images, labels, and what was said of them
    kept = pool.keeping(accept=0.8)  # by screen: the chance that each image is kept

`critics.py` made them. Each screen of `SCREENS_COMPARED` keeps the same share of all images.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.evaluation.kept import keep_lowest
from facescreen.labels import load_reference
from facescreen.screening.rejection import drs_keeping, mh_keeping, obrs_acceptance
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

CRITICS = DATA / "critics"
SETTINGS = {"learning_test": "bright", "test": "varied"}  # of portraits that the GAN learned
LEARNED_FROM = {"learning_test": "learning", "test": "default"}  # LDA's labels, by pool
COLUMNS = (
    *("logit", "saved", "log_ratio", "band", "band_real", "rare", "style"),
    *("realism", "single", "multi", "signs", "lda"),
)

Keeping = Callable[["pd.DataFrame", float], np.ndarray]


class CriticTableError(ValueError):
    """A shipped table is missing or is not what the pool needs; one sentence says."""


# Each takes a pool's table and the share to keep. Higher scores are worse where a score cuts.
SCREENS_COMPARED: Mapping[str, Keeping] = {
    "random drop": lambda t, a: np.full(len(t), a),
    "critic, mean ± k std": lambda t, a: keep_lowest(t["band"].abs(), a),
    "critic, highest scores": lambda t, a: keep_lowest(-t["log_ratio"], a),
    "rejection (DRS)": lambda t, a: drs_keeping(t["log_ratio"].to_numpy(), a),
    "Metropolis–Hastings": lambda t, a: mh_keeping(t["log_ratio"].to_numpy(), a),
    "budgeted (OBRS)": lambda t, a: obrs_acceptance(np.exp(t["log_ratio"].to_numpy()), a),
    "realism (k-NN)": lambda t, a: keep_lowest(-t["realism"], a),
    "truncation": lambda t, a: keep_lowest(t["style"], a),
    "rare activity": lambda t, a: keep_lowest(t["rare"], a),
    "LDA (GSVD)": lambda t, a: keep_lowest(t["lda"], a),
    "single color": lambda t, a: keep_lowest(t["single"], a),
    "multi color": lambda t, a: keep_lowest(t["multi"], a),
    "signs": lambda t, a: keep_lowest(t["signs"], a),
}
DRAWN_BY_CHANCE = ("random drop", "rejection (DRS)", "Metropolis–Hastings", "budgeted (OBRS)")


def load_critic_scores(pool: str, folder: Path | str | None = None) -> pd.DataFrame:
    """A pool's table: index ``image``, the COLUMNS as float64. folder: None for the one shipped.

    Images are those of the pool, in its order, that the table holds: `places` finds them there.

    logit: the critic's, of the image as the generator put it out; saved: of its 8 bits; log_ratio:
    the logit calibrated; band, band_real: standard deviations from the mean logit of fresh
    generated and of real images; rare, style: rarely active units and distance of styles, in
    standard deviations above fresh images' mean; realism; single and multi: what the paper's rules
    measure, multi in units of its thresholds; signs: log odds; lda: along the discriminant. Raises
    CriticTableError, naming the file.
    """
    import pandas as pd

    if pool not in SETTINGS:
        raise CriticTableError(f"no table of the pool {pool!r}; there are {', '.join(SETTINGS)}")
    path = (CRITICS if folder is None else Path(folder)) / f"{pool}.csv"
    try:
        table = pd.read_csv(path, dtype={"image": str}).set_index("image")
        table = table.astype(np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise CriticTableError(f"{path} cannot be read as a table of scores: {error}") from error
    if tuple(table.columns) != COLUMNS:
        raise CriticTableError(f"{path} has other columns than {', '.join(COLUMNS)}")
    wrong = table.index[~np.isfinite(table.to_numpy()).all(axis=1)]
    if len(wrong):
        raise CriticTableError(f"{path}: {wrong[0]} has a number that is missing or not finite")
    numbers = table.index.str.fullmatch(rf"{pool}/\d{{4}}") & table.index.is_unique
    if len(table) < 2 or not numbers.all() or not table.index.is_monotonic_increasing:
        raise CriticTableError(f"{path} does not hold images of {pool} in their order")
    return table


def places(scores: pd.DataFrame) -> np.ndarray:
    """Where a table's images stand in their pool: int64 (N,)."""
    return scores.index.str.rpartition("/").get_level_values(2).astype(np.int64).to_numpy()


@cache
def read_critic_card(folder: Path | str | None = None) -> dict[str, Any]:
    """How the tables were made, and how well critics told held-out images apart."""
    path = (CRITICS if folder is None else Path(folder)) / "card.json"
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CriticTableError(f"{path} cannot be read as a card: {error}") from error


@dataclass(frozen=True, eq=False)
class JudgedPool:
    """Labeled test images and their table.

    images: uint8 (N, 64, 64, 3). labels, kinds: str (N,). runs: int64 (N,), of the training.
    learned_from: int64 (N,), existing faces that the GAN had been shown by then; 0 if it was done.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray
    runs: np.ndarray
    learned_from: np.ndarray
    scores: pd.DataFrame

    def __repr__(self) -> str:
        return f"JudgedPool({self.name!r}: {len(self.labels):,} images)"

    @property
    def keepers(self) -> dict[str, Callable[[float], np.ndarray]]:
        """By screen: from the share to keep to the chance that each image is kept, float64 (N,)."""
        return {name: partial(keep, self.scores) for name, keep in SCREENS_COMPARED.items()}

    def keeping(self, accept: float) -> dict[str, np.ndarray]:
        """By screen: the chance that each image is kept, float64 (N,), `accept` on average."""
        return {name: keep(accept) for name, keep in self.keepers.items()}


def judged_pool(name: str, folder: Path | str | None = None) -> JudgedPool:
    """The images of a pool that its table judges; raises as `load_critic_scores` does."""
    scores, pool = load_critic_scores(name, folder), load_reference(name)
    chosen = places(scores)
    if chosen.max() >= len(pool):
        raise CriticTableError(f"the table of {name} names {scores.index[-1]}, which is not there")
    arrays = (pool.images, pool.labels, pool.kinds, pool.seeds, pool.learned_from)
    return JudgedPool(name, *(array[chosen] for array in arrays), scores)
