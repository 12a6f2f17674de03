"""Make the tables of `data/kinds`: how signs, classifiers and screens of kinds do where they
have not learned.

    python -m facescreen.kinds.tables --out data/kinds             # all but the tiles
    python -m facescreen.kinds.tables TILES --out data/kinds       # these, too

TILES is a folder with `tiles/`, the tiles of other people's GANs, which do not ship.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import percent, travel_table
from facescreen.images.writing import write_atomically
from facescreen.kinds import planted_tables as planted
from facescreen.kinds.classifiers import (
    CLASSIFIERS,
    TILES,
    judged_pool,
    judged_tiles,
    screens_of,
    tiles_text,
)
from facescreen.kinds.learning_sets import TESTED
from facescreen.kinds.linear import KINDS_FOLDER, KindsError
from facescreen.kinds.network import load_kinds
from facescreen.kinds.pools_tables import Judged, confusions, recalls, screens_table
from facescreen.kinds.screens import KindScreens
from facescreen.labels import KINDS
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

TABLES = {  # columns of the index
    "limits": 1,
    "signs": 2,
    "places": 1,
    "confusion": 3,
    "recall": 3,
    "caught": 3,
    "screens": 2,
}
DIGITS = 4


def kinds_tables(name: str) -> pd.DataFrame:
    """A shipped table of `data/kinds`. name: of TABLES. Raises KeyError for another."""
    import pandas as pd

    return pd.read_csv(KINDS_FOLDER / f"{name}.csv", index_col=list(range(TABLES[name])))


def caught_by_kind(pools: dict[str, Judged]) -> pd.DataFrame:
    """What share of each kind every screen catches: rows (images, screen, kind)."""
    import pandas as pd

    rows = {}
    for pool, own in pools.items():
        for screen, flagged in own.flags.items():
            for kind in KINDS:
                these = own.kinds == kind
                if these.any():
                    rate = Rate.of(int(flagged[these].sum()), int(these.sum()))
                    rows[pool, screen, kind] = {"n": rate.total, **percent(rate, "caught")}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(["images", "screen", "kind"])


def judged_pools(screens: dict[str, KindScreens], tiles: Path | None = None) -> dict[str, Judged]:
    """All images for testing, seen by all classifiers."""
    return {name: judged_pool(name, screens) for name in TESTED} | {
        TILES: judged_tiles(screens, tiles)
    }


def pools_tables(pools: dict[str, Judged]) -> dict[str, pd.DataFrame]:
    """The tables of labeled images, by name."""
    confusion = confusions(pools)
    compared = screens_table(pools)
    compared.loc[(TILES, "signs")] = _signs_left_out(compared)
    known = [kind in ("valid", *KINDS) for kind in confusion.index.get_level_values(2)]
    seen = confusion[known]
    seen = seen[seen.index.get_level_values(1) != TILES]
    seen = seen[seen.index.get_level_values(1) != "finished"]
    return {
        "confusion": confusion,
        "recall": recalls(seen),
        "caught": caught_by_kind(pools),
        "screens": compared,
    }


def _signs_left_out(compared: pd.DataFrame) -> pd.Series:
    """The rule of signs learned from these tiles: instead, each repository left out in turn."""
    known = travel_table().loc[(TILES, "signs")]
    return known.reindex(compared.columns).astype(float)


def save_screens(screens: dict[str, KindScreens], path: Path) -> None:
    """Write every classifier's thresholds as JSON."""
    data = {
        name: {
            "each": round(its.each, 6),
            "thresholds": dict(zip(its.kinds[1:], its.thresholds.round(5).tolist(), strict=True)),
        }
        for name, its in screens.items()
    }
    write_atomically(path, lambda file: file.write_text(json.dumps(data, indent=1) + "\n", "utf-8"))


def load_screens(folder: Path = KINDS_FOLDER) -> dict[str, KindScreens]:
    """The shipped thresholds, by classifier. Raises KindsError for a damaged file."""
    path = folder / "thresholds.json"
    try:
        data = json.loads(path.read_text("utf-8"))
        screens = {
            name: KindScreens(
                ("valid", *own["thresholds"]),
                np.array([*own["thresholds"].values()], float),
                float(own["each"]),
            )
            for name, own in data.items()
        }
        if tuple(screens) != CLASSIFIERS:
            raise ValueError("it holds other classifiers than expected")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise KindsError(f"{path} is not a file of thresholds: {error}") from None
    return screens


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Measure signs, classifiers and screens of kinds.")
    parser.add_argument("tiles", nargs="?", type=Path, help="folder with tiles/")
    parser.add_argument("--out", type=Path, default=KINDS_FOLDER, help="data/kinds")
    parser.add_argument("--only", choices=("planted", "pools"), help="of the tables, one half")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    tables = {}
    if given.only != "pools":
        tables["limits"] = planted.sign_limits()
        each, seeds = planted.PER_KIND, planted.HELD_OUT
        tables["signs"] = planted.sign_moves(tables["limits"], each, seeds)
        tables["places"] = planted.places(load_kinds("portraits"), each, seeds)
        print("\n".join(planted.not_as_asked(tables["signs"])) or "every sign as asked")
    if given.only != "planted":
        if given.tiles:
            text = tiles_text(given.tiles)
            write_atomically(given.out / "tiles.csv", lambda p: p.write_text(text, "utf-8"))
        screens = screens_of()
        save_screens(screens, given.out / "thresholds.json")
        tables |= pools_tables(judged_pools(screens, given.out))
    for name, table in tables.items():
        write = partial(table.round(DIGITS).to_csv, lineterminator="\n")
        write_atomically(given.out / f"{name}.csv", write)
        print(given.out / f"{name}.csv")


if __name__ == "__main__":
    main()
