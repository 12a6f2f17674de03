"""Make what is shipped of a finished study: its tables, a sheet of labeled faces, the card.

    python -m facescreen.benefit.shipping --study build/benefit --out data/benefit

Where a card is there already, the reader is not trained again, and an old sheet stays.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.benefit import classifier, design
from facescreen.benefit.classifier import balanced_accuracy, read
from facescreen.benefit.downstream import Cell, reader, screens_for
from facescreen.benefit.labeled import held_out
from facescreen.benefit.results import CARD, SHEET, SHIPPED, write_card
from facescreen.benefit.rows import tables_in
from facescreen.benefit.study import PLAN
from facescreen.gan.checkpoints import load_combiner
from facescreen.images import contact_sheet, save_png

if TYPE_CHECKING:
    import pandas as pd


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write the folder that is shipped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, default=Path("build") / "benefit")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, rows in tables_in(given.study).items():
        target = tables_in(given.out)[name].path
        target.unlink(missing_ok=True)
        table = whole_doses(rows.table()) if name == "doses" else rows.table()
        tables_in(given.out)[name].add(*table.to_dict("records"))
    right = reader_right(given.out / CARD)
    if not (given.out / SHEET).exists():
        save_png(given.out / SHEET, moments_sheet(given.study / "raw"))
    write_card(given.out, **told(right))


def whole_doses(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of seeds for which every dose was trained."""
    counted = table.groupby("seed")["arm"].transform("size")
    return table[counted == len(PLAN)]


def moments_sheet(folder: Path) -> Any:
    """A face a class (rows), drawn at each of `MOMENTS` (columns): uint8 (H, W, 3)."""
    cell = Cell("while learning", design.DOSE_REAL, 0, checked=False, folder=folder)
    cell.passed(design.UNSCREENED)
    count = len(design.MOMENTS)
    return contact_sheet(cell.pool.images[:, :count].reshape(-1, 64, 64, 3), count, gap=0)


def reader_right(card: Path) -> dict[str, float]:
    """What the reader reads right of held-out portraits, in percent; once measured, kept."""
    with suppress(OSError, ValueError, KeyError):
        return json.loads(card.read_text("utf-8"))["reader"]
    right = {}
    for name, source in design.SOURCES.items():
        images, labels = held_out(source.setting, design.TEST_SEED, design.TEST)
        answers = read(reader(source.setting), images)
        right[name] = round(100 * balanced_accuracy(labels, answers), 2)
    return right


def told(right: dict[str, float]) -> dict[str, Any]:
    """What the card tells beside the checksums."""
    return {
        "what": "classifiers and GANs trained on real and on generated images, screened or not",
        "command": "python -m facescreen.benefit.study --out build/benefit",
        "made": date.today().isoformat(),
        "sources": {name: asdict(source) for name, source in design.SOURCES.items()},
        "model_sha256": load_combiner().sha256,
        "screens": {
            name: [repr(rule) for rule in screens_for(source.valid).values()]
            for name, source in design.SOURCES.items()
        },
        "steps": classifier.STEPS,
        "batch": classifier.BATCH,
        "generated": design.GENERATED,
        "test": {"seed": design.TEST_SEED, "portraits": design.TEST},
        "reader": right,
        "gan": {"images": design.GAN_IMAGES, "every": design.GAN_EVERY, "sets": design.GAN_SETS},
        "settings chosen on seeds": design.PILOT,
        "machine": "CPU, one thread, float32",
    }


if __name__ == "__main__":
    main()
