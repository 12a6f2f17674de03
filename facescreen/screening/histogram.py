"""Count how many pixels have which value, per channel: the measurement behind both rules.

`channel_histogram` is the obvious way, `bright_counts` the fast one for the bright end, which is
all that the rules look at; the tests hold them equal. Source: the paper, sections 3.1 to 3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from facescreen.images.compiled import pays
from facescreen.screening.threads import PIECES, cuts, share

SMALL = 1 << 20  # bytes below which starting a thread costs more than it saves
BLOCK = 192  # bytes looked at together: 64 pixels, so a byte's place tells its channel
LANES = 96  # 8-bit tallies per bin in the compiled loop: BLOCK / 2, again whole pixels
SPAN = 127 * BLOCK  # a block adds at most 2 to a tally, so one block more could overflow it
NARROW = 48  # up to so many bins, comparing with each beats looking every byte up in a table


def channel_histogram(images: np.ndarray) -> np.ndarray:
    """Count every value of every channel.

    images: uint8 (N, H, W, 3). Returns int64 (N, 3, 256): [n, c, v] is the number of pixels of
    image n whose channel c (0 red, 1 green, 2 blue) has the value v. Raises ValueError for any
    other type or shape.
    """
    images = checked_images(images)
    counts = np.zeros((len(images), 3, 256), np.int64)
    for n, image in enumerate(images):
        for channel in range(3):
            counts[n, channel] = np.bincount(image[..., channel].ravel(), minlength=256)
    return counts


def bright_counts(images: np.ndarray, floor: int = 240) -> np.ndarray:
    """Count the values from `floor` up: `channel_histogram(images)[:, :, floor:]`, but fast.

    images: uint8 (N, H, W, 3); an array that is not contiguous in memory is copied first.
    floor: 1 to 255; the fewer the bins, the faster. Returns int64 (N, 3, 256 - floor). Raises
    ValueError for any other type, shape or floor.

    The compiled loop releases Python's lock and runs in two plain threads. The first call that pays
    for it compiles it, in a second or two; later processes read it from numba's cache on disk.
    """
    images = checked_images(images)
    floor = checked_floor(floor)
    if not pays(images.size):
        return np.ascontiguousarray(channel_histogram(images)[:, :, floor:])
    count, height, width, _ = images.shape
    rows = np.ascontiguousarray(images).reshape(count, height * width * 3)
    counts = np.zeros((count, 3, 256 - floor), np.int64)
    kernel = _compiled(_count_narrow if 256 - floor <= NARROW else _count_wide)
    if rows.size < SMALL:
        kernel(rows, floor, counts)
    elif count >= PIECES:
        share(kernel, [(rows[cut], floor, counts[cut]) for cut in cuts(count)])
    else:
        for row, total in zip(rows, counts, strict=True):
            _count_in_bands(kernel, row, floor, total)
    return counts


def checked_floor(floor: int) -> int:
    """Return floor as an int; raise ValueError if it is not a whole number from 1 to 255."""
    whole = isinstance(floor, (int, np.integer)) and not isinstance(floor, bool)
    if not whole or not 1 <= floor <= 255:
        raise ValueError(f"floor must be a whole number from 1 to 255, not {floor!r}")
    return int(floor)


def checked_images(images: np.ndarray) -> np.ndarray:
    """Return images as an array; raise ValueError if it is not uint8 of shape (N, H, W, 3)."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
        raise ValueError(
            f"images must be uint8 of shape (N, H, W, 3), not {images.dtype} of shape "
            f"{images.shape}"
        )
    return images


def _count_narrow(rows, floor, counts):
    """Add to `counts` int64 (N, 3, bins) the bytes >= floor of `rows` uint8 (N, bytes).

    A row is an image, or a part of one, as interleaved R, G, B bytes beginning with an R. It is
    walked in blocks. The compiler turns the search for a block's maximum into one vector
    instruction per 32 bytes, and most blocks of most photographs end there. A block with bright
    bytes is compared with each bin's value in turn, again many bytes per instruction and without
    a branch, so it costs the same whether it holds one bright byte or 192, in any pattern.
    """
    bins = 256 - floor
    lanes = np.zeros((bins, LANES), np.uint8)  # per bin, how often each place in a block had it
    for i in range(rows.shape[0]):
        row = rows[i]
        whole = row.size - row.size % BLOCK
        for span in range(0, whole, SPAN):
            bright = False
            for start in range(span, min(span + SPAN, whole), BLOCK):
                block = row[start : start + BLOCK]
                top = np.uint8(0)
                for j in range(BLOCK):
                    value = block[j]
                    top = value if value > top else top  # max() would widen it to 64 bits
                if top < floor:
                    continue
                bright = True
                for b in range(top - floor + 1):  # no byte of the block is above its maximum
                    value, lane = np.uint8(floor + b), lanes[b]
                    for j in range(LANES):
                        lane[j] += np.uint8(block[j] == value) + np.uint8(block[j + LANES] == value)
            if bright:
                for b in range(bins):
                    red, green, blue, lane = 0, 0, 0, lanes[b]
                    for j in range(0, LANES, 3):
                        red, green, blue = red + lane[j], green + lane[j + 1], blue + lane[j + 2]
                    counts[i, 0, b] += red
                    counts[i, 1, b] += green
                    counts[i, 2, b] += blue
                lanes[:] = 0
        for j in range(whole, row.size):
            if row[j] >= floor:
                counts[i, j % 3, row[j] - floor] += 1


def _count_wide(rows, floor, counts):
    """The same for many bins: look every byte up, bright or not, and keep the bright part.

    Two counters per channel and value take turns, so that a run of equal pixels, each of which
    must read what the last one wrote, waits half as long.
    """
    table = np.zeros((6, 256), np.int64)
    for i in range(rows.shape[0]):
        row = rows[i]
        table[:] = 0
        whole = row.size - row.size % 6
        for j in range(0, whole, 6):
            table[0, row[j]] += 1
            table[1, row[j + 1]] += 1
            table[2, row[j + 2]] += 1
            table[3, row[j + 3]] += 1
            table[4, row[j + 4]] += 1
            table[5, row[j + 5]] += 1
        for j in range(whole, row.size):
            table[j % 3, row[j]] += 1
        for channel in range(3):
            for b in range(256 - floor):
                counts[i, channel, b] += table[channel, floor + b] + table[channel + 3, floor + b]


@cache
def _compiled(function: Callable) -> Callable:
    # numba is imported here, at the first count, and compiles for these types alone: one
    # compilation, whatever the array's flags, with all that can fail in one place.
    from numba import int64, njit, types, uint8, void

    read_only = types.Array(uint8, 2, "C", readonly=True)  # accepts writable arrays too
    signature = void(read_only, int64, int64[:, :, ::1])
    try:
        return njit(signature, nogil=True, cache=True)(function)
    except (RuntimeError, OSError):  # no folder to cache in, or a full disk: compile each time
        return njit(signature, nogil=True)(function)


def _count_in_bands(kernel: Callable, row: np.ndarray, floor: int, total: np.ndarray) -> None:
    """Count one big image in bands of whole blocks, so that both threads have work."""
    edges = [slice(cut.start * BLOCK, cut.stop * BLOCK) for cut in cuts(-(-row.size // BLOCK))]
    counts = np.zeros((len(edges), 1, *total.shape), np.int64)
    share(kernel, [(row[np.newaxis, e], floor, c) for e, c in zip(edges, counts, strict=True)])
    counts.sum(axis=(0, 1), out=total)
