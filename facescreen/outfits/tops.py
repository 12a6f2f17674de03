"""Upper parts: T-shirts, sweaters, shirts, jackets, sleeveless tops."""

from __future__ import annotations

import numpy as np

from facescreen.outfits.draws import Garments
from facescreen.outfits.painter import (
    Painted,
    along,
    between,
    column,
    cover,
    folded,
    line,
    rounded,
    weave,
)

NECK, SHOULDER = -0.76, -0.60  # height of the neck's sides, and of the shoulders
LAPEL = 0.85  # how far down a jacket is open


def cut_upper(garments: Garments, x: np.ndarray, y: np.ndarray) -> Painted:
    """Mask, light, second color and lining of upper parts, each (n, side, side)."""
    s, is_a = garments.shape, {k: column(garments.kind == k) for k in np.unique(garments.kind)}
    top, jacket, shirt, sweater = (
        is_a.get(k, np.float32(0)) for k in ("top", "jacket", "shirt", "sweater")
    )
    ax = np.abs(x)
    wide = _half_width(s, y, top)
    hem = between(0.64, 0.86, s["hem"]) + 0.02 * (1 - (x / 0.4) ** 2)
    high = along(ax, (0.14, NECK), (0.46, SHOULDER)) + top * 0.32 * cover(np.abs(ax - 0.235) - 0.04)
    opening, behind = _neckline(s, ax, y, top, jacket)
    body = np.minimum(np.minimum(wide - ax, y - high), hem - y)
    body_mask = cover(body)
    arm, share, across, radius = _sleeve(s, ax, y, jacket + sweater, shirt)
    arm_mask = cover(arm) * (1 - top)
    on_body = body_mask > 0.5
    u = np.where(on_body, x / wide, np.sign(x) * across / radius)
    light = rounded(u, s) + folded(s, x, y)
    light -= np.where(on_body, 0, 0.30 * np.exp(-np.maximum(0, -body) / 0.05))
    light -= 0.35 * line(body, 0.014) * arm_mask + 0.2 * cover(0.05 - (hem - y)) * sweater
    light -= 0.22 * line(hem - y - 0.055) + 0.22 * line(share - 0.93, 0.014) * ~on_body
    light += _front(s, x, ax, y, shirt, jacket)
    light += 0.08 * sweater * np.sin(95 * x)  # ribs
    light -= 0.16 * line(opening + 0.035, 0.010) * on_body * (1 - jacket)
    second = weave(garments, np.where(on_body, x, across), np.where(on_body, y, share * 0.7))
    mask = np.maximum(body_mask, arm_mask) * (1 - cover(opening) * (1 - behind))
    inside = cover(opening) * behind
    light = light - 0.45 * inside * (1 - jacket)
    mask, light = _collar(ax, y, shirt, mask, light)
    vest = inside * jacket
    light = light * (1 - 0.6 * vest) - 0.25 * vest * line(x, 0.01)
    return mask, light, second * (1 - vest), vest


def _half_width(s, y, top):
    chest, flare = between(0.36, 0.42, s["width"]), between(-0.05, 0.06, s["flare"])
    shoulder = between(0.40, 0.46, s["arm"]) * (1 - top) + 0.33 * top
    waist = chest - 0.02 - 0.04 * top
    return along(y, (NECK, shoulder - 0.06), (SHOULDER, shoulder), (-0.2, chest), (0.3, waist),
                 (0.8, chest + flare + 0.06 * top))  # fmt: skip


def _neckline(s, ax, y, top, jacket):
    """How far a pixel lies in the opening, and which part of it shows what lies behind."""
    deep = s["neck"] > 0.2
    depth = between(0.10, 0.16, s["neck"]) + 0.14 * column(deep) + 0.18 * top
    depth = depth * (1 - jacket) + LAPEL * jacket
    half = 0.155 + 0.02 * top
    vee = np.maximum(column(deep & (s["cut"] > 0)), jacket)
    down = (y - NECK) / depth
    round_ = (1 - np.hypot(ax / half, np.maximum(down, 0))) * 0.12
    sharp = (1 - down - ax / half) * 0.10
    opening = np.where(vee > 0.5, sharp, round_)
    back = cover((y - NECK) - 0.045 * np.sqrt(np.maximum(0, 1 - (ax / half) ** 2)))
    return opening, back


def _sleeve(s, ax, y, warm, shirt):
    """Inside of a sleeve, the share of its length, the distance from its middle, its radius."""
    angle = between(0.20, 0.46, s["arm"])
    rolled = np.where(shirt > 0, -0.3, 0.6)  # more shirts have long sleeves than T-shirts
    long = np.maximum(warm, column(s["sleeve"]) > rolled)
    length = long * between(1.12, 1.22, s["sleeve"]) + (1 - long) * between(0.36, 0.5, s["sleeve"])
    dx, dy = ax - 0.33, y + 0.46
    share = (dx * np.sin(angle) + dy * np.cos(angle)) / length
    across = dx * np.cos(angle) - dy * np.sin(angle)
    radius = 0.145 - (0.065 * long + 0.005) * np.clip(share, 0, 1)
    inside = np.minimum(radius - np.abs(across), np.minimum(1 - share, share + 0.12) * length)
    return inside, share, across, radius


def _front(s, x, ax, y, shirt, jacket):
    """Plackets, buttons, pockets and lapels, as changes of light."""
    light = -0.20 * shirt * (line(x - 0.035, 0.008) + line(x + 0.035, 0.008)) * (y > NECK + 0.1)
    row = (y + 0.5) % 0.2 - 0.1
    buttons = cover(0.022 - np.hypot(x, row)) * (y > -0.5) * (y < 0.75)
    light += shirt * buttons * 0.35 - jacket * buttons * 0.5 * (y > 0.1) * (y < 0.5)
    edge = 0.16 * (1 - (y - NECK) / LAPEL)
    lapel = cover(np.minimum(ax - edge, edge + 0.11 - ax)) * (y > NECK + 0.03) * (y < 0.09)
    light += jacket * (0.07 * lapel - 0.35 * line(ax - edge - 0.11, 0.012) * (y < 0.09))
    light -= jacket * 0.40 * line(x - 0.01, 0.010) * (y > 0.08)
    light -= jacket * 0.30 * line(y - 0.44 - 0.08 * ax) * (ax > 0.15) * (ax < 0.31)
    pocket = np.maximum(np.abs(x - 0.2) - 0.075, np.abs(y + 0.2) - 0.085)
    return light - 0.16 * shirt * line(pocket, 0.009) * column(s["cut"] > 0.2)


def _collar(ax, y, shirt, mask, light):
    """A shirt's collar, two leaves laid over its neck."""
    du = (ax - 0.10) * 0.80 + (y + 0.69) * 0.60
    dv = -(ax - 0.10) * 0.60 + (y + 0.69) * 0.80
    leaf = np.minimum(0.125 - np.abs(du), 0.062 - np.abs(dv))
    over = cover(leaf) * shirt
    light = light * (1 - over) + over * 0.04 - 0.30 * shirt * line(leaf, 0.012)
    return np.maximum(mask, over), light
