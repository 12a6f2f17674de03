"""Other people's GANs, as measures: labeled tiles of their sample sheets, of which no image ships.

    tiles = load_elsewhere()
    tiles.flagged(MultiColorRule(40, 1000))  # bool (N,), as the rule says of the images

`data/elsewhere/tiles.csv` says of each tile whence it comes, how it was labeled and what was
measured on it: the pixels of each channel at each value from 240 to 255, and the twelve signs of
`SignsRule`. That is all that these rules look at, so they can be tried at any threshold. The scores
of peers stand beside them.

Thresholds are pixels of 64 x 64, so that is the size that was measured: a larger tile was averaged
down first (`at_side`). `python -m facescreen.labels.elsewhere` makes the table.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.screening import LABELS, AnyRule, Rule, SignsRule, Verdicts, judge_counts
from facescreen.screening.measures import SIGNS, Signs
from facescreen.setup import DATA

__all__ = ["ELSEWHERE", "PEER_SCORES", "Elsewhere", "ElsewhereError", "load_elsewhere"]

ELSEWHERE = DATA / "elsewhere"
TABLE = "tiles.csv"
SIDE = 64  # pixels: of the images that were measured, as of the paper's
FLOOR = 240  # the lowest value that was counted
TEXTS = {
    "names": "tile",
    "labels": "label",
    "repositories": "repository",
    "commits": "commit",
    "licenses": "license",
    "sources": "source",
    "stages": "stage",
    "rescales": "rescale_on_save",
    "checksums": "sha256",
}
COUNTED = tuple(f"{channel}{value}" for channel in "rgb" for value in range(FLOOR, 256))
PEER_SCORES = {  # of facescreen.evaluation.peers and PortraitJudge, and the most that each can be
    "over_exposure": 1,
    "natural_color": 100,
    "cleanvision": 320,
    "portrait_judge": math.inf,
}
COLUMNS = (*TEXTS.values(), "side", *COUNTED, *SIGNS, *PEER_SCORES)


class ElsewhereError(ValueError):
    """The table, or what it is made from, is not as expected; one sentence says where."""


@dataclass(frozen=True, eq=False, repr=False)
class Elsewhere:
    """Labeled tiles of other people's GANs, one row each, without their pixels.

    names: str (N,), of the tiles. labels: str (N,), each one of LABELS. repositories, commits,
    licenses, sources, stages: str (N,), whence a tile comes, by which license, from which file of
    the repository and how far its GAN had learned ("" if unknown). rescales: str (N,), how its
    floats became bytes. checksums: str (N,), `facescreen.images.pixels_checksum` of the tile as
    cut from its source. sides: int64 (N,), its height and width there, in pixels.
    counts: int64 (N, 3, 16), pixels of 64 x 64 whose channel (red, green, blue) has the value 240,
    241 … 255. signs: float64 (N, 12), as `measure_signs` measures them at 64 x 64, to six digits,
    in the order of SIGNS. peers: float64 (N, 4), other people's scores and the portrait judge's,
    higher is worse, to six digits, in the order of PEER_SCORES.
    """

    names: np.ndarray
    labels: np.ndarray
    repositories: np.ndarray
    commits: np.ndarray
    licenses: np.ndarray
    sources: np.ndarray
    stages: np.ndarray
    rescales: np.ndarray
    checksums: np.ndarray
    sides: np.ndarray
    counts: np.ndarray
    signs: np.ndarray
    peers: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: Any) -> Elsewhere:
        """The tiles at a slice, an integer array or a bool mask."""
        return Elsewhere(*(getattr(self, field.name)[index] for field in fields(self)))

    def __repr__(self) -> str:
        said = ", ".join(f"{(self.labels == label).sum():,} {label}" for label in LABELS)
        return f"Elsewhere({len(self):,} tiles, {said})"

    def verdicts(self, rule: Rule) -> Verdicts:
        """What a rule says of the tiles at 64 x 64, from the table alone.

        rule: SingleColorRule, MultiColorRule with a floor of 240 or more, SignsRule, NoRule, or any
        of these joined by `|`. Raises ValueError for another rule or a lower floor.
        """
        if isinstance(rule, AnyRule):
            return rule.join([self.verdicts(part) for part in rule.rules])
        if isinstance(rule, SignsRule):
            return rule.judge(Signs(self.signs, np.ones(len(self), bool)))
        return judge_counts(rule, self.counts, np.full(len(self), SIDE * SIDE))

    def flagged(self, rule: Rule) -> np.ndarray:
        """Bool (N,): which tiles a rule calls broken. Raises ValueError as `verdicts` does."""
        return self.verdicts(rule).broken

    def scores(self, rule: Rule) -> np.ndarray:
        """Float64 (N,): a rule's scores, in pixels of 64 x 64 for the paper's two rules.

        NaN for NoRule. Raises ValueError as `verdicts` does.
        """
        return self.verdicts(rule).score


def load_elsewhere(folder: Path | str | None = None) -> Elsewhere:
    """Read and check the table `tiles.csv` of a folder; None for the one shipped.

    Raises ElsewhereError, naming the file and the tile, for a table that cannot be read, other
    columns, a tile named twice, an unknown label, and numbers that no tile can have.
    """
    path = (ELSEWHERE if folder is None else Path(folder)) / TABLE
    rows = read_rows(path, COLUMNS)
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        fault = "is there twice" if row["tile"] in seen else _fault(row)
        if fault:
            raise ElsewhereError(f"{path}, row {number}: the tile {row['tile']!r} {fault}")
        seen.add(row["tile"])
    texts = {name: np.array([row[column] for row in rows], str) for name, column in TEXTS.items()}
    counts = np.array([[int(row[column]) for column in COUNTED] for row in rows], np.int64)
    signs = np.array([[float(row[sign]) for sign in SIGNS] for row in rows], float)
    peers = np.array([[float(row[peer]) for peer in PEER_SCORES] for row in rows], float)
    return Elsewhere(
        **texts,
        sides=np.array([int(row["side"]) for row in rows], np.int64),
        counts=counts.reshape(len(rows), 3, 256 - FLOOR),
        signs=signs.reshape(len(rows), len(SIGNS)),
        peers=peers.reshape(len(rows), len(PEER_SCORES)),
    )


def read_rows(path: Path, columns: Sequence[str], more: bool = False) -> list[dict[str, str]]:
    """The rows of a CSV file, which has these columns in this order; with `more`, others too.

    Raises ElsewhereError, naming the file, where it cannot be read or is no such table.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, ValueError, csv.Error) as error:
        raise ElsewhereError(f"{path} cannot be read as a table: {error}") from error
    if more:
        missing = [column for column in columns if column not in header]
        if missing:
            raise ElsewhereError(f"{path} has no column {missing[0]!r}")
    for got, expected in () if more else zip_longest(header, columns):
        if got != expected:
            raise ElsewhereError(f"{path} has the column {got!r} where {expected!r} is expected")
    for number, line in enumerate(lines, 1):
        if len(line) != len(header):
            raise ElsewhereError(
                f"{path}, row {number}, has {len(line)} cells; expected {len(header)}"
            )
    return [dict(zip(header, line, strict=True)) for line in lines]


def _fault(row: dict[str, str]) -> str:
    """What is wrong with a row, as the end of a sentence about its tile; "" if nothing is."""
    for column in ("tile", "repository", "source"):
        if not row[column]:
            return f"has no {column}"
    if row["label"] not in LABELS:
        return f"has the label {row['label']!r}; expected one of {', '.join(LABELS)}"
    if not re.fullmatch("[0-9a-f]{64}", row["sha256"]):
        return f"has the sha256 {row['sha256'][:80]!r}; expected 64 hexadecimal digits"
    for column in ("side", *COUNTED):
        if not re.fullmatch("[0-9]{1,9}", row[column]):
            return f"has the {column} {row[column][:80]!r}; expected a whole number, 0 or more"
    if int(row["side"]) < SIDE:
        return f"has the side {row['side']}; expected {SIDE} pixels or more"
    for channel in "rgb":
        total = sum(int(row[column]) for column in COUNTED if column[0] == channel)
        if total > SIDE * SIDE:
            return f"has {total:,} pixels counted in {channel}; there are {SIDE * SIDE:,}"
    for sign in SIGNS:
        if not _is_number(row[sign]):
            return f"has the {sign} {row[sign][:80]!r}; expected a number"
    for peer, most in PEER_SCORES.items():
        if not _is_number(row[peer], 0, most):
            expected = f"from 0 to {most}" if math.isfinite(most) else "0 or more"
            return f"has the {peer} {row[peer][:80]!r}; expected a number {expected}"
    return ""


def _is_number(text: str, least: float = -math.inf, most: float = math.inf) -> bool:
    """Whether a text is a finite number within these limits."""
    try:
        return least <= float(text) <= most and math.isfinite(float(text))
    except ValueError:
        return False
