"""Figures of a training that is watched: raw weights beside their average, look after look."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from facescreen.images import contact_sheet
from facescreen.plots.base import (
    BROKEN,
    DASHES,
    INK,
    MARKS,
    PAGE,
    SCREENS,
    VALID,
    presented,
)
from facescreen.plots.faces import draw_faces

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from facescreen.screening import Rule

Looks = Mapping[int, np.ndarray]  # after how many existing faces → what was drawn then (N, H, W, 3)
LETTERS = 11.5  # points, of the lettering
SIDE = 1.1  # inches, of an image among looks: four rows of them fit a screen
PAIR_LOOKS = ((VALID, "-", "o"), (BROKEN, "--", "s"))


class Live:
    """A place in the notebook where one picture follows another."""

    def __init__(self, words: str = "loading …") -> None:
        from IPython.display import Markdown, display

        self._place = display(Markdown(words), display_id=True)

    def show(self, groups: Mapping[str, np.ndarray], sentence: str) -> None:
        """Show a row of faces for each group, as `sheet` draws them, in place of what was there."""
        data = {"image/png": sheet(groups), "text/plain": sentence}
        if self._place is not None:  # None outside a notebook
            self._place.update(data, raw=True, metadata={"image/png": {"alt": sentence}})


def sheet(groups: Mapping[str, np.ndarray], columns: int = 7) -> bytes:
    """A row of faces for each group, uint8 (N, 64, 64, 3), twice as large, as PNG.

    In a tenth of the time of a figure: training waits for it.
    """
    from PIL import Image, ImageDraw, ImageFont

    rows = [contact_sheet(images[:columns], columns, scale=2, gap=3) for images in groups.values()]
    height, line = rows[0].shape[0], 24
    drawn = Image.new("RGB", (rows[0].shape[1], len(rows) * (height + line)), "white")
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(size=15)
    for k, (name, row) in enumerate(zip(groups, rows, strict=True)):
        pen.text((3, k * (height + line) + 3), name, INK, font)
        drawn.paste(Image.fromarray(row), (0, k * (height + line) + line))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def draw_looks(
    looks: Mapping[str, Looks], rule: Rule, moments: int = 7, inputs: int = 2
) -> tuple[Figure, str]:
    """A column for each of some moments, a row for each of some inputs and each way of drawing.

    looks: by name of the way, "raw" first; images of one moment are drawn from the same inputs.
    rule: frames what it flags. The inputs shown are those that it flags most often in the first
    way, so that there is something to see.
    """
    first, *_ = looks.values()
    flagged = {way: {at: rule(made).broken for at, made in own.items()}
               for way, own in looks.items()}  # fmt: skip
    often = np.sum(list(flagged[next(iter(looks))].values()), axis=0)
    chosen = np.argsort(-often, kind="stable")[:inputs]
    at = np.array(list(first))
    at = at[np.unique(np.linspace(0, len(at) - 1, moments).round().astype(int))]
    rows = [(one, way) for one in chosen for way in looks]
    images = np.stack([looks[way][moment][one] for one, way in rows for moment in at])
    marks = [bool(flagged[way][moment][one]) for one, way in rows for moment in at]
    captions, names = [f"{moment:,}" for moment in at] * len(rows), [way for _, way in rows]
    figure = draw_faces(images, captions, marks, len(at), names, tile=SIDE)
    counts = {way: sum(flagged[way][moment][one] for one in chosen for moment in at)
              for way in looks}  # fmt: skip
    said = ", ".join(f"{count} of the {len(at) * len(chosen)} {way} ones"
                     for way, count in counts.items())  # fmt: skip
    which = "the one" if len(chosen) == 1 else "those"
    return figure, (
        f"{len(chosen)} of {len(often)} inputs, {which} that the rule flags most often when drawn "
        f"{next(iter(looks))}, at {len(at)} of {len(first)} looks, named by the images shown till "
        f"then; ✗ and a frame: flagged by the rule, {said}."
    )


plot_looks = presented(draw_looks)


def draw_early(
    shares: Mapping[str, Mapping[int, float]], distances: Mapping[str, Mapping[int, float]]
) -> tuple[Figure, str]:
    """How many images a rule flags while a GAN trains, and how far from faces they are.

    Both by the way of drawing and after how many existing faces: percent, and KID.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(PAGE, 3.6))
    said = []
    for axis, table in zip(axes, (shares, distances), strict=True):
        for (way, own), (color, dash, mark) in zip(table.items(), PAIR_LOOKS, strict=False):
            axis.plot(list(own), list(own.values()), color=color, linestyle=dash, marker=mark,
                      linewidth=2, label=way)  # fmt: skip
        _counted(axis)
    for way, own in shares.items():
        most = max(own, key=own.__getitem__)
        said.append(f"{way} {own[min(own)]:.1f} % at first, at most {own[most]:.1f} % after "
                    f"{most:,} images, {own[max(own)]:.1f} % at the end")  # fmt: skip
    axes[0].set_ylabel("flagged (% of the images)", fontsize=LETTERS)
    axes[0].set_ylim(-1, max(5, 1.15 * max(max(own.values()) for own in shares.values())))
    axes[1].set_ylabel("KID (0: as existing faces)", fontsize=LETTERS)
    axes[1].set_ylim(bottom=0)
    axes[0].legend(frameon=False, fontsize=LETTERS, loc="upper left")
    figure.tight_layout()
    goes = "; ".join(f"{way} {_goes(own)}" for way, own in distances.items())
    return figure, f"Flagged: {'; '.join(said)}. KID goes: {goes}."


def _goes(own: Mapping[int, float]) -> str:
    """From where to where, and where it rises most on the way, if anywhere."""
    values = [own[at] for at in sorted(own)]
    said = f"from {values[0]:.1f} to {values[-1]:.1f}"
    before, after = max(pairwise(values), key=lambda pair: pair[1] - pair[0], default=(0, 0))
    if after - before < 0.1:  # less cannot be read off the figure
        return said
    return f"{said}, its largest rise on the way from {before:.1f} to {after:.1f}"


plot_early = presented(draw_early)


def _counted(axis: Axes) -> None:
    """An axis of images shown."""
    axis.set_xlabel("existing faces shown (images)", fontsize=LETTERS)
    axis.set_xlim(left=0)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.locator_params(axis="x", nbins=6)
    axis.tick_params(labelsize=LETTERS)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def draw_trainings(
    seeds: np.ndarray,
    learned_from: np.ndarray,
    marks: Mapping[str, np.ndarray],
    ends: tuple[int, ...] = (2_000, 5_000, 10_000, 20_000, 40_000),
) -> tuple[Figure, str]:
    """Shares of marked images by stage of learning, a line for each training; a panel each mark.

    seeds, learned_from: (N,), of which training an image is, and after how many existing faces.
    marks: bool (N,) by name. ends: where the stages end, in existing faces.
    """
    import matplotlib.pyplot as plt

    from facescreen.screening import Rate

    stages = np.searchsorted(ends, learned_from)
    used = np.unique(stages)
    figure, axes = plt.subplots(1, len(marks), figsize=(PAGE, 4.0), sharey=True, squeeze=False)
    said = []
    for axis, (name, marked) in zip(axes.flat, marks.items(), strict=True):
        shares = np.array([[100 * marked[(seeds == seed) & (stages == stage)].mean()
                            for stage in used] for seed in np.unique(seeds)])  # fmt: skip
        for k, (seed, own) in enumerate(zip(np.unique(seeds), shares, strict=True)):
            axis.plot(range(len(used)), own, color=SCREENS[k % 6], linestyle=DASHES[k % 5],
                      marker=MARKS[k % 8], linewidth=1.8, label=f"seed {seed}")  # fmt: skip
        _staged(axis, [ends[stage] for stage in used], name)
        parts = [_between(own) for own in (shares[:, 0], shares[:, -1])]
        said.append(f"{name}: from seed to seed {parts[0]} at first, {parts[1]} in the last stage")
    axes[0, 0].set_ylabel("share of the images (%)", fontsize=LETTERS)
    axes[0, 0].set_ylim(-3, 106)
    axes[0, -1].legend(frameon=False, fontsize=LETTERS, ncols=2)
    figure.tight_layout()
    count = min(int(((seeds == seed) & (stages == used[0])).sum()) for seed in np.unique(seeds))
    half = Rate.of(count // 2, count)
    return figure, (
        f"{'. '.join(said)}. A point of the first stage stands for {count} images: where it shows "
        f"50 %, its 95 % interval goes from {100 * half.low:.0f} to {100 * half.high:.0f} %."
    )


def _between(shares: np.ndarray) -> str:
    """The lowest and the highest of some shares, in percent."""
    low, high = f"{shares.min():.0f}", f"{shares.max():.0f}"
    return f"always {low} %" if low == high else f"{low} to {high} %"


plot_trainings = presented(draw_trainings)


def _staged(axis: Axes, ends: list[int], name: str) -> None:
    """An axis of stages, named by where they end, in thousands."""
    axis.set_xticks(range(len(ends)), [f"to {end / 1000:g}" for end in ends])
    axis.set_xlabel("existing faces shown (thousands)", fontsize=LETTERS)
    axis.set_title(name, fontsize=LETTERS + 0.5, color=INK)
    axis.tick_params(labelsize=LETTERS)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
