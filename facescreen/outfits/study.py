"""How well designers match, on many held-out outfits: tables that ship.

python -m facescreen.outfits.study MODEL [MODEL ...] --out data/outfits
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facescreen.images.writing import write_atomically
from facescreen.outfits.designer import load_outfit_gan
from facescreen.outfits.garments import outfit_pictures
from facescreen.outfits.measured import judged_pairs, lowers_from, match_table, variety
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

TABLES = DATA / "outfits"
HELD_OUT_SEED, HELD_OUT = 600, 500  # outfits that no designer has seen
ROLLS = (1, 2, 3)  # seeds of the designer's noise


def study_table(name: str = "matches") -> pd.DataFrame:
    """A shipped table, rows by training seed and source: "matches", or "pairs" for the critics."""
    import pandas as pd

    return pd.read_csv(TABLES / f"{name}.csv", index_col=[0, 1])


def study(models: Sequence[Path], held_out: int = HELD_OUT) -> dict[str, pd.DataFrame]:
    """Both tables, of every model on the same outfits; neighbors are all that it learned from."""
    import pandas as pd

    asked, learned = outfit_pictures(held_out, HELD_OUT_SEED), None
    matches, pairs = {}, {}
    for path in models:
        gan = load_outfit_gan(path)
        data, seed = gan.card["data"], gan.card["settings"]["seed"]
        learned = learned or outfit_pictures(data["outfits"], data["seed"])
        sources = lowers_from(gan, asked, learned, ROLLS)
        designs = [parts for name, parts in sources.items() if name.startswith("designed")]
        matches[seed] = match_table(asked.uppers, sources)
        pairs[seed] = judged_pairs(gan, asked, designs[0])
        for away, share in variety(designs, asked.lowers).items():
            pairs[seed].loc["designed", f"variety, {away}"] = share
    tables = {"matches": matches, "pairs": pairs}
    names = ["training seed", "lower part"]
    return {name: pd.concat(its, names=names) for name, its in tables.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Measure designers of outfits.")
    parser.add_argument("models", type=Path, nargs="+", help="weights, one file per training seed")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    parser.add_argument("--held-out", type=int, default=HELD_OUT, help="outfits to measure on")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, table in study(given.models, given.held_out).items():
        text, path = table.to_csv(float_format="%.4f"), given.out / f"{name}.csv"
        write_atomically(path, lambda file, text=text: file.write_text(text, "utf-8"))
        print(table.round(2).to_string())


if __name__ == "__main__":
    main()
