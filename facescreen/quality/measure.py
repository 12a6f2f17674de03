"""How good generated faces are, in figures: their distribution beside that of existing faces.

Both measures compare features of a small frozen network (`features.py`) that has never seen
an image made by a GAN. Figures depend on the network, on how many images are compared and on
the existing faces, so they can be set beside each other only where all three are the same;
`measure_model` therefore measures yardsticks in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.faces import portraits
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.combine import SCHEMES
from facescreen.generation import FaceMaker, GenerationSettings, one_thread
from facescreen.quality.features import FaceFeatures, shipped_features
from facescreen.screening import PAPER_RULES, Rate, neighbors

if TYPE_CHECKING:
    import pandas as pd

COUNT = 2500  # images on each side, as many as the paper saves
SUBSETS = 10  # of a KID; their spread gives its standard error
NEIGHBORS = 5  # k of density and coverage, as in Naeem et al. 2020
HELD_OUT_SEED = 103  # portraits to compare with: no network here was trained on them
YARDSTICK_SEED = 104
RULES = PAPER_RULES

# "Recognizable" faces are, by definition here, no further from portraits than portraits are that
# were blurred with a sigma of 2 of their 64 pixels: skin, hair, outline, eyes and mouth can be
# told, details cannot. It is that yardstick's KID with the shipped features (a test holds them
# equal). A face combiner that was stopped early (one run, seed 0) shows heads without features
# after 4,900 images (KID 2.7 to 2.9) and faces with eyes and mouth after 9,200 (1.8 to 1.9).
RECOGNIZABLE_KID = 2.4


@dataclass(frozen=True)
class Quality:
    """How close images come to existing faces.

    kid: kernel distance, 0 for the same distribution, smaller is better (an estimate without bias,
    so it can fall below 0). kid_error: its standard error. density: how many existing faces an
    image is a near neighbor of, 1 for the same distribution. coverage: share of the existing faces
    that have an image as a near neighbor, about 1 − 2^−k for the same distribution. images: how
    many were measured.
    """

    kid: float
    kid_error: float
    density: float
    coverage: float
    images: int

    @property
    def recognizable(self) -> bool:
        """Whether the images are faces that one recognizes: see `RECOGNIZABLE_KID`."""
        return self.kid <= RECOGNIZABLE_KID

    def __str__(self) -> str:
        return (
            f"KID {self.kid:.3f} ± {self.kid_error:.3f}, density {self.density:.2f}, "
            f"coverage {self.coverage:.2f} ({self.images:,} images)"
        )


# --- two sets of features -------------------------------------------------------------------------


def squared_mmd(real: np.ndarray, made: np.ndarray) -> float:
    """Squared maximum mean discrepancy, unbiased, of features `(n, d)` and `(m, d)`.

    The kernel is (x·y / d + 1)³ (Bińkowski et al. 2018, section 4; the estimate is Gretton et al.
    2012, equation 3). Raises `ValueError` for fewer than two rows.
    """
    from sklearn.metrics.pairwise import polynomial_kernel

    real, made = _checked(real, made, least=2)
    within = 0.0
    for x in (real, made):
        kernel = polynomial_kernel(x, degree=3, coef0=1)  # gamma is 1 / d unless told otherwise
        within += (kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1))
    return float(within - 2 * polynomial_kernel(real, made, degree=3, coef0=1).mean())


def kernel_distance(
    real: np.ndarray, made: np.ndarray, subsets: int = SUBSETS, seed: int = 0
) -> tuple[float, float]:
    """KID of features `(n, d)` and `(m, d)`: the mean of `squared_mmd` over subsets, and its error.

    Each set is shuffled (`seed`) and dealt into `subsets` parts. Parts share no image, so their
    distances are independent and the standard error of their mean is honest, which that of
    overlapping subsets is not. Raises `ValueError` where a part would have fewer than two images.
    """
    real, made = _checked(real, made, least=2 * subsets)
    random = np.random.default_rng(seed)
    parts = [np.array_split(random.permutation(len(x)), subsets) for x in (real, made)]
    distances = [squared_mmd(real[a], made[b]) for a, b in zip(*parts, strict=True)]
    error = np.std(distances, ddof=1) / subsets**0.5 if subsets > 1 else float("nan")
    return float(np.mean(distances)), float(error)


def density_coverage(real: np.ndarray, made: np.ndarray, k: int = NEIGHBORS) -> tuple[float, float]:
    """Density and coverage of features `(n, d)` and `(m, d)` (Naeem et al. 2020, section 3).

    Around each real point lies a ball that reaches to its k-th nearest other real point. Density:
    in how many of these balls a made point lies, divided by k, on average. Coverage: the share of
    balls in which a made point lies. The border belongs to the ball. Raises `ValueError` where
    there are not more than k real points.
    """
    from sklearn.neighbors import KDTree

    real, made = _checked(real, made, least=1)
    if len(real) <= k:
        raise ValueError(f"expected more than k = {k} real points, got {len(real)}")
    radii = KDTree(real).query(real, k + 1)[0][:, k]  # the nearest is the point itself
    radii = np.nextafter(radii, np.inf)  # a root rounded down would lose the points on the border
    inside = KDTree(made).query_radius(real, radii, count_only=True)
    return float(inside.sum() / (k * len(made))), float((inside > 0).mean())


def precision_recall(
    real: np.ndarray, made: np.ndarray, k: int = neighbors.NEIGHBORS
) -> tuple[float, float]:
    """Precision and recall of features `(n, d)` and `(m, d)` (Kynkäänniemi et al. 2019, section 2).

    Precision: the share of made points inside the ball of a real one, which reaches to its k-th
    nearest other real point; recall: the share of real points inside the ball of a made one. Raises
    `ValueError` where there are not more than k points a side.
    """
    real, made = _checked(real, made, least=1)
    inside_real = neighbors.inside_any(made, real, neighbors.radii(real, k))
    inside_made = neighbors.inside_any(real, made, neighbors.radii(made, k))
    return float(inside_real.mean()), float(inside_made.mean())


def _checked(real: np.ndarray, made: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    real, made = np.asarray(real, np.float64), np.asarray(made, np.float64)
    if real.ndim != 2 or made.ndim != 2 or real.shape[1] != made.shape[1]:
        raise ValueError(f"expected features (n, d) and (m, d), got {real.shape} {made.shape}")
    if min(len(real), len(made)) < least:
        raise ValueError(f"expected {least} or more images a side, got {len(real)}, {len(made)}")
    return real, made


# --- images ---------------------------------------------------------------------------------------


def measure_quality(
    images: np.ndarray, source_faces: np.ndarray, features: FaceFeatures | None = None
) -> Quality:
    """Compare images with existing faces: uint8 `(N, H, H, 3)` and `(M, H, H, 3)`.

    `source_faces` are best ones that the images were not made from. `features` are the shipped ones
    unless given. Raises `ValueError` for other images, or fewer than 20 a side.
    """
    features = shipped_features() if features is None else features
    with one_thread():
        return _compared(features(source_faces), features(images))


def _compared(real: np.ndarray, made: np.ndarray) -> Quality:
    return Quality(*kernel_distance(real, made), *density_coverage(real, made), len(made))


def blurred(images: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of uint8 `(N, H, W, 3)`, `sigma` in pixels."""
    from scipy.ndimage import gaussian_filter

    return np.rint(gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0))).astype(
        np.uint8
    )


def noisy(images: np.ndarray, deviation: float, seed: int = 0) -> np.ndarray:
    """uint8 `(N, H, W, 3)` with white noise, its standard deviation in 8-bit steps."""
    noise = np.random.default_rng(seed).normal(0, deviation, images.shape)
    return np.rint(np.clip(images + noise, 0, 255)).astype(np.uint8)


def yardsticks(count: int = COUNT, size: int = 64) -> Iterator[tuple[str, np.ndarray]]:
    """Sets of images whose quality one knows beforehand, by name: uint8 `(count, size, size, 3)`.

    Another draw of portraits is the best that any generator can do; the mean face repeated is what
    one that has lost all variety does.
    """
    faces = portraits(count, size, YARDSTICK_SEED)
    pixel = size / 64  # sigma counts pixels of a 64-pixel image
    yield "other portraits", faces
    yield "portraits, blur 1 px", blurred(faces, pixel)
    yield "portraits, blur 2 px", blurred(faces, 2 * pixel)
    yield "portraits, noise 20", noisy(faces, 20)
    mean = np.rint(faces.mean(axis=0, keepdims=True)).astype(np.uint8)
    yield "mean face", mean.repeat(count, axis=0)


def measure_model(
    model: str | None = None,
    schemes: Sequence[str] = tuple(SCHEMES),
    count: int = COUNT,
    size: int = 64,
    seed: int = 0,
    features: FaceFeatures | None = None,
    progress: Callable[[str], None] = lambda name: None,
    beside: bool = True,
) -> pd.DataFrame:
    """What a model draws by each scheme, beside `count` held-out portraits.

    `model` is a weights file (None: the shipped model) that makes images of `size` pixels and was
    trained on portraits; `seed` says which combinations. One row per yardstick and scheme: `KID`
    with its standard error `±`, `density`, `coverage`, and of how many images each rule says they
    are broken, in percent (`single@40 %` …). `progress(name)` is called before each row. Yardsticks
    are left out where `beside` is False.
    """
    import pandas as pd

    features = shipped_features() if features is None else features
    for scheme in schemes:  # a wrong name, or file, is told before minutes of work
        GenerationSettings(scheme=scheme)
    if model is not None:
        load_combiner(model)
    rows = {}
    with one_thread():
        real = features(portraits(count, size, HELD_OUT_SEED))
        for name, images in yardsticks(count, size) if beside else ():
            progress(name)
            rows[name] = _row(real, features, images)
        for scheme in schemes:
            progress(scheme)
            settings = GenerationSettings(scheme=scheme, seed=seed, size=size, model=model)
            images, finite, _ = FaceMaker(settings).images(0, count)
            rows[scheme] = _row(real, features, images, finite)
    return pd.DataFrame(rows).T.rename_axis("images")


def _row(
    real: np.ndarray, features: FaceFeatures, images: np.ndarray, finite: np.ndarray | None = None
) -> dict[str, float]:
    measured = asdict(_compared(real, features(images)))
    row = dict(zip(("KID", "±", "density", "coverage"), measured.values(), strict=False))
    for name, rule in RULES.items():
        flagged = int(rule(images, finite=finite).broken.sum())
        row[f"{name} %"] = 100 * Rate.of(flagged, len(images)).value
    return row


def formatted(table: pd.DataFrame) -> str:
    """`measure_model`'s table as text."""
    digits = {"KID": 3, "±": 3, "density": 2, "coverage": 2}
    columns = {c: f"{{:.{digits.get(c, 1)}f}}".format for c in table.columns}
    return table.to_string(formatters=columns, index_names=False)
