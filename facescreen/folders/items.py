"""What there is to judge under a folder, in order: files, members of tar shards, rows of arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from facescreen.images import Passed
from facescreen.images.found import listed_files
from facescreen.images.kinds import suffix

FILE, MEMBER, ROWS, PROBLEM = "file", "member", "rows", "problem"
SHARDS = (".tar", ".npy", ".npz")


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


def items_under(
    folder: Path, passed: Passed, skip: Sequence[Path] = (), verify: bool = True
) -> Iterator[Item]:
    """Everything under a folder that is, claims or may turn out to be an image, in order.

    Shards come as what is in them, without being unpacked. passed, skip: as for `listed_files`.
    verify: whether checksums of archives are looked at, which takes a pass over their bytes.
    """
    start = len(os.path.join(folder, ""))
    for path, problem in listed_files(folder, passed, skip):
        name = path[start:].replace(os.sep, "/")
        if problem:
            yield Item(PROBLEM, name, name, problem=problem)
        elif suffix(name) in SHARDS:
            yield from _in_shard(path, name, passed, verify)
        else:
            yield Item(FILE, name, name)


def _in_shard(path: str, name: str, passed: Passed, verify: bool) -> Iterator[Item]:
    from facescreen.folders import arrays, tar  # which few folders need

    if suffix(name) == ".tar":
        yield from tar.items_in(path, name, passed)
    else:
        yield from arrays.items_in(path, name, passed, verify)
