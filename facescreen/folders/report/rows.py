"""The rows of a finished table, CSV or Parquet, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from facescreen.folders.table import CHANNELS, COLUMNS, HEADER, is_parquet, records


class Row(NamedTuple):
    """A line of the table; broken is None where there was nothing to judge, bin -1 without one."""

    number: int  # from 0
    file: str
    broken: bool | None
    reason: str
    score: float | None
    channel: str
    bin: int
    note: str

    @property
    def judgment(self) -> tuple:
        """What the rule said."""
        return self[2:7]


def rows_of(table: Path) -> Iterator[Row]:
    """Every row of a table that `screen_folder` has finished.

    Raises ValueError, naming the table and the line, where it is none, or cut or changed.
    """
    if is_parquet(table):
        yield from _of_parquet(table)
        return
    with open(table, "rb") as file:
        seen = file.readline()
        if seen != HEADER.encode():
            raise ValueError(
                f"{table} begins with {seen[:60]!r}, expected a table of facescreen screen, which "
                f"begins with {HEADER.strip()!r}"
            )
        at, number = len(seen), -1
        for number, (length, cells) in enumerate(records(file)):
            try:
                yield row_of(number, cells)
            except ValueError:
                raise _wrong(table, number) from None
            at += length
        if at != table.stat().st_size:
            raise _wrong(table, number + 1)


def row_of(number: int, cells: list[str]) -> Row:
    """A row of its cells. Raises ValueError where they are none of the table's."""
    file, broken, reason, score, channel, value, note = cells
    if broken not in ("true", "false", "") or channel not in CHANNELS:
        raise ValueError
    judged = broken == "true" if broken else None
    number_of_bin = int(value) if value else -1
    return Row(
        number, file, judged, reason, float(score) if score else None, channel, number_of_bin, note
    )


def _wrong(table: Path, number: int) -> ValueError:
    return ValueError(
        f"{table}: its row {number + 1:,} is cut, or not as facescreen screen wrote it: screen the "
        "folder again"
    )


def _of_parquet(table: Path) -> Iterator[Row]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise ValueError(
            f"{table} is a table in Parquet, which needs the package pyarrow "
            "(pip install 'facescreen[parquet]')"
        ) from None
    try:
        opened = parquet.ParquetFile(table)
    except ValueError as error:  # pyarrow's own kind
        raise ValueError(f"{table} is no Parquet file ({error})") from None
    with opened:
        if tuple(opened.schema_arrow.names) != COLUMNS:
            raise ValueError(
                f"{table} is no table of facescreen screen, whose columns are {HEADER}"
            )
        number = 0
        for batch in opened.iter_batches():
            for cells in zip(*batch.to_pydict().values(), strict=True):
                file, broken, reason, score, channel, value, note = cells
                value = -1 if value is None else value
                yield Row(number, file, broken, reason, score, channel or "", value, note)
                number += 1
