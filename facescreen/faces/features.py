"""What is drawn on a face: skin, beard, brows, mouth, eyes, glasses (albedo, linear light)."""

from __future__ import annotations

from .hair import over, texture
from .samples import choose, every, inlined, least, most, some, sqrt
from .shape import bell, ramp


@inlined
def beard_paint(p, u, v, soft, c):
    """Beard, mustache and the shadow of a shave, below a line from the side-burn to the nose."""
    outside = v < -0.15
    if p.shadow <= 0 or every(outside):
        return 0.0
    au = abs(u)
    line = 0.56 - 0.62 * ramp(0.22, 0.60, au)
    w = p.mouth_w * p.mouth_w
    dv = v - p.mouth_v - 0.02
    lips = bell(u * u / (w * 0.8) + dv * dv / 0.010)
    jaw = ramp(line - 0.10, line + 0.18, v) * (1 - 0.9 * lips)
    dv = v - p.nose_v - 0.155
    upper = bell(u * u / (w * 1.1) + dv * dv / 0.0035)
    shade = least(most(jaw, 0.8 * upper), 1.0) * p.shadow * 0.5
    grown = most(jaw * p.jaw_hair, least(upper * 1.2, 1.0) * p.lip_hair)
    shade, grown = choose(outside, 0.0, shade), choose(outside, 0.0, grown)
    if some(grown > 0):
        hairs = 0.88 + 0.14 * texture(soft, u * 150 + p.tx, v * 60 + p.ty)
        grown = least(grown * most(hairs, 0.4), 1.0)
    for k in range(3):
        c[k] *= 1 - shade * (0.5 - 0.06 * k)
        c[k] += grown * (p.hair[k] * 0.75 - c[k])
    return grown


@inlined
def brow_paint(p, u, v, soft, c):
    e = abs(u) - p.eye_u - 0.005
    outside = (abs(e) > 0.20) | (abs(v - p.brow_v) > 0.16)
    if every(outside):
        return 0.0
    arch = p.brow_v - p.brow_arch * 0.07 * (1 - e * e / 0.03) + 0.30 * most(e, 0.0) * p.brow_arch
    thick = p.brow_h * (1.1 - 0.55 * (e / 0.18 + 1) * 0.5)
    brow = (1 - ramp(thick * 0.4, thick * 1.5, abs(v - arch))) * (1 - ramp(0.145, 0.20, abs(e)))
    hairs = 0.9 + 0.18 * texture(soft, u * 110 + p.ty, v * 110 + p.tx)
    brow = choose(outside, 0.0, least(most(brow * p.brow_dark * hairs, 0.0), 1.0))
    for k in range(3):
        c[k] += brow * (p.hair[k] * 0.5 + 0.004 - c[k])
    return brow


@inlined
def skin_paint(p, u, v, soft, c):
    """Albedo of the skin with blush, freckles, brows and beard; returns how far hair covers it."""
    au = abs(u)
    t1 = texture(soft, u * 40 + p.tx, v * 40 + p.ty)
    spots = 1 + 0.02 * t1
    if p.freckle > 0:
        t2 = texture(soft, u * 110 + p.ty, v * 110 + p.tx)
        spots -= p.freckle * most(t2 - 0.7, 0.0) * bell(v * v / 0.2)
    du, dv = au - 0.38, v - 0.30
    red = 0.10 * bell(du * du / 0.03 + dv * dv / 0.03)
    red += 0.12 * bell(u * u / 0.015 + (v - p.nose_v) * (v - p.nose_v) / 0.012)
    c[0], c[1] = p.skin[0] * spots, p.skin[1] * spots * (1 - red)
    c[2] = p.skin[2] * spots * (1 - red)
    du, dv = au - p.eye_u + 0.03, v - p.eye_v - 0.105  # the shadow under the eyes
    tired = 1 - 0.20 * bell(du * du / 0.015 + dv * dv / 0.0025)
    for k in range(3):
        c[k] *= tired
    return most(beard_paint(p, u, v, soft, c), brow_paint(p, u, v, soft, c))


@inlined
def mouth_paint(p, u, v, c):
    """Lips, teeth and nostrils; returns how far the wet lips cover the skin."""
    du, dv = abs(u) - p.nose_w * 0.42, v - p.nose_v - 0.062
    hole = 0.75 * bell(du * du / 0.0017 + dv * dv / 0.0005)
    c[0], c[1], c[2] = c[0] * (1 - 0.85 * hole), c[1] * (1 - hole), c[2] * (1 - hole)
    x = u / p.mouth_w
    open_ = most(1 - x * x, 0.0)
    outside = (open_ <= 0) | (abs(v - p.mouth_v) > 0.3)
    if every(outside):
        return 0.0
    dv = v - p.mouth_v + p.corner * x * x
    top = -p.lip * 0.80 * open_ * (1 - 0.30 * bell(u * u / 0.0018)) - 0.004
    low = p.lip * 1.15 * sqrt(open_) + 2 * p.mouth_open * open_
    lips = ramp(top - 0.02, top + 0.012, dv) * (1 - ramp(low - 0.02, low + 0.018, dv))
    lips *= choose(outside, 0.0, ramp(0, 0.12, open_))
    over(c, p.lips[0], p.lips[1], p.lips[2], lips)
    gap = 2 * p.mouth_open * most(open_ - 0.10, 0.0)
    inside = ramp(-0.012, 0.004, dv) * (1 - ramp(gap - 0.006, gap + 0.014, dv))
    inside *= choose(outside, 0.0, ramp(0.02, 0.1, open_))
    bite = ramp(0.004, 0.03, gap) * (1 - ramp(gap * 0.72, gap * 0.95 + 0.012, dv))
    bite *= 0.45 + 0.55 * open_
    over(c, 0.03 + bite * 0.52, 0.014 + bite * 0.48, 0.014 + bite * 0.43, inside * 0.92)
    return lips * (1 - inside)


@inlined
def eye_paint(p, u, v, c):
    """White, iris, pupil, lids; returns how far the wet eye covers the skin."""
    side = choose(u > 0, 1.0, -1.0)
    e1 = abs(u) - p.eye_u
    e2 = v - p.eye_v - p.eye_tilt * e1
    outside = (abs(e1) > 0.25) | (abs(e2) > 0.2)
    if every(outside):
        return 0.0
    x = e1 / p.eye_w
    lid = most(1 - x * x, 0.0)
    top, low = -p.eye_h * sqrt(lid) * 1.05, p.eye_h * 0.72 * lid
    wet = ramp(top - 0.012, top + 0.010, e2) * (1 - ramp(low - 0.012, low + 0.012, e2))
    wet *= choose(outside, 0.0, ramp(0, 0.1, lid))
    if some(wet > 0):
        g1, g2 = u - side * p.eye_u - p.gaze_u, e2 - p.gaze_v + 0.006
        r = sqrt(g1 * g1 + g2 * g2)
        white = 0.56 * (1 - 0.45 * x * x)
        iris, pupil = 1 - ramp(0.056, 0.072, r), 0.95 * (1 - ramp(0.020, 0.034, r))
        lash = 0.45 + 0.55 * ramp(top, top + 0.06, e2)
        ring = 0.5 + 9 * r
        for k in range(3):
            eye = white * (1 - 0.05 * k)
            eye += iris * (p.iris[k] * ring - eye)
            c[k] += wet * (eye * (1 - pupil) * lash - c[k])
    near = choose(outside, 0.0, ramp(0.02, 0.25, lid))
    lashes, below, fold = e2 - top + 0.006, e2 - low - 0.004, e2 - top + 0.050
    dark = 1 - 0.82 * near * bell(lashes * lashes / 0.00030)
    dark *= 1 - 0.28 * near * bell(below * below / 0.00025)
    dark *= 1 - 0.32 * near * p.crease * bell(fold * fold / 0.00040)
    for k in range(3):
        c[k] *= dark
    return wet


@inlined
def glasses(p, u, v, light, color):
    """Lenses, rims, bridge and arms."""
    au = abs(u)
    du, dv = au - p.eye_u - 0.012, v - p.eye_v - 0.03
    r = sqrt(sqrt(du * du * du * du + dv * dv * dv * dv * 1.9))
    lens = 1 - ramp(p.lens - 0.01, p.lens + 0.01, r)
    shine = lens * 0.05 * p.key * ramp(0.0, 0.25, -du * 0.6 - dv + 0.02) * ramp(0.03, 0.1, p.tint)
    rim = 1 - ramp(p.rim * 0.5, p.rim * 1.4, abs(r - p.lens))
    bar = 1 - ramp(0.012, 0.030, abs(v - p.eye_v + 0.012))
    bridge = bar * (1 - ramp(p.eye_u - p.lens, p.eye_u - p.lens + 0.03, au))
    arm = bar * ramp(p.eye_u + p.lens, p.eye_u + p.lens + 0.03, au)
    rim = most(most(rim, bridge), arm) * 0.94
    for k in range(3):
        color[k] = color[k] * (1 - lens * p.tint) + shine
        color[k] += rim * (p.frame[k] * (0.3 + light) + 0.01 - color[k])
