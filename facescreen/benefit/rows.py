"""Tables that grow by a row per finished training, so that a killed study goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 5
KEYS = {  # of each table of the study
    "downstream": ("source", "real", "seed", "arm"),
    "doses": ("seed", "real", "damage", "dose %", "arm"),
    "second_gan": ("seed", "arm"),
}


class Rows:
    """The rows of one CSV file; `keys` tell one training from all others."""

    def __init__(self, path: Path, keys: Sequence[str]) -> None:
        self.path, self.keys = Path(path), tuple(keys)

    def table(self) -> pd.DataFrame:
        """All rows so far; an empty table of the key columns where there is no file yet."""
        import pandas as pd

        if not self.path.exists():
            return pd.DataFrame(columns=list(self.keys))
        return pd.read_csv(self.path, keep_default_na=False, na_values=[""])

    def has(self, **key: Any) -> bool:
        """Whether a row with these values is there."""
        table = self.table()
        if table.empty:
            return False
        same = [table[name].astype(str) == str(value) for name, value in key.items()]
        return bool(sum(same).eq(len(same)).any())

    def add(self, *rows: Mapping[str, Any]) -> None:
        """Write the file anew with these rows more."""
        import pandas as pd

        whole = [*self.table().to_dict("records"), *map(dict, rows)]
        text = pd.DataFrame(whole).round(DIGITS).to_csv(index=False)
        write_atomically(self.path, lambda file: file.write_text(text, "utf-8"))


def tables_in(folder: Path | str) -> dict[str, Rows]:
    """The study's three tables in a folder."""
    return {name: Rows(Path(folder) / f"{name}.csv", keys) for name, keys in KEYS.items()}
