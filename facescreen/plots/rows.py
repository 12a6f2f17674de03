"""Galleries with a named row for each group of faces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import present
from facescreen.plots.faces import draw_faces

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show_rows(groups: Mapping[str, np.ndarray], sentence: str, columns: int = 10) -> None:
    """Present `draw_rows`."""
    present(draw_rows(groups, columns), sentence)


def draw_rows(groups: Mapping[str, np.ndarray], columns: int = 10) -> Figure:
    """A row of faces for each group, named above it.

    groups: uint8 (N, H, W, 3) by name, all of one size; of each, the first `columns` are shown, and
    where it has fewer the row stays white.
    """
    shape = next(iter(groups.values())).shape[1:]
    tiles = np.full((len(groups), columns, *shape), 255, np.uint8)
    for row, images in zip(tiles, groups.values(), strict=True):
        row[: len(images)] = images[:columns]
    names = list(groups)
    return draw_faces(tiles.reshape(-1, *shape), None, None, columns, rows_named=names)
