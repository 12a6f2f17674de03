"""The rows of a PNG as they were before filtering, of 8-bit RGB.

Before it is compressed, each row is written as differences from what stands beside or above it, by
one of five filters that its first byte names. Compiled by numba, which is imported with this
module, for the first such file. PNG specification, third edition (W3C 2025), section 9.
"""

from __future__ import annotations

import numpy as np
from numba import int32, njit

SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4
PIXEL = 3  # bytes


def unfiltered(rows: bytes, width: int, height: int) -> np.ndarray | None:
    """Pixels uint8 (height, width, 3) from inflated rows; None where a filter is unknown."""
    pixels = np.empty((height, width * PIXEL), np.uint8)
    filtered = np.frombuffer(rows, np.uint8).reshape(height, width * PIXEL + 1)
    return pixels.reshape(height, width, PIXEL) if _undo(filtered, pixels) else None


@njit(cache=True, nogil=True)
def _undo(filtered, pixels):
    """Fill `pixels` uint8 (height, bytes) from `filtered` (height, 1 + bytes), or return False."""
    above = np.zeros(pixels.shape[1], np.uint8)
    for y in range(pixels.shape[0]):
        kind, source, row = filtered[y, 0], filtered[y, 1:], pixels[y]
        if kind > PAETH:
            return False
        if kind == PAETH:
            _paeth(source, above, row)
        elif kind == UP:
            for x in range(row.size):
                row[x] = source[x] + above[x]
        else:
            for x in range(row.size):
                left = row[x - PIXEL] if x >= PIXEL and kind else 0
                up = above[x] if kind == AVERAGE else left
                row[x] = source[x] + ((np.int64(left) + up) >> 1)
        above = row
    return True


@njit(inline="always")
def _paeth(source, above, row):
    """Fill a row, the three channels side by side, for each byte waits for the one before it."""
    r = g = b = over_r = over_g = over_b = int32(0)
    for x in range(0, row.size, PIXEL):
        up_r, up_g, up_b = int32(above[x]), int32(above[x + 1]), int32(above[x + 2])
        r = (int32(source[x]) + _nearest(r, up_r, over_r)) & 255
        g = (int32(source[x + 1]) + _nearest(g, up_g, over_g)) & 255
        b = (int32(source[x + 2]) + _nearest(b, up_b, over_b)) & 255
        row[x], row[x + 1], row[x + 2] = r, g, b
        over_r, over_g, over_b = up_r, up_g, up_b


@njit(inline="always")
def _nearest(left, up, corner):
    """Of the bytes beside, above and between, the one nearest to left + up - corner."""
    by_left, by_up, by_corner = (
        abs(up - corner),
        abs(left - corner),
        abs(left + up - corner - corner),
    )
    other = up if by_up <= by_corner else corner
    return left if (by_left <= by_up) & (by_left <= by_corner) else other  # `and` would branch
