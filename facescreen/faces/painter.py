"""The colors of a portrait: every part laid over the next, lit by one lamp and the sky.

All colors are linear light; camera.py turns them into 8-bit sRGB. See shape.py for coordinates.
"""

from __future__ import annotations

from .features import eye_paint, glasses, mouth_paint, skin_paint
from .hair import hair_behind, hair_in_front, hair_shade, over, texture
from .samples import choose, every, inlined, least, most, sin, some, sqrt, whole
from .shape import bell, ramp


@inlined
def clothes(p, a, b, soft, color):
    """Neck, then the garment with its neckline."""
    lx, ly, lz = p.light[0], p.light[1], p.light[2]
    lean = a - 0.10 * sin(p.yaw)
    neck = p.width * (0.58 + 0.10 * p.square) + 0.32 * ramp(1.05, 1.5, b) * ramp(1.05, 1.5, b)
    cover = (1 - ramp(neck - 0.03, neck + 0.03, abs(lean))) * ramp(0.50, 0.60, b)
    if some(cover > 0):
        n = least(most(lean / (neck + 0.03), -1.0), 1.0)
        lit = most(n * lx + 0.1 * ly + sqrt(1 - n * n) * lz + 0.1, 0.0)
        # the jaw throws a soft shadow; two tendons and the hollow between them
        dark = 0.42 + 0.58 * ramp(1.02, 1.42, b + 0.12 * n * lx + 0.1 * ly)
        side = abs(lean) - 0.17
        tendon = 1 + 0.07 * bell(side * side / 0.004)
        tendon -= 0.12 * bell(lean * lean / 0.006) * ramp(1.15, 1.3, b)
        k = (p.fill * 0.8 + p.key * 0.85 * lit) * dark * tendon
        over(color, p.skin[0] * k, p.skin[1] * k * 0.95, p.skin[2] * k * 0.92, cover)
    if every(b < 0.95):  # above every line that follows
        return
    slope = 1.16 + 0.10 * ramp(0.3, 0.6, abs(a)) + 0.20 * a * a
    if p.neckline < 0.5:  # crew
        line = most(slope, 1.38 - 0.30 * lean * lean / (neck * neck))
    elif p.neckline < 1.5:  # V-neck
        line = most(slope, 1.62 - 0.48 * abs(lean) / neck)
    else:  # collar
        line = most(slope, 1.40 - 0.26 * abs(lean) / neck)
    cover = ramp(line - 0.03, line + 0.03, b)
    if every(cover <= 0):
        return
    fold = 0.92 + 0.10 * texture(soft, a * 14 + p.tx, b * 14 + p.ty)
    fold += 0.05 * sin(9 * abs(a) + 5 * b)
    lit = most(0.75 * lz - 0.35 * ly + 0.5 * a * lx, 0.0)
    k = (p.fill * 0.8 + p.key * 0.7 * lit) * fold * (1 - 0.35 * bell((b - line) / 0.05))
    trim = 1 - ramp(0.05, 0.08, b - line) if p.neckline < 0.5 else 0.0
    if p.neckline > 1.5:
        wing = b - line + 0.35 * abs(lean)
        trim = (1 - ramp(0.26, 0.29, wing)) * (1 - ramp(0.62, 0.66, abs(lean)))
    if p.stripes > 0:
        trim = most(trim, ramp(0.2, 0.45, sin(6.283 * b / p.stripes)))
    for c in range(3):
        color[c] += cover * ((p.cloth[c] * (1 - trim) + p.trim[c] * trim) * k - color[c])


@inlined
def ears(p, a, b, hidden, color):
    lx, lz, side = p.light[0], p.light[2], choose(a > 0, 1.0, -1.0)
    du, dv = abs(a) - p.width * 0.985, b - 0.10
    q = (du * du / 0.0085 + dv * dv / 0.046) / p.ear
    cover = (1 - ramp(0.8, 1.1, q)) * (1 - hidden) * (1 - ramp(0.1, 0.4, side * sin(p.yaw)))
    if some(cover > 0):
        inner = 0.62 + 0.45 * ramp(0.1, 0.75, q)
        k = (p.fill * 0.8 + p.key * 0.75 * most(side * lx * 0.6 + lz * 0.6, 0.0)) * inner
        over(color, p.skin[0] * k * 1.06, p.skin[1] * k * 0.90, p.skin[2] * k * 0.86, cover)


@inlined
def normal(flat, i, j, size, slope):
    """Unit normal of the face from its depth; ``slope`` turns samples into head units."""
    up, down, left, right = (
        most(i - 1, 0),
        least(i + 1, size - 1),
        most(j - 1, 0),
        least(j + 1, size - 1),
    )
    gx, gy = (flat[i, right] - flat[i, left]) * slope, (flat[down, j] - flat[up, j]) * slope
    steep = sqrt(gx * gx + gy * gy)
    if some(steep > 2.0):  # the outline: a finite difference across it means nothing
        by = most(steep, 2.0)
        gx, gy = gx * 2.0 / by, gy * 2.0 / by
    length = 1 / sqrt(gx * gx + gy * gy + 1)
    return -gx * length, -gy * length, length


@inlined
def shadows(p, u, v, q):
    """Cast shadow of the nose and brow (from the lamp), and the sky's shadow in hollows."""
    lx, ly = p.light[0], p.light[1]
    du, dv = u + lx * 0.15, v - p.nose_v + 0.07 * ly - 0.03
    cast = 1 - 0.42 * bell(du * du / 0.010 + dv * dv / 0.009) * least(abs(lx) - 0.5 * ly, 1.0)
    du, dv = abs(u) - p.eye_u, v - p.eye_v + 0.05
    cast *= 1 - 0.40 * bell(du * du / 0.03 + dv * dv / 0.006) * most(-ly, 0.0)
    dv = v - p.mouth_v - 0.145 - 2 * p.mouth_open
    hollow = 1 - 0.25 * bell(u * u / 0.02 + dv * dv / 0.0025)
    du, dv = abs(u) - 0.20, v - p.eye_v
    hollow *= 1 - 0.28 * bell(du * du / 0.004 + dv * dv / 0.010)
    return cast, hollow * (1 - 0.32 * ramp(0.70, 1.0, q))


@inlined
def lit_face(p, u, v, q, nx, ny, nz, soft, c):
    """Color of the bare face: albedo, then light, then shine and the glint in the eyes."""
    lx, ly, lz = p.light[0], p.light[1], p.light[2]
    cover = skin_paint(p, u, v, soft, c)
    lips = mouth_paint(p, u, v, c)
    wet = eye_paint(p, u, v, c)
    cast, hollow = shadows(p, u, v, q)
    facing = nx * lx + ny * ly + nz * lz
    sky = p.fill * (0.82 - 0.24 * ny)
    for k in range(3):  # light goes further into skin in red than in blue
        wrap = 0.34 - 0.09 * k
        c[k] *= (sky + p.key * most((facing + wrap) / (1 + wrap), 0.0) * cast) * hollow
    length = sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1))
    toward = (nx * lx + ny * ly + nz * (lz + 1)) / length
    shine = p.gloss * p.key * cast * bell(p.tight * most(1 - toward, 0.0) * 1.6)
    shine *= (1 - cover) * (1 - wet) * (1 + 1.2 * lips)
    edge = (1 - nz) * (1 - nz)
    shine += 0.05 * p.fill * edge * edge  # skin at a grazing angle mirrors the sky
    side = choose(u > 0, 1.0, -1.0)
    du, dv = u - side * p.eye_u - p.gaze_u - lx * 0.03, v - p.eye_v - p.gaze_v - ly * 0.02 + 0.012
    shine += 0.65 * p.key * wet * bell((du * du + dv * dv) / 0.00028)
    c[0], c[1], c[2] = c[0] + shine, c[1] + shine * 0.97, c[2] + shine * 0.94
    return most(facing, 0.0)


@inlined
def backdrop(scene, x, y, color):
    """The coarse background at (x, y), between its nodes."""
    last = scene.shape[0] - 1
    fx, fy = (x + 1) * 0.5 * last, (y + 1) * 0.5 * last
    i, j = least(whole(fy), last - 1), least(whole(fx), last - 1)
    fy, fx = fy - i, fx - j
    for k in range(3):
        top = scene[i, j, k] * (1 - fx) + scene[i, j + 1, k] * fx
        low = scene[i + 1, j, k] * (1 - fx) + scene[i + 1, j + 1, k] * fx
        color[k] = top * (1 - fy) + low * fy


@inlined
def face_and_fringe(p, a, b, i, j, step, buffers, soft, streak, room, color):
    """Lay the face over what is behind it, with the hair that falls on it."""
    flat, face_u, face_v, edge = buffers
    skin, hair = room[1], room[2]
    q, u, v = edge[i, j], face_u[i, j], face_v[i, j]
    face = 1 - ramp(0.955, 1.03, q)
    cover, below = 0.0, 9.0
    near = (v < -0.1) | (abs(u) > 0.5)
    if some(near):
        hidden, above = hair_in_front(p, u, v, b, soft, streak)
        cover, below = choose(near, hidden, cover), choose(near, above, below)
    if some(cover > 0):
        hair_shade(p, a, b, soft, streak, hair)
        if every(cover > 0.995):
            over(color, hair[0], hair[1], hair[2], face)
            return
        cover = choose(cover > 0.995, 1.0, cover)
    nx, ny, nz = normal(flat, i, j, flat.shape[0], 0.5 * p.scale / step)
    light = lit_face(p, u, v, q, nx, ny, nz, soft, skin)
    if p.rim > 0 and some(abs(v - p.eye_v) < 0.3):
        glasses(p, u, v, light, skin)
    shadow = 1 - 0.35 * (1 - ramp(0.0, 0.14, below)) * (1 - p.bald)
    for k in range(3):
        skin[k] *= shadow
        skin[k] += cover * (hair[k] - skin[k])
    over(color, skin[0], skin[1], skin[2], face)


@inlined
def around_face(p, scene, a, b, x, y, soft, streak, room, color):
    """Everything that is not the face, back to front: backdrop, hair, neck, clothes, ears."""
    hair = room[2]
    backdrop(scene, x, y, color)
    behind = 0.0
    near = (abs(a) < p.width + p.side + 0.30) & (b < p.length + 0.35)
    if some(near):
        behind = choose(near, hair_behind(p, a, b, soft), 0.0)
        if some(behind > 0):
            hair_shade(p, a, b, soft, streak, hair)
            deep = 1 - 0.45 * ramp(-0.3, 0.5, b) * (1 - ramp(p.width, p.width + 0.25, abs(a)))
            over(color, hair[0] * deep, hair[1] * deep, hair[2] * deep, behind)
    if some(b > 0.50):
        clothes(p, a, b, soft, color)
        if some(behind > 0) and p.length > 1.0:  # long hair falls over the shoulders
            falls = choose(b > 0.50, behind, 0.0) * ramp(0.50, 0.62, abs(a))
            over(color, hair[0], hair[1], hair[2], falls)
    if some(abs(b - 0.1) < 0.4):
        ears(p, a, b, behind * p.cover, color)
