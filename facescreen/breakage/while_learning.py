"""Why some GANs saturate while they learn: one thing changed at a time, raw weights, several seeds.

    facescreen study --while-learning --out data/study
    facescreen study --while-learning --only studio learning --out data/study

Each of `changes.CHANGES` is trained by the package's own `train`. At equally spaced moments its raw
weights, not their average, are kept; then images are drawn at each moment, judged by the paper's
rules, and searched for patches of strong color. Each training leaves a row in `learning.csv`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from facescreen.breakage.changes import (
    CHANGES,
    STAGED,
    STAGES,
    Change,
    add_row,
    has_row,
    learning_table,
)
from facescreen.evaluation import percent
from facescreen.faces import FaceSource, open_source
from facescreen.gan.batches import FaceArray
from facescreen.gan.checkpoints import card_path
from facescreen.gan.combine import noise_for, pick_faces, scheme_named
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.models import BLOCK, FaceCombiner, FaceModel
from facescreen.gan.moments import kept_moments, train_moments
from facescreen.gan.recipes import recipe_named, trainer_for
from facescreen.gan.trainer import TrainingSettings
from facescreen.gan.training import TrainingStopped
from facescreen.generation import one_thread
from facescreen.generation.learning import APART
from facescreen.images import quantize
from facescreen.screening import PAPER_RULES, Rate

if TYPE_CHECKING:
    import pandas as pd

IMAGES = 40_000  # shown in each training: about twelve minutes on one core
MOMENTS = 40
PER_MOMENT = 32  # images drawn at each
FACES = 4096  # of the source, the first ones, as `GenerationSettings.existing`
SCHEME = "two_faces"  # how combiners draw: what they learn, nothing is extrapolated
HERE = "CPU, float32"

VIVID = 110  # between a pixel's highest and lowest channel
WHITE = 240  # all channels of a white pixel
PATCH = 24  # connected pixels, of 64×64
CLIPPED = 8  # of them with a channel at 255


def settings_of(change: Change, seed: int, images: int, moments: int) -> TrainingSettings:
    """The recipe as the change has it, checkpointed at each moment; combiners learn no mapping."""
    combines = isinstance(recipe_named(change.recipe), CombinerSettings)
    drawn_from = {"mapping_layers": 0} if combines else {}
    every = images // moments
    given = {"images": images, "seed": seed, "checkpoint_every": every}
    settings = recipe_named(change.recipe, **given, **drawn_from, **change.settings)
    if every < settings.batch:
        raise ValueError(
            f"{images} images at {moments} moments: expected {settings.batch} or more, a batch, "
            "from moment to moment"
        )
    return settings


# --- learning -------------------------------------------------------------------------------------


def learn(
    source: FaceSource, settings: TrainingSettings, folder: Path, moments: int, progress: bool
) -> str:
    """Train in `folder`, or go on, and keep the weights of each moment; how it ended, "done" or so.

    A training that diverges keeps the moments before. Ctrl-C raises KeyboardInterrupt.
    """
    try:
        train_moments(source, settings, folder, moments, progress)
    except TrainingStopped as stop:
        return str(stop).partition(":")[0]
    return "done"


# --- measuring ------------------------------------------------------------------------------------


def drawn(
    model: FaceModel, faces: FaceArray | FaceSource, seed: int, moment: int, count: int = PER_MOMENT
) -> np.ndarray:
    """The first `count` images of a moment: float32 (count, H, W, 3), about [-1, 1], unclipped.

    Those of a combiner are what a `LearningMaker` of the same seed draws there. From noise, batch
    normalization takes its statistics from the batch of 64, as scripts that draw while they learn
    have it.
    """
    if isinstance(model, FaceCombiner):
        scheme = scheme_named(SCHEME)
        numbers = (moment - 1) * APART + np.arange(count)
        picked = pick_faces(seed, numbers, scheme.faces, len(faces))
        styles = model.encode(torch.from_numpy(faces.load(picked.ravel())))
        layers = scheme.combine(styles.unflatten(0, picked.shape), model.layers, 0.0)
        return model.draw(layers).numpy()
    numbers = (moment - 1) * APART + np.arange(-(-count // BLOCK) * BLOCK)
    noise = torch.from_numpy(noise_for(seed, numbers, model.noise))
    return model.train().draw_from_noise(noise).numpy()[:count]


def patches(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which images have a strong patch, and which one that is clipped: bool (N,) each.

    A proxy, computed from pixels; nobody has looked, and it is no label. A patch is strong where
    24 or more connected pixels (of uint8 (N, 64, 64, 3), sides touching) are vivid, their highest
    and lowest channel 110 or more apart, or white, all channels 240 or more. The largest vivid one
    is clipped where 8 or more of its pixels have a channel at 255; a white one always counts as
    clipped. Walls count too: of 1,000 clean portraits, varied, studio and bright, 7.7, 0.2 and
    0.9 % have a strong patch, and 7.4, 0 and 0 % a clipped one.
    """
    high, low = images.max(axis=3).astype(int), images.min(axis=3).astype(int)
    strong, clipped = np.zeros((2, len(images)), bool)
    for row in range(len(images)):
        vivid = _largest(high[row] - low[row] >= VIVID)
        white = _largest(low[row] >= WHITE).sum() >= PATCH
        large = vivid.sum() >= PATCH
        strong[row] = large or white
        clipped[row] = white or (large and (high[row][vivid] == 255).sum() >= CLIPPED)
    return strong, clipped


def _largest(mask: np.ndarray) -> np.ndarray:
    """The largest connected part of a mask, bool (H, W); nothing of an empty one."""
    from scipy import ndimage

    if not mask.any():
        return mask
    parts, _ = ndimage.label(mask)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return parts == sizes.argmax()


def measured(
    source: FaceSource,
    settings: TrainingSettings,
    folder: Path,
    moments: int = MOMENTS,
    per_moment: int = PER_MOMENT,
) -> dict[str, Any]:
    """The measured columns of `learning_table`, of the moments kept in `folder`.

    The weights may have been kept by `learn` or by a `LearningMaker`, of the same settings and
    faces: `source` and `settings.seed` say which images are drawn.
    """
    seed, floats, when = settings.seed, [], []
    combines = isinstance(settings, CombinerSettings)
    faces = FaceArray(source, settings.size) if combines else source  # rendered in one go
    start = drawn(trainer_for(settings).model, faces, seed, 1, per_moment)
    for moment, model in kept_moments(folder, moments):
        floats.append(drawn(model, faces, seed, moment, per_moment))
        when += [moment] * per_moment
    spread = start.std(axis=(1, 2, 3)).mean()
    row: dict[str, Any] = {"drawn": len(when), "spread at start": float(spread)}
    if not when:  # it diverged before the first moment
        return row
    floats, when = np.concatenate(floats), np.array(when)
    images, finite = quantize(floats)
    broken = {name: rule(images, finite=finite).broken for name, rule in PAPER_RULES.items()}
    for name, flagged in broken.items():
        row |= percent(Rate.of(int(flagged.sum()), len(flagged)), name)
    for first, last in STAGES:
        then = (when >= first) & (when <= last)
        share = 100 * float(broken[STAGED][then].mean()) if then.any() else float("nan")
        row[f"{STAGED} moments {first}-{last} %"] = share
    row["values outside [-1, 1] %"] = 100 * float((np.abs(floats) > 1).mean())
    for name, found in zip(("strong", "clipped"), patches(images), strict=True):
        row[f"{name} patch %"] = 100 * float(found.mean())
    return row


def run_change(
    change: Change,
    seed: int,
    folder: Path,
    images: int = IMAGES,
    moments: int = MOMENTS,
    per_moment: int = PER_MOMENT,
    progress: bool = True,
) -> dict[str, Any]:
    """Train the change with a seed in `folder`, or go on, and measure it: a row of the table.

    By one thread: sums in another order round otherwise. Killed, it goes on from the last moment.
    """
    settings = settings_of(change, seed, images, moments)
    source = open_source(change.source, settings.size, limit=FACES)
    with one_thread():
        ended = learn(source, settings, folder, moments, progress)
        values = measured(source, settings, folder, moments, per_moment)
    return described(change, seed, images, ended) | values


def described(change: Change, seed: int, images: int, ended: str = "done") -> dict[str, Any]:
    """The columns that say what was trained."""
    return {
        "question": change.question,
        "change": change.name,
        "source": change.source,
        "recipe": change.recipe,
        "settings": json.dumps(dict(change.settings)),
        "no setting": "",
        "seed": seed,
        "images": images,
        "ended": ended,
        "where": HERE,
    }


# --- the table ------------------------------------------------------------------------------------


def run_changes(
    out: Path,
    only: Sequence[str] | None = None,
    images: int = IMAGES,
    seeds: Sequence[int] | None = None,
    changes: Sequence[Change] = CHANGES,
    folder: Path = Path("build") / "study" / "learning",
    say: Callable[[str], None] = print,
    **options: Any,
) -> pd.DataFrame:
    """Run all changes, or those named, and add a row each to `out`/learning.csv as it is measured.

    Rows of the same change, seed and length that ran here are kept, and not run again. seeds: in
    place of each change's own. options: as `run_change` takes them. A training goes on in `folder`
    where it was stopped; what it kept there, 170 MB, is removed when its row is written.
    """
    named = {change.name: change for change in changes}
    for name in only or ():
        if name not in named:
            raise ValueError(f"no change {name!r}; there are: {'; '.join(named)}")
    table = out / "learning.csv"
    for change in (named[name] for name in only or named):
        for seed in change.seeds if seeds is None else seeds:
            key = {"change": change.name, "seed": seed, "images": images, "where": HERE}
            if has_row(table, key):
                continue
            place = folder / f"{change.name}_{seed}_{images}".replace(" ", "_").replace(",", "")
            row = run_change(change, seed, place, images, **options)
            add_row(table, row, folder / "table.lock")
            _remove(place)
            shares = ", ".join(f"{n} {row.get(f'{n} %', float('nan')):.1f} %" for n in PAPER_RULES)
            say(f"{change.question}: {change.name}, seed {seed}, {row['ended']}: flagged {shares}")
    return learning_table(table)


def _remove(place: Path) -> None:
    """Remove what a training kept, and nothing else that may lie there."""
    for weights in (*place.glob("moment_*.safetensors"), place / "gan.safetensors"):
        weights.unlink(missing_ok=True)
        card_path(weights).unlink(missing_ok=True)
    for name in ("gan.state", "gan.lock"):
        (place / name).unlink(missing_ok=True)
    with suppress(OSError):
        place.rmdir()
