"""The table of a screened folder: its columns, its lines as CSV, and the same as Parquet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import BinaryIO

import numpy as np

from facescreen.images.writing import NotOursError, check_ours, write_atomically
from facescreen.screening import Verdicts

COLUMNS = ("file", "broken", "reason", "score", "channel", "bin", "note")
HEADER = ",".join(COLUMNS) + "\n"
UNREADABLE = "unreadable: "
CHANNELS = ("", "R", "G", "B")
_QUOTED = re.compile('[",\r\n]')  # the csv module leaves a bare carriage return unquoted
ROWS_AT_ONCE = 1 << 16  # of a Parquet file


@dataclass
class Counts:
    """What some lines of the table say, and what was met beside them.

    reasons: of judged images; "" counts those that passed. most_pixels: of an image whose pixels
    were counted. others: files of each suffix that turned out to be no images.
    """

    reasons: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    lossy: int = 0
    constant: int = 0
    most_pixels: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        self.reasons.update(other.reasons)
        self.others.update(other.others)
        self.unreadable += other.unreadable
        self.lossy += other.lossy
        self.constant += other.constant
        self.most_pixels = max(self.most_pixels, other.most_pixels)

    def add_row(self, cells: Sequence[str]) -> None:
        """Count a line of the table again, from its cells."""
        _, broken, reason, _, _, _, note = cells
        if broken:
            notes = note.split("; ")
            self.reasons[reason] += 1
            self.lossy += "lossy" in notes
            self.constant += "constant" in notes
        else:
            self.unreadable += 1


# --- lines ----------------------------------------------------------------------------------------


def unreadable_line(name: str, problem: str) -> str:
    """The line of a file that cannot be judged; the problem is made one line of text."""
    reason = UNREADABLE + " ".join(problem.split())
    return f"{_cell(name)},,{_cell(reason)},,,,\n"


def judged_lines(
    names: Sequence[str], verdicts: Verdicts, notes: Sequence[tuple[str, ...]]
) -> list[str]:
    """A line for each image: its name, what the rule says, and how its pixels were made.

    Most images of a folder get the same verdict as many others: what follows the name is put into
    words once for all of them.
    """
    # Scores by their bits: not a number equals nothing, and -0 equals 0 but is written otherwise.
    scores = np.ascontiguousarray(verdicts.score, np.float64).view(np.int64)
    columns = (verdicts.reason, scores, verdicts.channel, verdicts.bin)
    said = list(zip(*(column.tolist() for column in columns), notes, strict=True))
    ends = {key: _line_end(*key) for key in set(said)}
    return [name + ends[key] for name, key in zip(_quoted(names), said, strict=True)]


def _line_end(reason: str, bits: int, channel: int, value: int, notes: tuple[str, ...]) -> str:
    """What a line says behind the name; the score by its bits."""
    score = np.int64(bits).view(np.float64).item()
    cells = (
        "true" if reason else "false",
        _cell(reason),
        f"{score:g}" if isfinite(score) else "",
        CHANNELS[channel + 1],
        "" if value < 0 else str(value),
        _cell("; ".join(notes)),
    )
    return "," + ",".join(cells) + "\n"


def _quoted(texts: Sequence[str]) -> Sequence[str]:
    """Cells as CSV has them; most columns hold nothing to be quoted, which one search tells."""
    return [_cell(text) for text in texts] if _QUOTED.search("".join(texts)) else texts


def encoded(lines: Sequence[str]) -> bytes:
    """Lines as the table holds them. File names need not be valid text; their bytes come back."""
    return "".join(lines).encode("utf-8", "surrogateescape")


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text


def records(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Cells of each whole line from where a file stands, and how many bytes it takes.

    Ends before the first line that is cut or is none of the table's.
    """
    pending = b""
    for line in file:
        pending += line
        if pending.count(b'"') % 2 and line.endswith(b"\n"):
            continue  # a name of several lines
        if not line.endswith(b"\n"):
            return
        text = pending.decode("utf-8", "surrogateescape")
        cells = text[:-1].split(",") if '"' not in text else _cells(text)
        if len(cells) != len(COLUMNS):
            return
        yield len(pending), cells
        pending = b""


def _cells(text: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline="")))
    except (csv.Error, StopIteration):
        return []


# --- Parquet --------------------------------------------------------------------------------------


def is_parquet(table: Path) -> bool:
    return table.suffix.lower() == ".parquet"


def check_table(table: Path) -> None:
    """Raise before any work where the table could not be written in the end.

    NotOursError where a file of somebody else stands, ValueError for Parquet without pyarrow.
    """
    if not is_parquet(table):
        check_ours(table, HEADER)
        return
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise ValueError(
            "a table in Parquet needs the package pyarrow (pip install 'facescreen[parquet]'): "
            "install it, or name a .csv file"
        ) from None
    if table.is_dir():
        raise NotOursError(f"{table} is a folder, expected the name of a file to write")
    if table.exists():
        try:
            ours = tuple(parquet.read_schema(table).names) == COLUMNS
        except (OSError, ValueError):
            ours = False
        if not ours:
            raise NotOursError(
                f"{table} is there already and no table of this command, whose columns are "
                f"{', '.join(COLUMNS)}: move it away, or name another place"
            )


def write_parquet(lines: Path, table: Path) -> None:
    """Write the table as Parquet from its lines as CSV, whole or not at all.

    broken is bool, score float64, bin int16; they and channel are null where nothing was measured.
    Bytes of names that are no text are written as backslash and number.
    """
    import pyarrow
    from pyarrow import parquet

    types = ("string", "bool", "string", "float64", "string", "int16", "string")
    kinds = [pyarrow.type_for_alias(name) for name in types]
    schema = pyarrow.schema(list(zip(COLUMNS, kinds, strict=True)))

    def write(temporary: Path) -> None:
        with open(lines, "rb") as file, parquet.ParquetWriter(temporary, schema) as writer:
            file.readline()
            found = (cells for _, cells in records(file))
            while rows := list(islice(found, ROWS_AT_ONCE)):
                columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
                arrays = [_typed(name, cells) for name, cells in columns]
                writer.write_table(pyarrow.table(arrays, schema=schema))

    write_atomically(table, write)


def _typed(name: str, cells: Sequence[str]) -> list:
    """A column's cells as what they mean."""
    if name == "broken":
        return [cell == "true" if cell else None for cell in cells]
    if name in ("score", "bin"):
        number = float if name == "score" else int
        return [number(cell) if cell else None for cell in cells]
    if name == "channel":
        return [cell or None for cell in cells]
    if name == "file":
        raw = (cell.encode("utf-8", "surrogateescape") for cell in cells)
        return [name.decode("utf-8", "backslashreplace") for name in raw]
    return list(cells)
