"""A table that is not complete yet: kept beside its place, and gone on with after a kill.

Beside verdicts.csv, `.verdicts.csv.part` holds its lines so far and `.verdicts.csv.asked.json` what
was asked. The first is locked while a run writes, and becomes the table when it is complete.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from facescreen.folders.items import FILE, MEMBER, Item
from facescreen.folders.table import HEADER, Counts, is_parquet, records, write_parquet
from facescreen.images import locked
from facescreen.images.kinds import kind_by_name, suffix
from facescreen.images.temporary import sweep
from facescreen.images.writing import NotOursError, naming, write_atomically

WHAT = "a table of facescreen screen that is not complete"


class Part:
    """The lines of a table that is not complete, in a file that this process alone writes.

    own: the files that this makes, beside temporary ones. kept: how many rows of an earlier run are
    used.
    """

    def __init__(self, table: Path, asked: dict[str, Any] | None) -> None:
        self.table = Path(os.path.realpath(table))
        self.path = self.table.with_name(f".{self.table.name}.part")
        self.note = self.table.with_name(f".{self.table.name}.asked.json")
        page = self.table.with_suffix(".html")  # of a report
        self.own = (self.table, self.path, self.note, page)
        self.kept = self.rows = 0
        self._asked = {"what": WHAT, **(asked or {})}
        self._resumable = asked is not None
        self._file: IO[bytes] | None = None

    def open(self) -> None:
        """Take hold of the file, and see what an earlier run has left in it.

        Raises InUseError while another process writes it, NotOursError where another file stands in
        its place, OSError where it cannot be written.
        """
        if self.table.exists() and not os.access(self.table, os.W_OK):
            raise PermissionError(13, os.strerror(13), str(self.table))
        self._file = _held(self.path)
        try:
            self._begin()
        except BaseException:
            self.close()  # not only when the error is forgotten
            raise
        sweep(self.table.parent, self.note.name, self.table.name)

    def _begin(self) -> None:
        self._file.seek(0)
        begins = self._file.read(len(HEADER))
        if not HEADER.encode().startswith(begins):
            raise NotOursError(
                f"{self.path} is there already and none of this command's files: move it away, or "
                "name another place for the table"
            )
        note = self._read_note()
        same = {k: note.get(k) for k in self._asked} == self._asked
        self._note = {**self._asked, "begun": time.time_ns(), "most_pixels": 0}
        if begins == HEADER.encode() and same and self._resumable:
            self._note = note
            self.rows = os.fstat(self._file.fileno()).st_size - len(HEADER)  # or fewer
        else:
            self._file.truncate(0)
            try:
                self._write_note()
                with naming(self.path, self.path):
                    self._file.write(HEADER.encode())
                    self._file.flush()
            except OSError:  # a full disk, for one: nothing is worth going on with
                self.path.unlink(missing_ok=True)
                self.note.unlink(missing_ok=True)
                raise

    def _read_note(self) -> dict[str, Any]:
        """What an earlier run has noted; nothing where there was none."""
        if not os.path.lexists(self.note):
            return {}
        try:
            note = json.loads(self.note.read_text("utf-8"))
            if note["what"] == WHAT and isinstance(note["begun"] + note["most_pixels"], int):
                return note
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        if not os.fstat(self._file.fileno()).st_size:  # made a moment ago
            self.path.unlink()
        raise NotOursError(f"{self.note} is there already and none of this command's files")

    def _write_note(self) -> None:
        text = json.dumps(self._note, indent=1) + "\n"
        write_atomically(self.note, lambda file: file.write_text(text, "utf-8"))

    def without_kept(self, items: Iterable[Item], root: str, counts: Counts) -> Iterator[Item]:
        """The items that have no row yet; rows that are kept are counted.

        Rows are kept from the first on, as long as their names are those of the items and their
        files have not changed since the first run began.
        """
        items, at = iter(items), len(HEADER)
        self._file.seek(at)
        found = records(self._file)
        ahead = next(found, None)
        for item in items:
            if ahead is None or changed_since(os.path.join(root, item.file), self._note["begun"]):
                break
            if ahead[1][0] != item.first_name:
                if item.kind not in (FILE, MEMBER) or kind_by_name(item.name):
                    break
                counts.others[suffix(item.name) or "without suffix"] += 1  # as it was before
                continue
            rows = [ahead, *islice(found, item.count - 1)]
            if [cells[0] for _, cells in rows] != item.names():
                break
            for length, cells in rows:
                at += length
                counts.add_row(cells)
            self.kept += item.count
            ahead = next(found, None)
        else:
            item = None
        self._cut(at)
        counts.most_pixels = self._note["most_pixels"] if self.kept else 0
        if item is not None:
            yield item
        yield from items

    def _cut(self, at: int) -> None:
        self._file.seek(at)
        self._file.truncate()
        self.rows = self.kept

    def append(self, lines: bytes, most_pixels: int) -> None:
        """Add lines; they are the system's before this returns, and outlive this process."""
        if most_pixels > self._note["most_pixels"]:
            self._note["most_pixels"] = most_pixels
            self._write_note()
        with naming(self.path, self.path):
            self._file.write(lines)
            self._file.flush()
        self.rows += lines.count(b"\n")

    def finish(self) -> None:
        """Make it the table."""
        os.fsync(self._file.fileno())
        if is_parquet(self.table):
            write_parquet(self.path, self.table)
            self.discard()
            return
        if self.table.exists():
            shutil.copymode(self.table, self.path)
        if os.name == "nt":  # where an open file cannot be renamed
            self._file.close()
        os.replace(self.path, self.table)
        self.close()
        self.note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove it: what it holds is in the table, or will never be used."""
        if os.name == "nt":
            self._file.close()
        self.path.unlink(missing_ok=True)
        self.close()
        self.note.unlink(missing_ok=True)

    def close(self) -> None:
        with suppress(OSError):  # of a full disk, said already
            self._file.close()

    @property
    def worth_keeping(self) -> bool:
        return self._resumable and self.rows > 0


@contextmanager
def part_of(table: Path, asked: dict[str, Any] | None) -> Iterator[Part]:
    """The rows of a table that a run is about to make; when it is done, they are the table.

    asked: what the rows depend on, as JSON. The next run that asks the same goes on where one
    has been stopped; None for one that nobody may go on with.
    """
    part = Part(table, asked)
    part.open()
    try:
        yield part
        part.finish()
    except BaseException:
        if not part.worth_keeping:
            part.discard()
        raise
    finally:
        part.close()


def changed_since(path: str, when: int) -> bool:
    """Whether a file, or the link that leads there, has changed at a time or later; nanoseconds."""
    try:
        seen = [os.lstat(path)]
        if os.path.exists(path):  # no link to nothing
            seen.append(os.stat(path))
    except OSError:
        return True
    # No program can set back st_ctime, where it is the time of the last change.
    times = [s.st_mtime_ns if os.name == "nt" else s.st_ctime_ns for s in seen]
    return max(times) >= when


def _held(path: Path) -> IO[bytes]:
    """Open and lock a file, or the new one in its place if it has been renamed meanwhile."""
    while True:
        file = locked(path)
        try:
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                if file.writable():
                    return file
                file.close()
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        except FileNotFoundError:
            pass
        file.close()
