"""The whole study, in an order that gives something early; killed, it goes on with what is missing.

    python -m facescreen.benefit.study --out build/benefit

Classifiers of three seeds, GANs, the other classifiers, doses. Each finished training is a row, or
a GAN's eight. Raw generators learn first where they have not: twenty minutes each on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facescreen.benefit import design
from facescreen.benefit.doses import COVERED, DAMAGES, KEPT, NOT_REPLACED, WRONG, run_dose
from facescreen.benefit.downstream import Cell, run_arm
from facescreen.benefit.labeled import RAW
from facescreen.benefit.rows import tables_in
from facescreen.benefit.second_gan import run_gan

if TYPE_CHECKING:
    import pandas as pd

Say = Callable[[str], None]
PLAN = [  # of doses; of images that give a class away, those left would be of other classes
    (COVERED, 0, KEPT),
    *((damage, dose, KEPT) for damage in DAMAGES for dose in design.DOSES[1:]),
    *((damage, dose, NOT_REPLACED) for damage in (COVERED, WRONG) for dose in design.DOSES[1:]),
]


def run_downstream(
    out: Path,
    seeds: Sequence[int] = design.SEEDS,
    amounts: Sequence[int] = design.AMOUNTS,
    sources: Sequence[str] = tuple(design.SOURCES),
    arms: Sequence[str] = design.ARMS,
    folder: Path = RAW,
    say: Say = print,
) -> pd.DataFrame:
    """Train every classifier that has no row yet; all rows of `downstream.csv`."""
    rows = tables_in(out)["downstream"]
    for seed, source, real in ((s, g, n) for s in seeds for g in sources for n in amounts):
        cell = Cell(source, real, seed, folder=folder)
        for arm in arms:
            skipped = arm in design.ALONE and real != design.GENERATED
            if not skipped and not rows.has(source=source, real=real, seed=seed, arm=arm):
                rows.add(row := run_arm(cell, arm))
                say(f"{source}, {real} real, seed {seed}, {arm}: {row['accuracy']:.3f}")
    return rows.table()


def run_doses(out: Path, seeds: Sequence[int] = design.SEEDS, say: Say = print) -> pd.DataFrame:
    """Train with every dose of planted damage that has no row yet; all rows of `doses.csv`."""
    rows = tables_in(out)["doses"]
    for seed in seeds:
        cell = Cell("finished", design.DOSE_REAL, seed, checked=False)
        for damage, dose, arm in PLAN:
            key = {"seed": seed, "damage": damage, "dose %": dose, "arm": arm}
            if not rows.has(**key):
                rows.add(row := run_dose(cell, damage, dose, arm))
                say(f"seed {seed}, {damage} {dose} %, {arm}: {row['accuracy']:.3f}")
    return rows.table()


def run_gans(
    out: Path,
    seeds: Sequence[int] = design.GAN_SEEDS,
    arms: Sequence[str] = design.GAN_ARMS,
    folder: Path = RAW,
    say: Say = print,
) -> pd.DataFrame:
    """Train every second GAN that has no rows yet; all rows of `second_gan.csv`."""
    rows = tables_in(out)["second_gan"]
    for seed, arm in ((s, a) for s in seeds for a in arms):
        if not rows.has(seed=seed, arm=arm):
            rows.add(*(its := run_gan(arm, seed, folder)))
            kids = ", ".join(f"{row['kid']:.2f}" for row in its)
            say(f"GAN, seed {seed}, {arm}: KID {kids}")
    return rows.table()


def run_all(
    out: Path | str,
    seeds: Sequence[int] = design.SEEDS,
    amounts: Sequence[int] = design.AMOUNTS,
    gan_seeds: Sequence[int] = design.GAN_SEEDS,
    say: Say = print,
) -> None:
    """The whole study, or what is missing of it in the folder `out`.

    Raw generators learn in `out`/raw, where they have not yet.
    """
    out = Path(out)
    folder = out / "raw"
    run_downstream(out, seeds[:3], amounts, folder=folder, say=say)
    run_gans(out, gan_seeds, folder=folder, say=say)
    run_downstream(out, seeds[3:], amounts, folder=folder, say=say)
    run_doses(out, seeds[: design.DOSE_SEEDS], say=say)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: the whole study, or what is missing of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build") / "benefit")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(design.SEEDS))
    parser.add_argument("--gan-seeds", type=int, nargs="+", default=list(design.GAN_SEEDS))
    given = parser.parse_args(arguments)
    run_all(given.out, given.seeds, gan_seeds=given.gan_seeds)


if __name__ == "__main__":
    main()
