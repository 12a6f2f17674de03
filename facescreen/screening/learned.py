"""Screens that learn: from valid images alone, or from labels of the generator at hand.

judge = PortraitJudge.fit(portraits(6000, 64, seed=7))  # has seen clean portraits, nothing else
judge(images)  # a score per image, the higher the less like a portrait

screen = LearnedRule.fit(images, labels)  # a weighted sum of plain measures
screen(images).broken
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from facescreen.screening.rules import Rule, as_uint8
from facescreen.screening.signs import DARK, FACE, MIDDLE, VIVID, WHITE, Signs, cut
from facescreen.screening.verdicts import Verdicts, read_labels

CEILING = 239  # the judge sees no value above: the rules' evidence is hidden from it
COMPONENTS = 320
BATCH = 512  # images at once
RINGS = (0.1, 0.2, 0.3, 0.4, 0.72)  # cycles per pixel


# --- a judge that knows clean portraits alone -----------------------------------------------------


@dataclass(frozen=True, eq=False)
class PortraitJudge:
    """How badly a face is described by what clean portraits have in common: `judge(images)`.

    The portraits' principal components describe each image as well as they can; the score is the
    mean squared error in the frame's middle. Values above 239 are cut off before, so that the judge
    cannot use what the paper's rules look at. mean: float32 (D,). components: float32 (k, D).
    shape: of an image, (H, W, 3).
    """

    mean: np.ndarray
    components: np.ndarray
    shape: tuple[int, int, int]

    @classmethod
    def fit(
        cls, portraits: np.ndarray, components: int = COMPONENTS, seed: int = 0
    ) -> PortraitJudge:
        """Learn from clean images, uint8 (N, H, W, 3), N > components."""
        from sklearn.decomposition import PCA

        portraits, _ = as_uint8(portraits, None)
        rows = np.concatenate([*_rows(portraits)])
        pca = PCA(components, svd_solver="randomized", random_state=seed).fit(rows)
        parts = pca.components_.astype(np.float32)
        return cls(pca.mean_.astype(np.float32), parts, portraits.shape[1:])

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Score uint8 (N, H, W, 3): float64 (N,). Raises ValueError for another type or shape."""
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            raise ValueError(
                f"expected uint8 images of shape {self.shape}, not {images.dtype} of shape "
                f"{images.shape[1:]}"
            )
        scores = [np.zeros(0)]
        for rows in _rows(images):
            x = rows - self.mean
            error = (x - (x @ self.components.T) @ self.components).reshape(-1, *self.shape)
            scores.append((cut(error, MIDDLE) ** 2).mean(axis=(1, 2, 3), dtype=float))
        return np.concatenate(scores)


def _rows(images: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(images), BATCH):
        block = np.minimum(images[start : start + BATCH], CEILING)
        yield block.reshape(len(block), -1).astype(np.float32)


# --- a rule that learns from labels ---------------------------------------------------------------


@dataclass(frozen=True)
class LearnedRule(Rule):
    """A weighted sum of plain measures, the weights learned from labels: logistic regression.

    It holds for images like those that it learned from: another generator needs its own labels. The
    score of a verdict is the log odds of being broken; broken ("learned") from `threshold` up.
    weights: how much each measure of `plain_measures` counts, once each is made normally
    distributed by its ranks.
    """

    name: ClassVar[str] = "learned"
    rejudges: ClassVar[frozenset[str]] = frozenset({"threshold"})
    threshold: float
    model: Any

    @classmethod
    def fit(
        cls, images: np.ndarray, labels: Sequence[Any], max_valid_loss: float = 0.05, folds: int = 5
    ) -> LearnedRule:
        """Learn from labeled images; set the threshold so that few enough valid ones are lost.

        images: as in a call. labels: as in `Verdicts.against`; unsure ones are left out, and images
        that are not finite. The threshold comes from scores that each image got from a model that
        had not seen it, so that the loss is about as large on images that are new. Raises
        ValueError where fewer than `folds` images have one kind of label, or for another share.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import QuantileTransformer

        if not 0 <= max_valid_loss <= 1:  # NaN compares False too
            raise ValueError(f"max_valid_loss must be a share from 0 to 1, not {max_valid_loss!r}")
        images, finite = as_uint8(images, None)
        broken, sure = read_labels(labels, len(images))
        sure = sure & finite
        broken = broken[sure]
        if min(broken.sum(), (~broken).sum()) < folds:
            raise ValueError(
                f"expected {folds} or more broken and as many valid images to learn from, not "
                f"{broken.sum()} and {(~broken).sum()}"
            )
        measures = plain_measures(images)[sure]
        ranks = min(200, len(measures) // 2)  # a fold holds as many
        model = make_pipeline(
            QuantileTransformer(n_quantiles=ranks, output_distribution="normal", random_state=0),
            LogisticRegression(C=0.05, max_iter=3000),
        )
        scores = cross_val_predict(model, measures, broken, cv=folds, method="decision_function")
        allowed = math.floor(max_valid_loss * (~broken).sum() + 1e-9)
        return cls(_threshold(scores[~broken], allowed), model.fit(measures, broken))

    def __repr__(self) -> str:
        return f"LearnedRule(threshold={self.threshold:.3g})"

    def _calibrated(self, images: np.ndarray, finite: np.ndarray, allowed: int) -> LearnedRule:
        return replace(self, threshold=_threshold(self.measure(images, finite).values, allowed))

    def measure(self, images: np.ndarray, finite: np.ndarray) -> Signs:
        scores = np.zeros(0)
        if len(images):
            scores = self.model.decision_function(plain_measures(images))
        return Signs(scores, finite)

    def judge(self, measured: Signs) -> Verdicts:
        score = measured.values
        reason = np.where(score >= self.threshold, "learned", "")
        return Verdicts.of_scores(reason, score, measured.finite, self, measured)


def _threshold(scores: np.ndarray, allowed: int) -> float:
    """The smallest threshold that at most `allowed` of the scores reach."""
    lost = min(allowed, len(scores) - 1)
    return float(np.nextafter(np.sort(scores)[::-1][lost], np.inf))


def plain_measures(images: np.ndarray) -> np.ndarray:
    """Plain measures of each image: float64 (N, 63). images: uint8 (N, H, W, 3).

    Shares of vivid, white, colored, pale and black pixels in the whole, the middle and the face;
    and of brightness and both color differences: grain, edges, spectrum, spread and asymmetry.
    """
    rows = [np.zeros((0, 63))]
    for start in range(0, len(images), BATCH):
        x = images[start : start + BATCH].astype(np.float32)
        columns = [*_tails(x)]
        red, green, blue = np.moveaxis(x, 3, 0)
        light = 0.3 * red + 0.59 * green + 0.11 * blue
        for c in (light, red - green, blue - (red + green) / 2):
            columns += _texture(c)
        rows.append(np.stack(columns, axis=1))
    return np.concatenate(rows).astype(float)


def _tails(x: np.ndarray) -> Iterator[np.ndarray]:
    largest, smallest = x.max(axis=3), x.min(axis=3)
    vivid = largest - smallest
    masks = (
        vivid >= VIVID,
        smallest >= WHITE,
        (largest >= WHITE) & (vivid >= 60),
        smallest >= 215,
        largest <= DARK,
        largest <= 2 * DARK,
    )
    for mask in masks:
        yield mask.mean(axis=(1, 2))
        yield cut(mask, MIDDLE).mean(axis=(1, 2))
        yield cut(mask, FACE).mean(axis=(1, 2))


def _texture(c: np.ndarray) -> list[np.ndarray]:
    """Of one channel, float (N, H, W): 15 measures."""
    grain = np.zeros_like(c)
    around = c[:, :-2, 1:-1] + c[:, 2:, 1:-1] + c[:, 1:-1, :-2] + c[:, 1:-1, 2:]
    grain[:, 1:-1, 1:-1] = np.abs(4 * c[:, 1:-1, 1:-1] - around)
    face, in_face, middle = cut(c, FACE), cut(grain, FACE), cut(c, MIDDLE)
    flat = np.sort(in_face.reshape(len(c), -1), axis=1)
    columns = [grain.mean(axis=(1, 2)), cut(grain, MIDDLE).mean(axis=(1, 2))]
    columns += [in_face.mean(axis=(1, 2)), flat[:, -20:].mean(axis=1)]
    columns += [np.abs(np.diff(middle, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2)]
    columns += [face.mean(axis=(1, 2)), face.std(axis=(1, 2))]
    columns.append(np.abs(face - face[:, :, ::-1]).mean(axis=(1, 2)))
    power = np.abs(np.fft.rfft2(c - c.mean(axis=(1, 2), keepdims=True))) ** 2
    down = np.abs(np.fft.fftfreq(c.shape[1]))[:, np.newaxis]
    across = np.fft.rfftfreq(c.shape[2])[np.newaxis]
    distance = np.hypot(down, across)
    rings = [(distance >= a) & (distance < b) for a, b in pairwise(RINGS)]
    rings += [down >= 0.48, across >= 0.48]
    for ring in rings:
        ring = np.broadcast_to(ring, distance.shape)
        columns.append(np.log1p(power[:, ring].mean(axis=1)))
    return columns
