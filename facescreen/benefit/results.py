"""What is shipped of the study, checked, and what a run of one's own adds.

study = load_study()  # the shipped tables of `data/benefit`
study.downstream, study.doses, study.second_gan
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.benefit.rows import tables_in
from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).parents[2] / "data" / "benefit"
CARD = "card.json"


class StudyError(ValueError):
    """A table of the study is missing or not what its card says, told in one sentence."""


@dataclass(frozen=True, eq=False)
class Study:
    """The three tables, a row per finished training (of a GAN: per moment), and their card."""

    downstream: pd.DataFrame
    doses: pd.DataFrame
    second_gan: pd.DataFrame
    card: dict[str, Any]

    def __str__(self) -> str:
        gans = len(self.second_gan.groupby(["seed", "arm"])) if len(self.second_gan) else 0
        return (
            f"{len(self.downstream)} classifiers, {len(self.doses)} on planted damage, {gans} GANs"
        )


def load_study(folder: Path | str | None = None) -> Study:
    """The tables of a folder; None: those shipped, each checked against the card's SHA-256.

    A folder of one's own needs no card, and may lack tables. Raises StudyError.
    """
    place = SHIPPED if folder is None else Path(folder)
    tables, card = tables_in(place), {}
    if folder is None:
        try:
            card = json.loads((place / CARD).read_text("utf-8"))
            sums = {name: card["sha256"][name] for name in tables}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StudyError(f"{place / CARD} is not the card of the study: {error}") from error
        for name, rows in tables.items():
            if not rows.path.is_file() or _sum(rows.path) != sums[name]:
                raise StudyError(
                    f"{rows.path} is not the file that {CARD} describes (SHA-256 differs): it was "
                    "changed or cut short, so fetch it again"
                )
    return Study(*[rows.table() for rows in tables.values()], card)


def write_card(folder: Path, **told: Any) -> None:
    """Write the card of a folder's tables: their SHA-256, and what is `told`."""
    sums = {name: _sum(rows.path) for name, rows in tables_in(folder).items()}
    text = json.dumps(told | {"sha256": sums}, indent=1, ensure_ascii=False) + "\n"
    write_atomically(Path(folder) / CARD, lambda file: file.write_text(text, "utf-8"))


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
