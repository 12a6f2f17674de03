"""The quiz: questions whose right answers are worked out from the shipped data when asked for.

No key is stored: a question holds its choices as numbers, or works out which of its claims is
true. The words that learners read before they answer are in `notebooks/Q1_check_yourself.ipynb`.
Imports `evidence`, `exercises` and the rooms below them. Open `core.py` first: how an answer is
judged; then `first_half.py` and `second_half.py`, ten questions each, and `material.py`, the images
that they are about.
"""

from facescreen.quiz import first_half, second_half
from facescreen.quiz.core import LETTERS, QUESTIONS, check, right_letter
from facescreen.quiz.material import four_colors, four_kinds, four_patches

__all__ = [
    "LETTERS",
    "QUESTIONS",
    "check",
    "first_half",
    "four_colors",
    "four_kinds",
    "four_patches",
    "right_letter",
    "second_half",
]
