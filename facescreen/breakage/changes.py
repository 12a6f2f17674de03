"""What the study of learning GANs changes, one thing at a time, and how its table is read.

    table = learning_table()
    one_at_a_time(table)

Every change sets out from the shipped combiner's recipe on studio portraits, whose backgrounds are
of middle tones. `while_learning.py` trains and measures; nothing here needs more than pandas.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.images.locks import InUseError, locked
from facescreen.images.writing import write_atomically
from facescreen.screening import PAPER_RULES
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd

STORED = DATA / "study" / "learning.csv"


@dataclass(frozen=True)
class Change:
    """One training of the study, but for its seed.

    question: what is asked. name: tells it from all others. source: the existing faces that are
    learned, as `open_source` takes them. settings: what is changed of the recipe's settings.
    seeds: those that the command trains.
    """

    question: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    source: str = "portraits:studio"
    recipe: str = "combiner"
    seeds: tuple[int, ...] = (0, 1)


BRIGHT = "portraits:bright"
SKIP = {"rgb": "skip"}  # StyleGAN2's output: pictures of all resolutions, summed
SLOW_START = {**SKIP, "warm_up": 4000}
STYLEGAN2 = {"loss": "non_saturating", "penalty": 20.0}
WASSERSTEIN = {
    "loss": "wasserstein",
    "penalty_kind": "unit_slope",
    "penalty": 10.0,
    "penalty_every": 1,
}


def _rate(rate: float) -> dict[str, Any]:
    return {"learning_rate": rate, "last_learning_rate": None}


def _plain(name: str, recipe: str, **settings: Any) -> Change:
    return Change("plain GANs", name, settings, recipe=recipe)


CHANGES: tuple[Change, ...] = (
    Change("tones of the faces", "studio", seeds=(0, 1, 2)),
    Change("tones of the faces", "varied", source="portraits", seeds=(30, 31, 32)),
    Change("tones of the faces", "bright", source=BRIGHT, seeds=(0, 1, 2)),
    Change("output layer", "tanh", {"output": "tanh"}),
    Change("learning rate", "rate 0.2", _rate(1e-4)),
    Change("learning rate", "rate 2", _rate(1e-3)),
    Change("learning rate", "rate 3", _rate(1.5e-3)),
    Change("learning rate", "bright, rate 3", _rate(1.5e-3), BRIGHT),
    Change("penalty", "penalty none", {"penalty_kind": "", "penalty": 0.0}),
    Change("penalty", "penalty 0.5", {"penalty": 0.5}),
    Change("penalty", "penalty 20", {"penalty": 20.0}),
    Change("loss", "loss non_saturating", {"loss": "non_saturating"}),
    Change("loss", "loss wasserstein", WASSERSTEIN),
    Change("loss", "bright, loss wasserstein", WASSERSTEIN, BRIGHT),
    Change("Adam's betas", "betas 0.5 0.999", {"betas": (0.5, 0.999)}),
    Change("Adam's betas", "betas 0.9 0.999", {"betas": (0.9, 0.999)}),
    Change("batch", "batch 8", {"batch": 8, "drawn_again": 4}),
    Change("batch", "batch 128", {"batch": 128, "drawn_again": 64}),
    Change("width", "generator width 16", {"generator_width": 16}),
    Change("width", "generator width 64", {"generator_width": 64}),
    Change("likeness", "no likeness", {"pixel_weight": 0.0, "feature_weight": 0.0}),
    Change("sum of pictures", "skip", SKIP),
    Change("sum of pictures", "skip, warm-up", SLOW_START),
    Change("sum of pictures", "bright, skip", SKIP, BRIGHT),
    Change("sum of pictures", "bright, skip, warm-up", SLOW_START, BRIGHT),
    Change("the learning recipe", "non_saturating, penalty 20", STYLEGAN2),
    Change("the learning recipe", "bright, non_saturating, penalty 20", STYLEGAN2, BRIGHT),
    Change("the learning recipe", "learning", {}, BRIGHT, "learning", tuple(range(10, 16))),
    _plain("dcgan tanh", "dcgan", output="tanh"),
    _plain("dcgan linear", "dcgan", output="linear"),
    _plain("dcgan linear, rate 10", "dcgan", output="linear", learning_rate=2e-3),
    _plain("modern tanh", "modern", output="tanh"),
    _plain("modern linear", "modern", output="linear"),
    _plain("wgan_gp tanh", "wgan_gp", output="tanh"),
    _plain("wgan_gp linear", "wgan_gp", output="linear"),
    _plain("minimax tanh", "minimax", output="tanh"),
    _plain("minimax linear", "minimax", output="linear"),
)

# --- the table ------------------------------------------------------------------------------------

STAGES = ((1, 2), (3, 5), (6, 10), (11, 20), (21, 40))  # moments, first and last
STAGED = "single@40"  # the rule whose share is told by stage
WORDS = ("question", "change", "source", "recipe", "settings", "no setting", "ended", "where")
WHOLE = ("seed", "images", "drawn")
SHARES = (
    *(f"{rule}{limit} %" for rule in PAPER_RULES for limit in ("", " low", " high")),
    *(f"{STAGED} moments {first}-{last} %" for first, last in STAGES),
    "values outside [-1, 1] %",
    "strong patch %",
    "clipped patch %",
)
COLUMNS = (*WORDS[:6], "seed", "images", "ended", "where", "drawn", "spread at start", *SHARES)


def learning_table(path: Path = STORED) -> pd.DataFrame:
    """The table of the study, a row per training; empty where there is no file yet.

    ``question`` and ``change``: as in `Change`; ``source``, ``recipe``, ``settings`` (JSON) say how
    to train it, and ``no setting`` what else was changed that is no setting of this package.
    ``images``: the length of the training; ``ended``: "done", or how it ended early. ``where``: on
    what it ran. ``drawn``: images judged. ``spread at start``: mean standard deviation of the
    values of an image before the first step, where faces fill [-1, 1]. Shares of the images drawn
    are in percent, rules' with Wilson's 95 % limits; moments 1 to 40 are equally spaced. ``values
    outside [-1, 1] %``: of all values, before they became bytes. ``strong patch %`` and ``clipped
    patch %``: see `while_learning.patches`, a proxy and no label. What was not measured is NaN.
    """
    import pandas as pd

    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.read_csv(path, dtype=dict.fromkeys(WORDS, str))
    return table.fillna(dict.fromkeys(WORDS, ""))


def add_row(table: Path, row: Mapping[str, Any], lock: Path) -> None:
    """Write the file `table` anew with a row more; several processes may add to it."""
    import pandas as pd

    while True:
        with suppress(InUseError), locked(lock):
            rows = [*learning_table(table).to_dict("records"), row]
            text = pd.DataFrame(rows, columns=list(COLUMNS)).round(4).to_csv(index=False)
            write_atomically(table, lambda file, text=text: file.write_text(text, "utf-8"))
            return
        time.sleep(0.1)


def has_row(table: Path, key: Mapping[str, Any]) -> bool:
    """Whether a row of the file `table` has all these values."""
    rows = learning_table(table)[list(key)].to_dict("records")
    return dict(key) in rows


def one_at_a_time(
    table: pd.DataFrame,
    columns: Sequence[str] = ("spread at start", "single@40 %", "multi %", "clipped patch %"),
) -> pd.DataFrame:
    """Each change, its seeds side by side: a row per ``question``, ``change`` and ``where``.

    ``trainings``: how many seeds; ``cut``: how many of them ended early. For each of `columns` the
    mean over seeds, under its own name, and ``… lowest``, ``… highest``. One seed says little:
    shares flagged differ by up to a factor of 2.5 between seeds of one change.
    """
    grouped = table.groupby(["question", "change", "where"], sort=False)
    read = grouped.size().rename("trainings").to_frame()
    read["cut"] = grouped["ended"].agg(lambda ended: (ended != "done").sum())
    for column in columns:
        read[column] = grouped[column].mean()
        read[f"{column} lowest"] = grouped[column].min()
        read[f"{column} highest"] = grouped[column].max()
    return read
