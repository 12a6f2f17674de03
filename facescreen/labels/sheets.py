"""Pools on disk: 8 × 8 images to a lossless sheet, to be looked at and read faster than files.

Sheet k of a pool is `POOL/kk.webp`; its images stand in rows without gaps, as many rows as are
needed, and what is left of the last row is black. Which images a sheet holds follows from their
numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from facescreen.images import ImageError, read_image
from facescreen.images.writing import write_atomically

SIDE = 8  # images in a row, and rows at the most
ON_A_SHEET = SIDE * SIDE


def image_name(pool: str, index: int) -> str:
    """What image `index` of a pool is called in every table."""
    return f"{pool}/{index:04d}"


def place_of(name: str) -> tuple[str, int]:
    """Where a named image stands: its sheet, and its place there, row by row from 0.

    Raises ValueError for a name that is not `POOL/NUMBER`.
    """
    pool, slash, number = name.rpartition("/")
    if not slash or not number.isdecimal():
        raise ValueError(f"an image is named POOL/NUMBER, not {str(name)!r}")
    return f"{pool}/{int(number) // ON_A_SHEET:02d}.webp", int(number) % ON_A_SHEET


def write_pool(folder: Path, pool: str, images: np.ndarray) -> list[str]:
    """Write images, uint8 (N, H, W, 3), as sheets in `folder`/`pool`; returns their names."""
    for start in range(0, len(images), ON_A_SHEET):
        sheet = Image.fromarray(_laid_out(images[start : start + ON_A_SHEET]))
        save = partial(sheet.save, format="WEBP", lossless=True, quality=100, method=6)
        write_atomically(folder / place_of(image_name(pool, start))[0], save)
    return [image_name(pool, index) for index in range(len(images))]


def read_images(folder: Path, names: Sequence[str]) -> np.ndarray:
    """Read square images of one size by name, from any pools in `folder`: uint8 (N, H, H, 3).

    Each sheet is decoded once. Raises ImageError, naming the sheet, where one is missing, damaged
    or too small for an image that should stand on it; ValueError for a name that is none.
    """
    images: list[np.ndarray] = [np.empty(0)] * len(names)
    on_sheet: dict[str, list[tuple[int, int]]] = {}
    for row, name in enumerate(names):
        sheet, place = place_of(name)
        on_sheet.setdefault(sheet, []).append((row, place))
    for sheet, places in on_sheet.items():
        cells, last = _cells(read_image(folder / sheet)), max(place for _, place in places)
        if last >= len(cells):
            raise ImageError(
                f"{folder / sheet} holds {len(cells)} images, expected {last + 1} or more"
            )
        for row, place in places:
            images[row] = cells[place]
    return np.stack(images)


def _cells(sheet: np.ndarray) -> np.ndarray:
    side = max(1, sheet.shape[1] // SIDE)
    rows = sheet.shape[0] // side if sheet.shape[1] == SIDE * side else 0
    cells = sheet[: rows * side].reshape(rows, side, SIDE, side, 3)
    return cells.swapaxes(1, 2).reshape(rows * SIDE, side, side, 3)


def _laid_out(images: np.ndarray) -> np.ndarray:
    count, height, width, _ = images.shape
    rows = -(-count // SIDE)
    cells = np.zeros((rows * SIDE, height, width, 3), np.uint8)
    cells[:count] = images
    by_row = cells.reshape(rows, SIDE, height, width, 3).swapaxes(1, 2)
    return by_row.reshape(rows * height, SIDE * width, 3)
