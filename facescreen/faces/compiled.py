"""The three passes over a picture, compiled: each step on one sample after the other.

``step`` is from one sample to the next in the picture. Each pass frees the interpreter lock.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .camera import develop, expose
from .painter import around_face, face_and_fringe
from .samples import OPTIONS
from .shape import outline, surface

compiled = njit(cache=True, **OPTIONS)


def draw(p, scene, step, buffers, textures, light, sheet, out) -> None:
    """Draw one face into ``out`` uint8 (n, n, 3).

    p: its record. scene: its background. buffers, light, sheet: room, as the passes take it.
    textures: see portraits.py.
    """
    soft, streak, grain, tone = textures
    shape(p, step, *buffers)
    paint(p, scene, step, buffers, soft, streak, light)
    camera(p, light, tone, grain, sheet, out)


@compiled
def shape(p, step, flat, face_u, face_v, edge):
    """Depth of the face, face coordinates, and edge (1 on the outline): float32 (1.5 n, 1.5 n)."""
    size = flat.shape[0]
    cos_r, sin_r = math.cos(p.roll) / p.scale, math.sin(p.roll) / p.scale
    turned = math.cos(p.yaw), math.sin(p.yaw), math.sin(p.pitch)
    for i in range(size):
        y = (i + 0.5) * step - 1 - p.cy
        for j in range(size):
            x = (j + 0.5) * step - 1 - p.cx
            a, b = x * cos_r + y * sin_r, -x * sin_r + y * cos_r
            side, q = outline(p, a, b, turned[1])
            edge[i, j] = q if abs(b) < 1 else 4.0
            if q > 1.15 or abs(b) > 1.0:
                flat[i, j] = 0.0
            else:
                flat[i, j], face_u[i, j], face_v[i, j] = surface(p, side, b, q, turned)


@compiled
def paint(p, scene, step, buffers, soft, streak, light):
    """Linear light of each sample: float32 (1.5 n, 1.5 n, 3)."""
    size = light.shape[0]
    cos_r, sin_r = math.cos(p.roll) / p.scale, math.sin(p.roll) / p.scale
    edge, room = buffers[3], np.zeros((3, 3))
    color = room[0]
    for i in range(size):
        y = (i + 0.5) * step - 1
        for j in range(size):
            x = (j + 0.5) * step - 1
            xc, yc = x - p.cx, y - p.cy
            a, b = xc * cos_r + yc * sin_r, -xc * sin_r + yc * cos_r
            if edge[i, j] > 0.955:  # else the face hides what is behind it
                around_face(p, scene, a, b, x, y, soft, streak, room, color)
            if edge[i, j] < 1.03:
                face_and_fringe(p, a, b, i, j, step, buffers, soft, streak, room, color)
            light[i, j, 0], light[i, j, 1], light[i, j, 2] = color[0], color[1], color[2]


@compiled
def camera(p, light, tone, grain, sheet, out):
    """Pixels: ``light`` -> ``out`` uint8 (n, n, 3), by way of ``sheet`` float32 (n, n, 3)."""
    size = out.shape[0]
    for i in range(size):
        for j in range(size):
            develop(p, light, tone, i, j, sheet)
    for i in range(size):
        for j in range(size):
            expose(p, grain, sheet, i, j, out)
