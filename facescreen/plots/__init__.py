"""Plots: every figure of the lessons, each with one sentence made from the numbers it shows.

The sentence stands under the figure, and is its description for those who cannot see it. A verdict
is shown by a word and a mark as well as by color. A `draw_…` function returns the figure and its
sentence, for `save_figure`; the `plot_…` function of that name takes the same and presents both.
Imports `screening`, `images` and `breakage`. Open `base.py` first: colors, marks, presenting.
"""

from facescreen.plots.base import (
    BROKEN,
    DASHES,
    INK,
    MARKS,
    PAPER,
    SCREENS,
    VALID,
    picture,
    present,
    save_figure,
)
from facescreen.plots.benefit import (
    draw_accuracies,
    draw_differences,
    draw_doses,
    draw_learning,
    draw_pairs,
    plot_accuracies,
    plot_differences,
    plot_doses,
    plot_learning,
)
from facescreen.plots.bright_ends import draw_bright_ends
from facescreen.plots.charts import (
    draw_kinds,
    draw_rates,
    draw_tradeoff,
    plot_kinds,
    plot_rates,
    plot_tradeoff,
)
from facescreen.plots.combining import (
    breakage_of,
    draw_breakage,
    draw_costs,
    draw_layers,
    plot_breakage,
    plot_costs,
    plot_layers,
    study_of_alpha,
    training_costs,
    way_between,
)
from facescreen.plots.errors import draw_both_errors, plot_both_errors
from facescreen.plots.faces import draw_faces, show_combination, show_faces
from facescreen.plots.flowchart import draw_flow, draw_multi_color_flow, draw_single_color_flow
from facescreen.plots.folding import fold
from facescreen.plots.game import (
    draw_game,
    draw_generator_losses,
    draw_paths,
    plot_game,
    plot_generator_losses,
    plot_paths,
)
from facescreen.plots.groups import (
    draw_mean_histograms,
    draw_reached,
    draw_shares,
    plot_mean_histograms,
    plot_reached,
    plot_shares,
)
from facescreen.plots.mixing import draw_mix
from facescreen.plots.monitoring import LOSS_NAMES, draw_losses, draw_training, plot_losses
from facescreen.plots.numbers import (
    draw_flagged,
    draw_histograms,
    draw_pixels,
    plot_flagged,
    plot_histograms,
    plot_pixels,
)
from facescreen.plots.one_image import draw_damage, draw_image_histograms
from facescreen.plots.operating import (
    draw_panels,
    draw_prices,
    draw_sizes,
    draw_threshold_costs,
)
from facescreen.plots.rows import draw_rows, show_rows
from facescreen.plots.save_paths import draw_save_paths, draw_saved_blob
from facescreen.plots.screened import (
    draw_groups,
    draw_growing,
    draw_scored,
    plot_groups,
    plot_growing,
    plot_scored,
)
from facescreen.plots.travel import draw_travel, plot_travel
from facescreen.plots.watching import (
    Live,
    draw_early,
    draw_looks,
    draw_trainings,
    plot_early,
    plot_looks,
    plot_trainings,
)

__all__ = [
    "BROKEN",
    "DASHES",
    "INK",
    "LOSS_NAMES",
    "MARKS",
    "PAPER",
    "SCREENS",
    "VALID",
    "Live",
    "breakage_of",
    "draw_accuracies",
    "draw_both_errors",
    "draw_breakage",
    "draw_bright_ends",
    "draw_costs",
    "draw_damage",
    "draw_differences",
    "draw_doses",
    "draw_early",
    "draw_faces",
    "draw_flagged",
    "draw_flow",
    "draw_game",
    "draw_generator_losses",
    "draw_groups",
    "draw_growing",
    "draw_histograms",
    "draw_image_histograms",
    "draw_kinds",
    "draw_layers",
    "draw_learning",
    "draw_looks",
    "draw_losses",
    "draw_mean_histograms",
    "draw_mix",
    "draw_multi_color_flow",
    "draw_pairs",
    "draw_panels",
    "draw_paths",
    "draw_pixels",
    "draw_prices",
    "draw_rates",
    "draw_reached",
    "draw_rows",
    "draw_save_paths",
    "draw_saved_blob",
    "draw_scored",
    "draw_shares",
    "draw_single_color_flow",
    "draw_sizes",
    "draw_threshold_costs",
    "draw_tradeoff",
    "draw_training",
    "draw_trainings",
    "draw_travel",
    "fold",
    "picture",
    "plot_accuracies",
    "plot_both_errors",
    "plot_breakage",
    "plot_costs",
    "plot_differences",
    "plot_doses",
    "plot_early",
    "plot_flagged",
    "plot_game",
    "plot_generator_losses",
    "plot_groups",
    "plot_growing",
    "plot_histograms",
    "plot_kinds",
    "plot_layers",
    "plot_learning",
    "plot_looks",
    "plot_losses",
    "plot_mean_histograms",
    "plot_paths",
    "plot_pixels",
    "plot_rates",
    "plot_reached",
    "plot_scored",
    "plot_shares",
    "plot_tradeoff",
    "plot_trainings",
    "plot_travel",
    "present",
    "save_figure",
    "show_combination",
    "show_faces",
    "show_rows",
    "study_of_alpha",
    "training_costs",
    "way_between",
]
