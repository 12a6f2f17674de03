"""The reference set: generated images that were never screened, each labeled by eye.

    pool = load_reference("default")
    pool.images, pool.labels  # uint8 (N, 64, 64, 3), str (N,)

`data/reference` holds the images, `images.csv` (a checksum of each image's pixels), `labels.csv`
(every label that was ever given: image, label, rater, when), `kinds.csv` (kinds of breakage: image,
kind, rater), `drawn.csv` (whose run drew an image, and when), `card.json` (how the pools were made)
and `GUIDE.md` and `KINDS.md`, which the raters followed. `drawing.py` and `labeling.py` made it. An
image is named `POOL/NUMBER`; its number says on which sheet it stands, and where (`sheets.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.images import pixels_checksum
from facescreen.images.writing import read_json
from facescreen.labels.sheets import place_of, read_images
from facescreen.screening import BROKEN_LABELS, LABELS
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

REFERENCE = DATA / "reference"
# The default generator; the same, extrapolating three times as far; new images of both, which were
# labeled when every screen had been designed. Then raw generators while they learn: of the recipe
# "learning", of the recipe of the shipped model, and new images of the first.
FINISHED = ("default", "strong", "test", "test_strong")
WHILE_LEARNING = ("learning", "learning_plain", "learning_test")
POOLS = (*FINISHED, *WHILE_LEARNING)
KINDS = ("clipped_patch", "tint", "weave", "unfinished", "melted", "dark")


class ReferenceSetError(ValueError):
    """Something of the reference set is missing, or is not what was labeled; one sentence says."""


@dataclass(frozen=True, eq=False)
class ReferencePool:
    """One pool of labeled images, in the order in which they were generated.

    name: of the pool. names: str (N,), as in the tables. images: uint8 (N, H, W, 3). labels: str
    (N,), the last word on each image (see `final_labels`). ratings: every label ever given.

    kinds: str (N,), of the broken images in pools drawn while a GAN learned, one of KINDS; "" for
    others. kind_ratings: every kind ever given. seeds: int64 (N,), of the run that drew the image,
    -1 where nothing says. learned_from: int64 (N,), how many existing faces the GAN had been shown
    by then; 0 where it had finished learning.
    """

    name: str
    names: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    ratings: pd.DataFrame
    kinds: np.ndarray
    kind_ratings: pd.DataFrame
    seeds: np.ndarray
    learned_from: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def broken(self) -> np.ndarray:
        """Bool (N,): labeled broken, in either way."""
        return np.isin(self.labels, BROKEN_LABELS)

    @property
    def counts(self) -> dict[str, int]:
        """Images per label."""
        return {label: int((self.labels == label).sum()) for label in LABELS}

    def rated_by(self, rater: str) -> np.ndarray:
        """The labels that one rater gave: str (N,), "" for images that the rater did not see."""
        return _said_by(self.ratings, rater, self.names)

    def kinds_by(self, rater: str) -> np.ndarray:
        """The kinds that one rater gave: str (N,), "" for images that got none."""
        return _said_by(self.kind_ratings.rename(columns={"kind": "label"}), rater, self.names)

    def __repr__(self) -> str:
        said = ", ".join(f"{count:,} {label}" for label, count in self.counts.items())
        return f"ReferencePool({self.name!r}: {len(self):,} images, {said})"


def load_reference(pool: str = "default", folder: Path | str | None = None) -> ReferencePool:
    """Read one pool and check every image against its checksum.

    pool: "default" (drawn by the default generator), "strong" (by the same generator, extrapolating
    further), "test" or "test_strong" (new images of both, which no design has seen), "learning",
    "learning_plain" or "learning_test" (drawn by raw generators while they learned). folder: None
    for the one shipped. Raises ReferenceSetError, naming the file, for an image that is missing,
    damaged or not the one that was labeled.
    """
    folder = REFERENCE if folder is None else Path(folder)
    if pool not in POOLS:
        raise ReferenceSetError(f"there is no pool {pool!r}; the pools are {', '.join(POOLS)}")
    sums = _table(folder / "images.csv", ("image", "sha256"), pool)
    ratings = _table(folder / "labels.csv", ("image", "label", "rater", "when"), pool)
    again = ratings[ratings.duplicated(["image", "rater"])]
    if len(again):
        image, rater = again[["image", "rater"]].iloc[0]
        raise ReferenceSetError(
            f"{folder / 'labels.csv'} holds {image} twice for {rater}, expected one label a look"
        )
    names = sums["image"].to_numpy(str)
    if not len(names):
        raise ReferenceSetError(f"{folder / 'images.csv'} names no image of the pool {pool!r}")
    images = _checked_images(folder, names, sums["sha256"])
    last = final_labels(ratings).reindex(names)
    if last.isna().any():
        raise ReferenceSetError(
            f"{folder / 'labels.csv'} has no label for {names[last.isna()][0]}, expected one for "
            "every image of images.csv"
        )
    labels = last.to_numpy(str)
    kinds = _table(folder / "kinds.csv", ("image", "kind", "rater"), pool, optional=True)
    said = final_labels(kinds.rename(columns={"kind": "label"})).reindex(names).fillna("")
    drawn = _table(folder / "drawn.csv", ("image", "seed", "learned_from"), pool, optional=True)
    return ReferencePool(
        name=pool,
        names=names,
        images=images,
        labels=labels,
        ratings=ratings,
        kinds=np.where(np.isin(labels, BROKEN_LABELS), said.to_numpy(str), ""),
        kind_ratings=kinds,
        seeds=_numbers(drawn, "seed", names, -1),
        learned_from=_numbers(drawn, "learned_from", names, 0),
    )


def read_card(folder: Path | str | None = None) -> dict[str, Any]:
    """How the pools were made and labeled, as `card.json` tells it."""
    folder = REFERENCE if folder is None else Path(folder)
    return read_json(folder / "card.json")


def final_labels(ratings: pd.DataFrame) -> pd.Series:
    """What most looks at each image said; where no label leads, what the last look said.

    ratings: columns image, label, rater, when; raters are named by look ("look 1", "look 2" …).
    Every image was looked at twice, a third time where looks differed or the judge disagreed.
    Returns labels indexed by image, in the order of the images.
    """
    import pandas as pd

    if ratings.empty:  # of no rows pandas before 3 finds no largest
        return pd.Series([], index=pd.Index([], name="image"), dtype=object)
    ordered = ratings.sort_values(["image", "rater"], kind="stable")
    votes = pd.crosstab(ordered["image"], ordered["label"])
    leads = votes.eq(votes.max(axis=1), axis=0).sum(axis=1) == 1
    return votes.idxmax(axis=1).where(leads, ordered.groupby("image")["label"].last())


def _said_by(ratings: pd.DataFrame, rater: str, names: np.ndarray) -> np.ndarray:
    own = ratings[ratings["rater"] == rater].set_index("image")["label"]
    return own.reindex(names).fillna("").to_numpy(str)


def _numbers(table: pd.DataFrame, column: str, names: np.ndarray, missing: int) -> np.ndarray:
    own = dict(zip(table["image"], table[column], strict=True))
    return np.array([int(own.get(name) or missing) for name in names], np.int64)


def _table(path: Path, columns: tuple[str, ...], pool: str, optional: bool = False) -> pd.DataFrame:
    """A pool's rows of a table of texts; no rows where an optional table is not there."""
    import pandas as pd

    if optional and not path.exists():
        return pd.DataFrame(columns=columns, dtype=str)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ReferenceSetError(f"{path} cannot be read as a table: {error}") from error
    if tuple(table.columns) != columns:
        raise ReferenceSetError(
            f"{path} has the columns {', '.join(table.columns)}; expected {', '.join(columns)}"
        )
    for column, known in (("label", LABELS), ("kind", KINDS)):
        unknown = set(table.get(column, ())) - set(known)
        if unknown:
            raise ReferenceSetError(
                f"{path} holds the {column} {sorted(unknown)[0]!r}; expected one of "
                f"{', '.join(known)}"
            )
    return table[table["image"].str.startswith(f"{pool}/")]


def _checked_images(folder: Path, names: Sequence[str], sums: Sequence[str]) -> np.ndarray:
    try:
        images = read_images(folder, names)
    except ValueError as error:
        raise ReferenceSetError(str(error)) from error
    for name, image, checksum in zip(names, images, sums, strict=True):
        if pixels_checksum(image) != checksum:
            raise ReferenceSetError(
                f"{name} on {folder / place_of(name)[0]} is not the image that was labeled: its "
                "pixels differ"
            )
    return images
