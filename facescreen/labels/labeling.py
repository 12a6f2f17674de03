"""Label the reference set: lay out sheets to label from, gather what raters wrote beside them.

    python -m facescreen.labels draw --out data/reference
    python -m facescreen.labels sheets --reference data/reference --look 2 --out build/look2
    python -m facescreen.labels gather --reference data/reference --look 2 --sheets build/look2

Looks 1 and 2 see every image, in different orders; look 3 only those in doubt.

A sheet shows 6 rows of 8 numbered images and nothing else: no verdict, no score, no earlier label.
The rater writes a text file beside it, 6 lines of 8 labels: v valid, s broken_saturated, o
broken_other, u unsure; behind s and o may stand a letter for the kind, see KINDS.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from facescreen.faces import portraits
from facescreen.images import save_png
from facescreen.images.writing import read_json, write_atomically
from facescreen.labels.drawing import DRAWN, draw
from facescreen.labels.reference import KINDS, ReferenceSetError, load_reference
from facescreen.labels.sheets import read_images
from facescreen.screening import BROKEN_LABELS, PortraitJudge

LETTERS = {"v": "valid", "s": "broken_saturated", "o": "broken_other", "u": "unsure"}
KIND_LETTERS = dict(zip("ctwbmd", KINDS, strict=True))
LABEL = re.compile(f"[vu]|[so][{''.join(KIND_LETTERS)}]?")
ROWS, COLUMNS, SCALE = 6, 8, 3
ON_A_SHEET = ROWS * COLUMNS
JUDGE_FACES, JUDGE_SEED = 3000, 107  # clean portraits; no model here learned from this seed
JUDGED = ("default", "strong")  # on the test pools the judge itself is measured: no say there


def sheets(files: Sequence[str], folder: Path, out: Path, seed: int | None = None) -> int:
    """Write sheets of the named images, shuffled by `seed` if one is given; how many there are.

    order.json beside the sheets says which image is which.
    """
    out.mkdir(parents=True, exist_ok=True)
    order = list(files)
    if seed is not None:
        order = [order[k] for k in np.random.default_rng(seed).permutation(len(order))]
    write_atomically(out / "order.json", lambda file: file.write_text(json.dumps(order), "utf-8"))
    starts = range(0, len(order), ON_A_SHEET)
    for number, start in enumerate(starts):
        names = order[start : start + ON_A_SHEET]
        sheet = np.asarray(numbered_sheet(read_images(folder, names)))
        save_png(out / f"sheet_{number:02d}.png", sheet)
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


def in_doubt(folder: Path, pools: Sequence[str] = tuple(DRAWN)) -> list[str]:
    """Images for a third look: where two looks differed or were unsure, or the judge disagrees.

    The judge (`facescreen.screening.PortraitJudge`) is asked about the pools JUDGED. It flags as
    many images of each as both looks called broken, those that score highest, and disagrees where
    the two looks agree otherwise.
    """
    judge = None
    names = []
    for name in dict.fromkeys(image.split("/")[0] for image in _all_images(folder, pools)):
        pool = load_reference(name, folder)
        one, two = pool.rated_by("look 1"), pool.rated_by("look 2")
        doubt = (one != two) | (one == "unsure")
        if name in JUDGED:
            judge = judge or PortraitJudge.fit(portraits(JUDGE_FACES, 64, JUDGE_SEED))
            broken = np.isin(one, BROKEN_LABELS) & np.isin(two, BROKEN_LABELS)
            flagged = np.zeros(len(pool), bool)
            flagged[np.argsort(-judge(pool.images), kind="stable")[: broken.sum()]] = True
            doubt |= flagged != broken
        names += pool.names[doubt].tolist()
    return names


def gather(sheets_folder: Path, look: int) -> list[tuple[str, str, str, str]]:
    """The labels that a rater wrote beside each sheet: rows image, label, rater, when.

    Raises ReferenceSetError for a sheet without its text, or a text that does not fit its sheet.
    """
    read = _read_texts(sheets_folder)
    return sorted((name, LETTERS[text[0]], f"look {look}", when) for name, text, when in read)


def gather_kinds(sheets_folder: Path, look: int) -> list[tuple[str, str, str]]:
    """The kinds that the rater wrote behind labels: rows image, kind, rater; raises as `gather`."""
    read = _read_texts(sheets_folder)
    rows = [(name, KIND_LETTERS[text[1]], f"look {look}") for name, text, _ in read if text[1:]]
    return sorted(rows)


def _read_texts(sheets_folder: Path) -> list[tuple[str, str, str]]:
    """What stands in the texts: image, its letters, and when the text was written."""
    order = read_json(sheets_folder / "order.json", list)
    rows = []
    for number, start in enumerate(range(0, len(order), ON_A_SHEET)):
        path = sheets_folder / f"sheet_{number:02d}.txt"
        if not path.exists():
            raise ReferenceSetError(f"{path} is missing: the sheet was not labeled")
        letters = "".join(path.read_text(encoding="utf-8").split())
        names, given = order[start : start + ON_A_SHEET], LABEL.findall(letters)
        if len(given) != len(names) or "".join(given) != letters:
            raise ReferenceSetError(
                f"{path} holds {len(given)} labels ({''.join(sorted(set(letters)))}), expected "
                f"{len(names)} of {''.join(LETTERS)}"
            )
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%MZ")
        rows += [(name, text, when) for name, text in zip(names, given, strict=True)]
    return rows


def add_ratings(folder: Path, rows: Sequence[tuple[str, str, str, str]]) -> int:
    """Put a look's labels into labels.csv, in place of its earlier ones of the same pools."""
    return _add(folder / "labels.csv", ("image", "label", "rater", "when"), rows, _looks_of(rows))


def add_kinds(folder: Path, rows: Sequence[tuple[str, str, str]], looks: set[tuple]) -> int:
    """Put a look's kinds into kinds.csv, in place of its earlier ones of the same pools.

    looks: pools and raters, as `_looks_of` finds them in the labels; none may have a kind.
    """
    return _add(folder / "kinds.csv", ("image", "kind", "rater"), rows, looks)


def _looks_of(rows: Sequence[tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(row[0].split("/")[0], row[2]) for row in rows}


def _add(
    path: Path, columns: Sequence[str], rows: Sequence[tuple[str, ...]], looks: set[tuple]
) -> int:
    kept: list[tuple[str, ...]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = [tuple(row) for row in csv.reader(file)][1:]
    kept = [row for row in kept if not _looks_of([row]) <= looks]
    merged = sorted([*kept, *rows], key=lambda row: (row[2], row[0]))
    _write_csv(path, columns, merged)
    return len(merged)


def _all_images(folder: Path, pools: Sequence[str] = tuple(DRAWN)) -> list[str]:
    with (folder / "images.csv").open(encoding="utf-8", newline="") as file:
        names = [row["image"] for row in csv.DictReader(file)]
    return [name for name in names if name.split("/")[0] in pools]


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = pd.DataFrame(rows, columns=columns)
    write_atomically(path, partial(table.to_csv, index=False, lineterminator="\n"))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make the reference set, step by step.")
    parser.add_argument("step", choices=("draw", "sheets", "gather"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--pools", nargs="+", choices=DRAWN, default=list(DRAWN))
    parser.add_argument("--out", type=Path, help="draw: the reference folder; sheets: their folder")
    parser.add_argument("--sheets", type=Path, help="gather: the folder of sheets and texts")
    parser.add_argument("--look", type=int, default=1, help="1, 2 or 3")
    parser.add_argument("--shuffle", type=int, help="seed of the order; after look 1, the look")
    given = parser.parse_args(arguments)
    needed = {"sheets": "out", "gather": "sheets"}.get(given.step)
    if needed and getattr(given, needed) is None:
        parser.error(f"{given.step} needs --{needed}")
    if given.step == "draw":
        draw(given.out or given.reference, given.pools)
    elif given.step == "sheets":
        which = in_doubt if given.look > 2 else _all_images
        seed = given.look if given.shuffle is None and given.look > 1 else given.shuffle
        files = which(given.reference, given.pools)
        print(f"{sheets(files, given.reference, given.out, seed)} sheets in {given.out}")
    else:
        rows = gather(given.sheets, given.look)
        kinds = gather_kinds(given.sheets, given.look)
        if kinds:
            add_kinds(given.reference, kinds, _looks_of(rows))
        print(f"{add_ratings(given.reference, rows):,} labels")


if __name__ == "__main__":
    main()
