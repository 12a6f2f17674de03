"""Where in the picture a sign of breakage is seen, cell by cell.

    sign_map(image, "hue")  # uint8 (H, W, 3) -> float64 (16, 16)

A map holds what its sign adds up, before the sign turns it into one number: no sum of a map is
judged, it shows where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from facescreen.screening.measures import (
    CELL,
    FACE,
    FACE_CELLS,
    SIDE,
    SIGNS,
    at_side,
    fine_detail,
    split_colors,
)

CELLS = SIDE // CELL
MIDDLE_CELLS = (slice(3, 14), slice(3, 13))
FADED = 12  # of 255, as in `pale`: a cell half as pale as gray
RED = 16  # of 255, as in `unred`: a cell so much redder than green shows nothing of it


def sign_map(image: np.ndarray, sign: str) -> np.ndarray:
    """How strongly each of 16 x 16 cells of the picture shows a sign: float64 (16, 16), 0 or more.

    image: uint8 (H, W, 3), 8 x 8 pixels or more. sign: one of SIGNS. A cell covers a sixteenth of
    the height and of the width. Cells outside what a sign looks at, such as the face, are 0. Units
    differ: compare cells of one map, or maps of one sign.

    clipped, hue, white: share of the cell's pixels. steps, steps_face: change of color from pixel
    to pixel, as a multiple of that of light. blobs: how far channels part ways between the cell and
    its neighbors, of 255. mirror: difference in color from the cell across, of 255; mirror_rel: the
    same as a multiple of how much the face's color varies. even: strength of fine detail, of 255.
    weave: how much of it is the pattern that repeats, of 255. pale: 1 where gray, to 0 where vivid.
    unred: 0 where 16 or more redder than green, 1 where as red as green, more where less.

    Raises ValueError for another sign, a smaller image, another type or shape.
    """
    image = np.asarray(image)
    if sign not in SIGNS:
        raise ValueError(f"sign must be one of {', '.join(SIGNS)}, not {sign!r}")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(
            f"image must be uint8 of shape (H, W, 3), not {image.dtype} of shape {image.shape}"
        )
    return _MAPS[sign](at_side(image[np.newaxis])[0].astype(float))


def _clipped(x: np.ndarray) -> np.ndarray:
    at_255 = x == 255
    return _cells(at_255.any(axis=2) & ~at_255.all(axis=2))


def _steps(x: np.ndarray) -> np.ndarray:
    light, *colors = split_colors(x)
    return _beside(colors, np.abs) / (_beside([light], np.abs) + 2)


def _steps_face(x: np.ndarray) -> np.ndarray:
    light, *colors = split_colors(x[FACE])
    return _placed(_beside(colors, np.square) / (_beside([light], np.square) + 4), FACE_CELLS)


def _blobs(x: np.ndarray) -> np.ndarray:
    cells = np.stack([_cells(channel) for channel in np.moveaxis(x, 2, 0)], axis=2)
    found = np.zeros((CELLS, CELLS))
    for axis in (0, 1):
        change = np.diff(cells, axis=axis)
        opposed = np.minimum(change.max(axis=2), -change.min(axis=2)).clip(0)
        found += _to_both_ends(opposed, axis)
    return found


def _mirror(x: np.ndarray) -> np.ndarray:
    faces = [_cells(c[FACE]) for c in split_colors(x)[1:]]
    return _placed(sum(np.abs(face - face[:, ::-1]) for face in faces), FACE_CELLS)


def _mirror_rel(x: np.ndarray) -> np.ndarray:
    return _mirror(x) / (sum(_cells(c[FACE]).std() for c in split_colors(x)[1:]) + 2)


def _even(x: np.ndarray) -> np.ndarray:
    return _placed(_cells(np.abs(_detail(x))), MIDDLE_CELLS)


def _weave(x: np.ndarray) -> np.ndarray:
    """What of each cell's detail lies along the mean of all; its mean is that mean's spread."""
    detail = _detail(x)
    parts = detail.reshape(len(detail) // CELL, CELL, -1, CELL)
    pattern = parts.mean(axis=(0, 2))
    pattern -= pattern.mean()
    along = np.einsum("iakb,ab->ik", parts, pattern) / CELL**2
    return _placed((along / (pattern.std() + 1e-9)).clip(0), MIDDLE_CELLS)


def _pale(x: np.ndarray) -> np.ndarray:
    face = x[FACE]
    vivid = _cells(face.max(axis=2) - face.min(axis=2))
    return _placed(FADED / (vivid + FADED), FACE_CELLS)


def _unred(x: np.ndarray) -> np.ndarray:
    redness = _cells(split_colors(x)[1][FACE])
    return _placed((1 - redness / RED).clip(0), FACE_CELLS)


def _hue(x: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(x[FACE], 2, 0)
    vivid = np.ptp(x[FACE], axis=2)
    return _placed(_cells((vivid >= 24) & ((green > red) | (blue > green))), FACE_CELLS)


def _white(x: np.ndarray) -> np.ndarray:
    return _placed(_cells(x[FACE].min(axis=2) >= 240), FACE_CELLS)


def _cells(c: np.ndarray) -> np.ndarray:
    """Means over squares of 4 x 4: float64 (H / 4, W / 4)."""
    height, width = c.shape
    return c.reshape(height // CELL, CELL, width // CELL, CELL).mean(axis=(1, 3))


def _placed(cells: np.ndarray, where: tuple[slice, slice]) -> np.ndarray:
    out = np.zeros((CELLS, CELLS))
    out[where] = cells
    return out


def _beside(planes: Iterable[np.ndarray], size: Callable) -> np.ndarray:
    """How far the planes change from pixel to pixel, added up and averaged over each cell."""
    return _cells(
        sum(_to_both_ends(size(np.diff(c, axis=axis)), axis) for c in planes for axis in (0, 1))
    )


def _to_both_ends(changes: np.ndarray, axis: int) -> np.ndarray:
    """Half of each change between neighbors for the one, half for the other."""
    ends = [(0, 0), (0, 0)]
    ends[axis] = (1, 1)
    padded = np.moveaxis(np.pad(changes, ends), axis, 0)
    return np.moveaxis((padded[:-1] + padded[1:]) / 2, 0, axis)


def _detail(x: np.ndarray) -> np.ndarray:
    return fine_detail(split_colors(x)[0][np.newaxis])[0]


_MAPS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "clipped": _clipped,
    "steps": _steps,
    "steps_face": _steps_face,
    "blobs": _blobs,
    "mirror": _mirror,
    "mirror_rel": _mirror_rel,
    "even": _even,
    "weave": _weave,
    "pale": _pale,
    "unred": _unred,
    "hue": _hue,
    "white": _white,
}
