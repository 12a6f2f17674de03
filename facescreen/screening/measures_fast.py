"""The twelve signs, compiled: the same answers as `measure_signs_plainly`, image by image.

numba is imported with this module, which `measure_signs` imports when first called. One image's
planes of 64 x 64 stay in the processor's cache while all twelve signs are taken from them. The
loops hold whole numbers, halves and sixteenths in float32, which has room for each exactly, and
add them up row by row in float64; so no order of adding changes more than the last bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numba import float64, njit, types, uint8, void

SIDE, CELL, CELLS = 64, 4, 16  # as in measures.py, like all the windows below
TOP, BOTTOM, LEFT, RIGHT = 20, 48, 20, 44  # FACE
ROWS, COLUMNS = BOTTOM - TOP, RIGHT - LEFT
FACE = ROWS * COLUMNS  # pixels
DETAIL_TOP, DETAIL_LEFT, DETAIL_ROWS, DETAIL_COLUMNS = 12, 12, 11, 10  # MIDDLE, the last in cells

# Plain numbers would widen float32 to float64, and halve what one instruction does.
ZERO, ONE, HALF, FOUR, SIXTEENTH = (np.float32(x) for x in (0, 1, 0.5, 4, 1 / 16))
RED, GREEN, BLUE = (np.float32(x) for x in (30, 59, 11))  # lightness, in hundredths
LARGEST, VIVID, WHITE = (np.float32(x) for x in (255, 24, 240))

OPTIONS = {"nogil": True, "fastmath": True, "error_model": "numpy"}
inlined = njit(**OPTIONS, forceinline=True)


@cache
def compiled() -> Callable[[np.ndarray, np.ndarray], None]:
    """The function (images, values) that writes the signs of images into values.

    images: uint8 (N, 64, 192), a line's pixels as R, G, B in turn; values: float64 (N, 12), in the
    order of SIGNS. Both contiguous in memory. Python's lock is released meanwhile.
    """
    images = types.Array(uint8, 3, "C", readonly=True)  # accepts writable arrays too
    signature = void(images, float64[:, ::1])
    try:
        return njit(signature, cache=True, **OPTIONS)(_measure)
    except (RuntimeError, OSError):  # no folder to cache in, or a full disk: compile each time
        return njit(signature, **OPTIONS)(_measure)


def _measure(images, values):
    rgb = np.empty((3, SIDE, SIDE), np.float32)
    colors = np.empty((3, SIDE, SIDE), np.float32)  # lightness in hundredths, A, Y
    cells = np.empty((3, CELLS, CELLS), np.float32)  # of red, green and blue
    strength = np.empty((DETAIL_ROWS, DETAIL_COLUMNS), np.float32)
    pattern = np.empty((CELL, DETAIL_COLUMNS * CELL), np.float32)
    for n in range(len(images)):
        _split(images[n], rgb, colors)
        _average(rgb, cells)
        _add_detail(colors[0], strength, pattern)
        out = values[n]
        _clipped(rgb, out)
        _steps(colors, out)
        _steps_face(colors, out)
        _blobs(cells, out)
        _halves(cells, out)
        _detail(strength, pattern, out)
        _skin(rgb, out)


@inlined
def _split(image, rgb, colors):
    """Into three planes of channels, and three of lightness (in hundredths), A and Y."""
    for i in range(SIDE):
        row = image[i]
        red, green, blue = rgb[0, i], rgb[1, i], rgb[2, i]
        light, a, y = colors[0, i], colors[1, i], colors[2, i]
        for j in range(SIDE):
            red[j] = row[3 * j]
            green[j] = row[3 * j + 1]
            blue[j] = row[3 * j + 2]
        for j in range(SIDE):
            light[j] = RED * red[j] + GREEN * green[j] + BLUE * blue[j]
            a[j] = red[j] - green[j]
            y[j] = blue[j] - HALF * (red[j] + green[j])


@inlined
def _average(rgb, cells):
    """Means over squares of 4 x 4."""
    columns = np.empty(SIDE, np.float32)
    for channel in range(3):
        for i in range(CELLS):
            columns[:] = ZERO
            for k in range(CELL):
                row = rgb[channel, CELL * i + k]
                for j in range(SIDE):
                    columns[j] += row[j]
            _fold(columns, cells[channel, i])


@inlined
def _fold(columns, cells):
    for k in range(len(cells)):
        left, right = columns[4 * k] + columns[4 * k + 1], columns[4 * k + 2] + columns[4 * k + 3]
        cells[k] = (left + right) * SIXTEENTH


@inlined
def _clipped(rgb, out):
    """By how much the channel most often at 255 has more pixels there than the one least often."""
    most, least = ZERO, np.float32(SIDE * SIDE)
    for channel in range(3):
        count = ZERO
        for i in range(SIDE):
            row = rgb[channel, i]
            for j in range(SIDE):
                count += ONE if row[j] == LARGEST else ZERO
        most, least = max(most, count), min(least, count)
    out[0] = math.log((most - least) / (SIDE * SIDE) + 0.003)


@inlined
def _steps(colors, out):
    """Mean absolute difference of neighbors, across and down: of A and Y, against lightness."""
    means = np.zeros(3)
    for plane in range(3):
        for i in range(SIDE):
            row, above = colors[plane, i], colors[plane, max(i - 1, 0)]  # no step to the first row
            across, down = ZERO, ZERO
            for j in range(SIDE - 1):
                across += abs(row[j + 1] - row[j])
            for j in range(SIDE):
                down += abs(row[j] - above[j])
            means[plane] += (across + down) / (2 * SIDE * (SIDE - 1))
    out[1] = math.log((means[1] + means[2] + 0.7) / (means[0] / 100 + 2))


@inlined
def _steps_face(colors, out):
    """In the face, mean squared differences: of A and Y, against lightness."""
    means = np.zeros(3)
    for plane in range(3):
        for i in range(TOP, BOTTOM):
            row, above = colors[plane, i], colors[plane, max(i - 1, TOP)]
            across, down = ZERO, ZERO
            for j in range(LEFT, RIGHT - 1):
                across += (row[j + 1] - row[j]) ** 2
            for j in range(LEFT, RIGHT):
                down += (row[j] - above[j]) ** 2
            means[plane] += across / (ROWS * (COLUMNS - 1)) + down / ((ROWS - 1) * COLUMNS)
    out[2] = math.log((means[1] + means[2] + 1) / (means[0] / 10_000 + 4))


@inlined
def _blobs(cells, out):
    """From cell to cell, the smaller of the largest rise and the largest fall of any channel."""
    total = 0.0
    for i in range(CELLS):
        for k in range(CELLS):
            if k > 0:
                total += _opposed(cells[:, i, k], cells[:, i, k - 1])
            if i > 0:
                total += _opposed(cells[:, i, k], cells[:, i - 1, k])
    out[3] = math.log(total / (2 * CELLS * (CELLS - 1)) + 0.3)


@inlined
def _opposed(here, there):
    red, green, blue = here[0] - there[0], here[1] - there[1], here[2] - there[2]
    rise = max(max(red, green), blue)
    fall = -min(min(red, green), blue)
    return max(min(rise, fall), ZERO)


@inlined
def _halves(cells, out):
    """The signs `mirror` and `mirror_rel`."""
    differ, varied = 0.0, 0.0
    count = ROWS * COLUMNS // CELL**2
    faces = np.empty((2, ROWS // CELL, COLUMNS // CELL), np.float32)  # A and Y of the face's cells
    for i in range(ROWS // CELL):
        for k in range(COLUMNS // CELL):
            at = i + TOP // CELL, k + LEFT // CELL
            red, green, blue = cells[0][at], cells[1][at], cells[2][at]
            faces[0, i, k], faces[1, i, k] = red - green, blue - HALF * (red + green)
    for face in faces:
        for i in range(ROWS // CELL):
            for k in range(COLUMNS // CELL):
                differ += abs(face[i, k] - face[i, COLUMNS // CELL - 1 - k])
        varied += _spread(face)
    out[4] = math.log(differ / count + 2)
    out[5] = differ / count / (varied + 2)


@inlined
def _spread(plane):
    """Standard deviation, in two passes: in one, a small one beside a large mean would be lost."""
    mean, squares = 0.0, 0.0
    for row in plane:
        for x in row:
            mean += x
    mean /= plane.size
    for row in plane:
        for x in row:
            squares += (x - mean) ** 2
    return math.sqrt(squares / plane.size)


@inlined
def _add_detail(light, strength, pattern):
    """Fine detail over the middle: each cell's mean, and all cells laid over each other."""
    columns = np.empty(DETAIL_COLUMNS * CELL, np.float32)
    pattern[:] = ZERO
    for i in range(DETAIL_ROWS):
        columns[:] = ZERO
        for k in range(CELL):
            y = DETAIL_TOP + CELL * i + k
            above, row, below, folded = light[y - 1], light[y], light[y + 1], pattern[k]
            for j in range(DETAIL_COLUMNS * CELL):
                x = j + DETAIL_LEFT
                detail = FOUR * row[x] - above[x] - below[x] - row[x - 1] - row[x + 1]
                folded[j] += detail
                columns[j] += abs(detail)
        _fold(columns, strength[i])


@inlined
def _detail(strength, pattern, out):
    """The signs `even` and `weave`, from detail in hundredths."""
    mean = 0.0
    for row in strength:
        for x in row:
            mean += x
    mean /= 100 * strength.size
    repeated = np.zeros((CELL, CELL))
    for i in range(CELL):
        for j in range(DETAIL_COLUMNS * CELL):
            repeated[i, j % CELL] += pattern[i, j]
    out[6] = -_spread(strength) / 100 / (mean + 1)
    out[7] = math.log(_spread(repeated) / (100 * strength.size) / (mean + 0.5) + 0.03)


@inlined
def _skin(rgb, out):
    """The signs `pale`, `unred`, `hue` and `white`: what color the face has."""
    color, redness, odd, white = ZERO, ZERO, ZERO, ZERO
    for i in range(TOP, BOTTOM):
        reds, greens, blues = rgb[0, i], rgb[1, i], rgb[2, i]
        for j in range(LEFT, RIGHT):
            red, green, blue = reds[j], greens[j], blues[j]
            smallest = min(min(red, green), blue)
            vivid = max(max(red, green), blue) - smallest
            color += vivid
            redness += red - green
            leads = ONE if max(green - red, blue - green) > ZERO else ZERO
            odd += leads if vivid >= VIVID else ZERO
            white += ONE if smallest >= WHITE else ZERO
    out[8] = -math.log(color / FACE + 12)
    out[9] = -redness / FACE / 16
    out[10] = math.log(odd / FACE + 0.02)
    out[11] = math.log(white / FACE + 0.01)
