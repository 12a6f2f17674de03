"""Hair: how far it covers what is behind it, and its color strand by strand. See shape.py."""

from __future__ import annotations

from .samples import choose, every, floor, inlined, least, most, sin, sqrt, whole
from .shape import bell, ramp


@inlined
def texture(tex, x, y):
    """A 256x256 texture that repeats, at a point between its texels (bilinear)."""
    i, j = floor(y), floor(x)
    fy, fx = y - i, x - j
    i0, j0 = whole(i) & 255, whole(j) & 255
    i1, j1 = (i0 + 1) & 255, (j0 + 1) & 255
    top = tex[i0, j0] * (1 - fx) + tex[i0, j1] * fx
    return top * (1 - fy) + (tex[i1, j0] * (1 - fx) + tex[i1, j1] * fx) * fy


@inlined
def over(color, r, g, b, cover):
    """Lay a color over what is there, by ``cover`` in [0, 1]."""
    color[0] += cover * (r - color[0])
    color[1] += cover * (g - color[1])
    color[2] += cover * (b - color[2])


@inlined
def hair_shade(p, a, b, soft, streak, out):
    """Color of the hair at (a, b): strands that fan out from the part, and a band of shine."""
    ang = (a - 0.5 * p.part) / (0.42 + most(b + 1.15, 0.0) * 0.55)
    bend = p.wave * 1.6 * sin(8 * b + p.tx) if p.wave > 0 else 0.0
    s = texture(streak, (ang + bend) * 62 + p.tx, b * 9 + p.ty)
    s += 0.8 * texture(streak, (ang + bend) * 21 + p.ty, b * 5 + p.tx)
    if p.curl > 0:
        s = s * (1 - p.curl) + p.curl * 1.5 * texture(soft, a * 62 + p.tx, b * 62 + p.ty)
    nx, ny = a / (p.width + p.side + 0.12), (b + 0.25) / 1.35
    nz = sqrt(most(1 - nx * nx - least(ny * ny, 1.0) * 0.85, 0.05))
    lx, ly, lz = p.light[0], p.light[1], p.light[2]
    lit = most(nx * lx + ny * ly + nz * lz + 0.15, 0.0) / 1.15
    shade = (p.fill * (0.9 - 0.25 * ny) + 0.95 * p.key * lit) * most(1 + p.strand * s, 0.25)
    # light runs along the strands: the shine sits where the half vector is square to them
    across = ny * (1 + lz) - 0.25 + 0.06 * s + 0.5 * ly
    shine = 0.11 * p.shine * p.key * bell(across * across / 0.035)
    shine *= (1 - 0.75 * p.curl) * (lit + 0.2)
    for c in range(3):
        out[c] = p.hair[c] * shade + shine * (0.9 * p.hair[c] + 0.07) * (1 + 0.5 * s)


@inlined
def hair_behind(p, a, b, soft):
    """Cover of the hair that hangs behind and beside the face."""
    if p.bald > 0:
        return 0.0
    top, side = 1.05 + p.top, p.width + p.side
    if p.wave > 0:
        side += p.wave * 1.3 * sin(7 * b + p.tx) * ramp(0.1, 0.5, b)
    q = (b - 0.05) * (b - 0.05) / (top * top)
    q = a * a / (side * side) + q * (0.40 + 0.60 * q)  # rounder than an ellipse
    side *= 1 + 0.10 * least(b, 1.2) - 0.30 * p.bangs * ramp(0.4, 0.9, b)
    q = choose(b < 0.05, q, a * a / (side * side))
    knot, dv = 9.0, b + top + 0.45 * p.bun - 0.05
    if p.bun > 0:
        knot = (a * a + dv * dv) / (p.bun * p.bun)
    outside, inside = (q > 1.6) & (knot > 1.5), (q < 0.6) & (b < p.length - 0.3)
    if every(outside):
        return 0.0
    if every(inside):
        return 1.0
    ragged = (0.03 + 0.05 * p.curl) * texture(soft, a * 34 + p.tx, b * 34 + p.ty)
    cover = 1 - ramp(0.94, 1.05, q - ragged * (1.6 + 2.4 * p.curl))
    cover *= 1 - ramp(p.length - 0.10, p.length + 0.08, b + ragged)
    cover = most(cover, 1 - ramp(0.9, 1.06, knot + 2 * ragged))
    return choose(outside, 0.0, choose(inside, 1.0, cover))


@inlined
def hair_in_front(p, u, v, b, soft, streak):
    """Cover of the hair on the face's side, and how far below the hair-line (u, v) is."""
    if p.bald > 0:
        return 0.0, 9.0
    au, off = abs(u), u - p.part
    temples = ramp(0.3, 0.6, au)
    line = p.line + p.arch * (off * off * (1 - temples) + 0.12 * temples)
    line += p.bangs * (1 - 0.35 * ramp(0.2, 0.6, au))
    line += 6.0 * most(au - 0.585, 0.0)  # side-burns, or the curtain of long hair
    far = (abs(v - line) > 0.25) & (b < p.length - 0.25)
    simple, below = choose(v < line, 1.0, 0.0), v - line
    if every(far):
        return simple, below
    rough = texture(soft, u * 30 + p.ty, v * 30 + p.tx)
    line += 0.035 * rough
    line += (0.014 + 0.03 * p.bangs) * texture(streak, u * 70 + p.tx, v * 6 + p.ty)
    cover = 1 - ramp(line - 0.05, line + 0.04, v)
    cover *= 1 - ramp(p.length - 0.10, p.length + 0.06, b + 0.03 * rough)
    return choose(far, simple, cover), choose(far, below, v - line)
