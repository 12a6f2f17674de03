"""Out-of-focus backgrounds, painted on a coarse grid that the painter blends into the picture."""

from __future__ import annotations

import numpy as np

from .traits import Draws

GRID = 25  # nodes per side; the painter interpolates, so nothing in the background is blocky


def paint_backgrounds(traits: dict[str, np.ndarray]) -> np.ndarray:
    """The backgrounds of faces with these traits: linear light, float32 (n, GRID, GRID, 3)."""
    d = Draws(0, traits["background_seed"])
    kind, studio = traits["background"], traits["studio"] > 0
    y, x = np.mgrid[-1 : 1 : GRID * 1j, -1 : 1 : GRID * 1j].astype(np.float32)
    varied, even = d.normal(-1.5, 0.85, -3.8, -0.6), d.normal(-1.9, 0.45, -2.8, -1.2)
    light = np.exp(np.where(studio, even, varied))
    light = np.where(kind == "white", d.uniform(0.60, 1.05), light)
    light = np.where(kind == "lights", light * 0.25, light)
    hue = np.exp(
        np.where(kind == "white", 0.15, 1.0)[:, None]
        * np.stack([d.normal(0, 0.24), d.normal(0, 0.10), d.normal(0, 0.26)], axis=1)
    )
    base = light[:, None] * hue
    angle, slope = d.uniform(0, 2 * np.pi), d.uniform(0.1, 0.9)
    slope = np.where(np.isin(kind, ("plain", "white")), 0.25 * slope, slope)
    ramp = _at(np.cos(angle)) * x + _at(np.sin(angle)) * y
    scene = base.astype(np.float32)[:, None, None] * np.exp(_at(slope) * ramp)[..., None]
    _bars(d, scene, x, kind == "indoor")
    _horizon(d, scene, y, kind == "outdoor")
    _blobs(d, scene, x, y, np.isin(kind, ("indoor", "outdoor", "gradient")) & ~studio)
    _discs(d, scene, x, y, np.isin(kind, ("lights", "outdoor")))
    return np.clip(scene, 0.004, 2.0, out=scene)


def _at(values: np.ndarray) -> np.ndarray:
    """Per-face numbers, shaped to broadcast over a picture."""
    return np.asarray(values, np.float32)[:, None, None]


def _soft(edge: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * edge)


# Each shape below draws its numbers for every face, so that a face never depends on its neighbors,
# and paints only the scenes that have it (``on``).


def _bars(d: Draws, scene, x, on) -> None:
    """Upright shapes: door frames, shelves, curtains."""
    for _ in range(3):
        left, width, blur = d.uniform(-1.1, 0.9), d.uniform(0.08, 0.5), d.uniform(9, 26)
        tint = np.exp(d.normal(-0.1, 0.75))[:, None] * d.color_jitter(0.18)
        left, width, blur = _at(left[on]), _at(width[on]), _at(blur[on])
        inside = _soft(blur * (x[:1] - left)) * _soft(blur * (left + width - x[:1]))
        scene[on] *= _tinted(inside, tint[on])


def _horizon(d: Draws, scene, y, on) -> None:
    """Sky above, ground below."""
    level, blur = d.uniform(-0.5, 0.7), d.uniform(4, 14)
    sky = np.array([0.42, 0.55, 0.75]) * np.exp(d.normal(-0.2, 0.4))[:, None] * d.color_jitter(0.12)
    ground = np.array([0.13, 0.17, 0.08]) * np.exp(d.normal(0, 0.5))[:, None] * d.color_jitter(0.25)
    below = _soft(_at(blur[on]) * (y[:, :1] - _at(level[on])))[..., None]
    scene[on] = sky[on][:, None, None] * (1 - below) + ground[on][:, None, None] * below


def _blobs(d: Draws, scene, x, y, on) -> None:
    """Large soft patches: leaves, furniture, people far behind."""
    for _ in range(4):
        across, down, size = d.uniform(-1, 1), d.uniform(-1, 1), d.uniform(0.12, 0.45)
        tint = np.exp(d.normal(0, 0.55))[:, None] * d.color_jitter(0.2)
        size = _at(size[on])
        wide = np.exp(-(((x[:1] - _at(across[on])) / size) ** 2))
        tall = np.exp(-(((y[:, :1] - _at(down[on])) / size) ** 2))
        scene[on] *= _tinted(wide * tall, tint[on])


def _discs(d: Draws, scene, x, y, on) -> None:
    """Out-of-focus lights."""
    for _ in range(5):
        across, down, size = d.uniform(-1, 1), d.uniform(-1, 0.6), d.uniform(0.10, 0.22)
        lit = on & d.chance(0.55)
        color = np.exp(d.normal(-1.4, 0.6, -3, -0.1))[:, None] * d.color_jitter(0.35)
        far = np.sqrt((x - _at(across[lit])) ** 2 + (y - _at(down[lit])) ** 2)
        scene[lit] += _soft(28 * (_at(size[lit]) - far))[..., None] * color[lit][:, None, None]


def _tinted(cover, tint) -> np.ndarray:
    return 1 + cover[..., None] * (tint.astype(np.float32) - 1)[:, None, None]
