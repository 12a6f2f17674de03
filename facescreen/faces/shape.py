"""The shape of a head: where each sample of the picture lands on the face, and how deep it lies.

Coordinates: (x, y) is the picture, [-1, 1] both ways, y down. (a, b) is the head: b = -1 crown, 0
eyes, 1 chin. (u, v) is the face turned by yaw and pitch, so that features follow the pose.
"""

from __future__ import annotations

import math

from numba import njit

compiled = njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
# For what the compiled steps call once per sample: a call passes every array field by field, which
# took a third of the time.
inlined = njit(nogil=True, fastmath=True, error_model="numpy", forceinline=True)


@inlined
def ramp(low, high, x):
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@inlined
def bell(x):
    """exp(-x) for x >= 0, by a polynomial that is exactly 0 from x = 8 on."""
    t = max(1 - x * 0.125, 0.0)
    t *= t
    t *= t
    return t * t


@inlined
def half_width(p, b):
    """Half the width of the head at height b."""
    s = b * b
    if b < 0:
        return p.width * math.sqrt(max(1 - s * (0.20 + 0.80 * s), 1e-4))
    jaw = max(1 - s * (1 - p.square + p.square * s), 1e-4)
    return p.width * (1 - p.taper * ramp(0.05, 0.95, b)) * math.sqrt(jaw)


@inlined
def mouth_relief(p, u, v, smile):
    """Folds beside the nose, mouth and chin."""
    fold = abs(u) - p.nose_w - 0.04 - (v - p.nose_v) * 0.55
    run = ramp(p.nose_v - 0.02, p.nose_v + 0.08, v)
    run *= 1 - ramp(p.mouth_v - 0.05, p.mouth_v + 0.10, v)
    h = -(0.008 + 0.020 * smile + 0.012 * p.wrinkle) * run * bell(fold * fold / 0.0018)
    dv = v - p.mouth_v
    h += 0.055 * bell(u * u / 0.08 + dv * dv / 0.030)
    wide = p.mouth_w * p.mouth_w
    dv += p.corner * u * u / wide - 0.045 - p.mouth_open
    h += 0.035 * bell(u * u / (wide * 0.5) + dv * dv / 0.0022)
    dv = v - p.mouth_v - 0.13 - p.mouth_open
    h -= 0.020 * bell(u * u / 0.03 + dv * dv / 0.003)
    dv = v - 0.87
    return h + 0.06 * bell(u * u / 0.035 + dv * dv / 0.014)


@inlined
def relief(p, u, v):
    """How far brow, eyes, nose, cheeks, mouth and chin stand out of the base head."""
    au, smile, h = abs(u), max(p.smile, 0.0), 0.0
    if au < 0.5 and v < 0.6:  # nose: a ridge that rises between the eyes, a round tip, two wings
        rise = ramp(-0.14, p.nose_v - 0.02, v) * (1 - ramp(p.nose_v, p.nose_v + 0.10, v))
        wide = p.nose_w * (0.42 + 0.38 * ramp(0.0, p.nose_v, v))
        h += p.nose_h * rise * bell(u * u / (wide * wide))
        dv = v - p.nose_v + 0.01
        h += 0.05 * bell((u * u + dv * dv) / 0.0055)
        du, dv = au - p.nose_w * 0.68, v - p.nose_v - 0.02
        h += 0.05 * bell(du * du / 0.0024 + dv * dv / 0.0036)
    if v < 0.32:  # eye sockets, eyeballs, brows
        du, dv = au - p.eye_u, v - p.eye_v
        h -= 0.10 * bell(du * du / 0.030 + (dv + 0.02) * (dv + 0.02) / 0.012)
        h += 0.045 * bell(du * du / 0.016 + dv * dv / 0.0060)
        dv = v - p.brow_v - 0.02
        h += 0.05 * bell(du * du / 0.06 + dv * dv / 0.008)
    du, dv = au - 0.40, v - 0.27
    h += (0.03 + 0.035 * p.cheek + 0.03 * smile) * bell(du * du / 0.03 + dv * dv / 0.03)
    if v > 0.1:
        h += mouth_relief(p, u, v, smile)
    return h


@compiled
def shape(p, step, flat, face_u, face_v, edge):
    """First pass: depth of the face, face coordinates, and edge (1 on the outline), per sample.

    ``step`` is from one sample to the next in the picture; the rest, float32 (n, n), are filled.
    """
    size = flat.shape[0]
    cos_r, sin_r = math.cos(p.roll) / p.scale, math.sin(p.roll) / p.scale
    cos_y, sin_y, sin_p = math.cos(p.yaw), math.sin(p.yaw), math.sin(p.pitch)
    for i in range(size):
        y = (i + 0.5) * step - 1 - p.cy
        for j in range(size):
            x = (j + 0.5) * step - 1 - p.cx
            a, b = x * cos_r + y * sin_r, -x * sin_r + y * cos_r
            w = half_width(p, b)
            side = a - 0.07 * sin_y * ramp(-0.3, 1.0, b)  # the chin leads when the head turns
            q = side * side / (w * w)
            edge[i, j] = q if abs(b) < 1 else 4.0
            if q > 1.15 or abs(b) > 1.0:
                flat[i, j] = 0.0
                continue
            turn = 1 - 0.45 * b * b * b * b if b > 0 else 1 - 0.25 * b * b
            z = p.depth * turn * math.sqrt(max(1 - q, 0.0) + 0.004)
            u = side * (0.4 + 0.6 * cos_y) - (z - 0.25 * p.depth) * sin_y
            v = b + (z - 0.45 * p.depth) * sin_p
            # what stands out moves further than the base when the head turns
            ahead = 0.10 * sin_y * bell(u * u / 0.03) if abs(sin_y) > 0.2 else 0.0
            flat[i, j] = z + relief(p, u - ahead, v)
            face_u[i, j], face_v[i, j] = u, v
