"""The camera: linear light becomes an 8-bit sRGB photograph. See shape.py."""

from __future__ import annotations

import numpy as np

from .samples import inlined, least, most, whole


@inlined
def pixel(light, i, j, k):
    """One channel of one pixel from samples 1.5 times as fine: 3 samples make 2 pixels."""
    i0, j0 = (3 * i) // 2, (3 * j) // 2
    left = 1.0 - 0.5 * (j & 1)  # the sample between two pixels is shared by both
    top = left * light[i0, j0, k] + (1.5 - left) * light[i0, j0 + 1, k]
    low = left * light[i0 + 1, j0, k] + (1.5 - left) * light[i0 + 1, j0 + 1, k]
    upper = 1.0 - 0.5 * (i & 1)
    return (upper * top + (1.5 - upper) * low) / 2.25


@inlined
def develop(p, light, tone, i, j, out):
    """Samples to a pixel, then vignette, exposure, white balance and tone curve: sRGB values."""
    size = out.shape[0]
    top = len(tone) - 2.0
    y, x = (i + 0.5) * 2 / size - 1, (j + 0.5) * 2 / size - 1
    gain = 512 * p.exposure * (1 - 0.5 * p.vignette * (x * x + y * y))
    gray = 0.0
    for k in range(3):
        s = least(most(pixel(light, i, j, k) * gain * p.balance[k], 0.0), top)
        at = whole(s)
        value = tone[at] + (tone[at + 1] - tone[at]) * (s - at)
        out[i, j, k] = 110 + (value - 110) * p.contrast
        gray += (0.3, 0.59, 0.11)[k] * out[i, j, k]
    for k in range(3):
        out[i, j, k] = gray + (out[i, j, k] - gray) * p.saturation


@inlined
def expose(p, grain, sheet, i, j, out):
    """Blur and grain over a developed pixel: a 3x3 binomial filter, mixed in by ``p.blur``, and
    specks that are stronger in the shadows.
    """
    size, side = out.shape[0], 0.25 * p.blur
    start = whole(p.grain_seed)
    up, down, left, right = (
        most(i - 1, 0),
        least(i + 1, size - 1),
        most(j - 1, 0),
        least(j + 1, size - 1),
    )
    shared = grain[(start + i * 257 + j) & 65535] * 0.7
    for k in range(3):
        mid = sheet[i, j, k]
        cross = sheet[up, j, k] + sheet[down, j, k] + sheet[i, left, k] + sheet[i, right, k]
        corner = sheet[up, left, k] + sheet[up, right, k]
        corner += sheet[down, left, k] + sheet[down, right, k]
        value = (1 - side * (4 - side * 4)) * mid + side * (1 - 2 * side) * cross
        value += side * side * corner
        speck = shared + 0.5 * grain[(start + 7919 * (k + 1) + i * 263 + j) & 65535]
        value += p.grain * speck * (1.25 - 0.5 * value / 255)
        out[i, j, k] = np.uint8(least(most(value + 0.5, 0.0), 255.0))
