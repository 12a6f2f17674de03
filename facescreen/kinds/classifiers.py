"""Every classifier and screen of kinds, asked about pools that had no part in learning."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from facescreen.evaluation import multi_scores
from facescreen.images import read_image
from facescreen.kinds.learning_sets import TESTED, calibrating
from facescreen.kinds.linear import KINDS_FOLDER, KindLine, KindsError, features_of
from facescreen.kinds.network import load_kinds
from facescreen.kinds.pools_tables import PRICE, Judged
from facescreen.kinds.screens import LEAST, KindScreens
from facescreen.labels import ReferencePool, load_elsewhere, load_reference
from facescreen.screening import MultiColorRule, SignsRule, SingleColorRule
from facescreen.screening.measures import at_side

TEACHERS = ("portraits", "generated", "real")
NETWORKS = tuple(f"network, {teacher}" for teacher in TEACHERS)
LINES = tuple(f"signs, {teacher}" for teacher in TEACHERS)
CLASSIFIERS = (*NETWORKS, *LINES)
RULES = {
    "single 40": SingleColorRule(40),
    "multi 40 / 1,000": MultiColorRule(40, 1000),
    "signs": SignsRule(),
}
TILES = "other people's GANs"
DIGITS = 4  # of a probability in the table of tiles, the zeros before them not counted


def columns_of(name: str) -> tuple[str, ...]:
    """The kinds that a classifier tells apart, "valid" the first."""
    what, taught = name.split(", ")
    return load_kinds(taught).kinds if what == "network" else KindLine.load(taught).kinds


def asked(images: np.ndarray, names=CLASSIFIERS) -> dict[str, np.ndarray]:
    """What classifiers say: float (N, K) by name. images: uint8 (N, H, W, 3)."""
    features = features_of(images) if set(names) & set(LINES) else None
    said = {}
    for name in names:
        what, taught = name.split(", ")
        line = what == "signs"
        judge = KindLine.load(taught) if line else load_kinds(taught)
        said[name] = judge.of_features(features) if line else judge(images)
    return said


def screens_of(names=CLASSIFIERS, lost: float = PRICE) -> dict[str, KindScreens]:
    """The screens of each classifier, with thresholds set on the calibrating images."""
    said = [asked(valid, names) for valid in calibrating().values()]
    return {
        name: KindScreens.set_on(columns_of(name), [own[name] for own in said], lost)
        for name in names
    }


def pool_of(name: str) -> ReferencePool:
    """The images of TESTED by that name: those runs of a pool that taught nothing."""
    pool, seeds = load_reference(TESTED[name][0]), TESTED[name][1]
    own = np.isin(pool.seeds, seeds) if seeds else np.ones(len(pool), bool)
    arrays = ("names", "images", "labels", "kinds", "seeds", "learned_from")
    return replace(pool, **{array: getattr(pool, array)[own] for array in arrays})


def judged_pool(
    name: str, screens: Mapping[str, KindScreens], rules: Mapping[str, Callable] = RULES
) -> Judged:
    """A pool of TESTED, seen by the classifiers of these screens and by rules."""
    pool = pool_of(name)
    verdicts = {rule: its(pool.images) for rule, its in rules.items()}
    said = asked(pool.images, tuple(screens))
    return _judged(pool.labels, pool.kinds, said, screens, verdicts)


def judged_tiles(screens: Mapping[str, KindScreens], folder: Path | None = None) -> Judged:
    """The tiles of other people's GANs, by what the shipped table says of them."""
    tiles = load_elsewhere()
    verdicts = {rule: tiles.verdicts(its) for rule, its in RULES.items()}
    said = read_tiles(folder)
    kinds = np.full(len(tiles), "")
    return _judged(tiles.labels, kinds, {n: said[n] for n in screens}, screens, verdicts)


def _judged(labels, kinds, said, screens, verdicts) -> Judged:
    kept = {f"kinds: {name}": its(said[name]) for name, its in screens.items()}
    scores = {
        name: multi_scores(its) if isinstance(its.rule, MultiColorRule) else its.score
        for name, its in verdicts.items()
    }
    return Judged(
        labels,
        kinds,
        said,
        {name: its.kinds for name, its in screens.items()},
        scores | {name: its.score for name, its in kept.items()},
        {name: its.broken for name, its in (verdicts | kept).items()},
    )


# --- tiles, of which no image ships ---------------------------------------------------------------


def tiles_text(folder: Path) -> str:
    """What every classifier says of tiles in a folder: the text of `tiles.csv`.

    folder: with `tiles/`, holding every tile that `load_elsewhere` names.
    """
    names = load_elsewhere().names
    small = np.concatenate([at_side(read_image(folder / "tiles" / n)[np.newaxis]) for n in names])
    said = asked(small)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["tile", *(f"{n}: {kind}" for n in said for kind in columns_of(n))])
    rows = np.column_stack([np.where(own < LEAST, 0, own) for own in said.values()]).tolist()
    texts = ([f"{x:.{DIGITS}g}" for x in row] for row in rows)
    writer.writerows([name, *row] for name, row in zip(names, texts, strict=True))
    return file.getvalue()


def read_tiles(folder: Path | None = None) -> dict[str, np.ndarray]:
    """The shipped `tiles.csv`: probabilities, float (N, K) by classifier, in the tiles' order.

    Raises KindsError for a table that is not as `tiles_text` writes it.
    """
    path = (folder or KINDS_FOLDER) / "tiles.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        names = [row[0] for row in rows]
        numbers = np.array([row[1:] for row in rows], float)
    except (OSError, ValueError, IndexError) as error:
        raise KindsError(f"{path} cannot be read as a table of tiles: {error}") from None
    wanted = ["tile", *(f"{n}: {kind}" for n in CLASSIFIERS for kind in columns_of(n))]
    if header != wanted or names != load_elsewhere().names.tolist():
        raise KindsError(f"{path} holds other columns or other tiles than expected")
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise KindsError(f"{path} holds a number that is no probability")
    ends = np.cumsum([len(columns_of(name)) for name in CLASSIFIERS])[:-1]
    return dict(zip(CLASSIFIERS, np.split(numbers, ends, axis=1), strict=True))
