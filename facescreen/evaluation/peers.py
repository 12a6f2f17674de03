"""Other people's measures of an image, to stand beside our screens in one table.

    scores = {name: measure(images) for name, measure in PEERS.items()}  # higher is worse

- **over-exposure** and **natural color** of ISO/IEC 29794-5:2025, the standard on the quality of
  face images, written from its formulas as its reference implementation has them (OFIQ,
  https://github.com/BSI-OFIQ/OFIQ-Project). The standard finds the face by landmarks; here fixed
  windows stand in for them, good for centered faces alone.
- **cleanvision**: the checks of single images of the package of that name, version 0.3.7
  (https://github.com/cleanlab/cleanvision), by its default thresholds, as one score.
- `random_drop`, the peer that looks at nothing.

Every score of an image depends on that image alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Window = tuple[tuple[float, float], tuple[float, float]]  # rows and columns, shares of the side
FACE: Window = ((0.32, 0.75), (0.31, 0.69))  # from the brows to the chin
LEAST_SIDE = 16  # pixels: in smaller images the cheeks' windows may be empty
BATCH = 1 << 20  # values looked at together: few enough to keep memory small

# --- ISO/IEC 29794-5 ------------------------------------------------------------------------------

OVER_EXPOSED = 247  # of 255, this luminance and above
# The standard's zones are squares of 0.3 of the distance between the eyes, halfway from them to the
# mouth, from each eye's center outward. These are they in portraits cut as CelebA's.
CHEEKS: tuple[Window, Window] = (((0.59, 0.67), (0.33, 0.41)), ((0.59, 0.67), (0.595, 0.675)))
NATURAL_A, NATURAL_B = (5, 25), (5, 35)  # a* and b* of skin in natural light
UNNATURAL = 100.0  # the distance that a negative a* or b* counts as

# Linear sRGB to XYZ, and the XYZ of white: D65 as in IEC 61966-2-1; D50 as OFIQ has them, adapted
# and rounded. By that rounding, an exact gray has a* and b* a hair below 0 in the latter.
SPACES = {
    "D65": (
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ],
        [0.95047, 1.0, 1.08883],
    ),
    "D50": (
        [
            [0.43605, 0.38508, 0.14309],
            [0.22249, 0.71689, 0.06062],
            [0.01393, 0.09710, 0.71419],
        ],
        [0.964221, 1.0, 0.825211],
    ),
}


def over_exposure(images: np.ndarray) -> np.ndarray:
    """Share of over-exposed pixels in the face: float64 (N,), 0 to 1, higher is worse.

    images: uint8 (N, H, W, 3), RGB, 16 x 16 pixels or more. A pixel counts if its luminance
    0.2126 R + 0.7152 G + 0.0722 B of *linear* light (so gray from 252, not from 247), rounded to
    0 to 255, is 247 or more. Source: ISO/IEC 29794-5:2025, over-exposure prevention, its native
    value. The standard looks at the face inside its landmarks where nothing covers it; here the
    window FACE stands in for that. Raises ValueError for other arrays.
    """
    return _in_batches(_over_exposed, images)


def unnatural_color(images: np.ndarray) -> np.ndarray:
    """How far the cheeks' color is from that of skin: float64 (N,), 0 to 100, higher is worse.

    images: as in `over_exposure`. The mean color of both cheeks as CIELAB (D50): its distance from
    the range a* 5 to 25, b* 5 to 35, so 0 inside; 100 where a* or b* is negative. Source: ISO/IEC
    29794-5:2025, natural color, its native value. Here two fixed windows, CHEEKS, stand in for the
    standard's zones, which it finds by landmarks. Raises ValueError for other arrays.
    """
    return _in_batches(_off_color, images)


def cielab(colors: np.ndarray, white: str = "D65") -> np.ndarray:
    """CIE 1976 L*, a*, b* of sRGB colors: float64 (..., 3).

    colors: (..., 3), 0 to 255. white: "D65", the white of sRGB itself, or "D50", to which the
    standard adapts it. L* is 0 to 100; a* and b* of gray are 0 (see SPACES). Source:
    IEC 61966-2-1 (from sRGB to XYZ), ISO/CIE 11664-4 (from XYZ to CIELAB). Raises ValueError for
    another white.
    """
    if white not in SPACES:
        raise ValueError(f"expected a white among {', '.join(SPACES)}; not {white!r}")
    matrix, of_white = map(np.array, SPACES[white])
    linear = _linear(np.asarray(colors, np.float64))
    ratios = (linear[..., np.newaxis, :] * matrix).sum(axis=-1) / of_white
    straight = (24389 / 27 * ratios + 16) / 116  # near black, where the root is too steep
    x, y, z = np.moveaxis(np.where(ratios > 216 / 24389, np.cbrt(ratios), straight), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _linear(colors: np.ndarray) -> np.ndarray:
    """Linear light, 0 to 1, of sRGB values from 0 to 255."""
    c = colors / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _over_exposed(images: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(_linear(np.arange(256))[_cut(images, FACE)], 3, 0)
    luminance = np.floor(255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) + 0.5)
    return (luminance >= OVER_EXPOSED).mean(axis=(1, 2))


def _off_color(images: np.ndarray) -> np.ndarray:
    cheeks = [_cut(images, window).reshape(len(images), -1, 3) for window in CHEEKS]
    _, a, b = cielab(np.concatenate(cheeks, axis=1).mean(axis=1), "D50").T
    distance = np.hypot(_outside(a, NATURAL_A), _outside(b, NATURAL_B))
    return np.where((a < 0) | (b < 0), UNNATURAL, distance)


def _outside(x: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return np.maximum(np.maximum(limits[0] - x, x - limits[1]), 0)


def _cut(images: np.ndarray, window: Window) -> np.ndarray:
    (top, bottom), (left, right) = window
    height, width = images.shape[1:3]
    rows = slice(int(top * height), int(bottom * height))
    return images[:, rows, int(left * width) : int(right * width)]


# --- cleanvision ----------------------------------------------------------------------------------

# Each check scores an image from 0, at its worst, to 1; below this it reports the image.
CHECKS = {"light": 0.05, "dark": 0.32, "low_information": 0.3, "blurry": 0.29}
LEAST_SCORE = 1e-3  # scores below it count as it, so that no ratio is infinite
LARGEST = 64  # pixels: larger images are made as small first, for "blurry" alone
FLAT = 0.18  # a histogram's spread up to here says nothing of blur


def cleanvision_score(images: np.ndarray) -> np.ndarray:
    """How far past a default threshold of cleanvision's checks: float64 (N,), 0 to 320.

    images: as in `over_exposure`. The largest of `cleanvision_ratios`: from 1 up, cleanvision
    would report the image by its defaults. Raises ValueError for other arrays.
    """
    return cleanvision_ratios(images).max(axis=1)


def cleanvision_ratios(images: np.ndarray) -> np.ndarray:
    """cleanvision's checks, one by one: float64 (N, 5), in the order of CHECKS, then gray.

    images: as in `over_exposure`. Of every check of CHECKS, its threshold divided by its score:
    above 1 where cleanvision reports the image (a score equal to its threshold, which hardly
    occurs, is not reported yet). The scores:

    - light: 1 less the 5th percentile of brightness, which is the root of 0.241 R² + 0.691 G² +
      0.068 B², 0 to 1; dark: its 99th percentile;
    - low_information: a tenth of the entropy, in bits, of all values of all channels together;
    - blurry: 1 - exp(-s / 100), s being the standard deviation of the edges (Laplacian of 8
      neighbors), plus the same of the histogram's standard deviation if that makes over FLAT.

    gray is 1 where all channels are equal everywhere, else 0: there are no degrees of it, and
    cleanvision itself looks whether the *file* has one channel. Its other checks, on sizes and
    duplicates, say nothing of breakage. Source: cleanvision 0.3.7. Raises ValueError for other
    arrays.
    """
    return _in_batches(_ratios, images, columns=len(CHECKS) + 1)


def _ratios(images: np.ndarray) -> np.ndarray:
    bright_5, bright_99 = _brightness(images)
    scores = np.stack([1 - bright_5, bright_99, 0.1 * _entropy(images), _sharpness(images)], axis=1)
    thresholds = np.array(list(CHECKS.values()))
    ratios = thresholds / np.maximum(scores, LEAST_SCORE)
    gray = (images == images[..., :1]).all(axis=(1, 2, 3))
    return np.concatenate([ratios, gray[:, np.newaxis]], axis=1)


def _brightness(images: np.ndarray) -> np.ndarray:
    """The 5th and the 99th percentile of each image's brightness: float64 (2, N), 0 to 1."""
    red, green, blue = np.moveaxis(images, 3, 0).astype(np.int64) ** 2
    brightness = np.sqrt(0.241 * red + 0.691 * green + 0.068 * blue) / 255
    return np.percentile(brightness.reshape(len(images), -1), [5, 99], axis=1)


def _entropy(images: np.ndarray) -> np.ndarray:
    """Bits per value, each channel's values being kept apart: float64 (N,), 1.58 to 9.58."""
    channels = np.moveaxis(images, 3, 1).reshape(3 * len(images), -1)
    shares = _histograms(channels).reshape(len(images), -1) / images[0].size
    bits = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    return -(shares * bits).sum(axis=1)


def _sharpness(images: np.ndarray) -> np.ndarray:
    """cleanvision's score for "blurry": float64 (N,), 0 to 1."""
    gray = _gray(_shrunk(images))
    blurry, spread = (
        1 - np.exp(-0.01 * deviation)
        for deviation in (
            _edges(gray).reshape(len(images), -1).std(axis=1),
            _histograms(gray.reshape(len(images), -1)).std(axis=1),
        )
    )
    return np.minimum(blurry + np.where(spread > FLAT, spread, 0), 1)


def _shrunk(images: np.ndarray) -> np.ndarray:
    """Images whose longer side is LARGEST at the most, by Pillow's bicubic filter."""
    height, width = images.shape[1:3]
    ratio = max(height, width) / LARGEST
    if ratio <= 1:
        return images
    from PIL import Image

    size = (max(int(width // ratio), 1), max(int(height // ratio), 1))
    return np.stack([np.asarray(Image.fromarray(image).resize(size)) for image in images])


def _gray(images: np.ndarray) -> np.ndarray:
    """Luma of ITU-R 601, int64 (N, H, W), 0 to 255, rounded as Pillow does."""
    red, green, blue = np.moveaxis(images, 3, 0).astype(np.int64)
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16


def _edges(gray: np.ndarray) -> np.ndarray:
    """Pillow's filter FIND_EDGES, which leaves the border as it is."""
    height, width = gray.shape[1:]
    shifts = [(i, j) for i in range(3) for j in range(3)]
    around = sum(gray[:, i : i + height - 2, j : j + width - 2] for i, j in shifts)
    edges = gray.copy()
    edges[:, 1:-1, 1:-1] = np.clip(9 * gray[:, 1:-1, 1:-1] - around, 0, 255)
    return edges


def _histograms(values: np.ndarray) -> np.ndarray:
    """How often each of 0 to 255 occurs in each row: int64 (N, 256)."""
    apart = values + 256 * np.arange(len(values))[:, np.newaxis]
    return np.bincount(apart.ravel(), minlength=256 * len(values)).reshape(-1, 256)


# --- chance ---------------------------------------------------------------------------------------


def random_drop(count: int, seed: int = 0) -> np.ndarray:
    """Scores drawn at random: float64 (count,), 0 to below 1.

    Image i of a seed has the same score whatever the count. Raises ValueError for a count or a
    seed below 0.
    """
    if count < 0:
        raise ValueError(f"the count of images must be 0 or more, not {count}")
    return np.random.default_rng(seed).random(count)


# --- all ------------------------------------------------------------------------------------------

# Scores by a peer's name: of uint8 (N, H, W, 3), RGB, float64 (N,), higher is worse.
PEERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "over-exposure": over_exposure,
    "natural color": unnatural_color,
    "cleanvision": cleanvision_score,
}


def _in_batches(
    measure: Callable[[np.ndarray], np.ndarray], images: np.ndarray, columns: int | None = None
) -> np.ndarray:
    """What a measure makes of images, a few at a time: float64 (N,), or (N, columns)."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
        raise ValueError(
            f"expected images uint8 (N, H, W, 3), not {images.dtype} of shape {images.shape}"
        )
    height, width = images.shape[1:3]
    if min(height, width) < LEAST_SIDE:
        raise ValueError(
            f"expected images of {LEAST_SIDE} x {LEAST_SIDE} pixels or more, not {height} x {width}"
        )
    step = max(1, BATCH // (3 * height * width))
    values = [np.zeros((0, columns) if columns else 0)]
    values += [measure(images[n : n + step]) for n in range(0, len(images), step)]
    return np.concatenate(values)
