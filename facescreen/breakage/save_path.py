"""Save paths: the same float images made into files in many ways, and judged each time.

    table = audit(FaceMaker(GenerationSettings()).floats(0, 2496))
    table = one_blob_table()

A generator's output is floats, meant to lie in [-1, 1], and often does not. What a histogram rule
sees depends on how they become bytes. `PATHS` names the ways; the first one is this package's own,
against which `audit` counts the verdicts that flip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from facescreen.breakage.planted import plant
from facescreen.evaluation import percent
from facescreen.images import ImageError, to_uint8, wrapped
from facescreen.screening import PAPER_RULES, AnyRule, MultiColorRule, Rate, Rule, SingleColorRule

if TYPE_CHECKING:
    import pandas as pd

SavePath = Callable[[np.ndarray], np.ndarray]  # float (N, H, W, 3) -> uint8 (N, h, w, 3)

CEILING = 0.985  # where the output of a generator that ends in tanh was seen to stop: value 253
BATCH = 64  # images that are stretched together, a usual sheet of samples
BLOB_AREA = 110 / 4096  # of the image: 110 pixels of 64×64
OVERSHOOT = 0.35  # past 1; the median image flagged by rule 1, of the shipped model, peaks there
RULES = PAPER_RULES

# --- the ways -------------------------------------------------------------------------------------
# Each takes finite float (N, H, W, 3), about [-1, 1], and returns uint8 (N, h, w, 3), or raises
# ImageError for anything else.


def clip_and_round(floats: np.ndarray) -> np.ndarray:
    """This package's way: `images.to_uint8` with clipping, kept without loss (PNG)."""
    return to_uint8(_checked(floats), clip=True)


def min_max_each(floats: np.ndarray) -> np.ndarray:
    """Stretch each image from its own lowest value to its highest.

    As torchvision's `save_image(..., normalize=True)` does to a single image, or with scale_each.
    """
    return min_max_batch(floats, batch=1)


def min_max_batch(floats: np.ndarray, batch: int = BATCH) -> np.ndarray:
    """Stretch every `batch` images together: one extreme pixel pales all of them.

    As torchvision's `save_image(..., normalize=True)` does to a sheet of so many images.
    """
    floats = _checked(floats)
    stretched = np.empty(floats.shape, floats.dtype)
    for start in range(0, len(floats), batch):
        part = floats[start : start + batch]
        span = max(part.max() - part.min(), 1e-5)  # as torchvision guards a flat image
        stretched[start : start + batch] = (part - part.min()) / span * 2 - 1
    return to_uint8(stretched, clip=True)


def tanh_ceiling(floats: np.ndarray, ceiling: float = CEILING) -> np.ndarray:
    """What a generator that ends in tanh would give: the same faces, stopped short of ±1.

    Such a generator learns middle tones as one with a linear output does, since the faces that it
    is shown have them; what differs is the end, which tanh nears and does not reach. Values are
    therefore cut at ±`ceiling`: tanh of them would darken every face. A real tanh nears its end
    smoothly, so its bright pixels spread over more values than these.
    """
    return to_uint8(np.clip(_checked(floats), -ceiling, ceiling))


def not_mapped(floats: np.ndarray) -> np.ndarray:
    """Save [-1, 1] as if it were [0, 1]: times 255, clipped, so all below 0 becomes black.

    What torchvision's `save_image` makes of a generator's output when a script forgets to map it.
    Half of the range is lost. Bright values stay bright, and what is past 1 is 255 as before.
    """
    return np.clip(np.floor(_checked(floats) * 255 + 0.5), 0, 255).astype(np.uint8)


def jpeg(floats: np.ndarray, quality: int) -> np.ndarray:
    """Clip and round, write a JPEG and read it again.

    Settings are Pillow's but for the quality, so color is halved in both directions (4:2:0).
    """
    images = clip_and_round(floats)
    read = np.empty_like(images)
    for row, image in enumerate(images):
        file = BytesIO()
        Image.fromarray(image).save(file, format="JPEG", quality=quality)
        read[row] = Image.open(file, formats=["JPEG"]).convert("RGB")
    return read


def half_size(floats: np.ndarray) -> np.ndarray:
    """Clip and round, then halve with the filter of `images.read_image`: Hamming, antialiased."""
    return _resized(clip_and_round(floats), 0.5, Image.Resampling.HAMMING)


def double_size(floats: np.ndarray) -> np.ndarray:
    """Clip and round, then double with Pillow's usual filter: bicubic, overshooting at edges."""
    return _resized(clip_and_round(floats), 2, Image.Resampling.BICUBIC)


PATHS: dict[str, SavePath] = {
    "clip and round (PNG)": clip_and_round,
    "min-max per image": min_max_each,
    "min-max over the batch": min_max_batch,
    "tanh ceiling": tanh_ceiling,
    "no clamp (wraps around)": wrapped,
    "not mapped to [0, 1]": not_mapped,
    "JPEG 95": partial(jpeg, quality=95),
    "JPEG 75": partial(jpeg, quality=75),
    "half size": half_size,
    "double size": double_size,
}

# --- what they do to verdicts ---------------------------------------------------------------------


def audit(
    floats: np.ndarray,
    rules: Mapping[str, Rule] = RULES,
    paths: Mapping[str, SavePath] = PATHS,
) -> pd.DataFrame:
    """Judge the same images saved in each way, and count the verdicts that flip.

    floats: finite float (N, H, W, 3), unclipped, such as `FaceMaker.floats` makes. A verdict flips
    against that on the image clipped and rounded, by the same rule.

    One row per ``path`` and ``rule``. Where a path changes the size, a rule in pixels has a second
    row, "NAME scaled": thresholds as the fraction of the pixels that they are at the size of
    `floats`. Columns, each ``… %`` with its Wilson 95 % interval ``… low %``, ``… high %``:
    ``images``; ``flagged`` and ``flagged %``, of all; ``to broken`` and ``to broken %``, newly
    flagged, of those valid before; ``to valid`` and ``to valid %``, no longer flagged, of those
    broken before; ``flipped`` and ``flipped %``, either, of all. Raises ImageError for other
    floats.
    """
    import pandas as pd

    size = _checked(floats).shape[1:3]
    images = clip_and_round(floats)
    before = {name: rule(images).broken for name, rule in rules.items()}
    rows = {}
    for path, save in paths.items():
        images = save(floats)
        for name, rule in rules.items():
            rows[path, name] = _flips(before[name], rule(images).broken)
            scaled = in_fractions(rule, size[0] * size[1])
            if images.shape[1:3] != size and scaled != rule:
                rows[path, f"{name} scaled"] = _flips(before[name], scaled(images).broken)
    index = pd.MultiIndex.from_tuples(rows, names=["path", "rule"])
    return pd.DataFrame(list(rows.values()), index)


def side_by_side(
    table: pd.DataFrame, columns: Sequence[str] = ("flagged %", "flipped %")
) -> pd.DataFrame:
    """An audit with a row per path, and for each rule the columns named; scaled rules left out.

    Not by `unstack(sort=False)`: of a table with rows left out, pandas 3.1 puts the columns under
    the names of other rules.
    """
    import pandas as pd

    rules = [rule for rule in table.index.unique("rule") if not rule.endswith("scaled")]
    of_rules = {rule: table.xs(rule, level="rule")[list(columns)] for rule in rules}
    return pd.concat(of_rules, axis=1, names=["rule", None])


def in_fractions(rule: Rule, pixels: int) -> Rule:
    """The rule with thresholds as fractions, the same on images of `pixels` pixels.

    A rule whose thresholds count no pixels is returned as it is. Thresholds that no image of that
    size can reach stay out of reach.
    """
    if isinstance(rule, AnyRule):
        return AnyRule(tuple(in_fractions(part, pixels) for part in rule.rules))
    if getattr(rule, "unit", "") != "pixels":
        return rule
    names = [field.name for field in fields(rule) if field.name.endswith("threshold")]
    # Three channels' counts sum to 3 times the pixels at most; a rule takes fractions up to 4.
    shares = {name: min(getattr(rule, name) / pixels, 4) for name in names}
    return replace(rule, unit="fraction", **shares)


def one_blob(size: int = 64) -> np.ndarray:
    """One red blob on a rendered face, as a generator would give it: float32 (1, size, size, 3).

    The blob covers BLOB_AREA of the image in its middle. Red is past 1 everywhere in it, by a
    little at the edge, by OVERSHOOT where it is deepest. The face itself has nothing from 240 up.
    """
    from scipy.ndimage import distance_transform_edt

    from facescreen.faces import portraits

    face = portraits(1, size)[0]
    blob = plant(face, "blob", strength=1, area=BLOB_AREA, color="red", place=(0.5, 0.5))
    floats = blob.image.astype(np.float32) / np.float32(127.5) - 1
    depth = distance_transform_edt(blob.mask)
    floats[..., 0] += (OVERSHOOT * depth / depth.max()).astype(np.float32)
    return floats[np.newaxis]


def one_blob_table(
    floats: np.ndarray | None = None, paths: Mapping[str, SavePath] = PATHS
) -> pd.DataFrame:
    """What both rules measure of one image, saved in each way, in pixels.

    floats: (1, H, W, 3), None for `one_blob`. One row per ``path``: ``side`` in pixels, and for
    each rule (thresholds: the paper's 40 and 1,000 pixels) ``single score``, ``single broken`` and
    so on; ``multi bin`` is the value at which the multi-color rule found it. The image is alone in
    its batch, so both min-max ways do the same.
    """
    import pandas as pd

    floats = one_blob() if floats is None else _checked(floats)
    if len(floats) != 1:
        raise ImageError(f"expected one image, float (1, H, W, 3), not {floats.shape}")
    rows = {}
    for path, save in paths.items():
        image = save(floats)
        single, multi = SingleColorRule()(image), MultiColorRule()(image)
        rows[path] = {
            "side": image.shape[1],
            "single score": int(single.score[0]),
            "single broken": bool(single.broken[0]),
            "multi score": int(multi.score[0]),
            "multi bin": int(multi.bin[0]),
            "multi broken": bool(multi.broken[0]),
        }
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), name="path"))


def _flips(before: np.ndarray, now: np.ndarray) -> dict[str, float]:
    """A row of the audit, from what a rule said before and now: bool (N,) each."""
    row = {"images": len(now)}
    for name, happened, of in (
        ("flagged", now, np.ones_like(now)),
        ("to broken", ~before & now, ~before),
        ("to valid", before & ~now, before),
        ("flipped", before != now, np.ones_like(now)),
    ):
        rate = Rate.of(int(happened.sum()), int(of.sum()))
        row |= {name: rate.count, **percent(rate, name)}
    return row


def _resized(images: np.ndarray, times: float, resample: Image.Resampling) -> np.ndarray:
    height, width = (max(1, int(side * times)) for side in images.shape[1:3])
    resized = np.empty((len(images), height, width, 3), np.uint8)
    for row, image in enumerate(images):
        resized[row] = Image.fromarray(image).resize((width, height), resample)
    return resized


def _checked(floats: np.ndarray) -> np.ndarray:
    floats = np.asarray(floats)
    if floats.dtype.kind != "f" or floats.ndim != 4 or floats.shape[3] != 3:
        raise ImageError(
            f"expected float images of shape (N, H, W, 3), not {floats.dtype} of {floats.shape}"
        )
    finite = np.isfinite(floats).all(axis=(1, 2, 3))
    if not finite.all():
        raise ImageError(
            f"{(~finite).sum()} of {len(floats)} images hold NaN or infinity, "
            f"the first is image {np.argmin(finite)}; leave them out"
        )
    return floats
