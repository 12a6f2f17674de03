"""What an outfit is: its cuts, patterns and colors, drawn from (seed, index) alone.

Every number comes from `facescreen.faces.traits.Draws`, so outfit *i* of a seed is the same whether
it is drawn alone or among thousands. The colors of an outfit keep the rule of `harmony.py`, a
little within its limits, so that what is seen in pixels keeps it too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facescreen.faces.traits import Draws
from facescreen.outfits.colors import hue_of, lab, largest_chroma
from facescreen.outfits.harmony import Cloth

UPPERS = ("t-shirt", "sweater", "shirt", "jacket", "top")
LOWERS = ("trousers", "shorts", "skirt", "pleated skirt")
PATTERNS = ("plain", "stripes", "checks", "dots")
TURN = 22  # degrees by which hues differ from near or opposite, at the most
STEP = 0.17  # by which the lightness of two plain parts differs, at the least


@dataclass(frozen=True)
class Garments:
    """n parts of a kind: `kind` and `pattern` by name, colors, and what the painter reads."""

    kind: np.ndarray
    pattern: np.ndarray
    cloth: Cloth
    shape: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.kind)

    def at(self, rows: slice) -> Garments:
        """Some of the parts."""
        shape = {name: values[rows] for name, values in self.shape.items()}
        return Garments(self.kind[rows], self.pattern[rows], self.cloth.at(rows), shape)


@dataclass(frozen=True)
class Outfits:
    """n outfits: row i of `upper` goes with row i of `lower`."""

    upper: Garments
    lower: Garments

    def __len__(self) -> int:
        return len(self.upper)


def draw_outfits(seed: int, indices: np.ndarray) -> Outfits:
    """The outfits `indices` (ints, shape (n,)) of `seed`, parts of each in the same light."""
    d = Draws(seed, indices)
    upper, lower = _cloths(d)
    light = {name: d.uniform(-1, 1) for name in ("exposure", "side")}
    upper = Garments(_named(UPPERS, d, [3, 2, 3, 2, 2]), _pattern(d, upper), upper,
                     _shape(d, light))  # fmt: skip
    lower = Garments(_named(LOWERS, d, [4, 2, 3, 2]), _pattern(d, lower), lower,
                     _shape(d, light))  # fmt: skip
    return Outfits(upper, lower)


def in_color(outfits: Outfits, color: np.ndarray) -> Outfits:
    """The same outfits with every lower part plain, and of one OKLab color (3,)."""
    count = len(outfits)
    cloth = Cloth(*np.tile(color, (2, count, 1)), np.zeros(count, bool))
    plain = np.full(count, "plain")
    return replace(outfits, lower=replace(outfits.lower, pattern=plain, cloth=cloth))


def _named(names: tuple[str, ...], d: Draws, weights: list[float]) -> np.ndarray:
    return np.array(names)[d.choice(weights)]


def _pattern(d: Draws, cloth: Cloth) -> np.ndarray:
    return np.where(cloth.patterned, np.array(PATTERNS)[1 + d.choice([2, 1, 1])], "plain")


def _shape(d: Draws, light: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Numbers for the painter: from -1 to 1, but for `folds` (n, 4, 3) and the seed of noise."""
    names = ("x", "y", "size", "lean", "width", "hem", "flare", "sleeve", "arm", "neck", "cut",
             "period", "phase", "wall", "tint", "grain")  # fmt: skip
    shape = light | {name: d.uniform(-1, 1) for name in names}
    folds = [[d.uniform(-1, 1) for _ in range(3)] for _ in range(4)]
    return shape | {"folds": np.moveaxis(np.array(folds), 2, 0), "noise": d.raw()}


# --- colors ---------------------------------------------------------------------------------------


def _cloths(d: Draws) -> tuple[Cloth, Cloth]:
    """Colors of both parts: 55 in 100 outfits are plain, in 30 the upper part has a pattern."""
    first = _color(d, d.uniform(0, 360), d.uniform(0.35, 0.85), d.chance(0.25))
    partner = _partner(d, first)
    kind = d.choice([0.55, 0.30, 0.15])  # no pattern, on the upper part, on the lower part
    swap = d.chance(0.5)[:, None]  # the plain part has the accent's color, not the base's
    near = np.stack([d.uniform(-0.012, 0.012) for _ in range(3)], axis=1)
    base, accent = np.where(swap, partner, first), np.where(swap, first, partner)
    plain = np.where(d.chance(0.5)[:, None], base, accent) + near
    up, low = (kind == 1)[:, None], (kind == 2)[:, None]
    upper = Cloth(np.where(up, base, np.where(low, plain, first)), accent, kind == 1)
    lower = Cloth(np.where(low, base, np.where(up, plain, partner)), accent, kind == 2)
    return upper, lower


def _color(d: Draws, hue: np.ndarray, lightness: np.ndarray, gray: np.ndarray) -> np.ndarray:
    """A color of that hue and lightness, from 40 % of the fullest up; or a gray."""
    most = largest_chroma(lightness, hue)
    chroma = np.maximum(most * d.uniform(0.4, 1.0), np.minimum(0.07, most))
    return lab(lightness, np.where(gray, d.uniform(0, 0.012), chroma), hue)


def _partner(d: Draws, color: np.ndarray) -> np.ndarray:
    """A color that goes with each: near, opposite or gray, and lighter or darker by STEP."""
    turn = d.uniform(-TURN, TURN) + 180 * d.chance(0.5)
    was_gray = np.hypot(color[:, 1], color[:, 2]) < 0.03
    hue = np.where(was_gray, d.uniform(0, 360), hue_of(color) + turn)
    gray = d.chance(0.3)
    low, high = np.where(gray, 0.25, 0.33), np.where(gray, 0.94, 0.86)
    below = np.maximum(0, color[:, 0] - STEP - low)
    above = np.maximum(0, high - color[:, 0] - STEP)
    way = d.uniform() * (below + above)
    lightness = np.where(way < below, low + way, color[:, 0] + STEP + way - below)
    return _color(d, hue, lightness, gray)
