"""The table of a sweep: a row for each run, with its values given and recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.classroom.grid import Run
from facescreen.classroom.one_run import WAITING, Record
from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    import pandas as pd


def results_table(runs: Sequence[Run], records: Sequence[Record]) -> pd.DataFrame:
    """One row for each run, in order: parameters, status, seconds, recorded values, message, run.

    Columns of parameters are those that any run was given; where a run was not, its default stands
    there. A recorded value named like another column is called "NAME (recorded)".
    """
    import pandas as pd

    names = list(dict.fromkeys(name for run in runs for name in run.given))
    taken = {*names, "status", "seconds", "message", "run"}
    rows = []
    for run, record in zip(runs, records, strict=True):
        row = {name: cell(run.values[name]) for name in names}
        row |= {"status": record.status}
        row |= {} if record.status == WAITING else {"seconds": record.seconds}
        for name, value in (record.values or {}).items():
            row[f"{name} (recorded)" if name in taken else name] = cell(value)
        rows.append(row | {"message": record.message, "run": run.key})
    columns = [*names, "status", "seconds", *value_names(records, taken), "message", "run"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def value_names(records: Iterable[Record], taken: Iterable[str] = ()) -> list[str]:
    """The columns of recorded values, in the order in which they were met."""
    found = dict.fromkeys(name for record in records for name in record.values or {})
    return [f"{name} (recorded)" if name in taken else name for name in found]


def write_results(file: Path, runs: Sequence[Run], records: Sequence[Record]) -> None:
    """Write the table as CSV."""
    text = results_table(runs, records).to_csv(index=False)
    write_atomically(file, lambda path: path.write_text(text, "utf-8", newline=""))


def cell(value: Any) -> Any:
    """A value as a table's cell: lists as JSON."""
    return json.dumps(value) if isinstance(value, list | tuple | Mapping) else value


def shown(value: Any) -> str:
    """A value for a reader: four digits of a number that is not whole."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return "–" if value is None else str(cell(value))


def in_words(run: Run, record: Record, varying: Sequence[str]) -> str:
    """One line: what a run was given of what differs, and what became of it."""
    given = ", ".join(f"{name} {shown(run.values[name])}" for name in varying) or "as it is"
    if record.status == WAITING:
        return f"{given}: {WAITING}"
    line = f"{given}: {record.status}, {record.seconds:.1f} s"
    values = ", ".join(f"{name} {shown(its)}" for name, its in (record.values or {}).items())
    return f"{line}; {record.message or values or 'no values recorded'}"
