"""Digits by a WGAN, screened by its critic's score: does what is kept get more legible?

    python -m facescreen.evidence.critic_digits --out data/critics

writes `digits.csv`, a row for each seed and screen. Each seed trains its own GAN; the readers, who
judge, are the same for all.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.kept import difference, keep_lowest, kept_table
from facescreen.evaluation.legible import Readers, trained_readers
from facescreen.evidence.critic_scores import CRITICS
from facescreen.gan.digit_gan import DigitGan, train_digit_gan
from facescreen.gan.digit_images import load_digit_images
from facescreen.generation import one_thread
from facescreen.images.writing import write_atomically
from facescreen.screening.rejection import band_distance

if TYPE_CHECKING:
    import pandas as pd

SEEDS, STEPS, DRAWN = (0, 1, 2), 1500, 2000
BLIND, BAND, HIGHEST = "random drop", "critic, mean ± k std", "critic, highest scores"


def screened_digits(
    gan: DigitGan, readers: Readers, count: int, seed: int, k: float = 1.0
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """What screens leave of freshly drawn digits, all keeping as many as the band does.

    The table is `kept_table`'s, with "unusable" for illegible, and by how many points the share
    lies above dropping blindly, with limits. With it: the digits, their scores, which digit each
    shows, which are legible, which the band keeps.
    """
    made = gan.draw(count, seed)
    scores = gan.score(made)
    read, legible = readers.read(made)
    place = band_distance(scores, scores)
    inside = place <= k
    accept, labels = float(inside.mean()), np.where(legible, "valid", "broken_other")
    kept = {BLIND: np.full(count, accept), BAND: inside.astype(float),
            HIGHEST: keep_lowest(-scores, accept)}  # fmt: skip
    table = kept_table(kept, labels)
    for name, chance in kept.items():
        more = difference(chance, kept[BLIND], labels, "unusable")
        for column, value in zip(("more", "more low", "more high"), more, strict=True):
            table.loc[name, column] = value
    return table, {"digits": made, "scores": scores, "read": read, "legible": legible,
                   "inside": inside}  # fmt: skip


def thrown_away(found: dict[str, np.ndarray]) -> pd.DataFrame:
    """Of the legible digits of `screened_digits`, by what they show: how many, how many are lost.

    Rows ``legible`` and ``thrown away %``, NaN where there is none; a column for each digit.
    """
    import pandas as pd

    rows = {}
    for digit in range(10):
        own = found["legible"] & (found["read"] == digit)
        lost = 100 * (~found["inside"][own]).mean() if own.any() else np.nan
        rows[digit] = {"legible": int(own.sum()), "thrown away %": lost}
    return pd.DataFrame(rows)


def load_digit_table(folder: Path | str | None = None) -> pd.DataFrame:
    """The shipped table of several seeds: rows (seed, screen)."""
    import pandas as pd

    return pd.read_csv((CRITICS if folder is None else Path(folder)) / "digits.csv",
                       index_col=["seed", "screen"])  # fmt: skip


def digit_table(seeds: Sequence[int] = SEEDS, steps: int = STEPS, count: int = DRAWN):
    """A GAN for each seed, trained and screened: rows (seed, screen)."""
    import pandas as pd

    images, labels = load_digit_images()
    readers = trained_readers(images, labels)
    with one_thread():
        tables = {
            seed: screened_digits(train_digit_gan(images, steps, seed), readers, count, seed)[0]
            for seed in seeds
        }
    return pd.concat(tables, names=["seed"]).dropna(axis=1, how="all")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write the table into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=CRITICS, help="data/critics")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    table = digit_table().round(4)
    write_atomically(out / "digits.csv", lambda file: table.to_csv(file, lineterminator="\n"))
    print(f"{out / 'digits.csv'}\n{table[['unusable %', 'more', 'more low', 'more high']]}")


if __name__ == "__main__":
    main()
