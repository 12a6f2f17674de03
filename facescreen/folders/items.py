"""A piece of work: a file, a member of a tar shard, or some rows of an array."""

from __future__ import annotations

from typing import NamedTuple

FILE, MEMBER, ROWS, PROBLEM = "file", "member", "rows", "problem"
ENDS = [f"{end:03d}" for end in range(1000)]


class Item(NamedTuple):
    """A piece of work, small enough to be handed to another process.

    kind: FILE, MEMBER (bytes start to stop of `file`), ROWS (images start to stop of an array in
    `file`) or PROBLEM (which says what is wrong). name: of its row in the table, relative to the
    folder; of rows, what their names begin with. file: relative to the folder. key: of an array in
    an .npz. digits: of a row's number, 6 or more.
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
        names, lead = [], self.digits - 3
        for thousand in range(self.start // 1000, -(-self.stop // 1000)):
            begins, first = f"{self.name}/{thousand:0{lead}d}", 1000 * thousand
            # Joined from two parts, a name takes a seventh of the time of formatting it.
            ends = ENDS[max(0, self.start - first) : self.stop - first]
            names += [begins + end for end in ends]
        return names

    @property
    def first_name(self) -> str:
        """The name of its first row."""
        return f"{self.name}/{self.start:0{self.digits}d}" if self.kind == ROWS else self.name

    def singles(self) -> list[Item]:
        """The same work, a row of the table each."""
        if self.kind != ROWS:
            return [self]
        return [self._replace(start=r, stop=r + 1) for r in range(self.start, self.stop)]
