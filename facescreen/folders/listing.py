"""What there is to judge under a folder, in order: files, and what is in shards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from facescreen.folders.items import FILE, PROBLEM, Item
from facescreen.images import Passed
from facescreen.images.found import listed_files
from facescreen.images.kinds import suffix

SHARDS = (".tar", ".npy", ".npz")


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
            yield from in_shard(path, name, passed, verify)
        else:
            yield Item(FILE, name, name)


def in_shard(path: str, name: str, passed: Passed, verify: bool) -> Iterator[Item]:
    """What is in one shard; `name` is what its rows' names begin with."""
    from facescreen.folders import arrays, tar  # which few folders need

    if suffix(name) == ".tar":
        yield from tar.items_in(path, name, passed)
    else:
        yield from arrays.items_in(path, name, passed, verify)
