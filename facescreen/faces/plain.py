"""The three passes over a picture where nothing compiles them: each step on all samples at once.

What `shape`, `paint` and `camera` do sample by sample, to a rounding; several times slower.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .camera import develop, expose
from .painter import around_face, face_and_fringe
from .samples import cos, sin
from .shape import outline, surface

ROOM = 3  # colors that a sample needs room for: its own, of skin, of hair


def draw(p, scene, step, buffers, textures, light, sheet, out) -> None:
    """Draw one face into ``out`` uint8 (n, n, 3).

    p: its record. scene: its background. step: from one sample to the next in the
    picture. buffers, light, sheet: as `shape`, `paint` and `camera` take and fill them.
    """
    soft, streak, grain, tone = textures
    p = SimpleNamespace(**{name: p[name] for name in p.dtype.names})
    _shape(p, step, *buffers)
    _paint(p, scene, step, buffers, soft, streak, light)
    i, j = np.indices(out.shape[:2])
    develop(p, light, tone, i, j, sheet)
    expose(p, grain, sheet, i, j, out)


def _on_head(p, x, y):
    """Coordinates (a, b) of the head at (x, y) of the picture."""
    x, y = x - p.cx, y - p.cy
    cos_r, sin_r = cos(p.roll) / p.scale, sin(p.roll) / p.scale
    return x * cos_r + y * sin_r, -x * sin_r + y * cos_r


def _places(step: float, i, j):
    return (j + 0.5) * step - 1, (i + 0.5) * step - 1


def _shape(p, step, flat, face_u, face_v, edge) -> None:
    a, b = _on_head(p, *_places(step, *np.indices(flat.shape)))
    turned = cos(p.yaw), sin(p.yaw), sin(p.pitch)
    side, q = outline(p, a, b, turned[1])
    edge[:] = np.where(abs(b) < 1, q, 4.0)
    on = (q <= 1.15) & (abs(b) <= 1.0)
    flat[:] = 0.0
    flat[on], face_u[on], face_v[on] = surface(p, side[on], b[on], q[on], turned)


def _paint(p, scene, step, buffers, soft, streak, out) -> None:
    edge, out[:] = buffers[3], 0.0
    i, j = np.nonzero(edge > 0.955)  # elsewhere the face hides what is behind it
    x, y = _places(step, i, j)
    room = np.zeros((ROOM, 3, len(i)))
    around_face(p, scene, *_on_head(p, x, y), x, y, soft, streak, room, room[0])
    out[i, j] = room[0].T
    i, j = np.nonzero(edge < 1.03)
    room = np.zeros((ROOM, 3, len(i)))
    room[0] = out[i, j].T
    a, b = _on_head(p, *_places(step, i, j))
    face_and_fringe(p, a, b, i, j, step, buffers, soft, streak, room, room[0])
    out[i, j] = room[0].T
