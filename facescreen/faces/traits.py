"""What a portrait shows: traits drawn from (seed, index), one row of numbers per face.

Every number comes from a counter-based hash of (seed, index, column), so that face *i* of a seed is
the same whether it is drawn alone or among a million, in any order and on any machine.
"""

from __future__ import annotations

import numpy as np

from facescreen.faces.hashing import GOLDEN, mixed, scrambled

SETTINGS = ("varied", "studio")
# For each hair style the ranges of: height above the crown, bulk at the sides, how far down it
# falls, where the hair-line is, how much that curves, and where the part is (head units).
HAIR_RANGES = {
    "short": ((0.04, 0.13), (0.02, 0.06), (0.02, 0.16), (-0.66, -0.54), (0.1, 0.6), (-0.35, 0.35)),
    "swept": ((0.10, 0.24), (0.03, 0.09), (0.05, 0.25), (-0.66, -0.52), (0.2, 0.9), (-0.45, 0.45)),
    "bob": ((0.08, 0.18), (0.10, 0.20), (0.55, 0.98), (-0.64, -0.52), (0.5, 1.2), (-0.35, 0.35)),
    "long": ((0.07, 0.17), (0.07, 0.18), (1.35, 2.2), (-0.66, -0.54), (0.6, 1.5), (-0.3, 0.3)),
    "wavy": ((0.10, 0.22), (0.14, 0.30), (1.1, 2.0), (-0.66, -0.52), (0.6, 1.5), (-0.35, 0.35)),
    "curly": ((0.14, 0.34), (0.10, 0.30), (0.15, 0.75), (-0.62, -0.50), (0.2, 0.7), (-0.1, 0.1)),
    "bun": ((0.05, 0.10), (0.01, 0.05), (0.05, 0.16), (-0.64, -0.54), (0.4, 1.0), (-0.2, 0.2)),
    "receding": ((0.02, 0.06), (0.0, 0.03), (0.05, 0.2), (-0.92, -0.76), (0.0, 0.3), (-0.1, 0.1)),
    "bald": ((0.0, 0.0), (-0.06, -0.05), (-1.0, -1.0), (-3.0, -3.0), (0.0, 0.0), (0.0, 0.0)),
}
HAIR_STYLES = tuple(HAIR_RANGES)
HAIR_COLORS = {
    "black": "17120f",
    "dark brown": "2d1e17",
    "brown": "493021",
    "chestnut": "5f3a22",
    "light brown": "78573a",
    "blond": "b4935c",
    "light blond": "d2b988",
    "red": "6e3a20",
    "gray": "8f8b86",
    "white": "cfcbc6",
}
GLASSES = ("none", "clear", "dark")
BEARDS = ("none", "stubble", "mustache", "full")
BACKGROUNDS = ("plain", "gradient", "indoor", "outdoor", "lights", "white")
# The ten swatches of the Monk Skin Tone scale (Monk 2019, skintone.google), light to dark.
MONK = (
    *("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96"),
    *("a07e56", "825c43", "604134", "3a312a", "292420"),
)
IRIS = ("2a1a10", "3d2614", "5a3c1e", "5f6b4a", "5a7894", "7c9ab0", "6e6450")
FRAMES = ("15130f", "3a2416", "5c5c60", "8c2a20", "1f2a44")


def linear(colors) -> np.ndarray:
    """Hex sRGB colors as linear light, float64 (n, 3) in [0, 1]."""
    rgb = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in colors]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


class Draws:
    """Random columns for a set of faces; each call takes the next column. Shapes are (n,)."""

    def __init__(self, seed: int, indices: np.ndarray):
        key = scrambled(np.uint64([seed % 2**64]))
        self.face = mixed(np.asarray(indices).astype(np.uint64) ^ key)
        self.column = 0

    def raw(self) -> np.ndarray:
        self.column += 1
        return mixed(self.face + np.uint64(self.column * int(GOLDEN) % 2**64))

    def uniform(self, low=0.0, high=1.0) -> np.ndarray:
        return low + (high - low) * ((self.raw() >> np.uint64(11)) + 0.5) / 2.0**53

    def normal(self, mean=0.0, sd=1.0, low=-np.inf, high=np.inf) -> np.ndarray:
        radius, angle = np.sqrt(-2 * np.log(self.uniform())), 2 * np.pi * self.uniform()
        return np.clip(mean + sd * radius * np.cos(angle), low, high)

    def chance(self, p) -> np.ndarray:
        return self.uniform() < p

    def choice(self, weights) -> np.ndarray:
        """An index per face; ``weights`` is (k,) or one row per face (n, k)."""
        edges = np.cumsum(np.atleast_2d(weights), axis=1)
        return (self.uniform()[:, None] * edges[:, -1:] > edges).sum(1)

    def color_jitter(self, sd) -> np.ndarray:
        return np.exp(np.stack([self.normal(0, sd) for _ in range(3)], axis=1))


def draw_traits(seed: int, indices, setting: str = "varied") -> dict[str, np.ndarray]:
    """Draw the traits of faces ``indices`` (ints, shape (n,)) of ``seed``.

    Returns a dict of arrays with n rows: labels that a table shows (``skin_tone`` 1–10 on the Monk
    scale, ``hair_style``, …), and the numbers that the painter reads. Lengths are in head units
    (1 = half the height of the head), angles in radians, colors in linear light.
    """
    if setting not in SETTINGS:
        raise ValueError(f"setting is {setting!r}; expected one of {', '.join(SETTINGS)}")
    d, t = Draws(seed, indices), {}
    soft = d.uniform()  # 0: angular face, 1: soft face; tied to hair length, brows and beard
    _face_shape(d, t, soft)
    _expression(d, t)
    _colors(d, t, soft)
    _hair(d, t, soft)
    _beard_and_glasses(d, t, soft)
    _camera(d, t, setting)
    return t


def _face_shape(d: Draws, t: dict, soft: np.ndarray) -> None:
    t["cx"], t["cy"] = d.normal(0, 0.022), d.normal(-0.005, 0.02)
    t["scale"] = d.normal(0.72, 0.024, 0.65, 0.79)
    t["roll"], t["yaw"] = d.normal(0, 0.055, -0.16, 0.16), d.normal(0, 0.22, -0.5, 0.5)
    t["pitch"] = d.normal(0, 0.09, -0.2, 0.2)
    t["width"] = d.normal(0.715, 0.026, 0.64, 0.79)
    t["taper"] = d.normal(0.13 + 0.10 * soft, 0.035, 0.04, 0.32)
    t["square"] = d.normal(0.62 - 0.28 * soft, 0.12, 0.1, 0.95)
    t["depth"] = d.uniform(0.62, 0.76)
    t["eye_u"], t["eye_v"] = d.normal(0.302, 0.013), d.normal(0.0, 0.018)
    t["eye_w"] = d.normal(0.138 + 0.012 * soft, 0.009)
    t["eye_h"] = d.normal(0.050 + 0.014 * soft, 0.009, 0.03, 0.085)
    t["eye_tilt"] = d.normal(-0.08, 0.08)
    t["gaze_u"], t["gaze_v"] = d.normal(0, 0.018), d.normal(0, 0.007)
    t["crease"] = d.uniform(0.25, 1.0)
    t["brow_v"] = d.normal(-0.185, 0.018) + 0.02 * (1 - soft)
    t["brow_h"] = d.normal(0.046 - 0.018 * soft, 0.007, 0.018, 0.065)
    t["brow_arch"], t["brow_dark"] = d.uniform(0.2, 0.5 + 0.5 * soft), d.uniform(0.55, 0.95)
    t["nose_w"] = d.normal(0.165 - 0.02 * soft, 0.018, 0.11, 0.22)
    t["nose_v"] = d.normal(0.365, 0.022)
    t["nose_h"] = d.uniform(0.15, 0.27)
    t["mouth_v"], t["mouth_w"] = d.normal(0.615, 0.018), d.normal(0.235, 0.022, 0.18, 0.30)
    t["lip"] = d.uniform(0.036, 0.060) + 0.020 * soft
    t["cheek"] = d.uniform(0.3, 1.0)
    t["wrinkle"] = np.clip(d.normal(0.25, 0.3), 0, 1)
    t["freckle"] = np.where(d.chance(0.12), d.uniform(0.05, 0.18), 0.0)
    t["ear"] = d.uniform(0.8, 1.15)


def _expression(d: Draws, t: dict) -> None:
    smile = np.clip(d.normal(0.50, 0.36), -0.15, 1.0)
    opened = d.chance(0.45) & (smile > 0.35)
    t["smile"] = smile
    t["mouth_w"] *= 1 + 0.20 * np.maximum(smile, 0)
    t["corner"] = 0.085 * smile - 0.004  # how far the corners of the mouth rise
    t["mouth_open"] = np.where(opened, d.uniform(0.028, 0.068), 0.0)
    t["eye_h"] *= 1 - 0.16 * np.maximum(smile, 0)


def _colors(d: Draws, t: dict, soft: np.ndarray) -> None:
    tone = d.uniform(0, 10)  # uniform: every Monk tone is as frequent as every other
    t["skin_tone"] = np.floor(tone).astype(int) + 1
    swatches = np.log(linear(MONK))
    at = np.clip(tone - 0.5, 0, 8.999)
    low, f = np.floor(at).astype(int), (at % 1)[:, None]
    skin = np.exp((1 - f) * swatches[low] + f * swatches[low + 1])
    # A swatch is a flat, pale print; lit skin in photographs is redder, most of all fair skin.
    fair = np.clip((6.5 - tone) / 6.5, 0, 1)[:, None]
    skin *= np.array([0.73, 0.495, 0.47]) ** (0.35 + 0.65 * fair) * [1.0, 0.97, 0.95]
    skin[:, 0] += 0.012 * (1 - fair[:, 0])
    warm = d.normal()[:, None]
    t["skin"] = np.clip(skin * np.exp(warm * np.array([0.03, 0.0, -0.06])), 0.012, 0.80)
    dark = np.clip((tone - 4) / 2, 0, 1)[:, None]
    common = np.array([0.16, 0.19, 0.17, 0.10, 0.12, 0.09, 0.04, 0.06, 0.05, 0.02])
    rare = np.array([0.55, 0.27, 0.08, 0.02, 0.01, 0.01, 0.0, 0.01, 0.04, 0.01])
    color = d.choice((1 - dark) * common + dark * rare)
    t["hair_color"] = np.array(list(HAIR_COLORS))[color]
    t["hair"] = linear(HAIR_COLORS.values())[color] * d.color_jitter(0.03)
    t["iris"] = linear(IRIS)[d.choice(np.where(dark > 0.4, [6, 4, 1, 0, 0, 0, 0.3], 1.0))]
    paint = (d.uniform(0.05, 0.75) * (0.25 + 0.75 * soft))[:, None]  # lipstick
    bare = t["skin"] * [0.86, 0.52, 0.50]
    red = np.array([0.36, 0.05, 0.07]) * d.color_jitter(0.3) * (0.35 + t["skin"][:, :1])
    t["lips"] = bare * (1 - paint) + red * paint
    cloth = np.exp(d.normal(-1.9, 0.9, -4.0, -0.25))[:, None] * d.color_jitter(0.45)
    t["cloth"] = np.clip(cloth, 0.008, 0.75)
    t["trim"] = np.where(d.chance(0.5)[:, None], t["cloth"] * 0.6, np.clip(cloth * 2.2, 0.01, 0.75))
    t["neckline"] = d.choice([0.45, 0.25, 0.30]).astype(float)  # crew, V-neck, collar
    t["stripes"] = np.where(d.chance(0.22), d.uniform(0.10, 0.22), 0.0)


def _hair(d: Draws, t: dict, soft: np.ndarray) -> None:
    s = soft[:, None]
    weights = np.array([0.34, 0.22, 0.03, 0.04, 0.03, 0.12, 0.01, 0.12, 0.09]) * (1 - s)
    weights = weights + np.array([0.04, 0.08, 0.18, 0.30, 0.18, 0.12, 0.10, 0.0, 0.0]) * s
    style = d.choice(weights)
    t["hair_style"] = np.array(HAIR_STYLES)[style]

    def pick(column):  # uniform in the (low, high) range of each face's style
        low, high = np.array([HAIR_RANGES[name][column] for name in HAIR_STYLES]).T
        return d.uniform(low[style], high[style])

    t["top"], t["side"], t["length"], t["line"], t["arch"], t["part"] = map(pick, range(6))
    t["wave"] = np.where(style == 4, d.uniform(0.03, 0.07), 0.0)
    t["curl"] = np.where(style == 5, d.uniform(0.6, 1.0), 0.0)
    bangs = d.chance(0.30) & np.isin(style, (2, 3)) | d.chance(0.12) & (style == 0)
    t["bangs"] = np.where(bangs, d.uniform(0.20, 0.34), 0.0)
    t["bun"] = np.where(style == 6, d.uniform(0.20, 0.30), 0.0)
    t["shine"], t["strand"] = d.uniform(0.3, 1.0), d.uniform(0.22, 0.42)
    t["bald"] = (style == 8).astype(float)
    t["cover"] = np.isin(style, (2, 3, 4)).astype(float)  # hair hides the ears


def _beard_and_glasses(d: Draws, t: dict, soft: np.ndarray) -> None:
    beard = np.where(d.chance(0.55 * (soft < 0.5)), d.choice([0, 0.45, 0.15, 0.40]), 0)
    t["beard"] = np.array(BEARDS)[beard]
    t["jaw_hair"] = np.choose(beard, [0, d.uniform(0.2, 0.4), 0, d.uniform(0.65, 0.95)])
    grown = d.uniform(0.7, 1)
    t["lip_hair"] = np.choose(beard, [0, d.uniform(0.25, 0.5), grown, grown])
    t["shadow"] = np.where(soft < 0.5, d.uniform(0.02, 0.3), 0.0)
    worn = d.choice([0.80, 0.16, 0.04])
    t["glasses"] = np.array(GLASSES)[worn]
    t["rim"] = np.where(worn > 0, d.uniform(0.020, 0.036), 0.0)
    t["lens"] = d.uniform(0.185, 0.225)
    t["tint"] = np.choose(worn, [0, d.uniform(0, 0.08), d.uniform(0.75, 0.95)])
    t["frame"] = linear(FRAMES)[d.choice([5, 2, 2, 0.4, 0.5])]


def _camera(d: Draws, t: dict, setting: str) -> None:
    azimuth, height = d.normal(0, 0.65, -1.5, 1.5), d.normal(0.55, 0.25, 0.0, 1.1)
    t["light_azimuth"], t["light_height"] = azimuth, height
    level = np.cos(height)
    light = [np.sin(azimuth) * level, -np.sin(height), np.cos(azimuth) * level]
    t["light"] = np.stack(light, axis=1)
    t["key"], t["fill"] = d.uniform(0.72, 1.05), d.uniform(0.15, 0.34)
    t["gloss"], t["tight"] = np.exp(d.normal(-2.4, 0.5, -4, -1.2)), d.uniform(10, 30)
    warm = d.normal(0, 0.055)
    t["balance"] = np.exp(warm[:, None] * np.array([1.0, 0.0, -1.2]))
    t["exposure"] = np.exp(d.normal(0.05, 0.13, -0.3, 0.36))  # drawn apart from the skin tone
    t["contrast"], t["saturation"] = d.uniform(0.94, 1.09), d.uniform(0.80, 1.06)
    t["blur"], t["grain"] = d.uniform(0, 0.55) ** 1.6, d.uniform(0.4, 2.2)
    t["vignette"] = d.uniform(0, 0.30)
    varied, studio = [0.20, 0.22, 0.24, 0.18, 0.09, 0.07], [0.5, 0.5, 0, 0, 0, 0]
    kind = d.choice(varied if setting == "varied" else studio)
    t["background"] = np.array(BACKGROUNDS)[kind]
    t["background_seed"] = d.raw()
    t["studio"] = np.full(len(azimuth), float(setting == "studio"))
    t["grain_seed"] = (d.raw() % np.uint64(2**16)).astype(float)
    t["tx"], t["ty"] = d.uniform(0, 256), d.uniform(0, 256)
