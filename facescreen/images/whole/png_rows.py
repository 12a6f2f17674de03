"""The rows of a PNG as they were before filtering, of 8-bit RGB.

Before it is compressed, each row is written as differences from what stands beside or above it, by
one of five filters that its first byte names. Compiled by numba, which is imported with this
module, for the first such file. PNG specification, third edition (W3C 2025), section 9.
"""

from __future__ import annotations

import numpy as np
from numba import njit

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
        if kind == 0:
            row[:] = source
        elif kind == UP:
            for x in range(row.size):
                row[x] = source[x] + above[x]
        else:
            for x in range(row.size):
                left = np.int64(row[x - PIXEL]) if x >= PIXEL else 0
                up = np.int64(above[x])
                if kind == SUB:
                    guess = left
                elif kind == AVERAGE:
                    guess = (left + up) >> 1
                else:
                    corner = np.int64(above[x - PIXEL]) if x >= PIXEL else 0
                    by_left, by_up = abs(up - corner), abs(left - corner)
                    by_corner = abs(left + up - 2 * corner)
                    if by_left <= by_up and by_left <= by_corner:
                        guess = left
                    elif by_up <= by_corner:
                        guess = up
                    else:
                        guess = corner
                row[x] = (source[x] + guess) & 255
        above = row
    return True
