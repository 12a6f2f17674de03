"""Make the reference set: draw its pools, lay out sheets to label from, gather what raters wrote.

    python -m facescreen.labels draw --out data/reference
    python -m facescreen.labels sheets --reference data/reference --look 2 --out build/look2
    python -m facescreen.labels gather --reference data/reference --look 2 --sheets build/look2

Looks 1 and 2 see every image, the second in shuffled order; look 3 only those in doubt.

A sheet shows 6 rows of 8 numbered images and nothing else: no verdict, no score, no earlier label.
The rater writes a text file beside it, 6 lines of 8 letters: v valid, s broken_saturated, o
broken_other, u unsure.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from facescreen.faces import portraits
from facescreen.generation import FaceMaker, GenerationSettings
from facescreen.images import pixels_checksum
from facescreen.images.writing import write_atomically
from facescreen.labels.reference import ReferenceSetError, load_reference
from facescreen.labels.sheets import read_images, write_pool
from facescreen.screening import BROKEN_LABELS, PortraitJudge

# count: images drawn, none of them screened. The strong pools extrapolate three times as far, for
# saturated breakage that the others have little of. Each has a seed of its own, so that no picks
# are shared. The test pools were drawn and labeled when every screen had been designed.
DRAWN = {
    "default": GenerationSettings(count=3456, seed=0),
    "strong": GenerationSettings(count=576, seed=2, alpha=1.2),
    "test": GenerationSettings(count=576, seed=3),
    "test_strong": GenerationSettings(count=192, seed=4, alpha=1.2),
}
LETTERS = {"v": "valid", "s": "broken_saturated", "o": "broken_other", "u": "unsure"}
ROWS, COLUMNS, SCALE = 6, 8, 3
ON_A_SHEET = ROWS * COLUMNS
JUDGE_FACES, JUDGE_SEED = 3000, 107  # clean portraits; no model here learned from this seed
JUDGED = ("default", "strong")  # on the test pools the judge itself is measured: no say there


def draw(out: Path) -> None:
    """Draw the pools, save them without loss, and write images.csv and card.json."""
    rows, about = [], {}
    for pool, settings in DRAWN.items():
        maker = FaceMaker(settings)
        images, finite, _ = maker.images(0, settings.count)
        if not finite.all():
            raise ReferenceSetError(f"{(~finite).sum()} images of {pool} are not finite")
        rows += zip(write_pool(out, pool, images), map(pixels_checksum, images), strict=True)
        about[pool] = asdict(settings) | maker.about()
    _write_csv(out / "images.csv", ("image", "sha256"), rows)
    card = {
        "command": "python -m facescreen.labels draw --out data/reference",
        "pools": about,
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def sheets(files: Sequence[str], folder: Path, out: Path, seed: int | None = None) -> int:
    """Write sheets of the named images, shuffled by `seed` if one is given; how many there are.

    order.json beside the sheets says which image is which.
    """
    out.mkdir(parents=True, exist_ok=True)
    order = list(files)
    if seed is not None:
        order = [order[k] for k in np.random.default_rng(seed).permutation(len(order))]
    (out / "order.json").write_text(json.dumps(order), encoding="utf-8")
    starts = range(0, len(order), ON_A_SHEET)
    for number, start in enumerate(starts):
        names = order[start : start + ON_A_SHEET]
        numbered_sheet(read_images(folder, names)).save(out / f"sheet_{number:02d}.png")
    return len(starts)


def numbered_sheet(images: np.ndarray) -> Image.Image:
    """Rows of enlarged images, uint8 (N, H, W, 3), with a number under each, from 1."""
    side = SCALE * images.shape[2]
    wide, high = side + 4, side + 16
    sheet = Image.new("RGB", (COLUMNS * wide + 4, -(-len(images) // COLUMNS) * high + 4), "dimgray")
    pen = ImageDraw.Draw(sheet)
    for k, image in enumerate(images):
        x, y = 4 + k % COLUMNS * wide, 4 + k // COLUMNS * high
        enlarged = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
        sheet.paste(enlarged, (x, y))
        pen.text((x + side // 2 - 8, y + side + 1), str(k + 1), fill="white")
    return sheet


def in_doubt(folder: Path) -> list[str]:
    """Images for a third look: where two looks differed or were unsure, or the judge disagrees.

    The judge (`facescreen.screening.PortraitJudge`) is asked about the pools JUDGED. It flags as
    many images of each as both looks called broken, those that score highest, and disagrees where
    the two looks agree otherwise.
    """
    judge = PortraitJudge.fit(portraits(JUDGE_FACES, 64, JUDGE_SEED))
    names = []
    for name in dict.fromkeys(image.split("/")[0] for image in _all_images(folder)):
        pool = load_reference(name, folder)
        one, two = pool.rated_by("look 1"), pool.rated_by("look 2")
        doubt = (one != two) | (one == "unsure")
        if name in JUDGED:
            broken = np.isin(one, BROKEN_LABELS) & np.isin(two, BROKEN_LABELS)
            flagged = np.zeros(len(pool), bool)
            flagged[np.argsort(-judge(pool.images), kind="stable")[: broken.sum()]] = True
            doubt |= flagged != broken
        names += pool.names[doubt].tolist()
    return names


def gather(sheets_folder: Path, look: int) -> list[tuple[str, str, str, str]]:
    """Read what a rater wrote beside each sheet: rows image, label, rater, when.

    Raises ReferenceSetError for a sheet without its text, or a text that does not fit its sheet.
    """
    order = json.loads((sheets_folder / "order.json").read_text(encoding="utf-8"))
    rows = []
    for number, start in enumerate(range(0, len(order), ON_A_SHEET)):
        path = sheets_folder / f"sheet_{number:02d}.txt"
        if not path.exists():
            raise ReferenceSetError(f"{path} is missing: the sheet was not labeled")
        letters = "".join(path.read_text(encoding="utf-8").split())
        names = order[start : start + ON_A_SHEET]
        if len(letters) != len(names) or set(letters) - set(LETTERS):
            raise ReferenceSetError(
                f"{path} holds {len(letters)} letters ({''.join(sorted(set(letters)))}), expected "
                f"{len(names)} of {''.join(LETTERS)}"
            )
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%MZ")
        rows += [
            (name, LETTERS[letter], f"look {look}", when)
            for name, letter in zip(names, letters, strict=True)
        ]
    return sorted(rows)


def add_ratings(folder: Path, rows: Sequence[tuple[str, str, str, str]]) -> int:
    """Put a look's rows into labels.csv, in place of an earlier gathering of that look."""
    path, looks = folder / "labels.csv", {row[2] for row in rows}
    kept = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = [tuple(row) for row in csv.reader(file)][1:]
    kept = [row for row in kept if row[2] not in looks]
    merged = sorted([*kept, *rows], key=lambda row: (row[2], row[0]))
    _write_csv(path, ("image", "label", "rater", "when"), merged)
    return len(merged)


def _all_images(folder: Path) -> list[str]:
    with (folder / "images.csv").open(encoding="utf-8", newline="") as file:
        return [row["image"] for row in csv.DictReader(file)]


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = pd.DataFrame(rows, columns=columns)
    write_atomically(path, partial(table.to_csv, index=False, lineterminator="\n"))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make the reference set, step by step.")
    parser.add_argument("step", choices=("draw", "sheets", "gather"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--out", type=Path, help="draw: the reference folder; sheets: their folder")
    parser.add_argument("--sheets", type=Path, help="gather: the folder of sheets and texts")
    parser.add_argument("--look", type=int, default=1, help="1, 2 or 3; after 1, shuffled")
    given = parser.parse_args(arguments)
    needed = {"sheets": "out", "gather": "sheets"}.get(given.step)
    if needed and getattr(given, needed) is None:
        parser.error(f"{given.step} needs --{needed}")
    if given.step == "draw":
        draw(given.out or given.reference)
    elif given.step == "sheets":
        files = in_doubt(given.reference) if given.look > 2 else _all_images(given.reference)
        seed = None if given.look == 1 else given.look
        count = sheets(files, given.reference, given.out, seed)
        print(f"{count} sheets in {given.out}")
    else:
        print(f"{add_ratings(given.reference, gather(given.sheets, given.look)):,} labels")


if __name__ == "__main__":
    main()
