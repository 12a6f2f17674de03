"""Plant breakage in a clean face: what is broken, where and how badly is then known exactly.

    broken = plant(face, "blob", area=0.05, color="red", place=(0.4, 0.5), seed=7)
    broken.image, broken.mask  # uint8 (H, W, 3), and bool (H, W): where it was planted

`KINDS` names the kinds of breakage, the paper's and others that GANs make; `plant_all` damages a
whole batch, so that an evaluation can ask which share of each kind a rule catches. Sources: the
paper, sections 3.1 (color), 3.3 (white; from 240 up without reaching 255) and 3.5 (what remains).
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np

from facescreen.breakage.kinds import COLORED, COLORS, KINDS, Spot, waves

Seed = int | tuple[int, ...]


class Damaged(NamedTuple):
    """A damaged image, and what was done to it.

    image: uint8 (H, W, 3). mask: bool (H, W), True where the kind was applied, be it that a pixel
    there kept its value (a black pixel has no channel to drop). kind: a name in KINDS. strength:
    0 to 1.
    """

    image: np.ndarray
    mask: np.ndarray
    kind: str
    strength: float


class DamagedBatch(NamedTuple):
    """N damaged images: the fields of `Damaged` as arrays.

    images: uint8 (N, H, W, 3). masks: bool (N, H, W). kinds: str (N,). strengths: float (N,).
    """

    images: np.ndarray
    masks: np.ndarray
    kinds: np.ndarray
    strengths: np.ndarray


def plant(
    image: np.ndarray,
    kind: str,
    strength: float = 1.0,
    area: float = 0.1,
    color: str | None = None,
    place: tuple[float, float] | None = None,
    seed: Seed = 0,
) -> Damaged:
    """Damage a copy of one image, inside an outline like a puddle's; outside, no pixel changes.

    image: uint8 (H, W, 3), not empty. kind: a name in KINDS. strength: 0 (the image as it is) to 1
    (the kind as its function describes it); more is a bigger change in the same place. area: the
    share of pixels inside the mask, above 0 to 1 (the whole image), kept to the nearest pixel.
    color: a name in COLORS, for the kinds in COLORED alone; None draws red, green or blue. place:
    (row, column) of the center, which the mask holds, as shares of the way from the first pixel
    (0) to the last (1); None draws one near the middle, where the face is. seed: a whole number,
    0 or more, or a tuple of them. The same seed draws the same outline in the same place for every
    kind and strength. Raises ValueError for anything else.
    """
    image = _checked("image", image, "(H, W, 3)")
    if not image.size:
        raise ValueError(f"image must have pixels, not the shape {image.shape}")
    _check_kind(kind)
    _check_share("strength", strength)
    _check_share("area", area)
    if color is not None and (kind not in COLORED or color not in list(COLORS)):
        raise ValueError(
            f"color must be one of {', '.join(COLORS)} and goes with {', '.join(COLORED)}, "
            f"not {color!r} with {kind!r}"
        )
    spot = _spot(image.shape[:2], area, color, place, np.random.default_rng(_checked_seed(seed)))
    values = np.rint(np.clip(KINDS[kind](image.astype(float), float(strength), spot), 0, 255))
    damaged = np.where(spot.mask[..., np.newaxis], values.astype(np.uint8), image)
    return Damaged(damaged, spot.mask, kind, float(strength))


def plant_all(
    images: np.ndarray,
    kinds: Sequence[str] | None = None,
    strength: float | tuple[float, float] = 1.0,
    area: float | tuple[float, float] = 0.1,
    seed: int = 0,
) -> DamagedBatch:
    """Damage every image, each with one kind, the kinds taken in turn.

    images: uint8 (N, H, W, 3). kinds: names in KINDS; None takes all, in that order. strength,
    area: as in `plant`, or (low, high) to draw each image's own. Image i depends on (seed, i), its
    kind, strength and area alone: `plant(images[i], kinds[i], strengths[i], masks[i].mean(),
    seed=(seed, i))` makes it again. Raises ValueError for anything else.
    """
    images = _checked("images", images, "(N, H, W, 3)")
    kinds = list(KINDS) if kinds is None else list(kinds)
    if not kinds:
        raise ValueError("kinds is empty, expected one or more names of KINDS")
    for kind in kinds:
        _check_kind(kind)
    _checked_seed((seed,))
    low, high = np.transpose([_range("strength", strength), _range("area", area)])
    chosen = [kinds[i % len(kinds)] for i in range(len(images))]
    out, masks, strengths = images.copy(), np.zeros(images.shape[:3], bool), np.zeros(len(images))
    for i, (image, kind) in enumerate(zip(images, chosen, strict=True)):
        # The 1 sets these draws apart from those that plant makes for the same image.
        amounts = low + (high - low) * np.random.default_rng((seed, i, 1)).random(2)
        out[i], masks[i], _, strengths[i] = plant(image, kind, *amounts, seed=(seed, i))
    return DamagedBatch(out, masks, np.array(chosen, dtype=str), strengths)


# Each kind is a function (x, strength, spot) -> float (H, W, 3): the values that the mask's pixels
# get, still to be rounded and cut to 0 to 255. x: float (H, W, 3), 0 to 255.


def _spot(shape: tuple[int, int], area: float, color, place, random: np.random.Generator) -> Spot:
    """Draw a spot: the pixels nearest to the center, as seen through waves that bend distances."""
    middle = np.clip(random.normal(0.5, 0.15, 2), 0.1, 0.9)  # drawn even where it is not used, so
    drawn = ("red", "green", "blue")[random.integers(3)]  # that nothing after it depends on that
    center = np.rint((middle if place is None else _checked_place(place)) * (np.array(shape) - 1))
    pixels = max(1, round(area * shape[0] * shape[1]))
    radius = np.sqrt(pixels / np.pi)
    offsets = (np.indices(shape) - center[:, np.newaxis, np.newaxis]) / radius
    angle, stretch = random.uniform(0, np.pi), random.uniform(1, 1.5)
    along = offsets[0] * np.cos(angle) + offsets[1] * np.sin(angle)
    across = offsets[1] * np.cos(angle) - offsets[0] * np.sin(angle)
    distance = np.hypot(along / stretch, across * stretch)
    distance *= np.exp(0.3 * waves(offsets, 0.4, random))
    order = np.argsort(distance, axis=None, kind="stable")
    mask = np.zeros(shape, bool)
    mask.flat[order[:pixels]] = True
    edge = distance.flat[order[min(pixels, mask.size - 1)]]
    depth = np.clip(1 - distance / max(edge, 1e-9), 0, 1)
    return Spot(mask, depth, offsets, radius, COLORS[color or drawn], random)


def _checked(name: str, array: np.ndarray, shape: str) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype != np.uint8 or array.ndim != shape.count(",") + 1 or array.shape[-1] != 3:
        raise ValueError(
            f"{name} must be uint8 of shape {shape}, not {array.dtype} of shape {array.shape}"
        )
    return array


def _check_kind(kind: str) -> None:
    if kind not in list(KINDS):  # a list takes what cannot be a key, too
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")


def _check_share(name: str, value: float) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1 or (name == "area" and value == 0):
        expected = "a share of the pixels, above 0 to 1" if name == "area" else "from 0 to 1"
        raise ValueError(f"{name} must be {expected}, not {value!r}")


def _range(name: str, value: float | tuple[float, float]) -> tuple[float, float]:
    low, high = value if isinstance(value, (tuple, list)) and len(value) == 2 else (value, value)
    for end in (low, high):
        _check_share(name, end)
    if low > high:
        raise ValueError(f"{name} must run from low to high, not {value!r}")
    return low, high


def _checked_place(place: tuple[float, float]) -> np.ndarray:
    shares = np.array(place)
    numbers = shares.shape == (2,) and shares.dtype.kind in "if"
    if not numbers or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"place must be (row, column), each a share from 0 to 1, not {place!r}")
    return shares


def _checked_seed(seed: Seed) -> Seed:
    parts = seed if isinstance(seed, tuple) and seed else (seed,)
    for part in parts:
        if not isinstance(part, (int, np.integer)) or isinstance(part, bool) or part < 0:
            raise ValueError(f"seed must be a whole number >= 0 or a tuple of them, not {seed!r}")
    return seed
