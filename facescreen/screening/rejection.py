"""Screens that ask a critic: how likely each image is to be kept, from the critic's scores.

Each takes scores of images that one generator made and a share of them to keep, so that all can be
compared at equal acceptance. What they return is the chance that an image is kept, float64 (N,),
with that share as its mean: expectations over the draws are then sums, and no draw decides.

A critic trained by eq. 1 ends in a logit, log D / (1 − D), which at the optimum is the logarithm of
the density ratio r = p(real) / p(generated). Wasserstein and relativistic critics have scores that
are no logits: of the screens below, only the band is for them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

EPSILON = 1e-8  # of Azadi et al.: what is added within the logarithm
HALVINGS = 200  # of an interval that is searched: until floats have nothing in between


def band_distance(scores: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How many standard deviations each score lies from the mean of `reference`: float64 (N,).

    scores: float (N,). reference: float (M,), M >= 2, scores of the images that set the band.
    Keeping those up to k is keeping mean ± k standard deviations, as the WGAN augmentation does
    that the paper cites (its section 2.2). Raises ValueError where all of `reference` are equal.
    """
    scores, reference = _scores(scores), _scores(reference, least=2)
    deviation = reference.std()
    if not deviation > 0:
        raise ValueError("a band needs scores that differ; all of these are equal")
    return np.abs(scores - reference.mean()) / deviation


def drs_acceptance(
    logits: np.ndarray, largest: float, gamma: float, epsilon: float = EPSILON
) -> np.ndarray:
    """Discriminator rejection sampling: the chance that each image is kept, float64 (N,).

    sigmoid(F), F = d − m − log(1 − exp(d − m − epsilon)) − gamma, d being the logit and m the
    largest logit known (Azadi et al. 2019, arXiv 1810.06758, equations 7 and 8). With gamma 0 that
    is exp(d − m), plain rejection sampling. Raises ValueError where a logit exceeds `largest`.
    """
    below = _scores(logits) - largest
    if (below > 0).any():
        raise ValueError(f"a logit lies above the largest one, {largest}: take the new one")
    return _sigmoid(below - np.log1p(-np.exp(below - epsilon)) - gamma)


def drs_keeping(logits: np.ndarray, accept: float, largest: float | None = None) -> np.ndarray:
    """`drs_acceptance` with the gamma that keeps the share `accept`, 0 to 1, of these images.

    The paper takes a percentile of F for gamma; here it is solved for. largest: None for the
    largest of `logits`.
    """
    logits = _scores(logits)
    largest = float(logits.max()) if largest is None else largest
    return _solved(lambda gamma: drs_acceptance(logits, largest, -gamma), accept)


def obrs_acceptance(ratios: np.ndarray, accept: float) -> np.ndarray:
    """Optimal budgeted rejection sampling: the chance that each image is kept, float64 (N,).

    min(c r / M, 1) with c such that the mean is `accept`, 0 to 1: of all ways to keep so many, the
    one that comes closest to the real distribution in every f-divergence (Verine et al. 2024, arXiv
    2311.00460, theorem 1; its budget K is 1 / accept, and M, the largest ratio, cancels). ratios:
    float (N,), above 0. Solved exactly: of the images sorted by ratio, the largest k are kept for
    sure, k being the fewest at which no other one's chance exceeds 1.
    """
    ratios = _scores(ratios)
    check_share(accept)
    if (ratios <= 0).any():
        raise ValueError("density ratios are above 0")
    falling = np.sort(ratios)[::-1]
    rest = np.cumsum(falling[::-1])[::-1]  # what is left when the largest k are kept for sure
    scale = (accept * len(falling) - np.arange(len(falling))) / rest
    fewest = int(np.argmax(scale * falling <= 1 + 1e-12))
    return np.minimum(scale[fewest] * ratios, 1.0)


def mh_acceptance(now: np.ndarray, proposed: np.ndarray) -> np.ndarray:
    """Chance that a Metropolis–Hastings chain moves from one image to another: float64.

    min(1, (1 / D(now) − 1) / (1 / D(proposed) − 1)) (Turner et al. 2019, arXiv 1811.11357, equation
    4), from logits: 1 / D − 1 is exp(−logit). Both are logits of any shapes that broadcast.
    """
    return np.exp(np.minimum(np.asarray(proposed, float) - np.asarray(now, float), 0.0))


def mh_keeping(logits: np.ndarray, accept: float) -> np.ndarray:
    """Metropolis–Hastings GAN: how many of each image are kept, on average, float64 (N,).

    Images are dealt into chains of 1 / accept on average: each starts at one of them and is
    offered the others in turn, and where it ends is kept. Between whole lengths, chains of the next
    lower and the next higher one stand in the proportion that gives the mean. Exact for chains
    whose images are drawn from these with equal chances, again and again. The authors start at a
    real image and restart where none is accepted; here the first offer counts as accepted.
    """
    logits = _scores(logits)
    check_share(accept)
    length = 1 / accept
    short = int(np.floor(length + 1e-9))
    longer = max(length - short, 0.0)  # the share of chains that are one longer
    ends = (1 - longer) * mh_ends(logits, short) + longer * mh_ends(logits, short + 1)
    return accept * len(logits) * ends


def mh_ends(logits: np.ndarray, length: int) -> np.ndarray:
    """Where a chain of `length` images ends: chances float64 (N,), summing to 1."""
    logits = _scores(logits)
    moves = mh_acceptance(logits[:, np.newaxis], logits[np.newaxis]) / len(logits)
    stays = 1 - moves.sum(axis=1)
    at = np.full(len(logits), 1 / len(logits))
    for _ in range(length - 1):
        at = at @ moves + at * stays
    return at


def mh_chain(logits: np.ndarray, random: np.random.Generator) -> int:
    """One chain through images in their order: the index at which it ends."""
    logits = _scores(logits)
    now = 0
    for offered in range(1, len(logits)):
        if random.random() < mh_acceptance(logits[now], logits[offered]):
            now = offered
    return now


def calibrated(logits: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """Slope and shift that make logits of held-out images as sure as they should be.

    logits: float (N,). real: bool (N,), which images are real, as many as generated. The logistic
    regression of `real` on the logits by Newton's method, its targets a little short of 0 and 1, so
    that kinds which a threshold parts have finite answers (Platt 1999, section 2.2; Turner et al.
    2019, section 3, ask for a calibrated D). Raises ValueError where only one kind is there.
    """
    logits, real = _scores(logits), np.asarray(real, bool)
    if real.all() or not real.any():
        raise ValueError("calibration needs real and generated images")
    rows = np.stack([logits, np.ones(len(logits))], axis=1)
    many = np.array([(~real).sum(), real.sum()])
    wanted = np.where(real, (many[1] + 1) / (many[1] + 2), 1 / (many[0] + 2))
    weights = np.zeros(2)
    for _ in range(100):
        chance = _sigmoid(rows @ weights)
        curved = (rows * (chance * (1 - chance))[:, np.newaxis]).T @ rows
        step = np.linalg.solve(curved + 1e-9 * np.eye(2), rows.T @ (wanted - chance))
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), float(weights[1])


def check_share(accept: float) -> None:
    """Raise ValueError unless it is a share that can be kept, above 0 and up to 1."""
    if not 0 < accept <= 1:  # NaN compares False too
        raise ValueError(f"accept must be a share above 0, up to 1, not {accept!r}")


def _solved(keeping: Callable[[float], np.ndarray], accept: float) -> np.ndarray:
    """What `keeping`, growing with its number, returns where its mean is `accept`."""
    check_share(accept)
    low, high = -1e3, 1e3
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if keeping(middle).mean() < accept else (low, middle)
    return keeping(high)


def _scores(scores: np.ndarray, least: int = 1) -> np.ndarray:
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 1 or len(scores) < least or not np.isfinite(scores).all():
        raise ValueError(
            f"expected {least} or more finite scores (N,), got shape {scores.shape}"
            + ("" if np.isfinite(scores).all() else ", not all of them finite")
        )
    return scores


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0.0, -x))
