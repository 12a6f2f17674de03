"""The shape of a head: where each sample of the picture lands on the face, and how deep it lies.

Coordinates: (x, y) is the picture, [-1, 1] both ways, y down. (a, b) is the head: b = -1 crown, 0
eyes, 1 chin. (u, v) is the face turned by yaw and pitch, so that features follow the pose.
"""

from __future__ import annotations

from .samples import choose, every, inlined, least, most, some, sqrt


@inlined
def ramp(low, high, x):
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = least(most((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@inlined
def bell(x):
    """exp(-x) for x >= 0, by a polynomial that is exactly 0 from x = 8 on."""
    t = most(1 - x * 0.125, 0.0)
    t *= t
    t *= t
    return t * t


@inlined
def half_width(p, b):
    """Half the width of the head at height b."""
    s = b * b
    above = p.width * sqrt(most(1 - s * (0.20 + 0.80 * s), 1e-4))
    if every(b < 0):
        return above
    jaw = most(1 - s * (1 - p.square + p.square * s), 1e-4)
    return choose(b < 0, above, p.width * (1 - p.taper * ramp(0.05, 0.95, b)) * sqrt(jaw))


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
    au, smile, h = abs(u), most(p.smile, 0.0), 0.0
    near = (au < 0.5) & (v < 0.6)
    if some(near):  # nose: a ridge that rises between the eyes, a round tip, two wings
        rise = ramp(-0.14, p.nose_v - 0.02, v) * (1 - ramp(p.nose_v, p.nose_v + 0.10, v))
        wide = p.nose_w * (0.42 + 0.38 * ramp(0.0, p.nose_v, v))
        nose = p.nose_h * rise * bell(u * u / (wide * wide))
        dv = v - p.nose_v + 0.01
        nose += 0.05 * bell((u * u + dv * dv) / 0.0055)
        du, dv = au - p.nose_w * 0.68, v - p.nose_v - 0.02
        nose += 0.05 * bell(du * du / 0.0024 + dv * dv / 0.0036)
        h = choose(near, nose, h)
    if some(v < 0.32):  # eye sockets, eyeballs, brows
        du, dv = au - p.eye_u, v - p.eye_v
        upper = h - 0.10 * bell(du * du / 0.030 + (dv + 0.02) * (dv + 0.02) / 0.012)
        upper += 0.045 * bell(du * du / 0.016 + dv * dv / 0.0060)
        dv = v - p.brow_v - 0.02
        upper += 0.05 * bell(du * du / 0.06 + dv * dv / 0.008)
        h = choose(v < 0.32, upper, h)
    du, dv = au - 0.40, v - 0.27
    h += (0.03 + 0.035 * p.cheek + 0.03 * smile) * bell(du * du / 0.03 + dv * dv / 0.03)
    if some(v > 0.1):
        h = choose(v > 0.1, h + mouth_relief(p, u, v, smile), h)
    return h


@inlined
def outline(p, a, b, sin_y):
    """How far from the middle of the head, across, and the square of it in half widths."""
    w = half_width(p, b)
    side = a - 0.07 * sin_y * ramp(-0.3, 1.0, b)  # the chin leads when the head turns
    return side, side * side / (w * w)


@inlined
def surface(p, side, b, q, turned):
    """Depth of the face, and its coordinates (u, v); turned: cos and sin of yaw, sin of pitch."""
    cos_y, sin_y, sin_p = turned
    turn = choose(b > 0, 1 - 0.45 * b * b * b * b, 1 - 0.25 * b * b)
    z = p.depth * turn * sqrt(most(1 - q, 0.0) + 0.004)
    u = side * (0.4 + 0.6 * cos_y) - (z - 0.25 * p.depth) * sin_y
    v = b + (z - 0.45 * p.depth) * sin_p
    # what stands out moves further than the base when the head turns
    ahead = 0.10 * sin_y * bell(u * u / 0.03) if abs(sin_y) > 0.2 else 0.0
    return z + relief(p, u - ahead, v), u, v
