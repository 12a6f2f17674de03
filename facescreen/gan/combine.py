"""Ways to combine existing faces, and which faces image i combines.

A scheme is a plain function from the styles of the faces picked, `(N, k, w)`, to a style for each
layer of the generator, `(N, layers, w)`; layer 0 is the coarsest (pose and outline), the last one
decides color and texture. Averages stay inside what the generator has learned and hardly ever
break; extrapolation leaves it, and breaks the more the larger alpha is.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facescreen.faces.hashing import scrambled
from facescreen.gan.networks import on_sphere

# The scheme that `facescreen generate` uses unless told otherwise, with its alpha: chosen so that
# 10 to 25 % of the unscreened images look broken, as in the paper's Table 2 (15.84 %). Of 192
# images of the shipped model about 28 did, by one rater's eye in one pass.
DEFAULT_SCHEME = "mix_and_extrapolate"
DEFAULT_ALPHA = 0.4


def no_face(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """No existing face at all: the one style given comes from noise."""
    return styles.expand(-1, layers, -1)


def one_face(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """The face itself, encoded and drawn again."""
    return styles[:, :1].expand(-1, layers, -1)


def two_faces(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """Coarse half of the layers from the first face, fine half from the second."""
    return styles[:, [0] * (layers - layers // 2) + [1] * (layers // 2)]


def four_faces(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """Each of four faces gives its share of the layers: one each in a generator of four layers."""
    return styles[:, [layer * 4 // layers for layer in range(layers)]]


def mean_two(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """The mean of two faces, put back on the sphere."""
    return on_sphere(styles.mean(dim=1, keepdim=True)).expand(-1, layers, -1)


def extrapolate(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """a + alpha (b − c): the first face, moved by what tells the second from the third."""
    a, b, c = styles.unbind(dim=1)
    return (a + alpha * (b - c))[:, None].expand(-1, layers, -1)


def mix_and_extrapolate(styles: Tensor, layers: int, alpha: float) -> Tensor:
    """Coarse layers from a; fine layers from b, moved by alpha (c − d)."""
    a, b, c, d = styles.unbind(dim=1)
    return two_faces(torch.stack([a, b + alpha * (c - d)], dim=1), layers, alpha)


class Scheme(NamedTuple):
    """How many faces are picked for one image, and how their styles become one per layer.

    Where none is picked, the mapping network makes one style from noise in their place.
    """

    faces: int
    combine: Callable[[Tensor, int, float], Tensor]


SCHEMES: dict[str, Scheme] = {
    "noise": Scheme(0, no_face),
    "self": Scheme(1, one_face),
    "two_faces": Scheme(2, two_faces),
    "four_faces": Scheme(4, four_faces),
    "mean_two": Scheme(2, mean_two),
    "extrapolate": Scheme(3, extrapolate),
    "mix_and_extrapolate": Scheme(4, mix_and_extrapolate),
}


def scheme_named(name: str) -> Scheme:
    """The scheme of that name; `ValueError` lists the names there are."""
    if name not in SCHEMES:
        raise ValueError(f"no combination scheme {name!r}; there are {', '.join(SCHEMES)}")
    return SCHEMES[name]


def pick_faces(seed: int, images: np.ndarray, faces: int, available: int) -> np.ndarray:
    """Which existing faces each image combines: int64 `(len(images), faces)`, no face twice.

    Row i depends on (seed, images[i]) alone, so any image can be made again by itself; and on
    integer arithmetic alone, so it is the same on every machine and NumPy version. Picks are
    uniform in `range(available)` to within 2^-40. Raises `ValueError` where too few faces are
    available.
    """
    if available < faces:
        raise ValueError(
            f"this scheme combines {faces} different faces; the source has {available}"
        )
    images = np.asarray(images, np.uint64)
    keys = scrambled(np.uint64(seed % 2**64) ^ scrambled(images))
    picks = np.empty((len(images), faces), np.int64)
    for column in range(faces):
        draw = scrambled(keys + np.uint64(column)) % np.uint64(available - column)
        pick = draw.astype(np.int64)
        # The draw counts only the faces not yet picked: step over those, lowest first.
        for taken in np.sort(picks[:, :column], axis=1).T:
            pick += pick >= taken
        picks[:, column] = pick
    return picks


def noise_for(seed: int, images: np.ndarray, width: int) -> np.ndarray:
    """The noise that each image starts from: standard normal float32 `(len(images), width)`.

    Row i depends on (seed, images[i]) alone, as in `pick_faces`.
    """
    keys = scrambled(np.uint64(seed % 2**64) ^ scrambled(np.asarray(images, np.uint64)))
    draws = scrambled(keys[:, None] + np.arange(2 * width, dtype=np.uint64))
    uniform = ((draws >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53
    length, angle = np.split(uniform, 2, axis=1)  # Box and Muller's two
    return (np.sqrt(-2 * np.log(length)) * np.cos(2 * np.pi * angle)).astype(np.float32)
