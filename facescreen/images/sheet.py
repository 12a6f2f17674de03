"""Many images on one: the contact sheet."""

from __future__ import annotations

import numpy as np

from facescreen.images.bytes import ImageError

MARK = (213, 94, 0)  # the contact sheet's frame: vermilion, told from gray by color-blind eyes too
SHEET = 48  # the contact sheet's background, gray


def contact_sheet(
    images: np.ndarray,
    columns: int | None = None,
    scale: int = 1,
    gap: int = 2,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """Lay images out in rows, left to right, on a dark gray sheet.

    images: uint8 (N, H, W, 3), N >= 1. columns: images per row; None makes the sheet about
    square. scale: each pixel becomes scale x scale. gap: pixels between images. marks: bool (N,)
    or None; marked images get a frame, at least 1 and otherwise `gap` pixels wide, around them.
    Returns uint8 (height, width, 3). Raises ImageError for anything else.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3 or not images.size:
        raise ImageError(
            "a contact sheet takes at least one image, uint8 of shape (N, H, W, 3), "
            f"not {images.dtype} of shape {images.shape}"
        )
    count = len(images)
    columns = int(np.ceil(np.sqrt(count))) if columns is None else columns
    if columns < 1 or scale < 1 or gap < 0:
        raise ImageError(
            f"expected columns >= 1, scale >= 1, gap >= 0, not {columns}, {scale}, {gap}"
        )
    marks = np.zeros(count, bool) if marks is None else np.asarray(marks)
    if marks.dtype != bool or marks.shape != (count,):
        raise ImageError(f"marks must be bool ({count},), not {marks.dtype} {marks.shape}")
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    frame = max(1, gap) if marks.any() else 0
    height, width = images.shape[1] + 2 * frame, images.shape[2] + 2 * frame
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet_shape = (rows * (height + gap) + gap, columns * (width + gap) + gap, 3)
    sheet = np.full(sheet_shape, SHEET, np.uint8)
    for n, image in enumerate(images):
        top, left = gap + n // columns * (height + gap), gap + n % columns * (width + gap)
        cell = sheet[top : top + height, left : left + width]
        if marks[n]:
            cell[:] = MARK
        cell[frame : height - frame, frame : width - frame] = image
    return sheet
