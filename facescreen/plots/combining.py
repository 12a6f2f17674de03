"""Charts of combining faces, and what they show: what each layer decides, what breaks, the cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.images import quantize
from facescreen.plots.base import BROKEN, INK, MARKS, PAGE, PAPER, SCREENS, VALID, presented
from facescreen.screening import Rate, Rule
from facescreen.setup import DATA

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREEN = SCREENS[2]
ASPECTS = {"outline": (VALID, "o"), "color": (BROKEN, "s")}
STUDY = DATA / "study" / "breakage.csv"


def way_between(aspect: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """How far images lie on the way from `start` (0) to `end` (1) in one aspect: the median.

    All are float (N, values), an image in each row; an image is as near to an end as its row is.
    """
    from_start, from_end = (np.linalg.norm(aspect - other, axis=1) for other in (start, end))
    return float(np.median(from_start / (from_start + from_end)))


def breakage_of(floats: np.ndarray, rule: Rule) -> dict[str, float]:
    """Of a generator's images, in percent: what a rule flags, and values that no byte can hold.

    floats: (N, H, W, 3), about -1 to 1, not clipped. ``flagged %`` has its Wilson 95 % interval
    ``low %`` and ``high %``; ``outside %`` is the share of values below -1 or above 1.
    """
    images, finite = quantize(floats)
    rate = Rate.of(int(rule(images, finite=finite).broken.sum()), len(images))
    shares = {"flagged %": rate.value, "low %": rate.low, "high %": rate.high}
    shares["outside %"] = float((np.abs(floats) > 1).mean())
    return {name: 100 * share for name, share in shares.items()}


def study_of_alpha() -> pd.DataFrame:
    """What `facescreen study` measured of a + alpha (b - c): a row for each alpha, ascending.

    Columns as in `breakage_of`, where the study has them.
    """
    import pandas as pd

    study = pd.read_csv(STUDY)
    study = study[study["question"] == "alpha of extrapolation"]
    study.index = study["setting"].str.removeprefix("alpha ").astype(float)
    names = {"multi %": "flagged %", "values outside [-1, 1] %": "outside %"}
    return study.rename(columns=names).sort_index()


def draw_layers(table: pd.DataFrame) -> tuple[Figure, str]:
    """How far an image moves from face a toward face b when some layers take b's style.

    table: a row per group of layers, coarsest first; columns ``outline`` and ``color``, shares of
    the way from 0 (still a) to 1 (all b).
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 0.75 * len(table) + 1.3))
    rows = np.arange(len(table))
    for (name, (color, mark)), shift in zip(ASPECTS.items(), (-0.14, 0.14), strict=True):
        share = 100 * table[name]
        axis.hlines(rows + shift, 0, share, color=color, linewidth=2, alpha=0.5)
        axis.plot(share, rows + shift, mark, color=color, markersize=9, label=name)
        for row, value in enumerate(share):
            axis.annotate(f"{value:.0f} %", (value, row + shift), xytext=(9, 0), fontsize=13,
                          textcoords="offset points", va="center", color=INK)  # fmt: skip
    axis.set_yticks(rows, table.index, fontsize=13)
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.set_xlim(0, 108)
    axis.set_xlabel("way from face a (0 %) to face b (100 %), median over pairs", fontsize=13)
    axis.legend(frameon=False, fontsize=13, loc="center right")
    _bare(axis)
    figure.tight_layout(pad=0.3)
    said = [
        f"{name}: {100 * row['outline']:.0f} % of the way in outline, {100 * row['color']:.0f} % "
        "in color"
        for name, row in table.iterrows()
    ]
    return figure, f"Taken from face b, {'; '.join(said)}."


plot_layers = presented(draw_layers)


def draw_breakage(
    measured: Mapping[str, pd.DataFrame], study: pd.DataFrame | None = None
) -> tuple[Figure, str]:
    """Share flagged, and share of values beyond a byte's range, against alpha; a line per walk.

    Tables are indexed by alpha; columns ``flagged %`` with its 95 % interval ``low %`` and
    ``high %``, and ``outside %``. study: the same from more images, drawn as hollow marks.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(PAGE, 4.2))
    looks = zip((VALID, BROKEN, GREEN), MARKS[:3], ("-", "--", "-."), strict=True)
    for (name, table), (color, mark, dash) in zip(measured.items(), looks, strict=False):
        look = {"color": color, "marker": mark, "linestyle": dash, "markersize": 7}
        spread = np.stack(
            [table["flagged %"] - table["low %"], table["high %"] - table["flagged %"]]
        )
        axes[0].errorbar(table.index, table["flagged %"], spread.clip(0), capsize=3, **look)
        axes[1].plot(table.index, table["outside %"], label=name, **look)
    if study is not None:
        hollow = {"color": INK, "marker": "D", "markersize": 11, "linestyle": "none"}
        for axis, column in zip(axes, ("flagged %", "outside %"), strict=True):
            axis.plot(study.index, study[column], fillstyle="none", label="shipped study", **hollow)
    titles = ("flagged by the multi-color rule (%)", "values beyond a byte's range (%)")
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=13, color=INK, loc="left")
        axis.set_xlabel("alpha", fontsize=13)
        axis.set_ylim(0)
        axis.set_xlim(left=-0.05)
        _bare(axis, "both")
    axes[1].legend(frameon=False, fontsize=13, loc="upper left")
    figure.tight_layout()
    said = [
        f"{name[:1].upper()}{name[1:]}: "
        + "; ".join(
            f"at alpha {at:g}, {t['flagged %'][at]:.1f} % of the images flagged and "
            f"{t['outside %'][at]:.2f} % of the values beyond the range"
            for at in sorted({t.index[0], t["flagged %"].idxmin(), t.index[-1]})
        )
        for name, t in measured.items()
    ]
    return figure, f"{'. '.join(said)}. Bars are 95 % intervals."


plot_breakage = presented(draw_breakage)


def training_costs(
    quoted: Mapping[tuple[int, int], tuple[int, int]],
    card: Mapping[str, Any],
    side: int,
    per_second: float,
) -> pd.DataFrame:
    """What trainings took: those quoted, a model's by its card, the same at `per_second` images.

    quoted: days and hours on one GPU, by side in pixels and thousands of images. card: of a model
    that draws images of `side` pixels. A row each; columns ``side (px)``, ``thousand images``,
    ``on``, ``hours``, ``days``, ``images per second`` and ``megapixels per second``.
    """
    import pandas as pd

    rows: dict[str, tuple] = {
        f"StyleGAN2, {px}², {kimg:,} kimg": (px, kimg, "1 GPU", 24 * days + hours)
        for (px, kimg), (days, hours) in quoted.items()
    }
    ours = side, card["images"] / 1000, f"{card['machine']['threads']} CPU thread"
    rows["shipped model, from its card"] = *ours, card["minutes"] / 60
    rows["the same, at this machine's speed"] = *ours, card["images"] / per_second / 3600
    columns = ["side (px)", "thousand images", "on", "hours"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table["days"] = table["hours"] / 24
    table["images per second"] = 1000 * table["thousand images"] / table["hours"] / 3600
    table["megapixels per second"] = table["images per second"] * table["side (px)"] ** 2 / 1e6
    return table


def draw_costs(hours: pd.Series, paper: int) -> tuple[Figure, str]:
    """Hours of training on a logarithmic axis, one row each; the first `paper` rows are quoted."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 0.48 * len(hours) + 1.2))
    rows = np.arange(len(hours))
    for label, chosen, color, mark in (
        ("quoted: paper, Table 1, one GPU", rows < paper, PAPER, "s"),
        ("ours: one CPU thread, far smaller images", rows >= paper, VALID, "o"),
    ):
        axis.plot(hours[chosen], rows[chosen], mark, color=color, markersize=10, label=label)
    for row, value in enumerate(hours):
        axis.annotate(duration(value), (value, row), xytext=(10, 0), textcoords="offset points",
                      va="center", fontsize=13, color=INK)  # fmt: skip
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:,g}")
    axis.set_xlim(hours.min() / 2.5, hours.max() * 6)
    axis.set_yticks(rows, hours.index, fontsize=13)
    axis.set_ylim(len(hours) - 0.5, -0.6)
    axis.set_xlabel("training time (hours), logarithmic", fontsize=13)
    axis.legend(frameon=False, fontsize=13, loc="upper left")
    _bare(axis)
    figure.tight_layout(pad=0.3)
    said = "; ".join(f"{name}: {duration(value)}" for name, value in hours.items())
    return figure, f"Training time, of images that differ in size. {said}."


plot_costs = presented(draw_costs)


def duration(hours: float) -> str:
    """Hours in words, two units: 69 d 23 h, 5 h 12 min, 44 min."""
    minutes = round(60 * hours)
    if minutes >= 24 * 60:
        whole = round(hours)
        return f"{whole // 24} d {whole % 24} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _bare(axis: Axes, grid: str = "x") -> None:
    axis.grid(axis=grid, alpha=0.3)
    axis.tick_params(labelsize=13)
    axis.spines[["top", "right"]].set_visible(False)
