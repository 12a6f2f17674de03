"""Rendered portraits: photo-like faces of people who do not exist, for a class without photographs.

Face *i* of a seed is always the same picture, drawn alone or among a million, in any order.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from .backgrounds import paint_backgrounds
from .traits import draw_traits

MIN_SIZE, MAX_SIZE = 32, 256
STEPS = ("samples", "shape", "hair", "features", "painter", "camera", "compiled")  # of drawing
CHUNK = 64  # faces per task: large enough to hide Python, small enough to share between threads
LABELS = [
    *("skin_tone", "hair_style", "hair_color", "glasses", "beard", "smile", "mouth_open"),
    *("yaw", "pitch", "roll", "background", "light_azimuth", "light_height", "exposure"),
]


# Studio faces exposed brighter, with a shoulder that ends at 236: no clean face reaches a rule's
# 240, and what a generator overshoots has little room below 255.
BRIGHT = np.rint(236 * (1 - (1 - np.arange(256) / 255) ** 1.9)).astype(np.uint8)


def portraits(
    count: int, size: int = 64, seed: int = 0, setting: str = "varied", start: int = 0
) -> np.ndarray:
    """Render faces ``start`` … ``start + count - 1`` of ``seed``.

    ``size`` is the side in pixels, 32 to 256. ``setting`` is ``"varied"`` (backgrounds from dark to
    white, as in photographs), ``"studio"`` (mid-tone backgrounds, so that bright pixels come from
    faces alone) or ``"bright"`` (the same, exposed brighter). Returns uint8 (count, size, size, 3),
    RGB. Raises ValueError on other settings.
    """
    _check(count, size, start)
    if setting == "bright":
        return BRIGHT[portraits(count, size, seed, "studio", start)]
    out = np.empty((count, size, size, 3), np.uint8)
    tasks = [range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
    draw_traits(seed, np.arange(0), setting)  # a bad setting is reported even for count 0

    def render(task: range) -> None:
        traits = draw_traits(seed, np.arange(start + task.start, start + task.stop), setting)
        _render(traits, out[task.start : task.stop])

    if len(tasks) == 1:
        render(tasks[0])
    elif tasks:
        with ThreadPoolExecutor(min(len(tasks), os.cpu_count() or 1)) as pool:
            list(pool.map(render, tasks))
    return out


def portrait_table(count: int, seed: int = 0, setting: str = "varied", start: int = 0):
    """What faces ``start`` … show, as a pandas DataFrame indexed by face number.

    ``skin_tone`` is 1 (light) to 10 (dark) on the Monk scale; ``smile`` runs from -0.15 to 1,
    ``mouth_open`` is in head units, angles are in degrees, ``exposure`` is a factor.
    """
    import pandas as pd

    _check(count, MIN_SIZE, start)
    index = np.arange(start, start + count)
    traits = draw_traits(seed, index, "studio" if setting == "bright" else setting)
    table = pd.DataFrame({k: traits[k] for k in LABELS}, index=pd.Index(index, name="face"))
    angles = ["yaw", "pitch", "roll", "light_azimuth", "light_height"]
    table[angles] = np.degrees(table[angles])
    return table.round(3)


def _check(count: int, size: int, start: int) -> None:
    if count < 0 or start < 0:
        raise ValueError(f"count is {count} and start is {start}; expected both to be 0 or more")
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise ValueError(f"size is {size}; expected {MIN_SIZE} to {MAX_SIZE} pixels")


@cache
def _textures() -> tuple[np.ndarray, ...]:
    """Fixed noise (soft clouds, thin streaks, grain) and the tone curve; built once."""

    def clouds(seed, bands, decay):
        rng, total = np.random.default_rng(seed), np.zeros((256, 256))
        f = np.fft.fftfreq(256) * 256
        radius = np.hypot(f[:, None], f[None])
        for k, band in enumerate(bands):
            keep = np.exp(-(((radius - band) / (band * 0.5)) ** 2))
            x = np.fft.ifft2(np.fft.fft2(rng.standard_normal((256, 256))) * keep).real
            total += decay**k * x / x.std()
        return (total / total.std()).astype(np.float32)

    grain = np.random.default_rng(3).standard_normal(65536).astype(np.float32)
    return clouds(1, (6, 12, 24, 48), 0.7), clouds(2, (20, 40, 80), 0.8), grain, _tone_curve()


def _tone_curve() -> np.ndarray:
    """Linear light (512 steps a unit, up to 8) to sRGB 0–255: straight, then a soft shoulder."""
    x = np.arange(8 * 512 + 2) / 512
    knee = 0.45
    y = np.where(x > knee, knee + 0.58 * (1 - np.exp(-(x - knee) / 0.58)), x)
    srgb = np.where(y <= 0.0031308, 12.92 * y, 1.055 * np.maximum(y, 1e-9) ** (1 / 2.4) - 0.055)
    return (255 * srgb).astype(np.float32)


def _records(traits: dict[str, np.ndarray]) -> np.ndarray:
    """The numbers among the traits as one record per face, so that compiled code reads p.smile."""
    numeric = {k: v for k, v in traits.items() if v.dtype.kind in "fi"}
    fields = [(k, "f8", v.shape[1:]) for k, v in numeric.items()] + [(_source_stamp(), "f8")]
    rows = np.zeros(len(traits["yaw"]), fields)
    for name, values in numeric.items():
        rows[name] = values
    return rows


@cache
def _source_stamp() -> str:
    """A name that changes with the code of the painter.

    numba's disk cache looks at the file of the function that it compiles, not at the files of what
    that calls, so an old picture could outlive a change. The names in a record's type are part of
    the cache's key: this one makes every change count.
    """
    folder = Path(__file__).parent
    code = [folder / f"{name}.py" for name in STEPS]
    return "code_" + sha256(b"".join(file.read_bytes() for file in code)).hexdigest()[:12]


def _render(traits: dict[str, np.ndarray], out: np.ndarray) -> None:
    """Render one chunk into ``out``; each compiled pass frees the interpreter lock."""
    from .samples import COMPILED

    if COMPILED:
        from .compiled import draw
    else:
        from .plain import draw
    textures, size = _textures(), out.shape[1]
    samples = -(-3 * size // 2)  # camera.py makes 2 pixels of 3 samples
    step = 4 / (3 * size)
    buffers = tuple(np.zeros((samples, samples), np.float32) for _ in range(4))
    light = np.empty((samples, samples, 3), np.float32)
    sheet = np.empty((size, size, 3), np.float32)
    scenes, records = paint_backgrounds(traits), _records(traits)
    for k in range(len(records)):
        draw(records[k], scenes[k], step, buffers, textures, light, sheet, out[k])
