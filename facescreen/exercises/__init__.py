"""Exercises: checks that print what was expected, what a learner's function gave, and a hint.

A check never raises: a learner's function that fails is an answer like any other. Imports
`screening` for its words. Open `core.py` first: how an answer is compared; then a file for each
lesson, `score.py`, which counts the right ones, `parameters.py`, which checks what a lesson is run
with, and `recorded.py`, which keeps what came of it.
"""

from facescreen.exercises.core import Verdict
from facescreen.exercises.lesson_00 import check_count_flagged, check_is_flagged
from facescreen.exercises.lesson_01 import check_count_at, check_histogram, check_spread
from facescreen.exercises.lesson_02 import (
    check_discriminator_loss,
    check_generator_loss,
    check_move_generator,
)
from facescreen.exercises.lesson_03 import check_extrapolate, check_interpolate, check_mix_layers
from facescreen.exercises.lesson_04 import check_kappa, check_mean_histogram, check_pairs_won
from facescreen.exercises.lesson_05 import check_reduction, check_screen, check_single_color
from facescreen.exercises.lesson_06 import (
    check_fullest_value,
    check_multi_color,
    check_white_pixels,
)
from facescreen.exercises.lesson_07 import check_broken_left, check_tries_needed
from facescreen.exercises.lesson_08 import (
    check_lowest_cost,
    check_scaled_threshold,
    check_smallest_threshold,
)
from facescreen.exercises.lesson_09 import check_budget, check_drs_acceptance, check_in_band
from facescreen.exercises.lesson_10 import check_confusion, check_pure_color, check_reason
from facescreen.exercises.lesson_11 import (
    check_adjusted,
    check_balanced_accuracy,
    check_paired_interval,
)
from facescreen.exercises.lesson_12 import (
    check_bright_pixels,
    check_fewest_seconds,
    check_speedup,
)
from facescreen.exercises.lesson_a1 import check_valid_lost, check_wilson
from facescreen.exercises.lesson_a2 import (
    check_hue_difference,
    check_left_over,
    check_match_rates,
)
from facescreen.exercises.parameters import (
    ParameterError,
    check_parameters,
    number,
    one_of,
    several,
    switch,
    text,
    whole,
)
from facescreen.exercises.recorded import record
from facescreen.exercises.score import Score, enroll, keep, read_score, score

__all__ = [
    "ParameterError",
    "Score",
    "Verdict",
    "check_adjusted",
    "check_balanced_accuracy",
    "check_bright_pixels",
    "check_broken_left",
    "check_budget",
    "check_confusion",
    "check_count_at",
    "check_count_flagged",
    "check_discriminator_loss",
    "check_drs_acceptance",
    "check_extrapolate",
    "check_fewest_seconds",
    "check_fullest_value",
    "check_generator_loss",
    "check_histogram",
    "check_hue_difference",
    "check_in_band",
    "check_interpolate",
    "check_is_flagged",
    "check_kappa",
    "check_left_over",
    "check_lowest_cost",
    "check_match_rates",
    "check_mean_histogram",
    "check_mix_layers",
    "check_move_generator",
    "check_multi_color",
    "check_paired_interval",
    "check_pairs_won",
    "check_parameters",
    "check_pure_color",
    "check_reason",
    "check_reduction",
    "check_scaled_threshold",
    "check_screen",
    "check_single_color",
    "check_smallest_threshold",
    "check_speedup",
    "check_spread",
    "check_tries_needed",
    "check_valid_lost",
    "check_white_pixels",
    "check_wilson",
    "enroll",
    "keep",
    "number",
    "one_of",
    "read_score",
    "record",
    "score",
    "several",
    "switch",
    "text",
    "whole",
]
