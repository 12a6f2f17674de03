"""A CSV file of labels that loses none: each is on the disk before the next image is shown.

Rows are image, label, rater, when. Several raters, and several kernels, may write one file.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from facescreen.images import InUseError, locked
from facescreen.images.temporary import sweep
from facescreen.images.writing import write_atomically
from facescreen.screening import LABELS

COLUMNS = ("image", "label", "rater", "when")
WHEN = "%Y-%m-%dT%H:%M:%SZ"
PATIENCE = 5.0  # seconds to wait for another process, which holds the file for milliseconds


class LabelFileError(ValueError):
    """The file is no file of labels; one sentence says what it holds."""


class Row(NamedTuple):
    """One label that a rater gave."""

    image: str
    label: str
    rater: str
    when: str


def checked_text(text: str) -> str:
    """The text; ValueError where it would not stay on one line of the file."""
    if any(mark in text for mark in "\r\n\0"):
        raise ValueError(f"a name must stand on one line, not {text!r}")
    return text


class LabelFile:
    """The labels in one file, read anew when the file changed.

    notice: what was mended when the file was last read, "" if nothing. A last line that was cut
    off is completed where image, label and rater are whole, and otherwise taken out.
    """

    def __init__(self, path: Path | str) -> None:
        # The file itself, not a link to it: two names of one file then share its lock.
        self.path = Path(os.path.realpath(path))
        self.notice = ""
        self._read: tuple[tuple[int, int], list[Row]] | None = None
        sweep(self.path.parent, self.path.name)

    def rows(self) -> list[Row]:
        """Every row, in the order written. Raises LabelFileError for another kind of file."""
        with self._locked():
            return list(self._rows())

    def append(self, image: str, label: str, rater: str) -> Row:
        """Add a row, and return when it is on the disk (flushed and synced)."""
        row = Row(image, label, rater, datetime.now(UTC).strftime(WHEN))
        if label not in LABELS:
            raise ValueError(f"expected one of {', '.join(LABELS)}; not {label!r}")
        for text in row:
            checked_text(text)
        with self._locked():
            self._rows()  # mends a cut-off last line, which the new one would run into
            size = self.path.stat().st_size
            with self.path.open("ab", buffering=0) as file:
                try:
                    _write(file, _lines([row]))
                except OSError:  # a full disk: half a row must not stay
                    os.truncate(self.path, size)
                    raise
        return row

    def remove_last(self, rater: str, images: Collection[str]) -> Row | None:
        """Take out the last row of a rater on one of the images; None where there is none."""
        with self._locked():
            rows = self._rows()
            for k in range(len(rows) - 1, -1, -1):
                if rows[k].rater == rater and rows[k].image in images:
                    self._replace([*rows[:k], *rows[k + 1 :]])
                    return rows[k]
        return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                lock = locked(self.path.with_name(f".{self.path.name}.lock"))
                break
            except InUseError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        with lock:
            yield

    def _rows(self) -> list[Row]:
        if not self.path.exists():
            self._replace([])
        state = self.path.stat()
        version = (state.st_size, state.st_mtime_ns)
        if self._read is None or self._read[0] != version:
            rows, mended = self._parse(self.path.read_bytes(), state.st_mtime)
            if mended:
                self.notice = mended
                self._replace(rows)
                state = self.path.stat()
            self._read = (state.st_size, state.st_mtime_ns), rows
        return self._read[1]

    def _parse(self, raw: bytes, written: float) -> tuple[list[Row], str]:
        """The rows, and what has to be mended in the file."""
        whole, tail = raw[: raw.rfind(b"\n") + 1], raw[raw.rfind(b"\n") + 1 :]
        try:
            table = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))
        except (csv.Error, UnicodeDecodeError) as error:
            raise LabelFileError(f"{self.path} is no CSV file of labels: {error}") from error
        if not table and ",".join(COLUMNS).encode().startswith(tail):
            return [], f"{self.path.name} had no whole first line, and has one now."
        header = ",".join(table[0]) if table else tail.decode("utf-8", "replace")
        if header != ",".join(COLUMNS):
            raise LabelFileError(
                f"{self.path} begins with {header[:60]!r}, expected {','.join(COLUMNS)!r}"
            )
        rows = [self._row(number, cells) for number, cells in enumerate(table[1:], 2) if cells]
        if not tail:
            return rows, ""
        shown = tail.decode("utf-8", "replace")
        saved = _complete(tail, written)
        if saved:
            return [*rows, saved], f"The last line was cut off ({shown!r}); its label is kept."
        return rows, f"The last line was cut off ({shown!r}): label that image again."

    def _row(self, number: int, cells: Sequence[str]) -> Row:
        if len(cells) != len(COLUMNS) or cells[1] not in LABELS:
            raise LabelFileError(
                f"line {number} of {self.path} is {','.join(cells)[:80]!r}, expected "
                f"{', '.join(COLUMNS)} with a label of {', '.join(LABELS)}"
            )
        return Row(*cells)

    def _replace(self, rows: Sequence[Row]) -> None:
        """Write the whole file anew: it is never half there."""

        def write(temporary: Path) -> None:
            with temporary.open("wb") as file:
                _write(file, _lines([COLUMNS, *rows]))

        write_atomically(self.path, write)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def _write(file: Any, data: bytes) -> None:
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, "only a part could be written", str(file.name))
    file.flush()
    os.fsync(file.fileno())


def _complete(tail: bytes, written: float) -> Row | None:
    """The row of a cut-off line, if at most its time was cut: that of the file stands in."""
    try:
        cells = next(csv.reader([tail.decode("utf-8")], strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    if len(cells) != len(COLUMNS) or cells[1] not in LABELS:
        return None
    try:
        datetime.strptime(cells[3], WHEN)
    except ValueError:
        cells[3] = datetime.fromtimestamp(written, UTC).strftime(WHEN)
    return Row(*cells)
