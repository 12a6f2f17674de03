"""Flowcharts of the paper's generators, drawn as figures: they need no script to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from facescreen.plots.base import BROKEN, INK, VALID

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Place = tuple[float, float]  # column and row, 0 on top


class Box(NamedTuple):
    """One box. place: its middle. kind: "step", "question", "save" or "reject"."""

    place: Place
    text: str
    kind: str = "step"


class Arrow(NamedTuple):
    """A line through points, its end an arrow; `word` stands beside its first part."""

    points: Sequence[Place]
    word: str = ""


LOOKS = {
    "step": {"facecolor": "#F4F4F4", "edgecolor": INK, "linewidth": 1.2},
    "question": {"facecolor": "white", "edgecolor": INK, "linewidth": 1.8},
    "save": {"facecolor": "#E5F1F8", "edgecolor": VALID, "linewidth": 2.2},
    "reject": {"facecolor": "#FBEBDD", "edgecolor": BROKEN, "linewidth": 2.2, "linestyle": "--"},
}
WIDE, HIGH = 0.45, 0.31  # half of a box; a column and a row are 1


def draw_single_color_flow(threshold: float = 40) -> tuple[Figure, str]:
    """The paper's Figure 3: generation with single color-based screening inside it."""
    boxes = [
        Box((0, 0), "combine existing faces\ninto a new one"),
        Box((0, 1), "histogram as an array:\na row for each channel"),
        Box((0, 2), "each row's count\nat value 255"),
        Box((0, 3), f"largest − smallest\n≥ {threshold:,.4g}?", "question"),
        Box((0, 4), "valid:\nsave it", "save"),
        Box((0, 5), "enough saved?", "question"),
        Box((0, 6), "the data set"),
        Box((1.1, 3), "broken:\nnot saved", "reject"),
    ]
    down = [Arrow([(0, row + HIGH), (0, row + 1 - HIGH)], word)
            for row, word in enumerate(["", "", "", "no", "", "yes"])]  # fmt: skip
    out = Arrow([(WIDE, 3), (1.1 - WIDE, 3)], "yes")
    again = Arrow([(1.1 + WIDE, 3), (1.7, 3), (1.7, 0), (WIDE, 0)])
    more = Arrow([(WIDE, 5), (1.7, 5), (1.7, 0), (WIDE, 0)], "no")
    sentence = (
        "From the top: of a new face's histogram the three counts at 255 are taken; if the largest "
        f"is {threshold:,.4g} pixels or more above the smallest, the face is broken and not saved, "
        "or else it is saved; and it starts again until enough are saved."
    )
    return draw_flow(boxes, [*down, out, again, more]), sentence


def draw_multi_color_flow(
    color_threshold: float = 40, sum_threshold: float = 1000, floor: int = 240
) -> tuple[Figure, str]:
    """The paper's Figure 6: generation with multi color-based screening inside it."""
    boxes = [
        Box((0, 0), "combine existing faces\ninto a new one"),
        Box((0, 1), f"histogram as an array:\n3 channels × values {floor} to 255"),
        Box((0, 2), "largest count,\nand its value v"),
        Box((0, 3), "smallest count\nof a channel at v"),
        Box((0, 4), f"largest − smallest\n≥ {color_threshold:,.4g}?", "question"),
        Box((0, 5), f"sum over channels at v\n≥ {sum_threshold:,.4g}?", "question"),
        Box((0, 6), "valid:\nsave it", "save"),
        Box((0, 7), "enough saved?", "question"),
        Box((0, 8), "the data set"),
        Box((1.1, 4), "broken (color):\nnot saved", "reject"),
        Box((1.1, 5), "broken (white):\nnot saved", "reject"),
    ]
    down = [Arrow([(0, row + HIGH), (0, row + 1 - HIGH)], word)
            for row, word in enumerate(["", "", "", "", "no", "no", "", "yes"])]  # fmt: skip
    out = [Arrow([(WIDE, row), (1.1 - WIDE, row)], "yes") for row in (4, 5)]
    again = [
        Arrow([(1.1 + WIDE, row), (1.7, row), (1.7, 0), (WIDE, 0)], word)
        for row, word in ((4, ""), (5, ""))
    ]
    again.append(Arrow([(WIDE, 7), (1.7, 7), (1.7, 0), (WIDE, 0)], "no"))
    sentence = (
        f"From the top: a new face's counts from {floor} up are searched for the largest one, at "
        f"value v; color rejects it if the channels differ by {color_threshold:,.4g} pixels or "
        f"more at v, then white if they sum to {sum_threshold:,.4g} or more; the rest is saved, "
        "and it starts again until there are enough."
    )
    return draw_flow(boxes, [*down, *out, *again]), sentence


def draw_flow(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Figure:
    """Boxes and arrows on a grid whose columns and rows are 1 apart; questions are pointed."""
    import matplotlib.pyplot as plt

    right = max(x for arrow in arrows for x, _ in arrow.points)
    rows = max(box.place[1] for box in boxes)
    figure, axis = plt.subplots(figsize=(3.3 * (right + 0.55), 0.76 * (rows + 0.7)))
    for arrow in arrows:
        _draw_arrow(axis, arrow)
    for box in boxes:
        _draw_box(axis, box)
    axis.set_xlim(-WIDE - 0.05, right + 0.05)
    axis.set_ylim(rows + HIGH + 0.03, -HIGH - 0.03)
    axis.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    return figure


def _draw_box(axis: Axes, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch, Polygon

    x, y = box.place
    if box.kind == "question":
        flat = WIDE - 0.1
        corners = [(x - WIDE, y), (x - flat, y - HIGH), (x + flat, y - HIGH),
                   (x + WIDE, y), (x + flat, y + HIGH), (x - flat, y + HIGH)]  # fmt: skip
        axis.add_patch(Polygon(corners, zorder=2, **LOOKS[box.kind]))
    else:
        patch = FancyBboxPatch((x - WIDE + 0.03, y - HIGH + 0.03), 2 * WIDE - 0.06,
                               2 * HIGH - 0.06, "round,pad=0.03", zorder=2,
                               **LOOKS[box.kind])  # fmt: skip
        axis.add_patch(patch)
    axis.text(x, y, box.text, ha="center", va="center", fontsize=12, color=INK, zorder=3)


def _draw_arrow(axis: Axes, arrow: Arrow) -> None:
    *before, last = arrow.points
    if len(before) > 1:
        axis.plot(*zip(*before, strict=True), color=INK, linewidth=1.3, zorder=1)
    look = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", last, before[-1], arrowprops=look, zorder=1)
    if arrow.word:
        (x, y), (to, _) = arrow.points[:2]
        shift = ((0, 5), "center") if to != x else ((8, -3), "left")
        middle = ((x + min(to, x + 0.14)) / 2, y) if to != x else (x, y + 0.17)
        axis.annotate(arrow.word, middle, shift[0], textcoords="offset points", ha=shift[1],
                      va="bottom" if to != x else "center", fontsize=12, color=INK)  # fmt: skip
