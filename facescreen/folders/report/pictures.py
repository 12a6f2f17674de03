"""The images of the galleries, read again: a picture only of what the table has judged."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from facescreen.folders.items import FILE, MEMBER, ROWS, Item
from facescreen.folders.listing import SHARDS, in_shard
from facescreen.folders.report.places import places
from facescreen.folders.report.rows import Row, row_of
from facescreen.folders.report.words import deciding, shown, why
from facescreen.folders.resume import changed_since
from facescreen.folders.table import encoded, judged_lines, records
from facescreen.images import Passed, read_image_with_notes
from facescreen.images.kinds import suffix
from facescreen.images.reading import image_of_bytes
from facescreen.images.sheet import MARK
from facescreen.screening import Verdicts

LARGEST = 128  # pixels a side of a picture; larger images are shrunk by a whole number
MOST_BYTES = 28_000  # of a picture: a page holds some hundred
GRAYS, DIM = 128, 0.45  # of the copy on which places are marked
OTHER = (
    "Judged again, it does not get the verdict in the table: it has changed since, or is not it."
)


class Seen(NamedTuple):
    """An image of a gallery: pictures as data addresses, and sentences; or a problem alone."""

    picture: str = ""
    marked: str = ""
    sides: tuple[int, int] = (0, 0)  # width and height of the image itself
    why: str = ""
    where: str = ""
    problem: str = ""


def look_again(
    rows: Iterable[Row], root: Path, rule: Callable[[np.ndarray], Verdicts], since: int
) -> dict[int, Seen]:
    """What there is to show of some rows, by their number.

    since: when the table was finished, in nanoseconds. Raises ValueError where several images that
    have not changed all get other verdicts: the table is another rule's.
    """
    rows = {row.number: row for row in rows}
    found = _sources({row.file for row in rows.values()}, root)
    seen = {n: _look(row, found.get(row.file, []), root, rule, since) for n, row in rows.items()}
    other = [one.problem == OTHER for one in seen.values() if one.picture or one.problem == OTHER]
    if len(other) > 1 and all(other):
        raise ValueError(
            f"{len(other)} of {len(other)} images looked at again get other verdicts by {rule!r} "
            "than the table holds: name the rule that made it"
        )
    return seen


def _look(row: Row, found: list[Item], root: Path, rule: Callable, since: int) -> Seen:
    if len(found) != 1:
        gone = "It is not there any more." if not found else "Several images there have this name."
        return Seen(problem=gone)
    path = os.path.join(root, found[0].file)
    if changed_since(path, since + 1):
        return Seen(problem="Its file has changed since the table was made.")
    try:
        image = _pixels(found[0], path)
        verdict = rule(image[np.newaxis])
    except (ValueError, OSError, MemoryError) as error:
        problem = str(error).removeprefix(f"{path}: ")
        return Seen(problem=f"It cannot be read any more: {shown(problem)}.")
    lines = encoded(judged_lines(["name"], verdict, [""]))
    _, cells = next(records(io.BytesIO(lines)))
    if row_of(0, cells).judgment != row.judgment:
        return Seen(problem=OTHER)
    one = deciding(verdict)
    marked, where = places(image, one)
    picture, copy = pictures(image, marked)
    return Seen(picture, copy if where else "", image.shape[1::-1], why(one), where)


# --- where they are -------------------------------------------------------------------------------


def _sources(names: Iterable[str], root: Path) -> dict[str, list[Item]]:
    """The files, members and rows that have these names; shards are walked once."""
    found: dict[str, list[Item]] = {}
    shards: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")
        if _is_file(root, parts):
            found[name] = [Item(FILE, name, name)]
            continue
        heads = ("/".join(parts[:k]) for k in range(1, len(parts)))
        shard = next((h for h in heads if suffix(h) in SHARDS and _is_file(root, h.split("/"))), "")
        if shard:
            shards.setdefault(shard, []).append(name)
    for shard, wanted in shards.items():
        for item in in_shard(os.path.join(root, shard), shard, Passed(), verify=False):
            for name in wanted:
                if (one := _of(item, name)) is not None:
                    found.setdefault(name, []).append(one)
    return found


def _is_file(root: Path, parts: list[str]) -> bool:
    """Whether a name leads to a file under the folder: an edited table may lead anywhere."""
    safe = all(part not in ("", ".", "..") and os.sep not in part for part in parts)
    return safe and not Path(*parts).is_absolute() and os.path.isfile(os.path.join(root, *parts))


def _of(item: Item, name: str) -> Item | None:
    """The piece of an item that has this name."""
    if item.kind == MEMBER and item.name == name:
        return item
    digits = name.removeprefix(f"{item.name}/")
    if item.kind != ROWS or digits == name or not digits.isdecimal():
        return None
    one = item._replace(start=int(digits), stop=int(digits) + 1)
    return one if item.start <= one.start < item.stop and one.first_name == name else None


def _pixels(item: Item, path: str) -> np.ndarray:
    """An image, uint8 (H, W, 3). Raises ValueError or OSError where it cannot be read."""
    if item.kind == FILE:
        return read_image_with_notes(path).image
    if item.kind == ROWS:
        from facescreen.folders import arrays  # which few folders need

        return np.array(arrays.rows(arrays.opened(path, item.key), item.start, item.stop)[0])
    with open(path, "rb") as file:
        file.seek(item.start)
        return image_of_bytes(file.read(item.stop - item.start), item.name).image


# --- what they look like --------------------------------------------------------------------------


def pictures(image: np.ndarray, marked: np.ndarray) -> tuple[str, str]:
    """An image as a data address, and a dim gray copy with pixels marked, both as PNG.

    image: uint8 (H, W, 3). marked: bool (H, W). A large one is shrunk by a whole number; there, a
    pixel is marked that holds any marked ones.
    """
    factor = max(1, -(-max(image.shape[:2]) // LARGEST))
    while True:
        down, right = (min(factor, side) for side in image.shape[:2])
        small = Image.fromarray(np.ascontiguousarray(image)).reduce((right, down))
        data = _png(small)
        if len(data) <= MOST_BYTES:
            break
        factor += 1
    gray = np.asarray(small.convert("L")) * (DIM * GRAYS / 256)
    copy = np.where(_any_in_blocks(marked, (down, right)), GRAYS, gray.astype(np.uint8))
    levels = [value for gray in range(GRAYS) for value in [gray * 256 // GRAYS] * 3]
    drawn = Image.fromarray(copy.astype(np.uint8), "P")
    drawn.putpalette([*levels, *MARK])
    return _address(data), _address(_png(drawn))


def _any_in_blocks(marked: np.ndarray, block: tuple[int, int]) -> np.ndarray:
    """Bool (H, W) shrunk as `Image.reduce` does: True where any of a block is."""
    for axis, step in enumerate(block):
        marked = np.logical_or.reduceat(marked, np.arange(0, marked.shape[axis], step), axis=axis)
    return marked


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
