"""Where breakage comes from: one thing changed at a time, 2,500 images each, judged by each rule.

    facescreen study --out data/study

Five questions: how far a combination extrapolates, what the generator's last layer does, whether
values are clamped before they become bytes, how fast the GAN learned, and on how many faces. Each
leaves a row in `breakage.csv` and a sheet of its first images. What is flagged is what a rule would
reject; whether it is broken, only eyes can say: that is what the sheets are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from facescreen.faces import open_source, portraits
from facescreen.gan.checkpoints import load_combiner, load_model
from facescreen.gan.combine import noise_for
from facescreen.gan.recipes import recipe_named
from facescreen.gan.training import TrainingStopped, train
from facescreen.generation import FaceMaker, GenerationSettings, one_thread
from facescreen.images import contact_sheet, quantize, save_png, wrapped
from facescreen.images.writing import write_atomically
from facescreen.quality import HELD_OUT_SEED, formatted, measure_model, measure_quality
from facescreen.quality.measure import RULES
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

RECIPE = "quick"  # trained anew for each setting that changes the training
TRAINING_IMAGES = 45_000  # shown in each training: about two minutes on two cores
COUNT = 2500  # images judged per setting
SEED_IMAGES = 80_000  # shown to the default recipe for each seed, a fifth of its full length
SEED_SCHEMES = ("self", "two_faces", "mix_and_extrapolate", "noise")
SHEET = 40  # of them on a sheet


@dataclass(frozen=True)
class Setting:
    """One point of the study: what is asked, what is changed, and how its images are made.

    `training` changes the recipe (None: the shipped model is used as it is); `faces` says on how
    many portraits it is trained. Images come by `scheme` and `alpha` from the shipped model, from
    noise a + alpha (b − c) otherwise. `clamp` False lets bytes wrap around.
    """

    question: str
    name: str
    training: dict[str, Any] | None = None
    faces: int = 10_000
    scheme: str = "extrapolate"
    alpha: float = 0.0
    clamp: bool = True


def _settings() -> Iterator[Setting]:
    for alpha in (0.0, 0.25, 0.5, 0.75, 1.0, 1.5):
        yield Setting("alpha of extrapolation", f"alpha {alpha}", alpha=alpha)
    for alpha in (0.25, 0.5, 1.0):
        yield Setting("missing clamp", f"alpha {alpha}, no clamp", alpha=alpha, clamp=False)
    for output in ("linear", "tanh"):
        for alpha in (0.0, 1.0):
            how = "a + b − c" if alpha else "noise"
            yield Setting("output layer", f"{output}, {how}", {"output": output}, alpha=alpha)
    for times in (4, 16):
        yield Setting("learning rate", f"{times} × the usual", {"times": times})
    for faces in (1000, 100, 20):
        yield Setting("number of faces", f"{faces:,} faces", {}, faces=faces)


SETTINGS: tuple[Setting, ...] = tuple(_settings())


def trained(setting: Setting, folder: Path, images: int, progress: bool) -> Path:
    """Train the recipe as the setting changes it, or go on; returns the model's path."""
    base = recipe_named(RECIPE)
    changes = {n: v for n, v in setting.training.items() if n != "times"}
    rate = base.learning_rate * setting.training.get("times", 1)
    settings = replace(base, images=images, learning_rate=rate, **changes)
    words = [f"{n}-{v}" for n, v in sorted(setting.training.items())]
    out = folder / ("_".join([RECIPE, *words, f"{setting.faces}"]) + ".safetensors")
    source = open_source("portraits", settings.size, limit=setting.faces)
    try:
        train(source, settings, out, progress=progress)
    except TrainingStopped as stop:  # a finding too, where a checkpoint is left to look at
        print(f"{setting.question}, {setting.name}: {stop}")
    return out


def floats_from_noise(model: Path, count: int, alpha: float, seed: int = 0) -> np.ndarray:
    """Images of a model from noise a + alpha (b − c): float32 `(count, H, W, 3)`, unclipped."""
    loaded = load_model(model)
    a, b, c = (noise_for(3 * seed + n, np.arange(count), loaded.noise) for n in range(3))
    return loaded.draw_from_noise(torch.from_numpy(a + np.float32(alpha) * (b - c))).numpy()


def floats_from_faces(setting: Setting, count: int, model: str | None) -> np.ndarray:
    """Images of the shipped model by the setting's scheme, unclipped."""
    given = GenerationSettings(scheme=setting.scheme, alpha=setting.alpha, model=model)
    return FaceMaker(given, load_combiner(model)).floats(0, count)


def run_setting(
    setting: Setting,
    folder: Path,
    count: int = COUNT,
    images: int = TRAINING_IMAGES,
    model: str | None = None,
    progress: bool = True,
) -> tuple[dict[str, Any], np.ndarray]:
    """The setting's row and its images, uint8 `(count, H, W, 3)`."""
    with one_thread():
        if setting.training is None:
            floats = floats_from_faces(setting, count, model)
        else:
            path = trained(setting, folder, images, progress)
            floats = floats_from_noise(path, count, setting.alpha)
        made, finite = quantize(floats) if setting.clamp else (wrapped(floats), None)
        quality = measure_quality(made, portraits(count, made.shape[1], HELD_OUT_SEED))
    outside = (np.abs(floats) > 1).mean(axis=(1, 2, 3))
    row = {"question": setting.question, "setting": setting.name, "images": count}
    for name, rule in RULES.items():
        rate = Rate.of(int(rule(made, finite=finite).broken.sum()), count)
        row |= {f"{name} %": 100 * rate.value}
        row |= {f"{name} low %": 100 * rate.low, f"{name} high %": 100 * rate.high}
    row["values outside [-1, 1] %"] = 100 * float(outside.mean())
    return row | {"KID": quality.kid, "KID ±": quality.kid_error}, made


def run_study(
    out: Path,
    settings: tuple[Setting, ...] = SETTINGS,
    folder: Path = Path("build") / "study",
    count: int = COUNT,
    images: int = TRAINING_IMAGES,
    model: str | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Run every setting; write `out`/breakage.csv after each, and a sheet of images beside it.

    Trainings are kept in `folder` and go on where they were stopped.
    """
    import pandas as pd

    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, setting in enumerate(settings):
        row, made = run_setting(setting, folder, count, images, model, progress)
        row["sheet"] = f"{number:02d}.png"
        save_png(out / row["sheet"], contact_sheet(made[:SHEET], columns=10))
        rows.append(row)
        table = pd.DataFrame(rows)
        write_atomically(
            out / "breakage.csv",
            lambda temporary, table=table: table.round(4).to_csv(temporary, index=False),
        )
        flagged = ", ".join(f"{name} {row[f'{name} %']:.1f} %" for name in RULES)
        say(f"{setting.question}, {setting.name}: flagged {flagged}; KID {row['KID']:.2f}")
    return pd.DataFrame(rows)


def run_seeds(
    out: Path,
    seeds: Sequence[int],
    images: int = SEED_IMAGES,
    folder: Path = Path("build") / "study",
    count: int = COUNT,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Train the default recipe once per seed and measure each model: `out`/seeds.csv.

    One row per seed and scheme, as in `facescreen.quality.measure_model`. Trainings are kept in
    `folder`, those that are finished are not done again.
    """
    import pandas as pd

    out.mkdir(parents=True, exist_ok=True)
    tables = {}
    for seed in seeds:
        settings = recipe_named("combiner", seed=seed, images=images)
        model = folder / f"combiner_{images}_{seed}.safetensors"
        with one_thread():
            train(open_source("portraits", settings.size), settings, model, progress=progress)
        tables[seed] = measure_model(str(model), SEED_SCHEMES, count, beside=False)
        say(f"seed {seed}, {images:,} images\n{formatted(tables[seed])}")
        whole = pd.concat(tables, names=["seed", "scheme"])
        write_atomically(
            out / "seeds.csv", lambda temporary, whole=whole: whole.round(4).to_csv(temporary)
        )
    return whole
