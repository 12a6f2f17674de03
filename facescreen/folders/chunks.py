"""Work cut into chunks of about equal time, and whether there is enough of it for processes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from facescreen.folders.items import FILE, MEMBER, PROBLEM, ROWS, Item

SECONDS = (
    0.1  # a chunk takes about so long: what a kill costs, and what the last worker is waited for
)
MOST = 4096  # items of a chunk
FEW = 5000  # files of 64 x 64 pixels: below, starting processes costs more than they save
FEW_BYTES = 24 << 20  # or so much of larger ones
ROWS_PER_FILE = 50  # rows of an array take as long as one file


class Chunks:
    """Cuts items into chunks, and learns how long each kind takes.

    A chunk holds items of one kind, and at least one. The first ones are small, so that a first
    verdict comes soon whatever the images are. seconds: what a chunk takes once that is known.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = dict.fromkeys((FILE, MEMBER, ROWS, PROBLEM), SECONDS)
        self._later = seconds
        self._pace = {FILE: 0.004, MEMBER: 0.004, ROWS: 0.0001, PROBLEM: 0.0001}  # seconds a row

    def of(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        chunk: list[Item] = []
        planned = 0.0
        for item in items:
            full = planned >= self._seconds[item.kind] or len(chunk) >= MOST
            if chunk and (full or item.kind != chunk[0].kind):
                yield chunk
                chunk, planned = [], 0.0
            chunk.append(item)
            planned += item.count * self._pace[item.kind]
        if chunk:
            yield chunk

    def learn(self, chunk: Sequence[Item], seconds: float) -> None:
        """Take note of how long a chunk took; 0 says nothing."""
        if seconds > 0:
            kind, rows = chunk[0].kind, sum(item.count for item in chunk)
            before, self._seconds[kind] = self._pace[kind], self._later
            self._pace[kind] = max((before + seconds / rows) / 2, before / 4)


def few(items: Iterable[Item], root: str) -> tuple[list[Item], Iterator[Item] | None]:
    """The first items, and the others behind them; None where these are few enough for one process.

    No more is looked at than decides it.
    """
    items, first, work, size = iter(items), [], 0.0, 0
    for item in items:
        first.append(item)
        work += item.count / (ROWS_PER_FILE if item.kind == ROWS else 1)
        size += _bytes(item, root)
        if work >= FEW or size >= FEW_BYTES:
            return first, items
    return first, None


def _bytes(item: Item, root: str) -> int:
    if item.kind == MEMBER:
        return item.stop - item.start
    if item.kind != FILE:
        return 0
    try:
        return os.stat(os.path.join(root, item.file)).st_size
    except OSError:
        return 0
