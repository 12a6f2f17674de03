"""Colors by lightness, chroma and hue, in a space where light changes no hue.

OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020). It is made of cube
roots of linear light: a shadow that halves the light divides lightness and chroma by the same cube
root of 2 and leaves the hue as it was. So a fold in a red skirt is as red as the rest of it.
"""

from __future__ import annotations

import numpy as np

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES, _FROM_LAB = np.linalg.inv(_TO_CONES), np.linalg.inv(_TO_LAB)


def lab_of(images: np.ndarray) -> np.ndarray:
    """uint8 sRGB (…, 3) to OKLab, float64 (…, 3): lightness 0 to 1, then a and b around 0."""
    rgb = np.asarray(images) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T


def light_of(lab: np.ndarray) -> np.ndarray:
    """OKLab (…, 3) to linear light, which lies in [0, 1] if sRGB has the color."""
    return (np.asarray(lab) @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T


def encoded(light: np.ndarray) -> np.ndarray:
    """Linear light to sRGB, both in [0, 1]; what is brighter is clipped, as a camera does."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def lab(lightness: np.ndarray, chroma: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """OKLab (n, 3) of colors given by lightness, chroma and hue in degrees."""
    turned = np.radians(hue)
    return np.stack([lightness, chroma * np.cos(turned), chroma * np.sin(turned)], axis=-1)


def hue_of(colors: np.ndarray) -> np.ndarray:
    """Hue in degrees, 0 to 360, of OKLab colors (…, 3): red lies at 29, green at 142, blue at 264.

    A gray has none; its number means nothing.
    """
    return np.degrees(np.arctan2(colors[..., 2], colors[..., 1])) % 360


def chroma_of(colors: np.ndarray) -> np.ndarray:
    """How far OKLab colors (…, 3) are from gray, 0 to about 0.32."""
    return np.hypot(colors[..., 1], colors[..., 2])


def hue_difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The shorter way round between hues in degrees: 0 to 180."""
    return np.abs((np.asarray(one) - other + 180) % 360 - 180)


def largest_chroma(lightness: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """The largest chroma that sRGB has at a lightness and hue, found by halving."""
    low, high = np.zeros(np.shape(lightness)), np.full(np.shape(lightness), 0.4)
    for _ in range(24):
        middle = (low + high) / 2
        light = light_of(lab(lightness, middle, hue))
        shown = ((light >= 0) & (light <= 1)).all(axis=-1)
        low, high = np.where(shown, middle, low), np.where(shown, high, middle)
    return low


def fullest(hue: float) -> np.ndarray:
    """The color (3,) of that hue in degrees with the most chroma that sRGB has."""
    lightness = np.linspace(0.3, 0.99, 139)
    chroma = largest_chroma(lightness, np.full(lightness.shape, hue))
    return lab(lightness, chroma, np.full(lightness.shape, hue))[chroma.argmax()]
