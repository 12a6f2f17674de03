"""Lower parts: trousers, shorts, skirts, pleated skirts."""

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

WAIST, CROTCH = -0.84, -0.16


def cut_lower(garments: Garments, x: np.ndarray, y: np.ndarray) -> Painted:
    """Mask, light, second color and lining of lower parts, each (n, side, side)."""
    s = garments.shape
    shorts, pleated = column(garments.kind == "shorts"), column(garments.kind == "pleated skirt")
    skirt = np.maximum(column(garments.kind == "skirt"), pleated)
    ax, legs = np.abs(x), 1 - skirt
    hem = (legs - shorts) * between(0.74, 0.90, s["hem"]) + shorts * between(0.02, 0.2, s["hem"])
    hem = hem + skirt * (between(0.05, 0.85, s["hem"]) + 0.03 * (1 - (x / 0.4) ** 2))
    outer = _outer(s, y, legs, shorts, pleated)
    inner = legs * np.maximum(0, y - CROTCH) * _gap(s, shorts)
    sides = np.minimum(outer - ax, np.where(y > CROTCH, (ax - inner + 1 - legs), 1))
    mask = cover(np.minimum(np.minimum(sides, y - WAIST), hem - y))
    leg = (ax - (inner + outer) / 2) / ((outer - inner) / 2) * np.sign(x)
    low = np.clip((y - CROTCH + 0.25) / 0.3, 0, 1) * legs
    light = rounded(x / outer * (1 - low) + leg * low, s) + folded(s, x, y)
    light -= 0.30 * low * np.exp(-np.abs(ax - inner) / 0.03) * (y > CROTCH - 0.1)
    light += _seams(s, x, ax, y, hem, legs)
    turns = np.sin(np.clip(x / outer, -1, 1) * 22 + column(s["phase"])) * np.clip(y + 0.75, 0, 0.5)
    light += pleated * 0.30 * turns
    return mask, light, weave(garments, x, y), np.zeros_like(mask)


def _outer(s, y, legs, shorts, pleated):
    """Half the width at each height."""
    waist, hip = between(0.25, 0.30, s["width"]), between(0.345, 0.385, s["width"])
    straight = between(0.27, 0.46, s["flare"]) * (1 - shorts) + (hip + 0.03) * shorts
    narrow, wide = between(0.33, 0.62, s["flare"]), between(0.5, 0.66, s["flare"])
    bottom = legs * straight + (1 - legs) * (narrow + (wide - narrow) * pleated)
    at = legs * (0.9 - 0.7 * shorts) + (1 - legs) * 0.8
    return along(y, (WAIST, waist), (-0.42, hip), (at, bottom))


def _gap(s, shorts):
    """How fast the legs part, as they go down."""
    return between(0.03, 0.13, s["cut"]) + 0.12 * shorts


def _seams(s, x, ax, y, hem, legs):
    """Waistband, fly, pockets, crease and hem, as changes of light."""
    light = -0.28 * line(y + 0.745) - 0.20 * line(hem - y - 0.05)
    loops = cover(0.014 - np.abs(ax - 0.16)) * (y < -0.745)
    light -= legs * 0.22 * (loops + cover(0.022 - np.hypot(x, y + 0.795)))
    light -= legs * 0.28 * line(x - 0.004, 0.010) * (y > -0.745) * (y < CROTCH)
    light -= legs * 0.18 * line(x - 0.06 - 0.2 * (y + 0.3) ** 2, 0.007) * (y > -0.74) * (y < -0.36)
    slant = ax - 0.20 - 0.28 * (y + 0.745)
    light -= legs * 0.24 * line(slant, 0.012) * (y > -0.745) * (y < -0.46)
    return light + legs * column(s["sleeve"] > 0.2) * 0.06 * line(ax - 0.19, 0.012) * (y > -0.3)
