"""What a critic and a generator say of images: logits, places in a band, units, styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from facescreen.gan.models import by_blocks
from facescreen.screening.inside import rare_activity, style_distance
from facescreen.screening.rejection import calibrated

BINS = 10  # of predicted chances, when calibration is measured


@dataclass(frozen=True, eq=False)
class Fresh:
    """Images beside the labeled ones, of the same generator: nobody labeled them.

    made, real: float64 logits of generated images and of real ones. styles: (N, layers, w); active:
    bool (N, U), both of the generated ones.
    """

    made: np.ndarray
    real: np.ndarray
    styles: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, eq=False)
class Judged:
    """Images and what was said of them, float64 (N,) each.

    logit: by the critic, of the image as the generator put it out; saved: of its 8 bits. log_ratio:
    the logit calibrated. band, band_real: in standard deviations from the mean logit of fresh
    generated images, and of real ones. rare: rarely active units that are active, style: distance
    of the styles from their mean, both in standard deviations above fresh images' mean. images:
    uint8; number: in the pool.
    """

    logit: np.ndarray
    saved: np.ndarray
    log_ratio: np.ndarray
    band: np.ndarray
    band_real: np.ndarray
    rare: np.ndarray
    style: np.ndarray
    images: np.ndarray
    number: np.ndarray

    @classmethod
    def of(
        cls,
        logit: np.ndarray,
        saved: np.ndarray,
        styles: np.ndarray,
        active: np.ndarray,
        fresh: Fresh,
        images: np.ndarray,
    ) -> Judged:
        """Judge images beside fresh ones."""
        slope, shift = calibration(fresh)
        frequency = fresh.active.mean(axis=0)
        rare = [rare_activity(units, frequency) for units in (active, fresh.active)]
        style = [style_distance(of, fresh.styles) for of in (styles, fresh.styles)]
        return cls(
            logit, saved, slope * logit + shift, standardized(logit, fresh.made),
            standardized(logit, fresh.real), standardized(*rare), standardized(*style),
            images, np.arange(len(images)),
        )  # fmt: skip

    def at(self, numbers: np.ndarray) -> Judged:
        """With these numbers in the pool."""
        return replace(self, number=numbers)

    def sorted(self) -> Judged:
        """In the order of the pool."""
        return self.rows(np.argsort(self.number))

    def rows(self, rows: np.ndarray) -> Judged:
        """Some of the images, by their place."""
        return Judged(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def concatenate(parts: Sequence[Judged]) -> Judged:
        names = [field.name for field in fields(Judged)]
        return Judged(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def standardized(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Standard deviations above the mean of reference values, float64 (M,); 0 if all are equal."""
    deviation = reference.std()
    return (values - reference.mean()) / deviation if deviation > 0 else 0.0 * values


@torch.inference_mode()
def logits_of(critic: nn.Module, images: np.ndarray) -> np.ndarray:
    """What a critic says of float32 (N, H, W, 3), about [-1, 1]: float64 (N,)."""
    rows = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    return by_blocks(critic, rows, ()).numpy().astype(np.float64)


def told_apart(fresh: Sequence[Fresh]) -> dict[str, Any]:
    """How well critics tell held-out images apart, and how sure they are, pooled over them all.

    Accuracy at logit 0; mean squared error of the chance of being real (Brier); mean gap between
    chance and frequency over ten bins. Before calibration and after it, each half of a critic's
    images being measured by a calibration that the other half set.
    """
    parts = [_halves(one) for one in fresh]
    raw, mended, real = (np.concatenate(column) for column in zip(*parts, strict=True))
    known: dict[str, Any] = {"critics": len(parts), "held out": len(raw)}
    for name, logits in (("raw", raw), ("calibrated", mended)):
        chance = 1 / (1 + np.exp(-logits))
        found = ((logits > 0) == real).mean(), ((chance - real) ** 2).mean(), _gap(chance, real)
        names = (f"accuracy {name}", f"brier {name}", f"gap {name}")
        known |= {n: round(float(x), 4) for n, x in zip(names, found, strict=True)}
    return known


def calibration(fresh: Fresh) -> tuple[float, float]:
    """Slope and shift for a critic's logits, from as many real as generated images."""
    logits, real = _even(fresh)
    return calibrated(logits, real)


def _even(fresh: Fresh) -> tuple[np.ndarray, np.ndarray]:
    count = min(len(fresh.real), len(fresh.made))
    logits = np.stack([fresh.real[:count], fresh.made[:count]], axis=1).ravel()
    return logits, np.arange(2 * count) % 2 == 0


def _halves(fresh: Fresh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    logits, real = _even(fresh)
    mended, half = np.empty(len(logits)), np.arange(len(logits)) // 2 % 2 == 0
    for one in (half, ~half):
        slope, shift = calibrated(logits[one], real[one])
        mended[~one] = slope * logits[~one] + shift
    return logits, mended, real


def _gap(chance: np.ndarray, real: np.ndarray) -> float:
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    gaps = [abs(chance[place == k].sum() - real[place == k].sum()) for k in range(BINS)]
    return float(sum(gaps) / len(chance))
