"""Every figure of the lessons, each with one sentence made from the numbers that it shows.

The sentence stands under the figure, and is its description for those who cannot see it. A verdict
is shown by a word and a mark as well as by color. A ``draw_…`` function returns the figure and its
sentence, for `save_figure`; the ``plot_…`` function of that name takes the same and presents both.
"""

from facescreen.plots.base import (
    BROKEN,
    DASHES,
    INK,
    MARKS,
    PAPER,
    SCREENS,
    VALID,
    present,
    save_figure,
)
from facescreen.plots.charts import (
    draw_kinds,
    draw_rates,
    draw_tradeoff,
    plot_kinds,
    plot_rates,
    plot_tradeoff,
)
from facescreen.plots.faces import draw_faces, show_combination, show_faces

__all__ = [
    "BROKEN",
    "DASHES",
    "INK",
    "MARKS",
    "PAPER",
    "SCREENS",
    "VALID",
    "draw_faces",
    "draw_kinds",
    "draw_rates",
    "draw_tradeoff",
    "plot_kinds",
    "plot_rates",
    "plot_tradeoff",
    "present",
    "save_figure",
    "show_combination",
    "show_faces",
]
