"""Screens that look inside the generator: no labels, no second network, and no real image."""

from __future__ import annotations

import numpy as np

RARE = 0.3  # units that are active in no more than this share of images are rare


def rare_activity(active: np.ndarray, frequency: np.ndarray, rate: float = RARE) -> np.ndarray:
    """How many rarely active units are active in each image: float64 (N,), more is worse.

    active: bool (N, U), the units of the generator's first layers, one for each channel and place,
    True where the input of the nonlinearity is above 0. frequency: float (U,), in which share of
    other images of the same generator each is. Rare are units with a frequency above 0 and up to
    `rate`. Source: Choi, Chang and Choi, "Can we find neurons that cause unrealistic images in
    deep generative networks?", IJCAI 2022, arXiv 2201.06346: images with the most such units are
    their artifacts. Raises ValueError where shapes do not fit.
    """
    active, frequency = np.asarray(active, bool), np.asarray(frequency, np.float64)
    if active.ndim != 2 or frequency.shape != active.shape[1:]:
        raise ValueError(
            f"expected units (N, U) and frequencies (U,), got {active.shape} {frequency.shape}"
        )
    rare = (frequency > 0) & (frequency <= rate)
    return active[:, rare].sum(axis=1).astype(np.float64)


def style_distance(styles: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How far each image's styles lie from the mean of others': float64 (N,).

    styles: float (N, …), all of an image's; reference: float (M, …) of other images. Keeping the
    nearest is truncation by rejection: BigGAN draws latents again that are too far from 0 (Brock et
    al. 2019, arXiv 1809.11096, section 3.1), StyleGAN measures from the mean style and moves
    towards it instead.
    """
    styles, reference = (np.asarray(x, np.float64).reshape(len(x), -1) for x in (styles, reference))
    return np.sqrt(((styles - reference.mean(axis=0)) ** 2).sum(axis=1))
