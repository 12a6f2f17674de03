"""What is shipped of the study, checked, and what a run of one's own adds.

    study = load_study()  # the shipped tables of `data/benefit`
    study.downstream, study.doses, study.second_gan

Their columns are told in data/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.benefit.rows import tables_in
from facescreen.images.writing import write_atomically
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = DATA / "benefit"
CARD, SHEET = "card.json", "moments.png"


class StudyError(ValueError):
    """A table of the study is missing or not what its card says, told in one sentence."""


@dataclass(frozen=True, eq=False)
class Study:
    """The three tables, a row per finished training (of a GAN: per moment), and their card."""

    downstream: pd.DataFrame
    doses: pd.DataFrame
    second_gan: pd.DataFrame
    card: dict[str, Any]

    def only(self, seeds: Sequence[int], amounts: Sequence[int], gan_seeds: Sequence[int]) -> Study:
        """Rows of some seeds and amounts of real images, and all doses; StudyError for others."""
        down, doses, gans = self.downstream, self.doses, self.second_gan
        for name, asked, there in (
            ("seed", seeds, down["seed"]),
            ("amount", amounts, down["real"]),
            ("GAN's seed", gan_seeds, gans["seed"]),
        ):
            if missing := sorted({*asked} - {*there.tolist()}):
                raise StudyError(f"the study has no {name} {missing[0]}: run it with study='full'")
        return Study(
            down[down["seed"].isin(seeds) & down["real"].isin(amounts)],
            doses,
            gans[gans["seed"].isin(gan_seeds)],
            self.card,
        )

    def __str__(self) -> str:
        gans = len(self.second_gan.groupby(["seed", "arm"])) if len(self.second_gan) else 0
        return (
            f"{len(self.downstream)} classifiers, {len(self.doses)} on planted damage, {gans} GANs"
        )


def load_study(folder: Path | str | None = None) -> Study:
    """The tables of a folder; None: those shipped, each checked against the card's SHA-256.

    A folder of one's own needs no card, and may lack tables. Raises StudyError.
    """
    if folder is not None:
        return Study(*[rows.table() for rows in tables_in(folder).values()], {})
    card = load_card()
    for rows in tables_in(SHIPPED).values():
        _checked(rows.path.name, card)
    return Study(*[rows.table() for rows in tables_in(SHIPPED).values()], card)


def load_card() -> dict[str, Any]:
    """The card of what is shipped: settings, seeds, SHA-256 of each file. Raises StudyError."""
    try:
        card = json.loads((SHIPPED / CARD).read_text("utf-8"))
        card["sha256"].keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StudyError(f"{SHIPPED / CARD} is not the card of the study: {error}") from error
    return card


def _checked(name: str, card: dict[str, Any]) -> Path:
    path = SHIPPED / name
    if not path.is_file() or _sum(path) != card["sha256"].get(name):
        raise StudyError(
            f"{path} is not the file that {CARD} describes (SHA-256 differs): it was changed or "
            "cut short, so fetch it again"
        )
    return path


def learning_areas(table: pd.DataFrame) -> pd.DataFrame:
    """The area under each GAN's curve of KID, by trapezoids, over the images shown: a mean KID.

    table: rows as in `second_gan.csv`. Columns seed, arm, `area` and `last`, the last moment's KID.
    """
    import pandas as pd

    rows = []
    for (seed, arm), own in table.groupby(["seed", "arm"], sort=False):
        own = own.sort_values("images")
        x, y = own["images"].to_numpy(float), own["kid"].to_numpy()
        area = float(np.sum((y[1:] + y[:-1]) / 2 * np.diff(x)) / (x[-1] - x[0]))
        rows.append({"seed": seed, "arm": arm, "area": area, "last": float(y[-1])})
    return pd.DataFrame(rows)


def shipped_moments() -> np.ndarray:
    """One face a class (rows) from each tenth of a raw generator's learning (columns).

    uint8 (classes, moments, 64, 64, 3), from `moments.png`. Raises StudyError where it is damaged.
    """
    from facescreen.images import read_image

    image = read_image(_checked(SHEET, load_card()))
    rows, columns = (side // 64 for side in image.shape[:2])
    return image.reshape(rows, 64, columns, 64, 3).swapaxes(1, 2)


def write_card(folder: Path, **told: Any) -> None:
    """Write the card of a folder: the SHA-256 of its tables and its sheet, and what is `told`."""
    files = sorted([*Path(folder).glob("*.csv"), *Path(folder).glob(SHEET)])
    told["sha256"] = {path.name: _sum(path) for path in files}
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    write_atomically(Path(folder) / CARD, lambda file: file.write_text(text, "utf-8"))


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
