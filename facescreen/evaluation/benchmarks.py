"""How fast everything was when `make bench` last ran, and on what machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

BENCHMARKS = Path(__file__).parents[2] / "data" / "benchmarks"


def benchmark_table(bench: str) -> pd.DataFrame:
    """The shipped ratios of one benchmark, rows by case and by what was measured.

    bench: "kernel", "screens", "folder" … Columns: ``value`` and its ``unit``, the ``ratio`` to
    ``base`` in the same run (the median of its ``rounds``), and the rounds' ``low`` and ``high``.
    Raises KeyError where no such benchmark was run.
    """
    import pandas as pd

    table = pd.read_csv(BENCHMARKS / "ratios.csv")
    own = table[table["bench"] == bench]
    if own.empty:
        raise KeyError(f"no benchmark {bench!r}; there are {', '.join(table['bench'].unique())}")
    return own.drop(columns="bench").set_index(["case", "what"])


def benchmark_machine() -> dict[str, Any]:
    """What the benchmarks ran on: processor, cores, versions, and each one's date."""
    return json.loads((BENCHMARKS / "machine.json").read_text("utf-8"))
