"""Checks for the exercises: each prints what was expected, what yours gave, and a hint.

A check never raises: a learner's function that fails is an answer like any other.
"""

from facescreen.exercises.lesson_07 import check_times_fewer, check_tries_needed
from facescreen.exercises.lesson_a1 import check_valid_lost, check_wilson

__all__ = ["check_times_fewer", "check_tries_needed", "check_valid_lost", "check_wilson"]
