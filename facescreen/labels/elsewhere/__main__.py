"""Measure labeled tiles of other people's GANs into a table that holds none of their pixels.

    python -m facescreen.labels.elsewhere TILES --out data/elsewhere

TILES is a folder with `index.csv` (columns tile, label, repository, commit, licence, source, stage,
rescale_on_save; others are not read) and the folder `tiles` with the images that it names.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from facescreen.evaluation.peers import PEERS
from facescreen.faces import portraits
from facescreen.images import pixels_checksum, read_image
from facescreen.images.writing import check_ours, write_atomically
from facescreen.labels.elsewhere import (
    COLUMNS,
    ELSEWHERE,
    FLOOR,
    SIDE,
    TABLE,
    TEXTS,
    ElsewhereError,
    load_elsewhere,
    read_rows,
)
from facescreen.labels.labeling import JUDGE_FACES, JUDGE_SEED
from facescreen.screening import PortraitJudge, bright_counts
from facescreen.screening.measures import measure_signs

# How a license's text begins, and its SPDX name.
LICENSES = {
    "MIT License": "MIT",
    "The MIT License": "MIT",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Apache License Version 2.0": "Apache-2.0",
}
INDEX = [
    {"license": "licence"}.get(column, column) for column in TEXTS.values() if column != "sha256"
]


def at_side(tile: np.ndarray) -> np.ndarray:
    """A square tile at 64 x 64: as it is, or averaged down if larger.

    tile: uint8 (H, H, 3), H >= 64. Returns uint8 (64, 64, 3). Pillow's box filter: each row is
    averaged and rounded, then each column; no value is higher than the highest it is made from.
    """
    return np.asarray(Image.fromarray(tile).resize((SIDE, SIDE), Image.Resampling.BOX))


def measure_folder(folder: Path) -> str:
    """Measure every tile of a folder: the text of the table, header included.

    Raises ElsewhereError for an index that cannot be read, a tile that is not square or smaller
    than 64 pixels, and ImageError for an image that cannot be read; each names the file.
    """
    rows = read_rows(folder / "index.csv", INDEX, more=True)
    tiles = [_read(folder / "tiles" / row["tile"]) for row in rows]
    small = np.array([at_side(tile) for tile in tiles], np.uint8).reshape(-1, SIDE, SIDE, 3)
    counts = bright_counts(small, FLOOR).reshape(len(rows), 3 * (256 - FLOOR)).tolist()
    measures = np.column_stack([measure_signs(small), peers_scores(small)]).tolist()
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row, tile, count, measured in zip(rows, tiles, counts, measures, strict=True):
        known = row | {"license": _short(row["licence"]), "sha256": pixels_checksum(tile)}
        texts = [known[column] for column in TEXTS.values()]
        numbers = [f"{value:.6g}" for value in measured]
        writer.writerow([*texts, len(tile), *count, *numbers])
    return file.getvalue()


def peers_scores(small: np.ndarray) -> np.ndarray:
    """Float64 (N, 4), in the order of PEER_SCORES, of uint8 (N, 64, 64, 3)."""
    judge = portrait_judge()
    return np.column_stack([measure(small) for measure in (*PEERS.values(), judge)])


def portrait_judge() -> PortraitJudge:
    """The judge that was asked about the reference set; learning takes a minute or two."""
    return PortraitJudge.fit(portraits(JUDGE_FACES, SIDE, JUDGE_SEED))


def _read(path: Path) -> np.ndarray:
    tile = read_image(path)
    height, width, _ = tile.shape
    if height != width or height < SIDE:
        raise ElsewhereError(
            f"{path} has {width} x {height} pixels; expected a square of {SIDE} x {SIDE} or more"
        )
    return tile


def _short(license: str) -> str:
    """The SPDX name of a license whose text is known, else the text."""
    found = [name for text, name in LICENSES.items() if license.startswith(text)]
    return found[0] if found else license.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m facescreen.labels.elsewhere",
        description="Measure labeled tiles of other people's GANs into a table without images.",
    )
    parser.add_argument("tiles", type=Path, help="folder with index.csv and tiles/")
    parser.add_argument("--out", type=Path, default=ELSEWHERE, help="folder for tiles.csv")
    given = parser.parse_args(arguments)
    path = given.out / TABLE
    try:
        check_ours(path, ",".join(COLUMNS[:3]))
        text = measure_folder(given.tiles)
        write_atomically(path, lambda p: p.write_text(text, encoding="utf-8", newline="\n"))
        print(f"{load_elsewhere(given.out)!r} in {path}")
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
