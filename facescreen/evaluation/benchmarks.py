"""How fast everything was when `make bench` last ran."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

BENCHMARKS = DATA / "benchmarks"
COLUMNS = ("bench", "case", "what", "value", "unit", "base", "ratio", "low", "high", "rounds")


def benchmark_table(bench: str, folder: Path = BENCHMARKS) -> pd.DataFrame:
    """What one benchmark measured, rows by case and by what was measured, in their order.

    bench: "kernel", "folder", "generation", "cluster" … Columns: ``value`` in ``unit``, its
    ``ratio`` to ``base`` in the same run, the median of so many ``rounds``, and how ``low`` and
    ``high`` single rounds went. Without a row where it was not run: the table is of one machine,
    and whoever runs some benchmarks on another one has those alone. Raises ValueError for a file
    with other columns.
    """
    import pandas as pd

    file = folder / "ratios.csv"
    table = pd.read_csv(file) if file.exists() else pd.DataFrame(columns=COLUMNS)
    if tuple(table.columns) != COLUMNS:
        raise ValueError(
            f"{file} has the columns {', '.join(table.columns)}, expected {', '.join(COLUMNS)}"
        )
    own = table[table["bench"] == bench].drop(columns="bench")
    return own.set_index(["case", "what"])
