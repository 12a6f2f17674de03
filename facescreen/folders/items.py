"""A piece of work: a file, a member of a tar shard, or some rows of an array."""

from __future__ import annotations

from typing import NamedTuple

FILE, MEMBER, ROWS, PROBLEM = "file", "member", "rows", "problem"


class Item(NamedTuple):
    """A piece of work, small enough to be handed to another process.

    kind: FILE, MEMBER (bytes start to stop of `file`), ROWS (images start to stop of an array in
    `file`) or PROBLEM (which says what is wrong). name: of its row in the table, relative to the
    folder; of rows, what their names begin with. file: relative to the folder. key: of an array in
    an .npz. digits: of a row's number.
    """

    kind: str
    name: str
    file: str
    start: int = 0
    stop: int = 0
    key: str = ""
    digits: int = 0
    problem: str = ""

    @property
    def count(self) -> int:
        """How many rows of the table come of it; a file or member that is no image has none."""
        return self.stop - self.start if self.kind == ROWS else 1

    def names(self) -> list[str]:
        """The names of its rows."""
        if self.kind != ROWS:
            return [self.name]
        return [f"{self.name}/{row:0{self.digits}d}" for row in range(self.start, self.stop)]

    @property
    def first_name(self) -> str:
        """The name of its first row."""
        return f"{self.name}/{self.start:0{self.digits}d}" if self.kind == ROWS else self.name

    def singles(self) -> list[Item]:
        """The same work, a row of the table each."""
        if self.kind != ROWS:
            return [self]
        return [self._replace(start=r, stop=r + 1) for r in range(self.start, self.stop)]
